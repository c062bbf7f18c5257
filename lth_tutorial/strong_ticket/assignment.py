"""The assignment of chapter 6: a Euclidean ball for each row, and Edge-Popup with masks by rows.

Everything happens in one linear layer, whose loss is half the squared distance of the outputs from the
labels, a mean over the samples; so the judges can follow every step with a few lines of numpy.
"""

import numpy as np

from lth_tutorial.judging import all_masks, array_of, drawn, mask_of, number, parts_of, size
from lth_tutorial.sketch import number_line
from lth_tutorial.tasks import Assignment, Task, check, own

NEAR = 1e-9
ROUNDED = 6e-4


def loss(weights: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """Half the squared distance of x W' from y, a mean over the samples."""
    return float(((x @ weights.T - y) ** 2).sum() / (2 * len(x)))


def slope(weights: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The gradient of the loss."""
    return (x @ weights.T - y).T @ x / len(x)


# The student's own numbers


def numbers(seed: int) -> dict:
    """Scores as a picture, a row that has moved, a number of inputs, and a radius for experiments."""
    rng = np.random.default_rng(seed)
    start, moved, radius = _by_hand(seed)
    return {
        "picture": _picture(_pictured(seed)),
        "start": start,
        "moved": moved,
        "radius": radius,
        "inputs": int(rng.choice([16, 25, 36, 64, 100])),
        "epsilon": float(rng.choice([0.2, 0.3, 0.5])),
    }


def _pictured(seed: int) -> np.ndarray:
    """The sizes of the scores of three rows of five; the six largest are not two of each row."""

    def draw(rng):
        return (
            rng.integers(5, 96, (3, 5)) / 100 * np.array([[1.0], [0.8], [0.6]])[rng.permutation(3)],
        )

    def good(scores):
        flat = np.sort(scores.ravel())
        counts = (scores >= flat[-6]).sum(axis=1)
        apart = all(np.diff(np.sort(row)).min() > 0.03 for row in scores)
        return apart and flat[-6] - flat[-7] > 0.03 and sorted(counts) != [2, 2, 2]

    return drawn(seed, draw, good)[0].round(2)


def _picture(scores: np.ndarray):
    rows = [(f"neuron {k}", sorted(row.tolist())) for k, row in enumerate(scores)]
    return number_line(
        rows, 0.0, 1.0, 0.05, "The sizes of the scores of three neurons with five weights each."
    )


def _by_hand(seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """A right triangle with whole sides in units of a tenth, so that the square root comes out."""

    def draw(rng):
        sides = np.array([[3, 4], [4, 3], [6, 8], [8, 6], [5, 12], [12, 5]])[rng.integers(6)]
        away = sides * rng.choice([-1, 1], 2) / 10
        start = rng.integers(-9, 10, 2) / 10
        return start, start + away, float(np.hypot(*away) * rng.choice([0.2, 0.4, 0.5]))

    def good(start, moved, radius):
        return np.abs(start).min() > 0.05 and np.abs(moved).min() > 0.05

    return drawn(seed, draw, good)


# 1. Read a picture


def _judge_counts(arguments: tuple, value) -> str | None:
    (scores,) = arguments
    found = array_of(value, "read_off", (3,))
    edge = np.sort(scores.ravel())[-6]
    right = (scores >= edge).sum(axis=1)
    if (found == right).all():
        return None
    if (found == 2).all():
        return "two of each row is the mask by rows; asked is how many the mask of the whole matrix keeps"
    if found.sum() != 6:
        return f"the mask keeps six weights in all, and your numbers add up to {found.sum():g}"
    k = int(np.argmax(found != right))
    return f"of neuron {k} the mask does not keep {found[k]:g}: mark the six largest scores of all rows"


# 2. By hand


def _judge_projected(arguments: tuple, value) -> str | None:
    start, moved, radius = arguments
    found = array_of(value, "by_hand", (2,))
    away = moved - start
    right = start + away * radius / np.hypot(*away)
    if np.abs(found - right).max() < ROUNDED:
        return None
    mistaken = {
        "that is the projection onto the square of chapter 6: each entry is cut off by itself": start
        + np.clip(away, -radius, radius),
        "the ball lies around the start, not around 0": moved * radius / np.hypot(*moved),
        "that is the move, and not where it ends": right - start,
    }
    for words, wrong in mistaken.items():
        if np.abs(found - wrong).max() < ROUNDED:
            return words
    length = np.hypot(*(found - start))
    if length > radius + ROUNDED:
        return f"your point is {length:.3g} from the start, and the radius is {radius:.3g}"
    return "of all points of the ball yours is not the nearest to where the row has moved"


# 3. Two balls


def _sizes(seed: int) -> tuple:
    mine = numbers(seed)
    return mine["epsilon"], mine["inputs"]


def _judge_radius(arguments: tuple, value) -> str | None:
    epsilon, inputs = arguments
    found = number(value, "entry_radius")
    if abs(found - epsilon / np.sqrt(inputs)) < ROUNDED / 10:
        return None
    if abs(found - epsilon / inputs) < ROUNDED / 10:
        return "squares add up: the length of (r, ..., r) is not d r"
    if abs(found - epsilon * np.sqrt(inputs)) < ROUNDED:
        return "the corner of such a cube lies outside of the ball"
    return f"the corner (r, ..., r) with r = {found:g} does not lie on the sphere"


# 4. A ball for each row


def project_arguments(rows: int, inputs: int, scale: float):
    """seed -> (weights, start, epsilon); some rows are inside their ball, some outside."""

    def draw(rng):
        start = rng.uniform(-1, 1, (rows, inputs))
        away = rng.normal(size=start.shape)
        lengths = scale * np.where(np.arange(rows) % 2, 0.5, 2.5)
        away *= (lengths / np.linalg.norm(away, axis=1))[:, None]
        return start + away, start, scale

    def good(weights, start, epsilon):
        return np.abs(weights - start).max(axis=1)[::2].min() > epsilon * 1.01

    return lambda seed: drawn(seed, draw, good)


def project(
    weights: np.ndarray, start: np.ndarray, epsilon: float, how: str = "rows"
) -> np.ndarray:
    """The projection onto a ball around the start; how: one for each row, or as a usual mistake has it."""
    away = weights - start
    if how == "entries":
        return start + np.clip(away, -epsilon, epsilon)
    if how == "whole":
        return start + away * min(1.0, epsilon / np.linalg.norm(away))
    lengths = np.linalg.norm(away, axis=1, keepdims=True)
    if how == "always":
        return start + away * epsilon / lengths
    if how == "zero":
        sizes = np.linalg.norm(weights, axis=1, keepdims=True)
        return weights * np.minimum(1, epsilon / sizes)
    return start + away * np.minimum(1, epsilon / np.maximum(lengths, 1e-300))


_PROJECTIONS = {
    "each entry is cut off by itself: that is the cube of chapter 6": "entries",
    "there is one ball for the whole matrix, and each row has its own": "whole",
    "a row that is inside of its ball stays where it is": "always",
    "the ball lies around the start, not around 0": "zero",
}


def judge_project(arguments: tuple, value) -> str | None:
    """Whether every row is the nearest point of its ball."""
    weights, start, epsilon = arguments
    found = array_of(value, "the rows", weights.shape)
    if np.abs(found - project(weights, start, epsilon)).max() < 1e-6:
        return None
    for words, how in _PROJECTIONS.items():
        if np.abs(found - project(weights, start, epsilon, how)).max() < 1e-6:
            return words
    lengths = np.linalg.norm(found - start, axis=1)
    if lengths.max() > epsilon + 1e-6:
        k = int(lengths.argmax())
        return f"row {k} is {lengths[k]:.3g} from its start, and the radius is {epsilon:g}"
    return "all rows are in their balls, but they are not the nearest points"


def descent_arguments(epochs: int, epsilon: float, batches: int = 4):
    """seed -> (start, batches, step, epsilon, epochs)."""

    def arguments(seed: int) -> tuple:
        rng = np.random.default_rng(seed)
        start, goal = rng.uniform(-1, 1, (2, 3, 4))
        x = rng.normal(size=(batches, 10, 4))
        parts = [[part, part @ goal.T + 0.3 * rng.normal(size=(10, 3))] for part in x]
        return start, parts, 0.3, epsilon, epochs

    return arguments


def _descend(arguments: tuple, when: str = "step", around: str = "start") -> np.ndarray:
    """Descent with the projection after every step; the switches make the usual mistakes."""
    start, batches, step, epsilon, epochs = arguments
    weights = start
    for _ in range(epochs):
        for x, y in batches:
            moved = weights - step * slope(weights, x, y)
            center = weights if around == "last" else start
            weights = project(moved, center, epsilon) if when == "step" else moved
        if when == "epoch":
            weights = project(weights, start, epsilon)
    return project(weights, start, epsilon) if when == "end" else weights


def judge_descent(arguments: tuple, value) -> str | None:
    """Whether these are the weights after descent that never leaves the balls."""
    start, *_, epsilon, _ = arguments
    found = array_of(value, "the weights", start.shape)
    if np.abs(found - _descend(arguments)).max() < 1e-6:
        return None
    mistaken = {
        "it projects once per epoch, and not after every step": _descend(arguments, "epoch"),
        "it projects at the end only": _descend(arguments, "end"),
        "the balls move along: they lie around the last weights, not around the start": _descend(
            arguments, around="last"
        ),
        "it never projects": _descend(arguments, "never"),
    }
    for words, wrong in mistaken.items():
        if np.abs(found - wrong).max() < 1e-6:
            return words
    far = np.linalg.norm(found - start, axis=1).max()
    if far > epsilon + 1e-6:
        return f"a row is {far:.3g} from its start, and the radius is {epsilon:g}"
    return f"the weights are off by up to {size(np.abs(found - _descend(arguments)).max())}"


# 5. Edge-Popup by rows


def popup_arguments(rows: int, inputs: int, keep: int, steps: int, step: float = 0.2):
    """seed -> (weights, scores, keep, x, y, step, steps)."""

    def draw(rng):
        weights, scores = rng.uniform(-1, 1, (2, rows, inputs))
        x = rng.normal(size=(20, inputs))
        return weights, scores, keep, x, x @ rng.uniform(-1, 1, (rows, inputs)).T, step, steps

    def good(*arguments):
        right = _popup(arguments)[0]
        # In one step weights that move show in no score.
        mistakes = ("whole", "kept", "signs", "moves")[: 4 if steps > 1 else 3]
        others = [_popup(arguments, how)[0] for how in mistakes]
        changed = (_popup(arguments)[1] != _select(arguments[1], keep)).any()
        return changed and all(np.abs(right - other).max() > 1e-3 for other in others)

    return lambda seed: drawn(seed, draw, good)


def _select(
    scores: np.ndarray, keep: int, whole: bool = False, smallest: bool = False
) -> np.ndarray:
    sizes = -np.abs(scores) if smallest else np.abs(scores)
    if whole:
        return sizes >= np.sort(sizes.ravel())[-keep * len(scores)]
    return sizes >= np.sort(sizes, axis=1)[:, -keep, None]


def _popup(arguments: tuple, how: str = "") -> tuple[np.ndarray, np.ndarray]:
    """The scores and the mask after all steps; how: as a usual mistake has it."""
    weights, scores, keep, x, y, step, steps = arguments
    for _ in range(steps):
        mask = _select(scores, keep, how == "whole")
        gradient = slope(weights * mask, x, y)
        change = gradient * weights * (1 if how == "signs" else np.sign(scores))
        scores = scores - step * (change * mask if how == "kept" else change)
        weights = weights - step * gradient * mask if how == "moves" else weights
    return scores, _select(scores, keep, how == "whole")


def judge_popup(arguments: tuple, value) -> str | None:
    """Whether these are the scores and the mask after all steps."""
    shape, keep = arguments[1].shape, arguments[2]
    scores, mask = parts_of(value, 2, "the scores and the mask")
    scores, mask = array_of(scores, "the scores", shape), mask_of(mask, shape)
    right, right_mask = _popup(arguments)
    counts = mask.sum(axis=1)
    if np.abs(scores - right).max() < 1e-6 and (mask == right_mask).all():
        return None
    if np.abs(scores - right).max() < 1e-6 and (counts == keep).all():
        return "the scores are right; the mask is to be chosen anew from them"
    mistaken = {
        "the mask is chosen over the whole matrix, and each row keeps equally many": "whole",
        "scores of weights that are not kept have a gradient as well": "kept",
        "the mask's entry acts as |s|, whose derivative is the sign of s": "signs",
        "Edge-Popup leaves the weights alone, and yours moves them": "moves",
    }
    for words, how in mistaken.items():
        if np.abs(scores - _popup(arguments, how)[0]).max() < 1e-6:
            return words
    if (counts != keep).any():
        k = int((counts != keep).argmax())
        return f"row {k} keeps {counts[k]}, and {keep} are asked for"
    return f"the scores are off by up to {size(np.abs(scores - right).max())}"


# 6. Two streams


def stream_arguments(rows: int, inputs: int):
    """seed -> (shape, seed)."""
    return lambda seed: ([rows, inputs], seed % 1_000_000)


def _both(arguments: tuple, value) -> tuple[np.ndarray, np.ndarray]:
    shape = tuple(arguments[0])
    weights, scores = parts_of(value, 2, "the weights and the scores")
    return array_of(weights, "the weights", shape), array_of(scores, "the scores", shape)


def judge_law(arguments: tuple, value) -> str | None:
    """Whether both are uniform on [-1, 1]: by their means, mean squares and ends."""
    for name, part in zip(("weights", "scores"), _both(arguments, value), strict=True):
        n, far = part.size, np.abs(part).max()
        if far > 1 + NEAR:
            return f"the {name} reach to {far:.3g}, and should lie in [-1, 1]"
        if abs(part.mean()) > 6 / np.sqrt(3 * n) or abs(
            (part**2).mean() - 1 / 3
        ) > 6 * 0.3 / np.sqrt(n):
            return f"the {name} have the mean {part.mean():.2g}: they are not uniform on [-1, 1]"
    return None


def judge_streams(arguments: tuple, value) -> str | None:
    """Whether weights and scores have nothing to do with each other, and are drawn at all."""
    if words := judge_law(arguments, value):
        return words
    weights, scores = (part.ravel() for part in _both(arguments, value))
    limit = 6 / np.sqrt(len(weights))
    if abs(np.corrcoef(weights, scores)[0, 1]) > limit:
        return "weights and scores are proportional: one seed was used for both, so scores rank the weights"
    if abs(np.corrcoef(np.abs(weights), np.abs(scores))[0, 1]) > limit:
        return "the sizes of the scores follow the sizes of the weights: the first mask is a magnitude mask"
    if np.isin(scores, weights).mean() > 0.01:
        return "the scores are the weights in another order"
    return None


# 7. Break it


def _matrix(value) -> tuple[np.ndarray, np.ndarray]:
    weights, labels = parts_of(value, 2, "a matrix of two rows of three weights, and two outputs")
    return array_of(weights, "the matrix", (2, 3)), array_of(labels, "the outputs", (2,))


def _judge_matrix(arguments: tuple, value) -> str | None:
    weights, labels = _matrix(value)
    if np.abs(weights).min() < 0.2 or np.abs(weights).max() > 1:
        return "weights should lie between 0.2 and 1 in size"
    return "outputs should lie in [-2, 2]" if np.abs(labels).max() > 2 else None


def _judge_rows_fail(arguments: tuple, value) -> str | None:
    weights, labels = _matrix(value)
    off = np.sqrt((np.abs(weights - labels[:, None]).min(axis=1) ** 2).sum())
    return (
        None
        if off >= 0.3
        else f"with one weight in each row the outputs are within {size(off)}; 0.3 is asked for"
    )


def _judge_two_hit(arguments: tuple, value) -> str | None:
    if words := _judge_rows_fail(arguments, value):
        return words
    weights, labels = _matrix(value)
    masks = all_masks(6)
    masks = masks[masks.sum(axis=1) == 2].reshape(-1, 2, 3)
    off = np.linalg.norm((masks * weights).sum(axis=2) - labels, axis=1).min()
    return (
        None
        if off < 1e-6
        else f"the best two weights of the matrix are off by {size(off)}, and should be exact"
    )


# 8. A fair comparison


def epsilon_arguments(seed: int) -> tuple:
    """The student's own radius."""
    return (numbers(seed)["epsilon"],)


def _judge_losses(arguments: tuple, value) -> str | None:
    found = array_of(value, "losses", (4,))
    return "a loss is not negative" if found.min() < 0 else None


ASSIGNMENT = Assignment(
    numbers,
    (
        Task(
            name="read_off", title="Read a picture", kind="value",
            checks=(own("three counts", 2, lambda seed: (_pictured(seed),), _judge_counts),),
        ),
        Task(
            name="by_hand", title="By hand", kind="value",
            checks=(own("the point", 2, _by_hand, _judge_projected),),
        ),
        Task(
            name="entry_radius", title="Two balls", kind="value",
            checks=(own("the radius", 2, _sizes, _judge_radius),),
        ),
        Task(name="balls_proof", title="Two balls", kind="text", points=5),
        Task(
            name="project_rows", title="A ball for each row", more=1,
            checks=(
                check("some rows", 2, project_arguments(4, 6, 0.4), judge_project),
                check("a larger radius", 1, project_arguments(3, 5, 1.5), judge_project),
            ),
        ),
        Task(
            name="descend_in_balls", title="A ball for each row", more=1,
            checks=(
                check("one batch", 1, descent_arguments(6, 0.3, 1), judge_descent),
                check("several batches", 2, descent_arguments(3, 0.2), judge_descent),
            ),
        ),
        Task(
            name="popup_by_rows", title="Edge-Popup by rows", more=2,
            checks=(
                check("one step", 2, popup_arguments(3, 6, 2, 1, 1.0), judge_popup),
                check("several steps", 2, popup_arguments(3, 6, 2, 5), judge_popup),
            ),
        ),
        Task(
            name="draw_both", title="Two streams", more=1,
            checks=(
                check("the law", 1, stream_arguments(40, 50), judge_law),
                check("independence", 2, stream_arguments(40, 50), judge_streams),
            ),
        ),
        Task(
            name="rows_fail", title="Break it", kind="value",
            checks=(
                own("a matrix", 1, lambda seed: (), _judge_matrix),
                own("by rows it fails", 1, lambda seed: (), _judge_rows_fail),
                own("two weights hit", 1, lambda seed: (), _judge_two_hit),
            ),
        ),
        Task(
            name="losses", title="A fair comparison", kind="value", more=1,
            checks=(own("four losses", 1, epsilon_arguments, _judge_losses),),
        ),
        Task(name="explanation", title="A fair comparison", kind="text", points=7),
    ),
)  # fmt: skip
