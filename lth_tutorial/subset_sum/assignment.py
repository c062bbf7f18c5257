"""The assignment of chapter 1: subset sums with a limit on how many candidates are kept.

Answers are judged by trying all subsets, on numbers that are whole multiples of a small unit: slow, and
obviously right. No answer of the kind that is asked for stands here.
"""

from math import comb

import numpy as np

from lth_tutorial.judging import all_masks, array_of, drawn, mask_of, number, parts_of, size, sizes
from lth_tutorial.sketch import number_line
from lth_tutorial.tasks import Assignment, Check, Task, Unfit, own

NEAR = 1e-9
# What is computed by hand may be rounded to three digits.
ROUNDED = 6e-4
# All subsets, one by one


def least_error(x: np.ndarray, z: float, counts) -> float:
    """The least error of a subset whose number of kept candidates is one of `counts`."""
    masks = all_masks(len(x))
    masks = masks[np.isin(masks.sum(axis=1), counts)]
    return float(np.abs(masks @ x - z).min()) if len(masks) else float("inf")


def greedy_error(x: np.ndarray, z: float, most: int) -> float:
    """What is left when the candidate that helps most is taken, one after the other, while one helps."""
    total, free = 0.0, list(range(len(x)))
    for _ in range(most):
        nearest = min(free, key=lambda k: abs(total + x[k] - z), default=None)
        if nearest is None or abs(total + x[nearest] - z) >= abs(total - z):
            break
        total += x[nearest]
        free.remove(nearest)
    return abs(total - z)


def worst_on_grid(sums: np.ndarray, low: float, high: float, unit: float) -> tuple[float, float]:
    """A target in [low, high] that is farthest from all sums, and how far.

    Sums are multiples of `unit`, low and high of half of it: so is then a worst target, and they are tried
    one by one.
    """
    targets = np.arange(round(2 * low / unit), round(2 * high / unit) + 1) * unit / 2
    sums = np.unique(np.rint(sums / unit)) * unit
    errors = np.abs(sums[:, None] - targets).min(axis=0)
    return float(targets[errors.argmax()]), float(errors.max())


def worst_target(sums: np.ndarray, low: float, high: float) -> tuple[float, float]:
    """A target in [low, high] that is farthest from all sums, and how far: an end, or the middle of a gap."""
    sums = np.unique(sums)
    middles = (sums[1:] + sums[:-1]) / 2
    targets = np.r_[low, high, middles[(low < middles) & (middles < high)]]
    at = np.searchsorted(sums, targets)
    beside = [np.abs(sums[np.clip(k, 0, len(sums) - 1)] - targets) for k in (at - 1, at)]
    errors = np.minimum(*beside)
    return float(targets[errors.argmax()]), float(errors.max())


# The student's own numbers


def numbers(seed: int) -> dict:
    """A picture, three candidates, a limit and a tolerance, and the sign of a target."""
    rng = np.random.default_rng(seed)
    return {
        "picture": _picture(_pictured(seed)),
        "x": _by_hand(seed),
        "most": int(rng.integers(2, 4)),
        "eta": float(rng.choice([0.02, 0.01, 0.005])),
        "sign": int(rng.choice([-1, 1])),
    }


def _pictured(seed: int) -> np.ndarray:
    def draw(rng):
        return (rng.integers(-75, 76, 4) / 100,)

    def good(x):
        inside, wide = _worst_gaps(x, 2), _worst_gaps(x, 4)
        clear = inside[0] - inside[1] > 0.08 and inside[0] > 0.2 and np.abs(x).min() > 0.1
        if np.abs(_sums(x, 4)).max() > 1.5:
            return False
        return clear and abs(_worst(x, 2)[0] - _worst(x, 4)[0]) > 0.1 and wide[0] < inside[0] - 0.05

    return drawn(seed, draw, good)[0]


def _sums(x: np.ndarray, most: int) -> np.ndarray:
    masks = all_masks(len(x))
    return (masks @ x)[masks.sum(axis=1) <= most]


def _worst(x: np.ndarray, most: int) -> tuple[float, float]:
    return worst_on_grid(_sums(x, most), -0.5, 0.5, 0.01)


def _worst_gaps(x: np.ndarray, most: int) -> list[float]:
    """The widest gaps that lie inside [-1/2, 1/2], the widest first; none where an end is the worst."""
    sums = np.unique(_sums(x, most).round(2))
    gaps = [b - a for a, b in zip(sums[:-1], sums[1:], strict=True) if a >= -0.5 and b <= 0.5]
    inside = sorted(gaps, reverse=True) + [0.0, 0.0]
    return inside if inside[0] / 2 > _worst(x, most)[1] - NEAR else [0.0, 0.0]


def _picture(x: np.ndarray):
    masks = all_masks(len(x))
    totals, kept = masks @ x, masks.sum(axis=1)
    rows = [(f"{k} kept", np.sort(totals[kept == k]).round(2).tolist()) for k in range(len(x) + 1)]
    title = "The sums of four candidates, by how many of them are kept."
    return number_line(rows, -1.5, 1.5, 0.1, title)


def _by_hand(seed: int) -> np.ndarray:
    def draw(rng):
        return (np.array([1, -1, 1]) * rng.integers(3, 19, 3) / 20,)

    def good(x):
        sums = np.sort(_sums(x, 2))
        target, error = _worst(x, 2)
        return np.diff(sums).min() > 0.01 and abs(target) < 0.49 and error < _worst(x, 1)[1] - 0.01

    return drawn(seed, draw, good)[0]


# 1. Read a picture


def _read_arguments(seed: int) -> tuple:
    return (_pictured(seed),)


def _judge_target(arguments: tuple, value) -> str | None:
    (x,) = arguments
    target, _ = array_of(value, "read_off", (2,))
    right, any_number = _worst(x, 2)[0], _worst(x, 4)[0]
    if abs(target - right) <= 0.03:
        return None
    if abs(target) > 0.5:
        return f"{target:g} lies outside of [-1/2, 1/2]"
    if abs(target - any_number) <= 0.03:
        return (
            f"{target:g} is the worst target when any number may be kept; only the rows with 0, 1 and 2 "
            "kept count"
        )
    nearest = np.abs(_sums(x, 2) - target).min()
    return f"some sum is only {size(nearest)} from {target:g}; another target is farther from all of them"


def _judge_error(arguments: tuple, value) -> str | None:
    (x,) = arguments
    _, error = array_of(value, "read_off", (2,))
    right = _worst(x, 2)[1]
    if abs(error - right) <= 0.02:
        return None
    if abs(error - 2 * right) <= 0.03:
        return f"{error:g} is the width of the gap; a target in its middle is half as far from its ends"
    return (
        f"the error is the distance from the worst target to the nearest sum, and {error:g} is not"
    )


# 2. By hand


def _hand_arguments(seed: int) -> tuple:
    return (_by_hand(seed),)


def _judge_sums(arguments: tuple, value) -> str | None:
    (x,) = arguments
    found = np.unique(_listed(value)[0].round(6))
    right = np.unique(_sums(x, 2).round(6))
    if len(found) == len(right) and np.abs(found - right).max() < NEAR:
        return None
    everything = np.unique(_sums(x, 3).round(6))
    if len(found) == len(everything) and np.abs(found - everything).max() < NEAR:
        return f"the sum {x.sum():.2f} keeps all three, and at most two may be kept"
    if np.abs(found - x.sum()).min() < NEAR and np.abs(right - x.sum()).min() > NEAR:
        return f"the sum {x.sum():.2f} keeps all three"
    missing = [value for value in right if np.abs(found - value).min() > NEAR]
    if missing and abs(missing[0]) < NEAR:
        return "the empty subset is missing: its sum is 0"
    if missing:
        strange = [value for value in found if np.abs(right - value).min() > NEAR]
        none = f", and {strange[0]:g} is none of them" if strange else ""
        return f"{len(missing)} of the {len(right)} sums with at most two kept are missing{none}"
    return f"there are {len(right)} sums with at most two kept, and you list {len(found)}"


def _listed(value) -> tuple[np.ndarray, float]:
    sums, worst = parts_of(value, 2, "the list of sums, and the worst error")
    return array_of(sums, "the list of sums", (-1,)), number(worst, "the worst error")


def _judge_worst(arguments: tuple, value) -> str | None:
    (x,) = arguments
    error = _listed(value)[1]
    right = _worst(x, 2)[1]
    if abs(error - right) < ROUNDED:
        return None
    if abs(error - 2 * right) < ROUNDED:
        return f"{error:g} is the width of the widest gap; its middle is half as far"
    if abs(error - _worst(x, 3)[1]) < ROUNDED:
        return f"{error:g} is the worst error when all three may be kept"
    if error < right:
        return f"a target in [-1/2, 1/2] is farther from all sums than {error:g}"
    return f"every target in [-1/2, 1/2] has a sum nearer than {error:g}"


# 3. The counting bound


def subsets_of_at_most(n: int, most: int) -> int:
    """How many subsets of n candidates keep at most `most`."""
    return sum(comb(n, k) for k in range(min(n, most) + 1))


def least_n(most: int, eta: float, count=subsets_of_at_most) -> int:
    """The least n for which intervals of length 2 eta around all sums can cover [-1/2, 1/2]."""
    n = 0
    while count(n, most) * 2 * eta < 1 - NEAR:
        n += 1
    return n


def _bound_arguments(seed: int) -> tuple:
    mine = numbers(seed)
    return mine["most"], mine["eta"]


def _judge_bound(arguments: tuple, value) -> str | None:
    most, eta = arguments
    found = number(value, "least_n")
    if found == least_n(most, eta):
        return None
    mistaken = {
        least_n(most, eta, lambda n, k: 2**n): "counts all 2^n subsets, and at most "
        f"{most} candidates may be kept",
        least_n(
            most, eta, comb
        ): f"counts the subsets that keep exactly {most}; fewer may be kept too",
        least_n(
            most, eta / 2
        ): "takes an interval of length eta around a sum; it is within eta on both sides",
        least_n(most, eta) - 1: "is one too small: its sums cannot cover [-1/2, 1/2]",
    }
    return f"{found:g} {mistaken.get(found, 'is not the least n that the counting bound allows')}"


# 4. The best subset with a limit


def best_arguments(n: int, most: int, draw=None, good=None):
    """seed -> (x, z, most): an instance on which the usual wrong answers differ from the right one."""

    def arguments(seed: int) -> tuple:
        x, z = drawn(seed, draw or _uniform(n), good or (lambda x, z: True))
        return x, float(z), most

    return arguments


def _uniform(n: int, low: float = -0.5, high: float = 0.5):
    return lambda rng: (rng.uniform(-1, 1, n), rng.uniform(low, high))


def _planted(n: int, kept: int):
    """Candidates, and a target that is the sum of the first and the last of them, or of more in between."""

    def draw(rng):
        x = rng.uniform(-1, 1, n)
        places = [
            *rng.choice(n // 2, kept // 2, False),
            *rng.choice(range(n // 2, n), (kept + 1) // 2, False),
        ]
        return x, x[places].sum()

    return draw


def kept_by_best(x: np.ndarray, z: float, most: int) -> np.ndarray:
    """The mask of the best subset of at most `most`, found by trying all."""
    masks = all_masks(len(x))
    masks = masks[masks.sum(axis=1) <= most]
    return masks[np.abs(masks @ x - z).argmin()]


def tells_exact(x: np.ndarray, z: float) -> bool:
    """The best of at most 4 keeps 4, two of each half, and greedy search is far from it."""
    best = kept_by_best(x, z, 4)
    halves = best[:5].sum(), best[5:].sum()
    errors = [greedy_error(x, z, 4), least_error(x, z, range(4)), least_error(x, z, range(5))]
    clear = min(errors[:2]) > 3 * errors[2] and errors[0] < abs(z)
    return halves == (2, 2) and clear and errors[0] != errors[1]


def _tells_limit(x: np.ndarray, z: float) -> bool:
    """With one or with any number more, more would be kept."""
    return kept_by_best(x, z, 4).sum() == 4 and kept_by_best(x, z, len(x)).sum() > 3


def _tells_fewer(x: np.ndarray, z: float) -> bool:
    return abs(z) <= 0.5 and least_error(x, z, [5]) > 1e-4 and greedy_error(x, z, 5) > 1e-4


def judge_mask(arguments: tuple, value) -> str | None:
    """Whether it is a mask, and True in it means kept; the target is the sum of a subset."""
    x, z, _ = arguments
    mask = mask_of(value, len(x))
    if words := _keeps_nothing(arguments, mask):
        return words
    off = abs(x[~mask].sum() - z) < NEAR < abs(x[mask].sum() - z)
    return "True means kept, and in your mask it is what is crossed out" if off else None


def judge_limit(arguments: tuple, value) -> str | None:
    """Whether no more are kept than may be."""
    x, _, most = arguments
    mask = mask_of(value, len(x))
    kept = int(mask.sum())
    return _keeps_nothing(arguments, mask) or (
        f"your mask keeps {kept} of the {most} candidates that it may keep" if kept > most else None
    )


def _keeps_nothing(arguments: tuple, mask: np.ndarray) -> str | None:
    """Words on an empty mask where something is nearer."""
    x, z, most = arguments
    nearer = most > 0 and np.abs(x - z).min() < abs(z) - NEAR
    return (
        "your mask keeps nothing, and a single candidate is nearer"
        if nearer and not mask.any()
        else None
    )


def judge_best(arguments: tuple, value) -> str | None:
    """Whether no subset within the limit is nearer; a usual mistake is named where the answer is its."""
    x, z, most = arguments
    mask = mask_of(value, len(x))
    if words := judge_limit(arguments, value):
        return words
    best, error = least_error(x, z, range(most + 1)), abs(float(x[mask].sum()) - z)
    if error <= best + NEAR:
        return None
    yours, possible = sizes(error, best)
    words = f"for z = {z:.2f} your error is {yours}, and {possible} is possible"
    return words + (_named(arguments, error) if mask.any() else "; your mask keeps nothing")


def _named(arguments: tuple, error: float) -> str:
    x, z, most = arguments
    mistaken = {
        "; a greedy search finds the same": greedy_error(x, z, most),
        f"; with at most {most - 1} it would be the best, and {most} may be kept": least_error(
            x, z, range(most)
        ),
        f"; with exactly {most} it would be the best, and fewer may be kept": least_error(
            x, z, [most]
        ),
    }
    return next((words for words, other in mistaken.items() if abs(error - other) < NEAR), "")


# 5. Forbidden pairs


def apart_arguments(n: int, pairs: int, low: float, high: float, good=None):
    """seed -> (x, forbidden pairs, low, high); a pair's positions stand in either order."""

    def draw(rng):
        x = rng.uniform(-0.9, 0.9, n)
        every = [(i, j) for i in range(n) for j in range(i + 1, n)]
        chosen = sorted(rng.choice(len(every), pairs, replace=False).tolist())
        turned = [every[k][:: 1 if at % 2 else -1] for at, k in enumerate(chosen)]
        return x, turned, low, high

    return lambda seed: drawn(seed, draw, good or (lambda *instance: True))


def allowed_sums(x: np.ndarray, pairs) -> np.ndarray:
    """The sums of the subsets that keep no forbidden pair."""
    masks = all_masks(len(x))
    for i, j in pairs:
        masks = masks[~(masks[:, i] & masks[:, j])]
    return masks @ x


def _apart(x, pairs, low, high) -> float:
    return worst_target(allowed_sums(x, pairs), low, high)[1]


def _without(x, pairs, low, high) -> float:
    """The worst error when a candidate of a forbidden pair is not kept at all."""
    left = np.setdiff1d(range(len(x)), np.ravel(pairs).astype(int))
    return _apart(x[left], [], low, high)


def _gaps_only(x, pairs, low, high) -> float:
    """Half of the widest gap between sums inside the interval."""
    sums = np.unique(allowed_sums(x, pairs).round(9))
    sums = sums[(sums >= low) & (sums <= high)]
    return float(np.diff(sums).max(initial=0)) / 2


def _clipped(x, pairs, low, high) -> float:
    """The worst error when sums beyond the interval are thrown away."""
    sums = allowed_sums(x, pairs)
    sums = sums[(sums >= low - NEAR) & (sums <= high + NEAR)]
    return worst_target(sums, low, high)[1] if len(sums) else float("inf")


def _half_gaps(x, pairs, low, high) -> float:
    """Half of the widest gap that reaches into the interval, though its middle may lie outside."""
    sums = np.unique(allowed_sums(x, pairs).round(9))
    gaps = np.diff(sums)[(sums[1:] > low) & (sums[:-1] < high)]
    ends = [np.abs(sums - end).min() for end in (low, high)]
    return float(max(gaps.max(initial=0) / 2, *ends))


def tells(wanted: tuple[str, ...], alike: tuple[str, ...] = ()):
    """Whether the wanted mistakes give other answers than the right one, and all mistakes different ones.

    alike: mistakes that must not show on this instance.
    """

    def good(*instance) -> bool:
        right = _apart(*instance)

        def off(name: str) -> float:
            return abs(MISTAKES[name][0](*instance) - right)

        if not all(off(name) > 0.02 for name in wanted) or any(off(name) > NEAR for name in alike):
            return False
        values = [call(*instance) for call, _ in MISTAKES.values()]
        shown = np.sort([value for value in values if abs(value - right) > NEAR])
        return np.diff(shown).min(initial=1) > NEAR

    return good


def judge_apart(arguments: tuple, value) -> str | None:
    """Whether it is the worst error; a usual mistake is named where the answer is its."""
    x, pairs, low, high = arguments
    found, right = number(value, "covering_apart"), _apart(*arguments)
    if abs(found - right) < NEAR:
        return None
    mistaken = ((call(*arguments), words) for call, words in MISTAKES.values())
    named = next(
        (
            words.format(low=low, high=high)
            for other, words in mistaken
            if abs(found - other) < NEAR
        ),
        None,
    )
    if not named and abs(found - right) < 0.02 * right:
        named = f"{found:.6g} is near, and not exact: from a grid of targets, or rounded?"
    return named or f"the worst error on [{low:g}, {high:g}] is not {found:.4g}: a target is " + (
        "farther from all sums" if found < right else "never so far from all sums"
    )


# The usual mistakes: the answer that each gives, and what is said of it.
MISTAKES = {
    "free": (
        lambda x, pairs, low, high: _apart(x, [], low, high),
        "this is the answer when no pair is forbidden",
    ),
    "first": (
        lambda x, pairs, low, high: _apart(x, pairs[:1], low, high),
        "this is the answer when only the first pair is forbidden",
    ),
    "neither": (
        _without,
        "this is the answer when neither candidate of a forbidden pair is kept; one of them may be",
    ),
    "empty": (
        lambda x, pairs, low, high: worst_target(allowed_sums(x, pairs)[1:], low, high)[1],
        "this is the answer without the empty subset, whose sum is 0",
    ),
    "half": (_half_gaps, "half of a gap counts only where its middle lies in the interval"),
    "width": (
        lambda *instance: 2 * _gaps_only(*instance),
        "this is the width of the widest gap; its middle is half as far",
    ),
    "ends": (
        _gaps_only,
        "an end of [{low:g}, {high:g}] is farther from all sums than the middle of any gap",
    ),
    "clipped": (
        _clipped,
        "sums beyond the interval are missing; they serve the targets near its ends",
    ),
    "fixed": (
        lambda x, pairs, low, high: _apart(x, pairs, -0.5, 0.5),
        "this is the answer for [-1/2, 1/2], and asked was [{low:g}, {high:g}]",
    ),
}


# 6. Break greedy search


def _break_arguments(seed: int) -> tuple:
    mine = numbers(seed)
    return mine["most"], mine["sign"]


def _instance(value) -> tuple[np.ndarray, float]:
    x, target = parts_of(value, 2, "the candidates, and the target")
    x = array_of(x, "the candidates", (-1,))
    if not 1 <= len(x) <= 8:
        raise Unfit(f"between 1 and 8 candidates are asked for, and there are {len(x)}")
    return x, number(target, "the target")


def _judge_rules(arguments: tuple, value) -> str | None:
    _, sign = arguments
    x, z = _instance(value)
    if np.abs(x).max() > 1:
        return f"the candidate {x[np.abs(x).argmax()]:g} lies outside of [-1, 1]"
    if z * sign <= 0 or abs(z) > 0.5:
        wanted = "positive" if sign > 0 else "negative"
        return f"your target is to be {wanted}, at most 1/2 in size, and is {z:g}"
    return None


def _judge_stuck(arguments: tuple, value) -> str | None:
    most, _ = arguments
    x, z = _instance(value)
    left = greedy_error(x, z, most)
    if least_error(x, z, range(len(x) + 1)) >= left - NEAR:
        return f"greedy search leaves {size(left)}, and no subset is nearer"
    return (
        None
        if left >= 0.1 - NEAR
        else f"greedy search comes within {size(left)}; 0.1 or more is asked for"
    )


def _judge_better(arguments: tuple, value) -> str | None:
    most, _ = arguments
    x, z = _instance(value)
    best, left = least_error(x, z, range(most + 1)), greedy_error(x, z, most)
    if best <= left / 100 and left > NEAR:
        return None
    more = least_error(x, z, range(len(x) + 1))
    words = f"the best subset of at most {most} leaves {size(best)}, and greedy search {size(left)}"
    return (
        f"{words}; only with more than {most} it is far better"
        if more <= left / 100 < best
        else words
    )


# 7. How many are enough


def enough_arguments(seed: int) -> tuple:
    """The student's own limit and tolerance."""
    mine = numbers(seed)
    return mine["most"], mine["eta"]


def _judge_enough(arguments: tuple, value) -> str | None:
    most, eta = arguments
    found = number(value, "enough")
    if found != int(found) or found < 1:
        return f"a number of candidates is a whole number, and {found:g} is none"
    least = least_n(most, eta)
    if found < least:
        return f"{found:g} candidates have too few sums: the counting bound asks for {least} for all targets"
    return None


ASSIGNMENT = Assignment(
    numbers,
    (
        Task(
            name="read_off",
            title="Read a picture",
            kind="value",
            checks=(
                own("the target", 1, _read_arguments, _judge_target),
                own("its error", 1, _read_arguments, _judge_error),
            ),
        ),
        Task(
            name="by_hand",
            title="By hand",
            kind="value",
            checks=(
                own("the sums", 1, _hand_arguments, _judge_sums),
                own("the worst error", 1, _hand_arguments, _judge_worst),
            ),
        ),
        Task(
            name="least_n",
            title="The counting bound with a limit",
            kind="value",
            checks=(own("the least n", 2, _bound_arguments, _judge_bound),),
        ),
        Task(name="counting_proof", title="The counting bound with a limit", kind="text", points=4),
        Task(
            name="best_kept",
            title="The best subset with a limit",
            seconds=6.0,
            more=4,
            checks=(
                Check(
                    name="a mask",
                    points=1,
                    judge=judge_mask,
                    arguments=best_arguments(
                        6,
                        6,
                        _planted(6, 3),
                        lambda x, z: abs(2 * z - x.sum()) > 0.1 and np.abs(x - z).min() < abs(z),
                    ),
                ),
                Check(
                    name="the limit",
                    points=1,
                    judge=judge_limit,
                    arguments=best_arguments(10, 3, good=_tells_limit),
                ),
                Check(
                    name="exact",
                    points=2,
                    judge=judge_best,
                    arguments=best_arguments(10, 4, good=tells_exact),
                ),
                Check(
                    name="fewer is nearer",
                    points=1,
                    judge=judge_best,
                    arguments=best_arguments(10, 5, _planted(10, 2), _tells_fewer),
                ),
            ),
        ),
        Task(
            name="covering_apart",
            title="Forbidden pairs",
            seconds=6.0,
            more=3,
            checks=(
                Check(
                    name="pairs",
                    points=2,
                    judge=judge_apart,
                    arguments=apart_arguments(
                        7,
                        3,
                        -0.5,
                        0.5,
                        tells(
                            ("free", "neither", "width", "first"),
                            ("ends", "clipped", "empty", "half"),
                        ),
                    ),
                ),
                Check(
                    name="the ends",
                    points=1,
                    judge=judge_apart,
                    arguments=apart_arguments(
                        5, 2, -0.25, 1.0, tells(("ends", "fixed"), ("clipped", "empty", "half"))
                    ),
                ),
            ),
        ),
        Task(
            name="greedy_fails",
            title="Break greedy search",
            kind="value",
            checks=(
                own("the rules", 1, _break_arguments, _judge_rules),
                own("greedy is stuck", 1, _break_arguments, _judge_stuck),
                own("another subset", 2, _break_arguments, _judge_better),
            ),
        ),
        Task(
            name="enough",
            title="How many are enough?",
            kind="value",
            more=1,
            checks=(own("a number", 1, enough_arguments, _judge_enough),),
        ),
        Task(name="explanation", title="How many are enough?", kind="text", points=6),
    ),
)
