"""The assignment of chapter 5: gradients under a mask that changes, and supports found by a product moment.

Gradients are judged by differences of the risk, supports by the teacher that drew the data.
"""

import numpy as np

from lth_tutorial.judging import array_of, drawn, number, parts_of, positions_of, size
from lth_tutorial.sketch import number_line
from lth_tutorial.tasks import Assignment, Task, check, own

ROUNDED = 6e-4


def outputs(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The mean of the neurons' outputs; weights (K, d), x (N, d)."""
    return np.maximum(x @ weights.T, 0).mean(axis=1)


def slope(weights: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient of the risk by central differences, exact but for rounding where no kink is near."""
    steps = 1e-5 * np.eye(weights.size).reshape(-1, *weights.shape)
    there, back = _risks(weights + steps, x, y), _risks(weights - steps, x, y)
    return ((there - back) / 2e-5).reshape(weights.shape)


def _risks(weights: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Half the mean squared error, for many weights at once: (n, K, d)."""
    found = np.maximum(weights @ x.T, 0).mean(axis=1)
    return ((found - y) ** 2).mean(axis=1) / 2


# The student's own numbers


def numbers(seed: int) -> dict:
    """A picture, a sample with two neurons, a teacher's neuron, and the size of a support."""
    rng = np.random.default_rng(seed)
    weights, x, y, mask = _by_hand(seed)
    return {
        "picture": _picture(*_pictured(seed)),
        "weights": weights,
        "sample": x,
        "output": float(y),
        "mask": mask,
        "neuron": rng.integers(2, 10, 3) / 10 * rng.choice([-1, 1], 3),
        "size": int(rng.integers(2, 5)),
    }


def _pictured(seed: int) -> tuple:
    """First and second moments of eight features; some are seen, one of them by two neurons that cancel."""
    rng = np.random.default_rng(seed)
    seen = np.sort(rng.choice(8, 4, replace=False))
    first, second = rng.uniform(-0.04, 0.04, (2, 8))
    first[seen] = rng.uniform(0.2, 0.45, 4) * rng.choice([-1, 1], 4)
    second[seen] = rng.uniform(0.2, 0.45, 4)
    first[seen[rng.integers(4)]] = rng.uniform(-0.03, 0.03)
    return seen, first.round(3), second.round(3)


def _picture(seen, first, second):
    rows = [
        (f"feature {k}", [tuple(sorted((0.0, f))), tuple(sorted((0.5, 0.5 + s)))])
        for k, (f, s) in enumerate(zip(first, second, strict=True))
    ]
    title = "Bars from 0: the mean of y x_k for eight features. Bars from 0.5: the mean of y (x_k^2 - 1)."
    return number_line(rows, -0.5, 1.0, 0.1, title)


def _by_hand(seed: int) -> tuple:
    """Two neurons, one of them active on the sample; one weight of the active one is masked."""

    def draw(rng):
        weights = rng.integers(1, 6, (2, 2)) / 2 * rng.choice([-1, 1], (2, 2))
        return (
            weights,
            rng.integers(1, 4, 2) * rng.choice([-1, 1], 2),
            rng.integers(-2, 3),
            rng.integers(2),
        )

    def good(weights, x, y, place):
        mask = np.ones((2, 2), bool)
        mask[0, place] = False
        kept, whole = (weights * mask) @ x, weights @ x
        away = np.maximum(kept, 0).mean() - y
        return kept[0] > 0.4 and kept[1] < -0.4 and whole[0] != kept[0] and abs(away) > 0.2

    weights, x, y, place = drawn(seed, draw, good)
    mask = np.ones((2, 2), bool)
    mask[0, place] = False
    return weights, x.astype(float), y, mask


# 1. Read a picture


def _judge_seen(arguments: tuple, value) -> str | None:
    seen, first, _ = arguments
    found = set(positions_of(value, "seen"))
    right = {int(k) for k in seen}
    visible = {int(k) for k in np.flatnonzero(np.abs(first) > 0.1)}
    if found == right:
        return None
    if found == visible:
        return (
            "a feature whose mean of y x is near 0 may be seen by two neurons with opposite weights"
        )
    extra = found - right
    if extra:
        return f"both bars of feature {min(extra)} are no longer than those of noise"
    return f"{len(right - found)} features that the teacher sees are missing"


# 2. By hand


def _judge_hand(arguments: tuple, value) -> str | None:
    weights, x, y, mask = arguments
    found = array_of(value, "by_hand", (2, 2))
    kept = weights * mask
    active = (kept @ x > 0)[:, None]
    away = np.maximum(kept @ x, 0).mean() - y
    right = away / 2 * active * x * mask
    if np.abs(found - right).max() < ROUNDED:
        return None
    unmasked = np.maximum(weights @ x, 0).mean() - y
    mistaken = {
        "the entry of the crossed-out weight should be 0": away / 2 * active * x,
        "it is twice what it should be: the output is a mean of two, and the risk has a factor 1/2": away
        * active
        * x
        * mask,
        "the mask is forgotten, in the output and in the gradient": unmasked
        / 2
        * (weights @ x > 0)[:, None]
        * x,
        "a neuron that is silent on the sample has the gradient 0": away / 2 * x * mask,
        "the output of the network is computed with the crossed-out weight": unmasked
        / 2
        * active
        * x
        * mask,
    }
    for words, wrong in mistaken.items():
        if np.abs(found - wrong).max() < ROUNDED:
            return words
    return "compute the output of the masked network, then its error, then what each weight changes"


# 3. A moment


def _neuron(seed: int) -> tuple:
    return (numbers(seed)["neuron"],)


def _judge_moment(arguments: tuple, value) -> str | None:
    (w,) = arguments
    found = number(value, "moment")
    right = w[0] * w[1] / (np.linalg.norm(w) * np.sqrt(2 * np.pi))
    if abs(found - right) < ROUNDED:
        return None
    mistaken = {
        "is without the length of w in the denominator": right * np.linalg.norm(w),
        "is twice what it should be: only half of the inputs activate the neuron": 2 * right,
        "is without the length of w and without 1 / sqrt(2 pi)": w[0] * w[1],
        "has the wrong sign": -right,
    }
    named = (words for words, wrong in mistaken.items() if abs(found - wrong) < ROUNDED)
    return f"{found:g} {next(named, 'is not the mean of y x_0 x_1')}"


# 4. The gradient under a mask


def gradient_arguments(neurons: int = 3, d: int = 4, samples: int = 40, spread: float = 1.0):
    """seed -> (weights, mask, x, y); the crossed-out weights are not 0."""

    def draw(rng):
        weights = rng.normal(size=(neurons, d))
        mask = rng.random((neurons, d)) < 0.6
        # A weight of 0 that is kept has a gradient all the same.
        weights[rng.integers(neurons), rng.integers(d)] = 0.0
        x = rng.normal(size=(samples, d)) * spread
        return weights, mask, x, outputs(rng.normal(size=(neurons, d)), x)

    def good(weights, mask, x, y):
        inside = np.abs(x @ (weights * mask).T).min()
        zero = mask & (weights == 0)
        if not mask.any(axis=1).all() or mask.all(axis=1).any() or inside < 1e-3 or not zero.any():
            return False
        away = (outputs(weights * mask, x) - y)[:, None]
        always, right = (away * x).mean(axis=0) / neurons, slope(weights * mask, x, y)
        return min(np.abs((always - right) * mask).max(), np.abs(right * zero).max()) > 1e-3

    return lambda seed: drawn(seed, draw, good)


def judge_gradient(arguments: tuple, value) -> str | None:
    """Whether it is the gradient of the masked network's risk, and 0 where the mask is."""
    weights, mask, x, y = arguments
    neurons, samples = len(weights), len(x)
    found = array_of(value, "the gradient", weights.shape)
    whole, forgotten = slope(weights * mask, x, y), slope(weights, x, y)
    if np.abs(found - whole * mask).max() < 1e-6:
        return None
    away = (outputs(weights * mask, x) - y)[:, None]
    mistaken = {
        "it is not 0 where the weights are crossed out": whole,
        "it is the gradient at the weights without the mask": forgotten * mask,
        "the mask is forgotten, in the weights and in the result": forgotten,
        "it is 0 where a kept weight happens to be 0": whole * mask * (weights != 0),
        f"it is {neurons} times too large: the output is the mean of the neurons": neurons
        * whole
        * mask,
        f"it is {samples} times too large: the risk is a mean over the samples": samples
        * whole
        * mask,
        "it is twice too large: the risk has a factor 1/2": 2 * whole * mask,
        "it takes every neuron to be active on every sample": (away * x).mean(axis=0)
        / neurons
        * mask,
    }
    for words, wrong in mistaken.items():
        if np.abs(found - wrong).max() < 1e-6:
            return words
    return (
        f"it differs from the slope of the risk by up to {size(np.abs(found - whole * mask).max())}"
    )


# 5. Descent under masks that change


def descent_arguments(iterations: int, momentum: float, changes: bool, samples: int = 30):
    """seed -> (initial, masks, x, y, step, momentum); masks that change let weights return."""

    def draw(rng):
        x = rng.normal(size=(samples, 3))
        y = outputs(rng.normal(size=(2, 3)), x)
        masks = _masks(rng, iterations, changes)
        return rng.normal(size=(2, 3)), masks, x, y, 0.3, momentum

    def good(*arguments):
        asked = MISTAKES if changes and momentum else ()
        right, masks = descend(arguments), arguments[1]
        if changes and (masks[0] == masks[-1]).all():
            return False
        return all(np.abs(descend(arguments, how) - right).max() > 1e-3 for how in asked)

    return lambda seed: drawn(seed, draw, good)


def _masks(rng, iterations: int, changes: bool) -> list[np.ndarray]:
    """One mask, or another one every three iterations; the last iteration has its own."""

    def draw():
        mask = np.ones((2, 3), bool)
        mask[0, rng.integers(3)] = mask[1, rng.integers(3)] = False
        return mask

    found = [draw() for _ in range(iterations // 3 + 2)]
    return [found[(k + 3) // 3 if changes else 0] for k in range(iterations - 1)] + [found[0]]


# The usual mistakes of descent under masks that change, in the words that name them.
MISTAKES = {
    "unmasked": "a weight that is crossed out keeps moving by its momentum",
    "start": "the start is not masked",
    "memory": "the weights before, W_(t-1), are not masked: they carry momentum back",
    "cumulative": "a weight that a later mask keeps again stays crossed out",
    "first": "the first mask alone is used",
    "last": "the last mask alone is used",
}


def descend(arguments: tuple, how: str = "", momentum: float | None = None):
    """Descent by differences of the risk; with one of the usual mistakes, or with another momentum."""
    weights, masks, x, y, step, beta = arguments
    beta = beta if momentum is None else momentum
    masks = _mistaken_masks(masks, how)
    before = weights = weights * masks[0] if how == "unmasked" else weights
    for mask in masks:
        if how not in ("unmasked", "start"):
            weights, before = weights * mask, before if how == "memory" else before * mask
        moved = weights - step * slope(weights, x, y) * mask + beta * (weights - before)
        weights, before = moved, weights
    return weights


def _mistaken_masks(masks: list[np.ndarray], how: str) -> list[np.ndarray]:
    if how == "cumulative":
        return list(np.logical_and.accumulate(masks))
    return {"first": masks[:1] * len(masks), "last": masks[-1:] * len(masks)}.get(how, masks)


def judge_descent(arguments: tuple, value) -> str | None:
    """Whether these are the weights after the last iteration."""
    _, masks, _, _, _, beta = arguments
    found, right = array_of(value, "the weights", (2, 3)), descend(arguments)
    if np.abs(found - right).max() < 1e-4:
        return None
    mistaken = {words: descend(arguments, how) for how, words in MISTAKES.items()}
    mistaken["it is what descent without momentum finds"] = descend(arguments, momentum=0.0)
    mistaken["it is what momentum with the opposite sign finds"] = descend(
        arguments, momentum=-beta
    )
    for words, wrong in mistaken.items():
        if np.abs(found - wrong).max() < 1e-4 and np.abs(right - wrong).max() > 1e-3:
            return words
    gone = np.abs(found[~masks[-1]]).max(initial=0)
    if gone > 1e-6:
        return f"a weight that is crossed out is {gone:.3g} in the end, and should be 0"
    return f"the weights are off by up to {size(np.abs(found - right).max())}"


# 6. Find the supports


def supports_arguments(d: int, neurons: int, each: int, noise: float = 0.0, samples: int = 20_000):
    """seed -> (x, y, neurons, each): data of a teacher whose neurons see disjoint features.

    They are drawn until the order of the first moments does not happen to give the supports.
    """

    def draw(rng):
        weights, supports = _teacher(rng, d, neurons, each)
        x = rng.normal(size=(samples, d)).astype(np.float32)
        y = outputs(weights, x)
        y = y + noise * y.std() * rng.normal(size=samples)
        return x, y.astype(np.float32), supports

    def good(x, y, supports):
        order = np.argsort(-np.abs((x * y[:, None]).mean(axis=0)))
        alternating = sorted(sorted(order[k::neurons][:each].tolist()) for k in range(neurons))
        return alternating != supports

    return lambda seed: (*drawn(seed, draw, good)[:2], neurons, each)


def _teacher(rng, d: int, neurons: int, each: int) -> tuple[np.ndarray, list[list[int]]]:
    places = rng.permutation(d)[: neurons * each].reshape(neurons, each)
    weights = np.zeros((neurons, d))
    for row, place in zip(weights, places, strict=True):
        row[place] = rng.uniform(0.5, 1, each) * np.where(np.arange(each) % 2, -1, 1)
    return weights, sorted(sorted(map(int, place)) for place in places)


def judge_supports(arguments: tuple, value) -> str | None:
    """Whether these are the supports, by the products of features that a neuron sees together."""
    x, y, neurons, each = arguments
    found = parts_of(value, neurons, "one list of features for each neuron")
    found = sorted(positions_of(one, "a support") for one in found)
    if any(len(one) != each for one in found):
        return f"each neuron sees {each} features, and your lists have {sorted({len(one) for one in found})}"
    flat = [k for one in found for k in one]
    if len(set(flat)) < len(flat):
        return "a feature stands in two supports, and they are disjoint"
    groups = _groups(x, y, neurons, each)
    if found == groups:
        return None
    if set(flat) == {k for one in groups for k in one}:
        return "the features are those that the teacher sees, and they are shared out among the wrong neurons"
    unseen = sorted(set(flat) - {k for one in groups for k in one})
    return f"no neuron sees feature {unseen[0]}"


def _groups(x, y, neurons: int, each: int) -> list[list[int]]:
    """The supports that explain the data best, all of them tried: a neuron's features move together.

    Which features are seen is told by their own second moments, which neuron sees them by trying every way
    to share them out.
    """
    second = np.abs(((x**2 - 1) * y[:, None]).mean(axis=0))
    seen = sorted(np.argsort(-second)[: neurons * each].tolist())
    together = np.abs((x * y[:, None]).T @ x / len(x))
    ways = _shared(seen, each)
    return max(
        ways,
        key=lambda way: sum(
            together[np.ix_(one, one)].sum() - together[one, one].sum() for one in way
        ),
    )


def _shared(places: list[int], each: int) -> list[list[list[int]]]:
    """Every way to share places out into groups of one size."""
    from itertools import combinations

    if not places:
        return [[]]
    first, rest = places[0], places[1:]
    found = []
    for others in combinations(rest, each - 1):
        left = [k for k in rest if k not in others]
        found += [[[first, *others], *way] for way in _shared(left, each)]
    return found


# 7. Break it


def _two_neurons(value) -> np.ndarray:
    return array_of(value, "blind", (2, 3))


def _judge_seeing(arguments: tuple, value) -> str | None:
    weights = _two_neurons(value)
    if np.abs(weights).min() < 0.2 or np.abs(weights).max() > 2:
        return "both neurons should see all three features: weights between 0.2 and 2 in size"
    return None


def _judge_blind(arguments: tuple, value) -> str | None:
    if words := _judge_different(arguments, value):
        return words
    weights = _two_neurons(value)
    parts = weights[:, 0] * weights[:, 1] / np.linalg.norm(weights, axis=1)
    total = parts.sum() / (2 * np.sqrt(2 * np.pi))
    if abs(total) < 1e-6:
        return None
    if abs((weights[:, 0] * weights[:, 1]).sum()) < 1e-6:
        return f"the mean of y x_0 x_1 is {total:.3g}: the lengths of the neurons count as well"
    return f"the mean of y x_0 x_1 is {total:.3g}, and should be 0"


def _judge_different(arguments: tuple, value) -> str | None:
    weights = _two_neurons(value)
    lengths = np.linalg.norm(weights, axis=1)
    if abs(lengths[0] - lengths[1]) >= 0.1:
        return None
    long, short = lengths.max(), lengths.min()
    both = (
        "the two neurons have the same length"
        if long - short < 1e-9
        else f"the lengths are {long:.3f} and {short:.3f}"
    )
    return f"{both}: choose lengths that differ by 0.1 or more"


# 8. How many samples


def size_arguments(seed: int) -> tuple:
    """The student's own size of a support."""
    return (numbers(seed)["size"],)


def _judge_samples(arguments: tuple, value) -> str | None:
    found = number(value, "samples")
    steps = [125 * 2**k for k in range(9)]
    return None if found in steps else f"samples should be one of {', '.join(map(str, steps))}"


ASSIGNMENT = Assignment(
    numbers,
    (
        Task(
            name="seen", title="Read a picture", kind="value",
            checks=(own("the features", 2, _pictured, _judge_seen),),
        ),
        Task(
            name="by_hand", title="By hand", kind="value",
            checks=(own("the gradient", 2, _by_hand, _judge_hand),),
        ),
        Task(
            name="moment", title="A moment that sees pairs", kind="value",
            checks=(own("its value", 2, _neuron, _judge_moment),),
        ),
        Task(name="moment_proof", title="A moment that sees pairs", kind="text", points=5),
        Task(
            name="masked_gradient", title="The gradient under a mask", more=2,
            checks=(
                check("one neuron", 1, gradient_arguments(1, 3), judge_gradient),
                check("several neurons", 2, gradient_arguments(), judge_gradient),
            ),
        ),
        Task(
            name="masked_descent", title="Descent under masks that change", more=2,
            checks=(
                check("one mask", 1, descent_arguments(12, 0.0, False), judge_descent),
                check("momentum", 1, descent_arguments(12, 0.5, False), judge_descent),
                check("masks that change", 1, descent_arguments(12, 0.5, True), judge_descent),
            ),
        ),
        Task(
            name="find_supports", title="Find the supports", more=3, seconds=6.0,
            checks=(
                check("two neurons", 2, supports_arguments(6, 2, 3), judge_supports),
                check("features that nobody sees", 2, supports_arguments(10, 2, 3), judge_supports),
            ),
        ),
        Task(
            name="blind", title="Break it", kind="value",
            checks=(
                own("both see all", 1, lambda seed: (), _judge_seeing),
                own("two lengths", 1, lambda seed: (), _judge_different),
                own("nothing is seen", 1, lambda seed: (), _judge_blind),
            ),
        ),
        Task(
            name="samples", title="How many samples?", kind="value", more=1,
            checks=(own("a step", 1, size_arguments, _judge_samples),),
        ),
        Task(name="explanation", title="How many samples?", kind="text", points=6),
    ),
)  # fmt: skip
