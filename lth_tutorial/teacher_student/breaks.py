"""Chapter 5's assumptions, dropped one at a time: the same recovery, with one thing changed."""

import numpy as np

from lth_tutorial.checks import generator

from .errors import matched_error
from .model import Teacher, dense, nearby, network, on_supports, sample_data, sample_teacher
from .recovery import recover

ASSUMPTIONS = (
    "nothing dropped",
    "a support misses a feature",
    "larger supports",
    "one support for all neurons",
    "correlated inputs",
    "inputs of +1 and -1",
    "inputs without negatives",
    "a start from nowhere",
    "nowhere, and one support for all neurons",
)
_D, _NEURONS, _SUPPORT, _SAMPLES = 60, 4, 8, 800


def dropped(assumption: str, seed=0, iterations: int = 400) -> tuple[np.ndarray, float]:
    """One trial of the tuned descent with one assumption dropped.

    Returns:
        relative errors of the weights at every tenth iteration, neurons compared as they are numbered, and
        the error at the end after the best matching of neurons.

    Raises:
        ValueError: assumption is not one of ASSUMPTIONS.
    """
    if assumption not in ASSUMPTIONS:
        raise ValueError(f"assumption must be one of {', '.join(ASSUMPTIONS)}; got {assumption!r}")
    for_teacher, for_data, for_start, for_change = generator("seed", seed).spawn(4)
    teacher = sample_teacher(_D, _NEURONS, _SUPPORT, for_teacher)
    if "one support for all" in assumption:
        teacher = teacher._replace(supports=np.tile(teacher.supports[0], (_NEURONS, 1)))
    x, _ = sample_data(teacher, _SAMPLES, rng=for_data)
    x = _inputs(assumption, x)
    y = network(x, teacher.supports, teacher.weights)
    supports = _supports(assumption, teacher, for_change)
    full = dense(teacher.supports, teacher.weights, _D)
    target = on_supports(full, supports)
    start = nearby(target, 0.5, for_start)
    if "nowhere" in assumption:
        start = for_start.uniform(-0.5, 0.5, supports.shape)
    found = recover(
        x, y, supports, start, 4, 0.8, tolerance=0, max_iterations=iterations + 1, record=10
    )
    away = dense(supports, found.path, _D) - full
    matched = matched_error(Teacher(found.path[-1], supports, _D), teacher)
    return np.sqrt((away**2).sum((-1, -2)) / (full**2).sum()), float(matched)


def _inputs(assumption: str, x: np.ndarray) -> np.ndarray:
    """Correlated: neighbours share 0.9; signs: the coarsest law with the same mean and variance."""
    if assumption == "correlated inputs":
        mixed = x.copy()
        for k in range(1, x.shape[1]):
            mixed[:, k] = 0.9 * mixed[:, k - 1] + np.sqrt(1 - 0.81) * x[:, k]
        return mixed
    if assumption == "inputs of +1 and -1":
        return np.where(x > 0, 1.0, -1.0)
    return np.abs(x) if assumption == "inputs without negatives" else x


def _supports(assumption: str, teacher: Teacher, rng) -> np.ndarray:
    if assumption == "a support misses a feature":
        return teacher.supports[:, 1:]
    if assumption == "larger supports":
        extra = [
            rng.choice(np.setdiff1d(np.arange(_D), row), _SUPPORT, replace=False)
            for row in teacher.supports
        ]
        return np.sort(np.column_stack([teacher.supports, np.array(extra)]), axis=1)
    return teacher.supports
