"""The source's table: test accuracy of PGD + Edge-Popup on MNIST, rows of sparsity, columns of epsilon."""

import numpy as np

from lth_tutorial.strong_ticket.axes import EPSILONS, LAST_AS_PRINTED, SPARSITIES

__all__ = ["ACCURACY", "EPSILONS", "LAST_AS_PRINTED", "SPARSITIES"]

ACCURACY = np.array(
    [
        [0.12, 0.14, 0.25, 0.42, 0.68, 0.84, 0.90, 0.93, 0.96, 0.97, 0.98],
        [0.49, 0.48, 0.65, 0.70, 0.78, 0.82, 0.87, 0.87, 0.94, 0.97, 0.98],
        [0.75, 0.76, 0.77, 0.79, 0.84, 0.86, 0.88, 0.87, 0.93, 0.96, 0.97],
        [0.83, 0.82, 0.82, 0.82, 0.88, 0.88, 0.86, 0.90, 0.92, 0.94, 0.93],
        [0.82, 0.86, 0.88, 0.89, 0.90, 0.89, 0.90, 0.90, 0.88, 0.91, 0.86],
        [0.85, 0.88, 0.86, 0.89, 0.87, 0.88, 0.89, 0.89, 0.90, 0.89, 0.76],
        [0.83, 0.87, 0.87, 0.83, 0.86, 0.88, 0.87, 0.88, 0.87, 0.85, 0.54],
        [0.81, 0.85, 0.84, 0.83, 0.86, 0.82, 0.81, 0.81, 0.79, 0.74, 0.29],
        [0.73, 0.71, 0.71, 0.75, 0.77, 0.75, 0.73, 0.68, 0.77, 0.55, 0.17],
    ]
)
ACCURACY.setflags(write=False)
