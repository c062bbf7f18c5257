"""How good the starts are that moments of the data give: against samples, and against overlap."""

import numpy as np

from lth_tutorial.checks import generator

from .errors import matched_error
from .initialization import METHODS, population_moment_error, tensor_initialization
from .model import Teacher, sample_data, sample_teacher
from .recovery import recover


def errors_by_samples(samples, d: int, neurons: int, support: int, teachers: int, seed) -> dict:
    """Relative matched errors of each method; method -> (len(samples), teachers). Data are nested."""
    errors = {method: np.empty((len(samples), teachers)) for method in METHODS}
    for k, stream in enumerate(generator("seed", seed).spawn(teachers)):
        for_teacher, for_data = stream.spawn(2)
        teacher = sample_teacher(d, neurons, support, for_teacher)
        x, y = sample_data(teacher, max(samples), rng=for_data)
        for row, count in enumerate(samples):
            for method in METHODS:
                start = tensor_initialization(x[:count], y[:count], teacher.supports, method)
                errors[method][row, k] = matched_error(Teacher(start, teacher.supports, d), teacher)
    return errors


def recovered(
    method: str, d: int, neurons: int, support: int, samples: int, teachers: int, seed
) -> int:
    """How many of `teachers` teachers the tuned descent recovers from a method's start, or a "random" one."""
    count = 0
    for stream in generator("seed", seed).spawn(teachers):
        for_teacher, for_data, for_start = stream.spawn(3)
        teacher = sample_teacher(d, neurons, support, for_teacher)
        x, y = sample_data(teacher, samples, rng=for_data)
        if method == "random":
            start = for_start.uniform(-0.5, 0.5, teacher.weights.shape)
        else:
            start = tensor_initialization(x, y, teacher.supports, method)
        found = recover(x, y, teacher.supports, start, 4.0, 0.8, truth=teacher, max_iterations=3000)
        count += bool(found.errors < 1e-4)
    return count


def floors_by_overlap(neurons: int, support: int, teachers: int, seed) -> dict:
    """Median errors with exact moments, when `shared` features belong to all neurons and the others to one.

    Returns:
        method -> (support + 1,), for shared = 0 .. support.
    """
    floors = {method: [] for method in METHODS}
    for shared in range(support + 1):
        made = [
            _overlapping(neurons, support, shared, stream)
            for stream in np.random.default_rng([seed, shared]).spawn(teachers)
        ]
        for method in METHODS:
            floors[method].append(np.median([population_moment_error(t, method) for t in made]))
    return {method: np.array(values) for method, values in floors.items()}


def _overlapping(neurons: int, support: int, shared: int, rng) -> Teacher:
    own = support - shared
    d = shared + neurons * own
    rows = [
        [*range(shared), *range(shared + j * own, shared + (j + 1) * own)] for j in range(neurons)
    ]
    return Teacher(rng.uniform(-0.5, 0.5, (neurons, support)), np.array(rows), d)
