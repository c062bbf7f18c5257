"""The extreme eigenvalues of the risk's Hessian around the teacher, which Theorem 1 bounds, measured."""

import numpy as np

from lth_tutorial.checks import generator

from .experiments import Setting
from .hessian import hessian, population_hessian
from .model import nearby, sample_data, sample_teacher

NAMES = ("data, least", "population, least", "data, largest", "population, largest")


def extremes(setting: Setting, distance: float, seed=0) -> np.ndarray:
    """K^2 times the least and K times the largest eigenvalue, in the order of NAMES; (4,).

    Theorem 1 says that these scalings lie between constants. The place is at the relative `distance` from
    the teacher in a random direction; the same seed gives the same teacher, inputs and direction.
    """
    for_teacher, for_data, for_place = generator("seed", seed).spawn(3)
    teacher = sample_teacher(setting.d, setting.neurons, setting.support, for_teacher)
    x, _ = sample_data(teacher, setting.samples, rng=for_data)
    place = nearby(teacher.weights, distance, for_place)
    matrices = (
        hessian(x, teacher.supports, place),
        population_hessian(teacher, teacher.supports, place),
    )
    values = np.array([np.linalg.eigvalsh(matrix) for matrix in matrices])
    return np.concatenate([setting.neurons**2 * values[:, 0], setting.neurons * values[:, -1]])


def sweep(settings, distance: float, teachers: int, seed=0) -> dict:
    """Medians of `extremes` over teachers, for each setting; name -> (len(settings),)."""
    found = [
        np.median([extremes(setting, distance, [seed, k]) for k in range(teachers)], axis=0)
        for setting in settings
    ]
    return dict(zip(NAMES, np.array(found).T, strict=True))
