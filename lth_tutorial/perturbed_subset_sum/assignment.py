"""The assignment of chapter 2: one candidate may move, and only away from zero.

A move takes a kept candidate x_i to x_i + y with the sign of x_i in y and |y| <= epsilon_i; at most one of
the kept candidates moves. Answers are judged by trying all subsets.
"""

import numpy as np

from lth_tutorial.judging import (
    all_masks,
    apart,
    array_of,
    drawn,
    mask_of,
    number,
    parts_of,
    size,
    sizes,
)
from lth_tutorial.sketch import number_line
from lth_tutorial.tasks import Assignment, Task, Unfit, check, own

NEAR = 1e-9
ROUNDED = 6e-4


# What a subset reaches


def reach(x: np.ndarray, epsilon: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
    """The ends of all sums of a subset of which one member may move away from zero."""
    total = float(x[mask].sum())
    down = max(epsilon[mask & (x < 0)], default=0.0)
    up = max(epsilon[mask & (x > 0)], default=0.0)
    return total - down, total + up


def distance(ends: tuple[float, float], z: float) -> float:
    """How far a target is from an interval."""
    return max(0.0, ends[0] - z, z - ends[1])


def errors(x: np.ndarray, z: float, epsilon: np.ndarray) -> np.ndarray:
    """The best error of every subset, in the order of `all_masks`."""
    masks = all_masks(len(x))
    sums = masks @ x
    down = (masks * np.where(x < 0, epsilon, 0)).max(axis=1)
    up = (masks * np.where(x > 0, epsilon, 0)).max(axis=1)
    return np.maximum(0, np.maximum(sums - down - z, z - sums - up))


def worst_target(intervals, low: float, high: float) -> float:
    """The worst distance of a target in [low, high] from intervals whose ends are multiples of 0.005."""
    targets = np.linspace(low, high, round((high - low) / 0.0025) + 1)
    return max(min(distance(ends, z) for ends in intervals) for z in targets)


# The student's own numbers


def numbers(seed: int) -> dict:
    """A picture, two candidates with their radii, a tolerance and a radius."""
    rng = np.random.default_rng(seed)
    x, epsilon = _by_hand(seed)
    return {
        "picture": _picture(*_pictured(seed)),
        "x": x,
        "epsilon": epsilon,
        "eta": float(rng.choice([0.001, 0.0005])),
        "radius": float(rng.choice([0.01, 0.02, 0.04])),
    }


def _pictured(seed: int) -> tuple[np.ndarray, np.ndarray]:
    def draw(rng):
        return rng.integers(-70, 71, 3) / 100, rng.integers(4, 16, 3) / 100

    def good(x, epsilon):
        bars = _bars(x, epsilon)
        if np.abs(bars).max() > 1.5 or np.abs(x).min() < 0.15:
            return False
        gaps = _gaps(bars)
        inside = [b - a for a, b in gaps if a >= -0.5 and b <= 0.5]
        widest = max(gaps, key=lambda gap: gap[1] - gap[0])
        clear = len(inside) > 1 and sorted(inside)[-1] - sorted(inside)[-2] > 0.05
        beyond = widest[0] < -0.5 or widest[1] > 0.5
        return clear and beyond and max(inside) > 0.1

    return drawn(seed, draw, good)


def _bars(x: np.ndarray, epsilon: np.ndarray) -> list[tuple[float, float]]:
    return [tuple(np.round(reach(x, epsilon, mask), 4)) for mask in all_masks(len(x))]


def _gaps(bars) -> list[tuple[float, float]]:
    """The stretches between intervals that none of them covers."""
    found, right = [], -np.inf
    for start, end in sorted(bars):
        if right < start and right > -np.inf:
            found.append((right, start))
        right = max(right, end)
    return found


def _picture(x: np.ndarray, epsilon: np.ndarray):
    names = np.array(["a", "b", "c"])
    rows = [
        (f"{', '.join(names[mask]) or 'nothing'} kept", [bar])
        for mask, bar in zip(all_masks(3), _bars(x, epsilon), strict=True)
    ]
    return number_line(rows, -1.5, 1.5, 0.1, "What each subset of three candidates can reach.")


def _by_hand(seed: int) -> tuple[np.ndarray, np.ndarray]:
    def draw(rng):
        sizes, radii = rng.integers(5, 17, 2) / 20, rng.choice([0.05, 0.1, 0.15], 2, replace=False)
        return sizes * np.array([1, -1]), radii

    def good(x, epsilon):
        bars = _bars(x, epsilon)
        right = worst_target(bars, -0.5, 0.5)
        both = worst_target(_symmetric(x, epsilon), -0.5, 0.5)
        still = worst_target([(x[m].sum(), x[m].sum()) for m in all_masks(2)], -0.5, 0.5)
        return apart(0.01, right, both, still) and abs(x.sum()) > 0.1

    return drawn(seed, draw, good)


def _symmetric(x: np.ndarray, epsilon: np.ndarray) -> list[tuple[float, float]]:
    """The intervals of chapter 2, where every member moves in both directions."""
    return [
        (x[m].sum() - epsilon[m].sum(), x[m].sum() + epsilon[m].sum()) for m in all_masks(len(x))
    ]


# 1. Read a picture


def _judge_gap(arguments: tuple, value) -> str | None:
    gaps = _gaps(_bars(*arguments))
    inside = [gap for gap in gaps if gap[0] >= -0.5 and gap[1] <= 0.5]
    right = max(inside, key=lambda gap: gap[1] - gap[0])
    found = np.sort(array_of(value, "read_off", (2,)))
    if np.abs(found - right).max() <= 0.02:
        return None
    widest = max(gaps, key=lambda gap: gap[1] - gap[0])
    if np.abs(found - widest).max() <= 0.03:
        return "that stretch does not lie in [-1/2, 1/2]"
    middle = found.mean()
    if any(start < middle < end for start, end in _bars(*arguments)):
        return f"a subset reaches {middle:.2f}, which lies between your ends"
    for start, end in _bars(*arguments):
        inner = max(start, found[0]), min(end, found[1])
        if found[0] + 0.03 < inner[0] <= inner[1] < found[1] - 0.03:
            return f"a subset reaches {sum(inner) / 2:.2f}, which lies between your ends"
    return "it is another stretch that is the widest, or its ends are farther off than 0.02"


# 2. By hand


def _own_instance(seed: int) -> tuple:
    return _by_hand(seed)


def _judge_intervals(arguments: tuple, value) -> str | None:
    x, epsilon = arguments
    intervals, _ = parts_of(value, 2, "the four intervals, and the worst error")
    some = array_of(intervals, "the intervals", (-1, 2))
    if not (np.abs(some).max(axis=1, initial=0) < ROUNDED).any():
        return "the empty subset is missing: it reaches 0 and nothing else"
    found = np.sort(array_of(intervals, "the intervals", (4, 2)), axis=1)
    found = found[np.lexsort(found.T[::-1])]
    right, both = (np.array(sorted(bars)) for bars in (_bars(x, epsilon), _symmetric(x, epsilon)))
    if np.abs(found - right).max() < ROUNDED:
        return None
    if np.abs(found - both).max() < ROUNDED:
        return "these are the intervals when every member moves, in both directions"
    wrong = np.abs(found - right).max(axis=1) > ROUNDED
    return f"{wrong.sum()} of the four intervals are not what one move away from zero reaches"


def _judge_worst(arguments: tuple, value) -> str | None:
    x, epsilon = arguments
    error = number(
        parts_of(value, 2, "the four intervals, and the worst error")[1], "the worst error"
    )
    right = worst_target(_bars(x, epsilon), -0.5, 0.5)
    if abs(error - right) < ROUNDED:
        return None
    alike = _judge_intervals(arguments, value) is None
    if not alike and abs(error - worst_target(_symmetric(x, epsilon), -0.5, 0.5)) < ROUNDED:
        return f"{error:g} is the worst error when every member moves, in both directions"
    if abs(error - 2 * right) < ROUNDED:
        return f"{error:g} is the width of a gap; its middle is half as far"
    if error < right:
        return f"a target in [-1/2, 1/2] is farther from all intervals than {error:g}"
    return f"every target in [-1/2, 1/2] is nearer to an interval than {error:g}"


# 3. The counting bound


def _bound_arguments(seed: int) -> tuple:
    mine = numbers(seed)
    return mine["eta"], mine["radius"]


def _least_n(length) -> int:
    """The least n with 2^n subsets whose intervals, of the given total length a subset, can cover 1."""
    n = 0
    while 2**n * length(n) < 1 - NEAR:
        n += 1
    return n


def _judge_bound(arguments: tuple, value) -> str | None:
    eta, radius = arguments
    found, right = number(value, "least_n"), _least_n(lambda n: 2 * eta + 2 * radius)
    if found == right:
        return None
    mistaken = {
        _least_n(lambda n: 2 * eta): "is the bound when nothing moves",
        _least_n(lambda n: 2 * eta + n * radius): "is the bound when every member moves",
        _least_n(
            lambda n: 2 * eta + radius
        ): "takes a subset to move up or down; with members of both signs it can do either",
        _least_n(lambda n: eta + radius): "counts one side of the interval only",
    }
    return f"{found:g} {mistaken.get(found, 'is not the least n that the counting bound allows')}"


# 4. The best move


def move_arguments(good):
    """seed -> (x, z, mask, epsilon) on which the move that is wanted differs from the usual others."""

    def draw(rng):
        n = 6
        x = rng.uniform(0.1, 1, n) * rng.choice([-1, 1], n)
        mask, epsilon = rng.random(n) < 0.6, rng.uniform(0.02, 0.3, n)
        return x, float(x[mask].sum() + rng.choice([-1, 1]) * rng.uniform(0.05, 0.6)), mask, epsilon

    def fit(x, z, mask, epsilon):
        right = (x > 0) == (z > x[mask].sum())
        return (mask & right).sum() > 1 and good(x, z, mask, epsilon, right)

    return lambda seed: drawn(seed, draw, fit)


def _widest(epsilon: np.ndarray, among: np.ndarray) -> int:
    return int(np.where(among, epsilon, -1).argmax())


def _residual(x, z, mask) -> float:
    return abs(z - x[mask].sum())


def _not_kept(x, z, mask, epsilon, right) -> bool:
    """The widest radius of all that could help is not kept; of those kept it has the right sign."""
    plain = _widest(epsilon, mask) == _widest(epsilon, mask & right) == _largest(x, mask & right)
    return (
        plain
        and _widest(epsilon, right) != _widest(epsilon, mask & right)
        and _far(x, z, mask, epsilon)
    )


def _wrong_side(x, z, mask, epsilon, right) -> bool:
    plain = _widest(epsilon, right) == _widest(epsilon, mask & right) == _largest(x, mask & right)
    return (
        plain
        and _widest(epsilon, mask) != _widest(epsilon, mask & right)
        and _far(x, z, mask, epsilon)
    )


def _close(x, z, mask, epsilon, right) -> bool:
    best = _widest(epsilon, mask & right)
    plain = best == _widest(epsilon, right) == _widest(epsilon, mask) == _largest(x, mask & right)
    missing, helpful = _residual(x, z, mask), epsilon[mask & right]
    nearest = helpful[np.abs(helpful - missing).argmin()]  # a tempting radius, which falls short
    return plain and 0.02 < missing < epsilon[best] - 0.05 and nearest < missing - 0.01


def _not_largest(x, z, mask, epsilon, right) -> bool:
    best = _widest(epsilon, mask & right)
    plain = best == _widest(epsilon, right) == _widest(epsilon, mask)
    return plain and best != _largest(x, mask & right) and _far(x, z, mask, epsilon)


def _largest(x: np.ndarray, among: np.ndarray) -> int:
    return int(np.where(among, np.abs(x), -1).argmax())


def _far(x, z, mask, epsilon) -> bool:
    return _residual(x, z, mask) > epsilon.max() + 0.02


def move_of(value, n: int) -> tuple[int, float]:
    """A value as the position that moves, and by how much."""
    place, y = parts_of(value, 2, "the position that moves, and by how much")
    place = number(place, "the position")
    if place != int(place) or not -1 <= place < n:
        raise Unfit(f"the position should be a whole number from 0 to {n - 1}, and is {place:g}")
    return int(place), number(y, "the move")


def broken_rule(
    x: np.ndarray, mask: np.ndarray, epsilon: np.ndarray, place: int, y: float
) -> str | None:
    """What a move breaks, in words."""
    if y == 0:
        return None
    if place < 0 or not mask[place]:
        return f"candidate {place} moves, and it is not kept"
    if np.sign(y) != np.sign(x[place]):
        return f"candidate {place} is {x[place]:.2f}, and a move of {y:.2f} takes it towards zero"
    if abs(y) > epsilon[place] + 1e-12:
        return f"candidate {place} moves by {abs(y):.3g}, and its radius is {epsilon[place]:.3g}"
    return None


def judge_move(arguments: tuple, value) -> str | None:
    """Whether it is the best move of this subset."""
    x, z, mask, epsilon = arguments
    place, y = move_of(value, len(x))
    broken = broken_rule(x, mask, epsilon, place, y)
    error, best = abs(x[mask].sum() + y - z), distance(reach(x, epsilon, mask), z)
    if broken or error <= best + NEAR:
        return broken
    if best < NEAR and (z - x[mask].sum()) * (z - x[mask].sum() - y) < 0:
        return f"you move past the target by {size(error)}; a shorter move hits it"
    yours, possible = sizes(error, best)
    return f"your error is {yours}, and {possible} is possible: {_why_not(arguments, place, y)}"


def _why_not(arguments: tuple, place: int, y: float) -> str:
    x, z, mask, epsilon = arguments
    if y == 0:
        return "a kept candidate can move towards the target"
    if y * (z - x[mask].sum()) < 0:
        return "your move takes the sum away from the target"
    if abs(y) < epsilon[place] - 1e-12:
        return "your move is shorter than it may be"
    return "another kept candidate moves farther"


# 5. The best subset with one move


def search_arguments(n: int, good=None, low: float = -0.5, high: float = 0.5):
    """seed -> (x, z, epsilon)."""

    def draw(rng):
        return rng.uniform(-1, 1, n), float(rng.uniform(low, high)), rng.uniform(0, 0.1, n)

    return lambda seed: drawn(seed, draw, good or (lambda *instance: True))


def mistaken_errors(x: np.ndarray, z: float, epsilon: np.ndarray) -> dict[str, float]:
    """The errors of the usual mistakes, each after the best move of the subset that it chooses."""
    masks, best = all_masks(len(x)), errors(x, z, epsilon)
    away = np.abs(masks @ x - z)
    widest = np.where(masks, epsilon, 0).max(axis=1)
    chosen = {
        "this is the subset that is nearest without moving, moved afterwards": away,
        "this is the subset that would be the best if all of it might move": np.maximum(
            away - masks @ epsilon, 0
        ),
        "this is the subset that would be the best if moves towards zero were allowed": np.maximum(
            away - widest, 0
        ),
    }
    return {words: float(best[value.argmin()]) for words, value in chosen.items()}


def one_sided(x: np.ndarray, z: float, epsilon: np.ndarray) -> dict[str, float]:
    """The errors of searches that leave out one side."""
    sums = all_masks(len(x)) @ x
    down, up = ((all_masks(len(x)) * np.where(s, epsilon, 0)).max(axis=1) for s in (x < 0, x > 0))
    short, far = z - sums - up, sums - down - z
    return {
        "no negative candidate moves": float(np.maximum(0, np.maximum(short, sums - z)).min()),
        "sums that fall short of what is wanted count as well": float(
            np.where(short > NEAR, np.inf, np.maximum(0, far)).min()
        ),
    }


def tells_exact(x, z, epsilon) -> bool:
    """No usual mistake finds the best, and they find different errors; the empty subset is no help."""
    best = errors(x, z, epsilon).min()
    if best >= 0.01 or abs(z) - epsilon.max() < best + 0.01:
        return False
    wrong = mistaken_errors(x, z, epsilon).values()
    return min(wrong) > 2 * best + 1e-3 and apart(1e-4, *wrong)


def tells_apart(x, z, epsilon) -> bool:
    """The usual mistakes that do not find the best find different errors."""
    best, wrong = errors(x, z, epsilon).min(), mistaken_errors(x, z, epsilon).values()
    wrong = [*wrong, *one_sided(x, z, epsilon).values()]
    return apart(1e-4, *(error for error in wrong if error > best + NEAR))


def _tells_negative(x, z, epsilon) -> bool:
    """A negative candidate has to move."""
    still = one_sided(x, z, epsilon)["no negative candidate moves"]
    return still > errors(x, z, epsilon).min() + 1e-3 and tells_apart(x, z, epsilon)


def _tells_rules(x, z, epsilon) -> bool:
    """Who moves towards zero, or what is not kept, chooses a subset in which that happens."""
    masks, best = all_masks(len(x)), errors(x, z, epsilon)
    if abs(z) - epsilon.max() < best.min() + 0.01 or np.abs(x - z).min() > abs(z) - 0.01:
        return False
    sums, widest = masks @ x, np.where(masks, epsilon, 0).max(axis=1)
    inward = np.maximum(np.abs(sums - z) - widest, 0)
    up, down = (np.where(side, epsilon, 0) for side in (x > 0, x < 0))
    others = np.maximum(0, np.maximum(sums - down.max() - z, z - sums - up.max()))
    breaks = [best[wrong.argmin()] > wrong.min() + 1e-3 for wrong in (inward, others)]
    return all(breaks) and masks[inward.argmin()].any()


def found_by(value, n: int) -> tuple[np.ndarray, int, float]:
    """A value as the mask, the position that moves, and by how much."""
    mask, place, y = parts_of(value, 3, "the mask, the position that moves, and by how much")
    return mask_of(mask, n), *move_of((place, y), n)


def _keeps_nothing(arguments: tuple, mask: np.ndarray) -> str | None:
    """Words on an empty mask where something is nearer."""
    x, z, _ = arguments
    nearer = np.abs(x - z).min() < abs(z) - NEAR and not mask.any()
    return "your mask keeps nothing, and a single candidate is nearer" if nearer else None


def judge_rules(arguments: tuple, value) -> str | None:
    """Whether what moves is kept, and moves as it may."""
    x, z, epsilon = arguments
    if words := _keeps_nothing(arguments, found_by(value, len(x))[0]):
        return words
    return broken_rule(x, *_swapped(epsilon, found_by(value, len(x))))


def _swapped(epsilon, found) -> tuple:
    mask, place, y = found
    return mask, epsilon, place, y


def judge_search(arguments: tuple, value) -> str | None:
    """Whether no other subset and move comes nearer; a usual mistake is named where the answer is its."""
    x, z, epsilon = arguments
    mask, _, y = found_by(value, len(x))
    error, best = abs(x[mask].sum() + y - z), errors(x, z, epsilon).min()
    broken = judge_rules(arguments, value)
    if broken or error <= best + NEAR:
        return broken
    yours, possible = sizes(error, best)
    words = f"for z = {z:.2f} your error is {yours}, and {possible} is possible"
    mistaken = mistaken_errors(x, z, epsilon) | one_sided(x, z, epsilon)
    named = [w for w, other in mistaken.items() if mask.any() and abs(error - other) < NEAR]
    return f"{words}; {named[0]}" if named else words


# 6. Break the search in two steps


def _instance(value) -> tuple[np.ndarray, np.ndarray, float]:
    x, epsilon, z = parts_of(value, 3, "the candidates, their radii, and the target")
    x = array_of(x, "the candidates", (-1,))
    if not 1 <= len(x) <= 6:
        raise Unfit(f"between 1 and 6 candidates are asked for, and there are {len(x)}")
    return x, array_of(epsilon, "the radii", (len(x),)), number(z, "the target")


def _judge_instance(arguments: tuple, value) -> str | None:
    x, epsilon, z = _instance(value)
    if np.abs(x).max() > 1:
        return f"the candidate {x[np.abs(x).argmax()]:g} lies outside of [-1, 1]"
    if epsilon.min() < 0 or epsilon.max() > 0.2:
        return "a radius lies outside of [0, 0.2]"
    return f"the target {z:g} lies outside of [-1/2, 1/2]" if abs(z) > 0.5 else None


def _two_steps(x, epsilon, z) -> float:
    """What the two steps leave; of subsets that are equally near the one counts that moves best."""
    away = np.abs(all_masks(len(x)) @ x - z)
    return float(errors(x, z, epsilon)[away < away.min() + NEAR].min())


def _nothing_nearer(x, epsilon, z) -> str | None:
    left, best = _two_steps(x, epsilon, z), errors(x, z, epsilon).min()
    words = f"the two steps leave {size(left)}, and no subset with one move is nearer"
    return words if NEAR < left <= best + NEAR else None


def _judge_stuck(arguments: tuple, value) -> str | None:
    x, epsilon, z = _instance(value)
    left = _two_steps(x, epsilon, z)
    if words := _nothing_nearer(x, epsilon, z):
        return words
    return (
        None
        if left >= 0.05 - NEAR
        else f"the two steps come within {size(left)}; 0.05 is asked for"
    )


def _judge_hit(arguments: tuple, value) -> str | None:
    x, epsilon, z = _instance(value)
    best = errors(x, z, epsilon).min()
    if words := _nothing_nearer(x, epsilon, z):
        return words
    if best < NEAR:
        hit = _two_steps(x, epsilon, z) <= NEAR
        return "the two steps hit the target as well" if hit else None
    return f"no subset with one move hits the target; the best leaves {size(best)}"


# 7. How much does a move save?


def needed_arguments(seed: int) -> tuple:
    """The student's own tolerance and radius."""
    return _bound_arguments(seed)


def _judge_needed(arguments: tuple, value) -> str | None:
    still, moving = array_of(value, "needed", (2,))
    if still != int(still) or moving != int(moving) or min(still, moving) < 1:
        return "numbers of candidates are whole numbers"
    if moving > still:
        return "the second number is the one with a move, and a move never does harm"
    return None


ASSIGNMENT = Assignment(
    numbers,
    (
        Task(
            name="read_off", title="Read a picture", kind="value",
            checks=(own("the widest gap", 2, _pictured, _judge_gap),),
        ),
        Task(
            name="by_hand", title="By hand", kind="value",
            checks=(
                own("the intervals", 1, _own_instance, _judge_intervals),
                own("the worst error", 1, _own_instance, _judge_worst),
            ),
        ),
        Task(
            name="least_n", title="What one move can do", kind="value",
            checks=(own("the least n", 2, _bound_arguments, _judge_bound),),
        ),
        Task(name="one_move_proof", title="What one move can do", kind="text", points=5),
        Task(
            name="best_move", title="The best move of a subset", more=1,
            checks=(
                check("what is kept", 1, move_arguments(_not_kept), judge_move),
                check("the direction", 1, move_arguments(_wrong_side), judge_move),
                check("not too far", 1, move_arguments(_close), judge_move),
                check("the widest radius", 1, move_arguments(_not_largest), judge_move),
            ),
        ),
        Task(
            name="best_one_move", title="The best subset with one move", more=3, seconds=8.0,
            checks=(
                check("the rules", 1, search_arguments(5, _tells_rules), judge_rules),
                check("exact", 2, search_arguments(7, tells_exact), judge_search),
                check("below zero", 1, search_arguments(6, _tells_negative), judge_search),
            ),
        ),
        Task(
            name="two_steps_fail", title="Break the search in two steps", kind="value",
            checks=(
                own("the rules", 1, lambda seed: (), _judge_instance),
                own("two steps fail", 1, lambda seed: (), _judge_stuck),
                own("another subset hits", 2, lambda seed: (), _judge_hit),
            ),
        ),
        Task(
            name="needed", title="How much does a move save?", kind="value", more=1,
            checks=(own("two numbers", 1, needed_arguments, _judge_needed),),
        ),
        Task(name="explanation", title="How much does a move save?", kind="text", points=6),
    ),
)  # fmt: skip
