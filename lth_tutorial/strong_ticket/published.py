"""The source's table: test accuracy of PGD + Edge-Popup on MNIST, rows of sparsity, columns of epsilon."""

import numpy as np

SPARSITIES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
# The slides print the last one as 4e-1; the poster's table has 3e-1.
EPSILONS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.1, 0.2, 0.3)
LAST_AS_PRINTED = 0.4
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


def regimes(accuracy) -> np.ndarray:
    """For each column: "pruning", if its best row prunes and beats no pruning by more than a point;
    "descent", if no row is more than a point better than that without pruning.

    Args:
        accuracy: (rows, columns), the first row without pruning.
    """
    gain = accuracy[1:].max(axis=0) - accuracy[0]
    return np.where(gain > 0.01, "pruning", "descent")
