"""The assignment of chapter 0: pruning by growth, masks that hold under Adam, controls that keep one thing.

Judged with numpy alone; the answers may use torch.
"""

import numpy as np

from lth_tutorial.judging import array_of, drawn, mask_of, number, parts_of, positions_of, size
from lth_tutorial.sketch import number_line
from lth_tutorial.tasks import Assignment, Task, check, own

NEAR = 1e-9
ROUNDED = 6e-4
# torch's own defaults.
BETAS, EPSILON = (0.9, 0.999), 1e-8


# The student's own numbers


def numbers(seed: int) -> dict:
    """A picture, the memory of Adam for one weight, and a share of weights that are kept."""
    rng = np.random.default_rng(seed)
    first, second, steps, rate = _memory(seed)
    return {
        "picture": _picture(*_pictured(seed)),
        "first": first,
        "second": second,
        "steps": steps,
        "rate": rate,
        "kept": float(rng.choice([0.1, 0.15, 0.2, 0.25])),
    }


def _pictured(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sizes before and after training of eight weights; growth and final size keep others."""

    def draw(rng):
        return rng.integers(5, 90, 8) / 100, rng.integers(5, 99, 8) / 100

    def good(before, after):
        growth = np.sort(after - before)
        final = np.sort(after)
        kept, others = _top(after - before, 4), _top(after, 4)
        clear = growth[4] - growth[3] > 0.06 and final[4] - final[3] > 0.03
        return clear and len(kept - others) >= 2 and np.abs(after - before).min() > 0.03

    return drawn(seed, draw, good)


def _top(values: np.ndarray, count: int) -> set[int]:
    return {int(k) for k in np.argsort(-values, kind="stable")[:count]}


def _picture(before, after):
    rows = [
        (f"weight {k}", [(0.0, b), a]) for k, (b, a) in enumerate(zip(after, before, strict=True))
    ]
    title = "Of each weight its size after training (a bar from 0) and before (a mark)."
    return number_line(rows, 0.0, 1.0, 0.1, title)


def _memory(seed: int) -> tuple[float, float, int, float]:
    rng = np.random.default_rng(seed + 1)
    return (
        float(rng.integers(2, 10) / 100 * rng.choice([-1, 1])),
        float(rng.integers(2, 10) / 10_000),
        int(rng.choice([5, 9, 19])),
        float(rng.choice([0.001, 0.01])),
    )


# 1. Read a picture


def _judge_growth(arguments: tuple, value) -> str | None:
    before, after = arguments
    found = set(positions_of(value, "kept"))
    if len(found) != 4:
        return f"four of the eight weights stay, and you list {len(found)}"
    if found == _top(after - before, 4):
        return None
    if found == _top(after, 4):
        return "these are the largest after training; asked are those that grew most"
    if found == _top(np.abs(after - before), 4):
        return "a weight that became smaller did not grow"
    wrong = min(found - _top(after - before, 4))
    return f"four other weights grew more than weight {wrong}"


# 2. By hand


def adam_move(
    first: float, second: float, steps: int, rate: float, corrected: bool = True
) -> float:
    """How far Adam moves a weight in its next step if the gradient is 0, given its memory after `steps`."""
    first, second = BETAS[0] * first, BETAS[1] * second
    if corrected:
        first /= 1 - BETAS[0] ** (steps + 1)
        second /= 1 - BETAS[1] ** (steps + 1)
    return float(-rate * first / (np.sqrt(second) + EPSILON))


def _judge_move(arguments: tuple, value) -> str | None:
    found, right = number(value, "move"), adam_move(*arguments)
    close = 0.01 * abs(right)
    if abs(found - right) < close:
        return None
    if found == 0:
        return "the gradient is 0, and still Adam moves the weight: it remembers"
    first, second, steps, rate = arguments
    last = BETAS[0] * first / (1 - BETAS[0] ** steps), BETAS[1] * second / (1 - BETAS[1] ** steps)
    mistaken = {
        "the sign is wrong: a step goes against the memory of the gradient": -right,
        "the two memories are to be corrected for their start at 0": adam_move(*arguments, False),
        "the correction counts the step that is taken now as well": -rate
        * last[0]
        / np.sqrt(last[1]),
        "the memories fade first, by their factors": -rate
        * (first / (1 - BETAS[0] ** (steps + 1)))
        / np.sqrt(second / (1 - BETAS[1] ** (steps + 1))),
    }
    for words, wrong in mistaken.items():
        if abs(found - wrong) < close:
            return words
    return f"the weight does not move by {found:.3g}"


# 3. Pruning by growth


def prune_arguments(shape: tuple[int, ...], left: float, rate: float):
    """seed -> (before, after, mask, rate) for one layer; the mask keeps the share `left`."""

    def draw(rng):
        before, after = rng.normal(size=(2, *shape))
        return (
            before,
            before * 0.5 + after,
            rng.permuted(np.arange(np.prod(shape))) < left * np.prod(shape),
        )

    def good(before, after, order):
        arguments = before, after, order.reshape(shape), rate
        right = _pruned(arguments)
        return all((right != _pruned(arguments, how)).any() for how in ("final", "signed"))

    def arguments(seed: int) -> tuple:
        before, after, order = drawn(seed, draw, good)
        return before, after, order.reshape(shape), rate

    return arguments


def _pruned(arguments: tuple, how: str = "growth") -> np.ndarray:
    """The mask after pruning; how: by growth, or as a usual mistake has it."""
    before, after, mask, rate = arguments
    growth = np.abs(after) - np.abs(before)
    values = {
        "final": np.abs(after),
        "signed": after - before,
        "moved": np.abs(after - before),
    }.get(how, growth)
    values = -values if how == "most" else values
    gone = round(rate * (mask.size if how == "of all" else mask.sum()))
    ranked = np.argsort(np.where(mask, values, np.inf), axis=None, kind="stable")
    kept = mask.copy().ravel()
    kept[ranked[:gone]] = False
    return kept.reshape(mask.shape)


def judge_prune(arguments: tuple, value) -> str | None:
    """Whether the right weights are gone, and no other."""
    before, _, mask, rate = arguments
    found, right = mask_of(value, mask.shape), _pruned(arguments)
    if (found == right).all():
        return None
    if (found == (mask & ~right)).all():
        return "True means kept, and in your mask it is what is removed"
    mistaken = {
        "the smallest after training are gone; asked is who grew least": "final",
        "growth is that of the size: a negative weight that becomes more negative grows": "signed",
        "a weight that shrank has moved, and has not grown": "moved",
        "those that grew most are gone": "most",
    }
    for words, how in mistaken.items():
        if (found == _pruned(arguments, how)).all():
            return words
    if (found & ~mask).any():
        return f"{int((found & ~mask).sum())} weights are back that an earlier round had removed"
    gone, wanted = int((mask & ~found).sum()), round(rate * mask.sum())
    if gone != wanted:
        whole = (
            "; the rate is that of the weights that are left"
            if gone == round(rate * mask.size)
            else ""
        )
        return f"{gone} weights are removed, and {wanted} are asked for{whole}"
    return (
        f"{int((found != right).sum() // 2)} of the removed weights grew more than some that stay"
    )


# 4. A mask under Adam


def adam_arguments(before: int, after: int, d: int = 6):
    """seed -> (initial, mask, x, y, steps before pruning, steps after, rate)."""

    def arguments(seed: int) -> tuple:
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(30, d))
        initial = rng.normal(size=d)
        mask = rng.permutation(np.arange(d) < d // 2)
        # One kept weight at least is positive, and one negative.
        one, other = np.flatnonzero(mask)[:2]
        initial[one], initial[other] = 0.1 + abs(initial[one]), -0.1 - abs(initial[other])
        return initial, mask, x, x @ rng.normal(size=d), before, after, 0.05

    return arguments


def adam(arguments: tuple, how: str = "") -> np.ndarray:
    """The weights after both phases, the removed ones at 0; how: as a usual mistake has it."""
    weights, mask, x, y, before, after, rate = arguments
    first = second = np.zeros_like(weights)
    count = 0
    for k in range(before + after):
        if k == before and how == "anew":
            first, second, count = np.zeros_like(weights), np.zeros_like(weights), 0
        if k == before:
            weights = weights * mask
        pruned = k >= before
        slope = 2 * x.T @ (x @ weights - y) / len(x)
        slope = slope * mask if pruned and how != "once" else slope
        slope = np.where(weights < 1e-6, 0, slope) if how == "frozen" else slope
        count += 1
        first = BETAS[0] * first + (1 - BETAS[0]) * slope
        second = BETAS[1] * second + (1 - BETAS[1]) * slope**2
        sizes = np.sqrt(second / (1 - BETAS[1] ** count)) + EPSILON
        weights = weights - rate * first / (1 - BETAS[0] ** count) / sizes
        weights = weights * mask if pruned and how not in ("once", "gradient") else weights
    return weights


def judge_held(arguments: tuple, value) -> str | None:
    """Whether every removed weight is exactly 0, and not because nothing is learned."""
    initial, mask = arguments[:2]
    found = array_of(value, "the weights", mask.shape)
    if not found.any() or np.abs(found - initial)[mask].max() < NEAR:
        return "the kept weights have not learned anything"
    gone = np.abs(found[~mask])
    if gone.max() == 0:
        return None
    for words, how in {
        "only gradients are masked, and Adam's memory from before moves the weights": "gradient",
        "the mask is applied once, and then all weights learn": "once",
    }.items():
        if np.abs(found - adam(arguments, how)).max() < 1e-4:
            return f"{int((gone > 0).sum())} removed weights are not 0: {words}"
    return f"{int((gone > 0).sum())} removed weights are not 0, the largest is {gone.max():.3g}"


def judge_learned(arguments: tuple, value) -> str | None:
    """Whether the kept weights have learned as they would without the removed ones."""
    mask = arguments[1]
    found, right = array_of(value, "the weights", mask.shape), adam(arguments)
    if np.abs(found - right)[mask].max() < 1e-4:
        return None
    for words, how in {
        "the kept weights have lost Adam's memory: a new optimizer was made after the pruning": "anew",
        "negative weights are frozen: the mask is found by comparing weights without their sizes": "frozen",
    }.items():
        if np.abs(found - adam(arguments, how))[mask].max() < 1e-4:
            return words
    if np.abs(found - adam(arguments, "once"))[mask].max() < 1e-4:
        return "the removed weights have taken part: the kept ones are those of a network without a mask"
    off = np.abs(found - right)[mask].max()
    return f"kept weights are off by up to {size(off)}"


# 5. Controls


def control_arguments(rows: int, inputs: int, share: float):
    """seed -> (initial, mask, seed)."""

    def arguments(seed: int) -> tuple:
        rng = np.random.default_rng(seed)
        # More positive ones than negative: signs that are drawn anew show in their number.
        initial = rng.normal(size=(rows, inputs)) + 0.5
        mask = rng.random((rows, inputs)) < share * rng.uniform(0.3, 1.7, rows)[:, None]
        return initial, mask, seed % 1_000_000

    return arguments


def judge_signs(arguments: tuple, value) -> str | None:
    """Whether sizes stay in their places and signs have changed places among the kept weights."""
    initial, mask, _ = arguments
    found = array_of(value, "the weights", mask.shape)
    if np.abs(found[~mask]).max(initial=0) > 0:
        return "a removed weight is not 0"
    if np.abs(np.abs(found) - np.abs(initial))[mask].max() > NEAR:
        same = np.abs(np.sort(np.abs(found[mask])) - np.sort(np.abs(initial[mask]))).max() < NEAR
        return (
            "the sizes have changed places as well: then it cannot be the signs that matter"
            if same
            else "the sizes are not those of the initial weights in their places"
        )
    agree = (np.sign(found) == np.sign(initial))[mask].mean()
    if agree == 0:
        return "every sign is turned round; they are to be exchanged at random"
    had, has = (initial[mask] > 0).sum(), (found[mask] > 0).sum()
    if had != has:
        return (
            f"{has} kept weights are positive, and before it were {had}: the kept ones exchange the signs "
            "that they have"
        )
    return "hardly a sign has changed its place" if agree > 0.8 else None


def judge_rows(arguments: tuple, value) -> str | None:
    """Whether each row keeps as many weights as before, in other places, with their initial values."""
    initial, mask, _ = arguments
    found = array_of(value, "the weights", mask.shape)
    kept = found != 0
    if kept.sum() != mask.sum():
        return f"{kept.sum()} weights are kept, and before it were {mask.sum()}"
    if (kept.sum(axis=1) != mask.sum(axis=1)).any():
        k = int((kept.sum(axis=1) != mask.sum(axis=1)).argmax())
        return (
            f"row {k} keeps {kept.sum(axis=1)[k]} weights, and before it were {mask.sum(axis=1)[k]}: "
            "places are to be drawn within each row"
        )
    if np.abs(found - initial)[kept].max() > NEAR:
        same = np.isin(found[kept].round(9), initial[mask].round(9)).mean() > 0.99
        return (
            "the values have moved along with the mask; each place has its own initial value"
            if same
            else "kept weights do not have the initial values of their places"
        )
    share = mask.mean()
    overlap = (kept & mask).sum() / mask.sum()
    return "the places are the old ones" if overlap > (1 + share) / 2 else None


# 6. Break it


def _three(value) -> tuple[np.ndarray, np.ndarray]:
    before, after = parts_of(value, 2, "three weights before, and the same after training")
    return array_of(before, "the weights before", (3,)), array_of(after, "the weights after", (3,))


def _judge_sizes(arguments: tuple, value) -> str | None:
    both = np.abs(np.concatenate(_three(value)))
    return (
        None
        if both.min() >= 0.05 and both.max() <= 1
        else "all weights should lie between 0.05 and 1 in size"
    )


def _judge_worse(arguments: tuple, value) -> str | None:
    before, after = _three(value)
    kept = int((np.abs(after) - np.abs(before)).argmax())
    error = (after**2).sum() - after[kept] ** 2
    best = (after**2).sum() - (after**2).max()
    if error >= 9 * best:
        return None
    return (
        f"pruning by growth leaves a mean square of {error:.3g}, magnitude {best:.3g}: "
        f"that is {error / best:.1f} times"
    )


# 7. A fair comparison


def kept_arguments(seed: int) -> tuple:
    """The student's own share of weights that stay."""
    return (numbers(seed)["kept"],)


def _judge_accuracies(arguments: tuple, value) -> str | None:
    found = array_of(value, "accuracies", (4,))
    if found.max() > 1:
        return "accuracies are shares, from 0 to 1"
    return (
        "the untrained network labels a tenth correctly; one of yours is below 0.05"
        if found.min() < 0.05
        else None
    )


TORCH = ("numpy", "torch")
ASSIGNMENT = Assignment(
    numbers,
    (
        Task(
            name="kept", title="Read a picture", kind="value",
            checks=(own("the weights", 2, _pictured, _judge_growth),),
        ),
        Task(
            name="move", title="By hand", kind="value",
            checks=(own("the move", 2, _memory, _judge_move),),
        ),
        Task(name="memory_proof", title="By hand", kind="text", points=5),
        Task(
            name="prune_by_growth", title="Pruning by growth", more=2,
            checks=(
                check("first round", 2, prune_arguments((5, 8), 1.0, 0.25), judge_prune),
                check("later rounds", 2, prune_arguments((6, 10), 0.6, 0.25), judge_prune),
            ),
        ),
        Task(
            name="train_under_mask", title="A mask under Adam", more=2, seconds=10.0, uses=TORCH,
            checks=(
                check("removed weights are 0", 2, adam_arguments(10, 5), judge_held),
                check("kept weights learn", 2, adam_arguments(10, 20), judge_learned),
            ),
        ),
        Task(
            name="exchange_signs", title="Controls", more=1,
            checks=(check("signs", 2, control_arguments(8, 30, 0.4), judge_signs),),
        ),
        Task(
            name="other_places", title="Controls", more=1,
            checks=(check("places", 2, control_arguments(8, 30, 0.4), judge_rows),),
        ),
        Task(
            name="growth_fails", title="Break it", kind="value",
            checks=(
                own("three weights", 1, lambda seed: (), _judge_sizes),
                own("nine times worse", 2, lambda seed: (), _judge_worse),
            ),
        ),
        Task(
            name="accuracies", title="A fair comparison", kind="value",
            checks=(own("four accuracies", 1, kept_arguments, _judge_accuracies),),
        ),
        Task(name="explanation", title="A fair comparison", kind="text", points=8),
    ),
)  # fmt: skip
