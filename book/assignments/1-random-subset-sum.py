"""What grading asks beyond the public checks of assignment 1."""

import numpy as np

from lth_tutorial.judging import all_masks, mask_of, number, size
from lth_tutorial.subset_sum.assignment import (
    NEAR,
    apart_arguments,
    best_arguments,
    enough_arguments,
    greedy_error,
    judge_apart,
    judge_best,
    judge_limit,
    least_error,
    tells,
    tells_exact,
)
from lth_tutorial.tasks import Check

# Candidates, targets and tolerance -> the measured number that is enough (3000 draws for each n).
ENOUGH = {
    (2, 0.02): 16,
    (2, 0.01): 23,
    (2, 0.005): 32,
    (3, 0.02): 10,
    (3, 0.01): 13,
    (3, 0.005): 16,
}


def _negative(rng):
    return rng.uniform(-1, 1, 10), rng.uniform(-0.5, -0.1)


def _by_halves(x, z, most: int) -> float:
    """The least error with at most half of the limit from each half of the candidates."""
    masks = all_masks(len(x))
    middle = len(x) // 2
    fits = (masks[:, :middle].sum(axis=1) <= most // 2) & (
        masks[:, middle:].sum(axis=1) <= most // 2
    )
    return float(np.abs(masks[fits] @ x - z).min())


def _from_one_half(x, z) -> bool:
    """The best of at most 4 keeps 4, more than two of them from one half; the usual mistakes differ."""
    errors = [_by_halves(x, z, 4), greedy_error(x, z, 4), least_error(x, z, range(4))]
    best = least_error(x, z, range(5))
    return min(errors) > 2 * best and len({round(error, 6) for error in errors}) == 3


def _judge_one_half(arguments: tuple, value) -> str | None:
    x, z, most = arguments
    words, error = (
        judge_best(arguments, value),
        abs(x[mask_of(value, len(x))].sum() - z),
    )
    if words and abs(error - _by_halves(*arguments)) < NEAR:
        return f"{words}: more than half of the limit comes from one half of x"
    return words


def _large(seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    x, kept = rng.uniform(-1, 1, 34), rng.choice(34, 14, replace=False)
    return x, float(x[kept].sum()), 14


def _judge_large(arguments: tuple, value) -> str | None:
    x, z, most = arguments
    kept = mask_of(value, len(x))
    error = abs(x[kept].sum() - z)
    if kept.sum() > most or error < NEAR:
        return judge_limit(arguments, value)
    return (
        f"for n = 34 your error is {size(error)}, and some subset of 14 hits the target"
    )


def _judge_nothing(arguments: tuple, value) -> str | None:
    kept = mask_of(value, len(arguments[0]))
    return (
        f"with most = 0 nothing may be kept, and your mask keeps {kept.sum()}"
        if kept.any()
        else None
    )


def _nothing(seed: int) -> tuple:
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, 7), 0.3, 0


def _judge_enough(arguments: tuple, value) -> str | None:
    found, measured = number(value, "enough"), ENOUGH[arguments]
    if abs(found - measured) <= (3 if arguments[0] == 2 else 2):
        return None
    few = "few" if found < measured else "many"
    return f"{found:g} is too {few}: with 3000 draws for each n we found another number"


CHECKS = {
    "best_kept": (
        Check(
            name="negative targets",
            points=1,
            arguments=best_arguments(10, 4, _negative, tells_exact),
            judge=judge_best,
        ),
        Check(
            name="nothing may be kept",
            points=1,
            arguments=_nothing,
            judge=_judge_nothing,
        ),
        Check(
            name="from one half",
            points=1,
            arguments=best_arguments(10, 4, good=_from_one_half),
            judge=_judge_one_half,
        ),
        Check(
            name="large",
            points=2,
            arguments=_large,
            judge=_judge_large,
            slow="with n = 34 all subsets are too many: meet in the middle",
        ),
    ),
    "covering_apart": (
        Check(
            name="no pair",
            points=1,
            arguments=apart_arguments(6, 0, -0.5, 0.5, tells((), ("ends", "clipped"))),
            judge=judge_apart,
        ),
        Check(
            name="beyond the interval",
            points=2,
            arguments=apart_arguments(5, 2, -0.25, 0.25, tells(("clipped",))),
            judge=judge_apart,
        ),
        Check(
            name="large",
            points=2,
            arguments=apart_arguments(16, 5, -4.0, 4.0),
            judge=judge_apart,
            slow="with n = 16 there are 65,536 sums: work with arrays, and sort them once",
        ),
    ),
    "enough": (
        Check(
            name="measured",
            points=2,
            arguments=enough_arguments,
            judge=_judge_enough,
            own=True,
        ),
    ),
}
