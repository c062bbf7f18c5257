"""What several tests of gradient_descent use."""

import itertools

import numpy as np

from lth_tutorial.gradient_descent import experiments
from lth_tutorial.gradient_descent.experiments import Setting


def all_masks(n):
    return np.array(list(itertools.product([0, 1], repeat=n)), dtype=bool)


def literal_descent(u, w, x, step, steps, mask=None):
    """The gradient of the loss, entry by entry, from the definition; `mask` is called before every step."""
    u, path = np.array(u, dtype=float), []
    for _ in range(steps + 1):
        path.append(u.copy())
        kept = np.ones(u.shape) if mask is None else mask(u)
        gradient = np.zeros_like(u)
        for point in x:
            residual = ((u * kept).sum(axis=0) - w) @ point
            gradient += 2 * residual * kept * point
        u = u - step * gradient
    return np.array(path)


def searched_mask(u, w, size=None):
    """The best mask of each column by trying all."""
    masks = all_masks(len(u))
    if size is not None:
        masks = masks[masks.sum(axis=1) == size]
    return np.array(
        [masks[np.argmin(np.abs(masks @ c - z))] for c, z in zip(u.T, w, strict=True)]
    ).T


def one_run(n=4, d=3, data="Gaussian", rng=0):
    return (draw[0] for draw in experiments.draw(Setting(n, d, data=data), 1, rng))
