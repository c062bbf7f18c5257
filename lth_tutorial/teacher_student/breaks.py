"""Chapter 5's assumptions, dropped one at a time: the same recovery, with one thing changed; other noise."""

import numpy as np

from lth_tutorial.checks import choice, generator, positive, whole

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
NOISES = ("the same in every output", "the sign of w* . x", "a fair coin for each output")
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


def error_with_noise(kind: str, samples: int, size: float = 0.05, seed=0) -> float:
    """|w - w*| where the descent ends: one neuron with four features, noise of absolute value `size`.

    All three kinds are bounded; the second and the third have mean zero, and the third alone does not depend
    on the input. The first two move the minimiser of the population risk by 2 size / sqrt(2 pi) along w*.

    Raises:
        ValueError: kind is not one of NOISES, samples is no whole number of at least 1, or size is not
            positive.
    """
    choice("kind", kind, NOISES)
    samples, size = whole("samples", samples, 1), positive("size", size)
    for_teacher, for_data, for_noise, for_start = generator("seed", seed).spawn(4)
    teacher = sample_teacher(4, 1, 4, for_teacher)
    x, y = sample_data(teacher, samples, rng=for_data)
    signs = {
        NOISES[0]: np.ones(samples),
        NOISES[1]: np.where(y > 0, 1, -1),
        NOISES[2]: for_noise.choice([-1, 1], samples),
    }
    start = nearby(teacher.weights, 0.3, for_start)
    y = y + size * signs[kind]
    found = recover(x, y, teacher.supports, start, 0.8, 0.5, tolerance=1e-6, max_iterations=300)
    return float(np.linalg.norm(found.weights - teacher.weights))


def zero_stands_alone(draws: int, neurons: int = 2, samples: int = 3, seed=0) -> float:
    """In which share of draws a teacher of weights 0 has risk 0 at W = 0 only; each neuron sees two features.

    The supports are disjoint. Risk 0 asks that every neuron is silent, w_j . x_n <= 0 for all n, where x_n
    are the two features that it sees. Only w_j = 0 does so if these points surround the origin: no gap
    between the angles of neighbours reaches pi. For three samples that has probability 1/4 (J. G. Wendel,
    1962).

    Raises:
        ValueError: draws, neurons or samples is no whole number of at least 1.
    """
    shape = tuple(
        whole(name, n, 1)
        for name, n in (("draws", draws), ("neurons", neurons), ("samples", samples))
    )
    angles = np.sort(generator("seed", seed).uniform(0, 2 * np.pi, shape), axis=-1)
    gaps = np.diff(angles, append=angles[..., :1] + 2 * np.pi)
    return float((gaps.max(-1) < np.pi).all(-1).mean())
