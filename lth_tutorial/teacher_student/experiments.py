"""The measurements behind the published figures: single trials, each from random streams of its own."""

from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import generator

from .errors import function_error, matched_error
from .hessian import hessian
from .model import Teacher, dense, nearby, network, sample_data, sample_teacher
from .pruning import iterative_pruning
from .recovery import Recovery, recover

# What Section 5 counts as a success: a relative error below this.
SUCCESS = 1e-4


class Setting(NamedTuple):
    """d features, K neurons, r of them in each support, N samples."""

    d: int
    neurons: int
    support: int
    samples: int


def trials(setting: Setting, count: int, distances, seed, noise: float = 0.0):
    """`count` teachers with their data, and starts at the relative `distances` from them.

    Returns:
        Teacher with weights (count, K, r); x (count, N, d); y (count, N); starts (S, count, K, r), those of
        one teacher in one direction.
    """
    made = []
    for stream in generator("seed", seed).spawn(count):
        for_teacher, for_data, for_start = stream.spawn(3)
        teacher = sample_teacher(setting.d, setting.neurons, setting.support, for_teacher)
        x, y = sample_data(teacher, setting.samples, noise, for_data)
        made.append((*teacher[:2], x, y, nearby(teacher.weights, np.asarray(distances), for_start)))
    weights, supports, x, y, starts = (np.stack(part) for part in zip(*made, strict=True))
    return Teacher(weights, supports, setting.d), x, y, np.moveaxis(starts, 0, np.ndim(distances))


def recoveries(
    setting: Setting, count: int, distances, step, momentum, seed, max_iterations: int = 10_000
) -> Recovery:
    """Noiseless recovery from each distance, in float32, until the error is below SUCCESS; (S, count).

    An error of 1e-4 is three digits above what float32 resolves; the rule that stops at a relative step of
    1e-8 is not, so a trial that does not succeed runs to the cap.
    """
    teacher, x, y, starts = trials(setting, count, distances, seed)
    x, y, starts = (part.astype(np.float32) for part in (x, y, starts))
    return recover(
        x,
        y,
        teacher.supports,
        starts,
        step,
        momentum,
        truth=teacher,
        goal=SUCCESS,
        max_iterations=max_iterations,
    )


def error_curves(
    setting: Setting,
    count: int,
    distance,
    step,
    momenta,
    seed,
    iterations: int = 1500,
    record: int = 50,
):
    """Relative errors along the descent, for several momenta, in the Frobenius and in the max norm.

    Returns:
        two arrays (iterations / record + 1, len(momenta), count): |W_t - W*|_F / |W*|_F and
        max |W_t - W*| / max |W*|.
    """
    teacher, x, y, starts = trials(setting, count, distance, seed)
    x, y, starts = (part.astype(np.float32) for part in (x, y, starts))
    momenta = np.asarray(momenta, dtype=float)[:, None]
    found = recover(
        x,
        y,
        teacher.supports,
        starts,
        step,
        momenta,
        tolerance=0,
        max_iterations=iterations + 1,
        record=record,
    )
    away = found.path - teacher.weights
    whole = np.sqrt((away**2).sum((-1, -2)) / (teacher.weights**2).sum((-1, -2)))
    return whole, np.abs(away).max((-1, -2)) / np.abs(teacher.weights).max((-1, -2))


def rates(errors, record: int, window: tuple[int, int]) -> np.ndarray:
    """1 - nu from errors (records, ...) that shrink like nu^t between two iterations; (...)."""
    first, last = (t // record for t in window)
    return 1 - (errors[last] / errors[first]) ** (1 / (window[1] - window[0]))


def noisy_errors(
    setting: Setting, count: int, levels, step, momentum, distance, seed, most: int = 10_000
):
    """Relative errors at several noise levels, and what the curvature at the teacher predicts.

    Around W* the residuals are linear in W as long as no neuron changes its sign on a sample, so the
    minimiser is off by H^-1 (1/N) sum_n xi_n grad g(x_n), and its mean square is tau^2 tr(H^-1) / N, tau the
    standard deviation of the noise. With noise the gradient jumps where a neuron does, so the descent may end
    up hopping about a kink: those are not at rest after `most` iterations, but their error has settled.

    Returns:
        errors (levels, count), predictions (levels, count), share of trials at rest (levels,).
    """
    found, predicted, rest = [], [], []
    for (
        level
    ) in levels:  # the same seed: the same teachers, inputs and standard normals at every level
        teacher, x, y, starts = trials(setting, count, distance, seed, level)
        run = recover(
            x, y, teacher.supports, starts, step, momentum, truth=teacher, max_iterations=most
        )
        found.append(run.errors)
        rest.append(float(np.mean(run.status == "converged")))
        predicted.append([_predicted(teacher, x, k, level) for k in range(count)])
    return np.array(found), np.array(predicted), np.array(rest)


def _predicted(teacher, x, k: int, level: float) -> float:
    weights, supports = teacher.weights[k], teacher.supports[k]
    energy = np.mean(network(x[k], supports, weights) ** 2)
    curvature = hessian(x[k], supports, weights)
    square = level**2 * energy * np.trace(np.linalg.inv(curvature)) / len(x[k])
    return float(np.sqrt(square / (weights**2).sum()))


def pruning_path(
    setting: Setting, noise: float, distance: float, step, momentum, rounds: int, seed
):
    """Iterative pruning from a dense start: share left, error of the function and of the weights, per round.

    The start is at `distance` from the teacher among all K d weights. In float32, at most 3,000 iterations a
    round: the noise is four digits above what float32 resolves, and keeps the descent from coming to rest.

    Returns:
        three arrays (rounds + 1,): remaining, relative error of the function (closed form, all inputs),
        relative error of the weights after matching.
    """
    for_teacher, for_data, for_start = generator("seed", seed).spawn(3)
    teacher = sample_teacher(setting.d, setting.neurons, setting.support, for_teacher)
    x, y = sample_data(teacher, setting.samples, noise, for_data)
    full = dense(teacher.supports, teacher.weights, setting.d)
    x, y, start = (a.astype(np.float32) for a in (x, y, nearby(full, distance, for_start)))
    levels = iterative_pruning(
        x, y, start, step, momentum, rounds=rounds, tolerance=1e-7, max_iterations=3000
    )
    students = [Teacher(level.weights, level.supports, setting.d) for level in levels]
    return (
        np.array([level.remaining for level in levels]),
        np.array([function_error(student, teacher) for student in students]),
        np.array([float(matched_error(student, teacher)) for student in students]),
    )
