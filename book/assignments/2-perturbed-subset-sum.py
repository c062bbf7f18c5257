"""What grading asks beyond the public checks of assignment 2."""

import numpy as np

from lth_tutorial.judging import array_of, drawn
from lth_tutorial.perturbed_subset_sum.assignment import (
    NEAR,
    errors,
    found_by,
    judge_rules,
    judge_search,
    move_of,
    needed_arguments,
    one_sided,
    tells_apart,
)
from lth_tutorial.tasks import Check

# Tolerance and radius -> the measured numbers that are enough (3000 draws for each n).
STILL, MOVING = {0.001: 13, 0.0005: 14}, {0.01: 10, 0.02: 9, 0.04: 8}


def _nothing_to_move(seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    x, mask = (
        rng.uniform(0.1, 1, 5) * rng.choice([-1, 1], 5),
        np.array([1, 0, 1, 1, 0], bool),
    )
    return x, float(x[mask].sum()), mask, rng.uniform(0.05, 0.2, 5)


def _judge_nothing_to_move(arguments: tuple, value) -> str | None:
    _, y = move_of(value, 5)
    return (
        f"the subset hits the target as it is, and you move by {y:.3g}"
        if abs(y) > NEAR
        else None
    )


def _empty(seed: int) -> tuple:
    """The empty subset is the best, and what it could do if it moved would be better."""

    def draw(rng):
        x = rng.uniform(0.5, 1, 4) * rng.choice([-1, 1], 4)
        return (
            x,
            float(rng.choice([-1, 1]) * rng.uniform(0.02, 0.05)),
            rng.uniform(0.03, 0.06, 4),
        )

    def good(x, z, epsilon):
        helps = (x > 0) == (z > 0)
        return (
            helps.any()
            and errors(x, z, epsilon)[0] < errors(x, z, epsilon)[1:].min() - 1e-3
        )

    return drawn(seed, draw, good)


def _judge_empty(arguments: tuple, value) -> str | None:
    mask, _, y = found_by(value, len(arguments[0]))
    if not mask.any() and abs(y) > NEAR:
        return f"of the empty subset nothing can move, and you move by {y:.3g}"
    if mask.any():
        return (
            judge_rules(arguments, value) or "the empty subset is nearer, and it counts"
        )
    return judge_search(arguments, value)


def _only_one(seed: int) -> tuple:
    def draw(rng):
        return (
            rng.uniform(-1, 1, 8),
            float(rng.uniform(0.1, 0.5) * rng.choice([-1, 1])),
            np.eye(8)[rng.integers(8)] * 0.05,
        )

    def good(x, z, epsilon):
        """Nothing hits the target, and the best falls short of it."""
        best, *_, short = (
            errors(x, z, epsilon).min(),
            *one_sided(x, z, epsilon).values(),
        )
        return 1e-3 < best < short - 1e-3 < abs(z) - 2e-3 and tells_apart(x, z, epsilon)

    return drawn(seed, draw, good)


def _large(seed: int) -> tuple:
    """The radii are tiny, so that hardly any subset hits the target but the one that was planted."""
    rng = np.random.default_rng(seed)
    x, kept = rng.uniform(-1, 1, 30), rng.choice(30, 14, replace=False)
    epsilon = rng.uniform(5e-11, 1e-10, 30)
    x[kept[0]] = -abs(x[kept[0]])  # a negative one moves
    return (
        x,
        float(x[kept].sum() + 0.9 * np.sign(x[kept[0]]) * epsilon[kept[0]]),
        epsilon,
    )


def _judge_large(arguments: tuple, value) -> str | None:
    x, z, epsilon = arguments
    mask, _, y = found_by(value, len(x))
    broken = judge_rules(arguments, value)
    error = abs(x[mask].sum() + y - z)
    if broken or error < 1e-12:
        return broken
    return f"for n = 30 your error is {error:.1g}, and one subset with one move hits the target"


def _judge_needed(arguments: tuple, value) -> str | None:
    eta, radius = arguments
    found, measured = array_of(value, "needed", (2,)), (STILL[eta], MOVING[radius])
    for number, right, which in zip(
        found, measured, ("without a move", "with one move"), strict=True
    ):
        if abs(number - right) > 1:
            few = "few" if number < right else "many"
            return f"{number:g} is too {few} {which}: with 3000 draws for each n we found another number"
    return None


CHECKS = {
    "best_move": (
        Check(
            name="nothing to move",
            points=1,
            arguments=_nothing_to_move,
            judge=_judge_nothing_to_move,
        ),
    ),
    "best_one_move": (
        Check(name="nothing kept", points=1, arguments=_empty, judge=_judge_empty),
        Check(name="one radius", points=1, arguments=_only_one, judge=judge_search),
        Check(
            name="large",
            points=2,
            arguments=_large,
            judge=_judge_large,
            slow="n = 30 needs two halves that meet, for each candidate that moves, and arrays",
        ),
    ),
    "needed": (
        Check(
            name="measured",
            points=2,
            arguments=needed_arguments,
            judge=_judge_needed,
            own=True,
        ),
    ),
}
