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
    kept_by_best,
    least_error,
    tells,
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


def _neighbours(x, z, most: int) -> list[float]:
    """The least errors when nearest sums of the other half are taken first, and the limit afterwards."""
    middle = len(x) // 2
    return [
        _limit_afterwards(one, other, z, most)
        for one, other in ((x[:middle], x[middle:]), (x[middle:], x[:middle]))
    ]


def _limit_afterwards(one, other, z, most: int) -> float:
    masks, beside = all_masks(len(one)), all_masks(len(other))
    beside = beside[np.argsort(beside @ other)]
    sums, found = beside @ other, [abs(z)]
    at = np.searchsorted(sums, z - masks @ one)
    for k in (np.clip(at - 1, 0, len(sums) - 1), np.clip(at, 0, len(sums) - 1)):
        fits = masks.sum(axis=1) + beside[k].sum(axis=1) <= most
        found += np.abs(masks @ one + sums[k] - z)[fits].tolist()
    return min(found)


def _near_two(rng):
    """A target beside the sum of two candidates of the first half."""
    x = rng.uniform(-1, 1, 10)
    beside = rng.uniform(0.005, 0.04) * rng.choice([-1, 1])
    return x, x[rng.choice(5, 2, False)].sum() + beside


def _tight(x, z) -> bool:
    """The best of at most 2 are two of the first half; the usual mistakes are farther off."""
    best = kept_by_best(x, z, 2)
    if best[:5].sum() < 2 or abs(z) > 0.5:
        return False
    far = abs(x[best].sum() - z) + 1e-3
    one_half = abs(x[5:][kept_by_best(x[5:], z, 2)].sum() - z)
    others = [greedy_error(x, z, 2), least_error(x, z, [0, 1])]
    if min(*others, one_half, _by_halves(x, z, 2)) < far:
        return False
    last = _neighbours(x, z, 2)
    differ = np.abs(np.subtract.outer(last, others)).min() > NEAR
    return bool(differ and max(last) < abs(z) and min(last) > far)


def _judge_tight(arguments: tuple, value) -> str | None:
    if words := judge_limit(arguments, value):
        return words
    x, z, most = arguments
    error = abs(x[mask_of(value, len(x))].sum() - z)
    best = least_error(x, z, range(most + 1))
    if error <= best + NEAR:
        return None
    words = (
        f"with most = {most} your error is {size(error)}, and {size(best)} is possible"
    )
    first = any(abs(error - other) < NEAR for other in _neighbours(*arguments))
    why = ": nearest sums were taken first, and the limit afterwards"
    return f"{words}{why}" if first else words


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
            name="a tight limit",
            points=2,
            arguments=best_arguments(10, 2, _near_two, _tight),
            judge=_judge_tight,
        ),
        Check(
            name="large",
            points=2,
            arguments=_large,
            judge=_judge_large,
            slow="n = 34 needs two halves that meet, and arrays rather than loops",
        ),
    ),
    "covering_apart": (
        Check(
            name="no pair",
            points=1,
            arguments=apart_arguments(
                6, 0, -0.5, 0.5, tells(("empty",), ("ends", "clipped", "half"))
            ),
            judge=judge_apart,
        ),
        Check(
            name="beyond the interval",
            points=2,
            arguments=apart_arguments(5, 2, -0.25, 0.25, tells(("clipped", "half"))),
            judge=judge_apart,
        ),
        Check(
            name="large",
            points=2,
            arguments=apart_arguments(16, 5, -1.0, 1.0),
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
