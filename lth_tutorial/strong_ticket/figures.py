"""Pictures of chapter 6: two examples by hand, the table, its cells, rows and columns."""

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lth_tutorial import wires
from lth_tutorial.explore import describe
from lth_tutorial.style import (
    AMBER,
    BLUE,
    FAINT,
    GREEN,
    MUTED,
    ORANGE,
    PINK,
    SMALL,
    WIDTH,
    style,
    subplots,
)

from . import examples
from .published import numbers as published
from .published import tables as stored
from .published.tables import LENGTHS

_ROWS = [f"{s:g}".lstrip("0") or "0" for s in published.SPARSITIES]
_COLUMNS = [f"{e:g}".lstrip("0") or "0" for e in published.EPSILONS]
_HALVES = (0, 0.5, 1)
# The frame of a column's best cell: a mask, or the descent alone (also where the two tie).
MARKS = {"pruning": GREEN, "descent": BLUE}


def one_weight(epsilon: float, step: float):
    """Projected descent on (w - 1)^2 / 2 from w_0 = .4: the weight stops at the wall of its ball."""
    path = examples.one_weight(0.4, 1.0, epsilon, step, 12)
    with style():
        figure, axes = subplots(height=2.7)
        axes.axhspan(0.4 - epsilon, 0.4 + epsilon, color=FAINT, alpha=0.5, linewidth=0)
        axes.axhline(1, color=GREEN, linestyle="--", linewidth=1.2, label="best weight")
        axes.plot(path, "o-", color=BLUE, label="weight")
        axes.set(xlim=(-0.3, 12.3), ylim=(-0.35, 1.25), xlabel="step", ylabel="weight w")
        axes.legend(loc="lower right", ncols=2)
    hit = np.flatnonzero(path >= 0.4 + epsilon - 1e-12)
    what = (
        f"reaches the wall at {0.4 + epsilon:g} in step {hit[0]}, where it stays"
        if len(hit)
        else f"is at {path[-1]:.2f} after 12 steps, still inside"
    )
    says = f"Radius {epsilon:g}, step size {step:g}: the weight starts at 0.4 and {what}."
    return describe(figure, says, {"step": np.arange(13), "w": path})


def swap(second: float, step: float):
    """Two weights, one to be kept: their scores, and the loss before and after they change places."""
    scores, losses = examples.swap((-1.0, second), (0.5, 0.3), 1.0, step, 20)
    at = np.arange(len(losses))
    with style():
        figure, (axes, below) = subplots(2, 3.9, sharex=True)
        axes.plot(at, np.abs(scores[:, 0]), "o-", color=BLUE, label="|score| of w\u2081 = \u22121")
        label = f"|score| of w\u2082 = {second:g}".replace("-", "\u2212")
        axes.plot(at, np.abs(scores[:, 1]), "s--", color=ORANGE, label=label)
        axes.set(ylabel="|score|", ylim=(-0.05, 1.6))
        figure.legend(loc="outside upper center", ncols=2, fontsize=SMALL)
        below.step(at, losses, where="post", color=GREEN)
        below.set(xlabel="step", ylabel="loss", ylim=(0, 5.2), xlim=(0, 20))
    changes = int(np.count_nonzero(np.diff(np.abs(scores).argmax(axis=1))))
    first = int(np.flatnonzero(np.diff(losses))[0]) + 1 if np.diff(losses).any() else None
    what = (
        "the two weights never change places"
        if first is None
        else f"the two weights first change places in step {first}, and {changes} times in all"
    )
    says = (
        f"Second weight {second:g}, step size {step:g}: {what}. The loss starts at {losses[0]:.2f}, ends at "
        f"{losses[-1]:.2f} and is {losses.max():.2f} at most."
    )
    columns = {"step": at, "score_1": scores[:, 0], "score_2": scores[:, 1], "loss": losses}
    return describe(figure, says, columns)


def meanings(rows: dict, some: list[int], meaning: str):
    """Descent alone against the printed radius, four readings; `some`: which of the radii the rows have."""
    places = np.array(some)
    with style():
        figure, axes = subplots(height=3.1)
        axes.plot(places, published.ACCURACY[0, places], "D:", color=MUTED, label="published")
        for name, row in rows.items():
            chosen = name == meaning
            axes.plot(
                places, row, "o-" if chosen else "-",
                color=BLUE if chosen else FAINT, linewidth=2 if chosen else 1.2,
                label=name if chosen else None, zorder=3 if chosen else 1,
            )  # fmt: skip
        axes.set_xticks(places, [_COLUMNS[k] for k in some], fontsize=SMALL)
        axes.set(ylim=(0, 1.02), xlabel="radius as printed", ylabel="test accuracy, nothing pruned")
        axes.legend(loc="lower right")
    target = published.ACCURACY[0, places]
    gap = np.array(rows[meaning]) - target
    says = (
        f"{meaning}: the accuracy is {_beside(gap[some.index(2)])} the published one at radius 0.005, "
        f"{_beside(gap[some.index(7)])} it at 0.05, and {_beside(gap[-1])} it at 0.3. (Near: within 0.2.)"
    )
    columns = {"epsilon": np.array(published.EPSILONS)[places], "published": target, **rows}
    return describe(figure, says, columns)


def _beside(gap: float) -> str:
    """In a word, because trainings differ a little from machine to machine."""
    return "near" if abs(gap) < 0.2 else "above" if gap > 0 else "below"


def table(tables: dict, shown: str):
    """Nine sparsities by eleven radii, the best row of each column framed."""
    values = np.asarray(tables[shown])
    with style():
        figure, axes = subplots(height=3.6)
        _heat(axes, values, numbers=True)
        for column in np.flatnonzero(np.isfinite(values[0])):
            row = values[:, column].argmax()
            colour = MARKS["descent" if row == 0 else "pruning"]
            axes.add_patch(_frame(column, row, colour))
        axes.set_title("framed: the best of its column", fontsize=SMALL)
    there = np.isfinite(values[0])
    pruned = int((values[:, there].argmax(axis=0) > 0).sum())
    away = np.nanmean(np.abs(values - published.ACCURACY))
    row, column = np.unravel_index(np.nanargmax(values), values.shape)
    says = (
        f"{shown[0].upper()}{shown[1:]}: the best accuracy is {np.nanmax(values):.2f}, at sparsity "
        f"{published.SPARSITIES[row]:g} and radius {published.EPSILONS[column]:g}. A mask beats the descent "
        f"alone in {pruned} of {there.sum()} columns. The corner has {values[-1, -1]:.2f}."
        + (f" On average a cell is {away:.2f} from the published one." if away else "")
    )
    data = {"sparsity": published.SPARSITIES}
    data |= {f"epsilon {e:g}": values[:, k] for k, e in enumerate(published.EPSILONS)}
    return describe(figure, says, data)


def source_table(tables: dict, shown: str):
    """`table` for the source's own network: a page that has both needs a name for each."""
    return table(tables, shown)


def _heat(axes, values, numbers: bool) -> None:
    """Squares whose depth grows with accuracy; the top row has the largest sparsity."""
    places = [place for place in np.ndindex(values.shape) if np.isfinite(values[place])]
    found = np.array([values[place] for place in places])
    squares = [Rectangle((column - 0.5, row - 0.5), 1, 1) for row, column in places]
    depths = _depth(found, 0.56 if numbers else 0.85)
    axes.add_collection(PatchCollection(squares, facecolor=BLUE, alpha=depths, linewidth=0))
    for row, column in places if numbers else ():
        text = f"{values[row, column]:.2f}".lstrip("0")
        axes.text(column, row, text, ha="center", va="center", fontsize=SMALL)
    axes.set_xticks(range(values.shape[1]), _COLUMNS, fontsize=SMALL)
    axes.set_yticks(range(values.shape[0]), _ROWS, fontsize=SMALL)
    axes.set(xlim=(-0.52, values.shape[1] - 0.48), ylim=(-0.52, values.shape[0] - 0.48))
    axes.set(xlabel="radius", ylabel="sparsity")
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def _depth(accuracy, deepest: float):
    """How deep the blue is: it follows the logarithm of the error, so that .95 and .98 can be told apart."""
    error = np.clip(1 - np.asarray(accuracy), 0.018, 0.9)
    return 0.04 + (deepest - 0.04) * np.log(error / 0.9) / np.log(0.018 / 0.9)


def _scale(axes) -> None:
    """What the depth of a square means, on its right."""
    levels = (0.1, 0.5, 0.8, 0.9, 0.95, 0.98)
    scale = axes.inset_axes([1.05, 0, 0.045, 1])
    squares = [Rectangle((0, k), 1, 1) for k in range(len(levels))]
    depths = _depth(levels, 0.85)
    scale.add_collection(PatchCollection(squares, facecolor=BLUE, alpha=depths, linewidth=0))
    texts = [f"{level:g}".lstrip("0") for level in levels]
    scale.set(xlim=(0, 1), ylim=(0, len(levels)), xticks=[])
    scale.set_yticks(np.arange(len(levels)) + 0.5, texts, fontsize=SMALL)
    scale.set_title("right", fontsize=SMALL, pad=3)
    scale.yaxis.tick_right()
    scale.tick_params(length=0)
    scale.spines[:].set_visible(False)


def _frame(column: int, row: int, colour: str) -> Rectangle:
    return Rectangle(
        (column - 0.46, row - 0.46), 0.92, 0.92, fill=False, edgecolor=colour, linewidth=1.8
    )


def cell(columns: list[dict], epsilon: float, sparsity: float):
    """One cell of the table: its training, which weights it keeps, and how far they had moved."""
    at, row = published.EPSILONS.index(epsilon), published.SPARSITIES.index(sparsity)
    column = columns[at]
    chosen = column["cells"][row]
    values = np.array([[c["test"] for c in one["cells"]] for one in columns]).T
    with style():
        # 99 frames: fixed margins are several times faster than constrained ones.
        figure = Figure(figsize=(WIDTH, 6.6))
        figure.subplots_adjust(0.14, 0.075, 0.985, 0.965, hspace=0.75)
        axes, curve, below, moved = figure.subplots(4, 1, height_ratios=[2.2, 1.5, 1.2, 1.2])
        at_left = axes.get_position()
        axes.set_position([at_left.x0, at_left.y0, 0.84 * at_left.width, at_left.height])
        _heat(axes, values, numbers=False)
        _scale(axes)
        axes.add_patch(_frame(at, row, ORANGE))
        axes.set_yticks(range(0, 9, 2), _ROWS[::2], fontsize=SMALL)
        axes.set_xticks(range(0, 11, 2), _COLUMNS[::2], fontsize=SMALL)
        losses = chosen["losses"]
        curve.plot(np.arange(1, len(losses) + 1) / len(losses), losses, color=BLUE)
        curve.set(ylim=(0, 2.5), xlim=(0, 1.02), yticks=[0, 1, 2], xticks=_HALVES)
        curve.set(ylabel="loss", xlabel="share of its training")
        share = np.array(chosen["kept"][:11])
        bins = (np.arange(11) + 0.5) * 1.5 / 16
        below.bar(bins, share, 0.085, color=GREEN)
        below.axhline(1 - sparsity, color=MUTED, linestyle="--", linewidth=1)
        below.set(ylim=(0, 1.05), xlim=(0, 1.05), yticks=[0, 1], xticks=_HALVES)
        below.set(ylabel="kept", xlabel="|weight| / bound")
        parts = np.array(column["movement"])
        moved.bar((np.arange(16) + 0.5) / 16, parts, 0.055, color=AMBER)
        moved.set(ylim=(0, 1), xlim=(0, 1.02), yticks=[0, 1], xticks=_HALVES)
        moved.set(ylabel="share", xlabel="how far a weight moved, in radii")
    test = chosen["test"]
    wall = f"At the wall are {parts[-1]:.0%} of the weights" if epsilon else "No weight may move"
    says = (
        f"Sparsity {sparsity:g}, radius {epsilon:g}: the test accuracy is {test:.3f}, and the last training "
        f"loss {losses[-1]:.2f}. {wall}. The mask keeps {share[0]:.0%} of the smallest weights and "
        f"{share[10]:.0%} of those near the bound."
    )
    clicks = {"epsilon": (axes, "x", range(11)), "sparsity": (axes, "y", range(9))}
    data = {"part": np.arange(1, len(losses) + 1) / len(losses), "loss": losses}
    return describe(figure, says, data, clicks)


def along_sparsity(lines: dict, epsilon: float):
    """One column of the tables as curves: searched masks against random ones and those by magnitude."""
    at = published.EPSILONS.index(epsilon)
    x = np.array(published.SPARSITIES)
    with style():
        figure, axes = subplots(height=2.9)
        axes.plot(x, published.ACCURACY[:, at], "D:", color=MUTED, label="published")
        low, high = (lines[k][:, at] for k in ("lowest", "highest"))
        axes.fill_between(x, low, high, color=BLUE, alpha=0.25, linewidth=0)
        for name, marks, colour in (
            ("Edge-Popup", "o-", BLUE),
            ("larger step", "^-", GREEN),
            ("magnitude", "s--", ORANGE),
            ("random", "v--", PINK),
        ):
            if np.isfinite(lines[name][0, at]):
                axes.plot(x, lines[name][:, at], marks, color=colour, label=name)
        shown = [line.get_ydata() for line in axes.lines]
        axes.set(ylim=_above(shown), xlabel="sparsity", ylabel="test accuracy")
        figure.legend(loc="outside upper center", ncols=3, fontsize=SMALL)
    ours = lines["Edge-Popup"][:, at]
    others = (lines[k][5, at] for k in ("magnitude", "random"))
    says = (
        f"Radius {epsilon:g}, half of the weights crossed out: Edge-Popup's mask has an accuracy of "
        f"{ours[5]:.2f}, "
        + "that of the largest weights {:.2f}, a random one {:.2f}".format(*others)
        + f". The published accuracy is {published.ACCURACY[5, at]:.2f}."
    )
    data = {"sparsity": x, "published": published.ACCURACY[:, at]}
    data |= {name: values[:, at] for name, values in lines.items()}
    return describe(figure, says, data)


def _above(lines) -> tuple[float, float]:
    """Ends of an axis of accuracies: from 0, or from below the least where all of them are high."""
    least = min(map(np.min, lines))
    return (0, 1.02) if least < 0.5 else (np.floor(10 * least - 0.3) / 10, 1.005)


def along_epsilon(lines: dict, sparsity: float):
    """One row of the tables as curves."""
    row = published.SPARSITIES.index(sparsity)
    places = np.arange(11)
    with style():
        figure, axes = subplots(height=3.3)
        axes.plot(places, published.ACCURACY[row], "D:", color=MUTED, label="published")
        low, high = (lines[k][row] for k in ("lowest", "highest"))
        axes.vlines(places, low, high, color=BLUE, linewidth=5, alpha=0.3)
        for name, marks, colour in (("Edge-Popup", "o-", BLUE), ("larger step", "^-", GREEN)):
            there = np.isfinite(lines[name][row])
            axes.plot(places[there], lines[name][row][there], marks, color=colour, label=name)
        axes.set_xticks(places, _COLUMNS, fontsize=SMALL)
        shown = [line.get_ydata() for line in axes.lines]
        axes.set(ylim=_above(shown), xlabel="radius", ylabel="test accuracy")
        figure.legend(loc="outside upper center", ncols=3, fontsize=SMALL)
    ours, theirs = lines["Edge-Popup"][row], published.ACCURACY[row]
    says = (
        f"Sparsity {sparsity:g}: as the radius grows from 0 to 0.3 the accuracy goes from {ours[0]:.2f} to "
        f"{ours[-1]:.2f} in Dense, and from {theirs[0]:.2f} to {theirs[-1]:.2f} in Published. The two differ "
        f"by {np.abs(ours - theirs).max():.2f} at most."
    )
    data = {"epsilon": published.EPSILONS, "published": theirs}
    data |= {name: values[row] for name, values in lines.items()}
    return describe(figure, says, data)


BLOCKS = ("a dense layer", "its redundant block", "the block under a mask")


def block(show: str, inputs: int = 3, outputs: int = 2, copies: int = 5, seed: int = 1):
    """A dense layer, the source's redundant block in its place, and what a random mask of four fifths leaves.

    show: one of BLOCKS.
    """
    rng, step = np.random.default_rng(seed), BLOCKS.index(show)
    sizes = (inputs * copies, inputs * copies * outputs)
    masks = [_drawn(rng, n, 0.8) if step == 2 else np.ones(n, dtype=bool) for n in sizes]
    gates, entries = masks[0], masks[1].reshape(outputs, -1)
    paths = int((entries & gates).sum())
    left, right = wires.column(0, inputs, 0.15, 0.85), wires.column(2, outputs, 0.25, 0.75)
    with style():
        figure, axes = subplots(1, 3.3)
        if step:
            _draw_block(axes, left, right, gates, entries)
        else:
            wires.edges(axes, left, right, np.ones((outputs, inputs), dtype=bool), wires.KEPT)
        wires.neurons(axes, np.vstack([left, right]), size=11)
        wires.bare(axes, low=-0.34, high=1.2)
    says = (
        f"A dense layer: {inputs} inputs, {outputs} outputs, {inputs * outputs} weights.",
        f"The block in its place: {sizes[0]} gates and {sizes[1]} matrix entries, {paths} paths from an "
        "input to an output.",
        f"A random mask that keeps a fifth: {gates.sum()} of {sizes[0]} gates, {entries.sum()} of {sizes[1]} "
        f"entries, but only {paths} of {sizes[1]} paths are whole.",
    )
    kept = [int(m.sum()) for m in masks]
    return describe(figure, says[step], {"part": [1, 2], "all": sizes, "kept": kept})


def _draw_block(axes, left, right, gates, entries) -> None:
    """Gates between the inputs and a matrix: what is pruned, what is kept, and the whole paths lit."""
    copies = len(gates) // len(left)
    places = [wires.column(1, copies, y - 0.13, y + 0.13) for y in np.linspace(1, 0, len(left))]
    middle = np.vstack(places)
    own = np.repeat(np.eye(len(left), dtype=bool), copies, axis=0)
    for ends, there, all_there in (
        ((left, middle), own & gates[:, None], own),
        ((middle, right), entries, np.ones_like(entries)),
    ):
        wires.edges(axes, *ends, all_there & ~there, wires.PRUNED)
        wires.edges(axes, *ends, there, wires.KEPT)
    if not gates.all():
        whole = entries & gates
        wires.edges(axes, left, middle, own & whole.any(axis=0)[:, None], wires.LIT)
        wires.edges(axes, middle, right, whole, wires.LIT)
        wires.neurons(axes, middle[~gates], MUTED, hollow=True, size=5)
    wires.neurons(axes, middle[gates], BLUE, size=5)
    axes.text(1, -0.28, f"gates, {copies} an input", ha="center", fontsize=SMALL)


def _drawn(rng, size: int, sparsity: float) -> np.ndarray:
    """A random mask that keeps all but int(sparsity size)."""
    mask = np.zeros(size, dtype=bool)
    mask[rng.permutation(size)[: size - int(sparsity * size)]] = True
    return mask


def corner(cells: list[dict], passes: int, sparsity: float = 0.8):
    """The source's network after a descent of some length: what a search finds, and how it goes on."""
    found = stored.rows(cells, sparsity)
    at, x = LENGTHS.index(passes), np.arange(len(LENGTHS))
    chosen = found[at]
    lines = {
        "whole": [n["whole"]["test"] for n in found],
        "Edge-Popup": [n["test"] for n in found],
        "magnitude": [n["magnitude"] for n in found],
        "random": [n["start"]["test"] for n in found],
    }
    # Stored to four digits: less than one in 10,000 is drawn at the foot.
    replaced = 1 - np.array(chosen["track"]["overlap"])
    with style():
        figure, (axes, below) = subplots(2, 5.2, height_ratios=[1.6, 1])
        for (name, line), marks, colour in zip(
            lines.items(), ("D:", "o-", "s--", "v--"), (MUTED, BLUE, ORANGE, PINK), strict=True
        ):
            axes.plot(x, line, marks, color=colour, label=name)
        axes.plot(at, chosen["test"], "o", color=BLUE, markersize=11, fillstyle="none")
        axes.axvline(at, color=FAINT, linewidth=1, zorder=0)
        axes.set_xticks(x, [str(n) for n in LENGTHS])
        axes.set(ylim=(0, 1.02), xlabel="passes of the descent", ylabel="test accuracy")
        figure.legend(loc="outside upper center", ncols=2, fontsize=SMALL)
        epochs = np.arange(1, len(replaced) + 1)
        for k, name, marks, colour in ((0, "gates", "s--", AMBER), (1, "matrices", "o-", GREEN)):
            below.plot(epochs, np.maximum(replaced[:, k], 1e-4), marks, color=colour, label=name)
        below.set(yscale="log", ylim=(7e-5, 0.2), xticks=epochs, xlabel="passes of the search")
        below.set(ylabel="of the mask\nreplaced")
        below.legend(loc="upper left", ncols=2, fontsize=SMALL)
    says = (
        f"After {passes} passes of descent the whole network has an accuracy of {lines['whole'][at]:.2f}. "
        f"The masks at sparsity {sparsity:g}: Edge-Popup {chosen['test']:.2f}, magnitude "
        f"{lines['magnitude'][at]:.2f}, random {lines['random'][at]:.2f}. When the search began the mean "
        f"size of a logit was {chosen['start']['logits']:.2g}; it replaced {_in_10_000(replaced[-1, 1])} of "
        "the matrix entries in its mask."
    )
    data = {"passes": np.array(LENGTHS), **lines}
    return describe(figure, says, data)


# Of MNIST, by which every accuracy of the published size is judged.
TEST_IMAGES = 10_000


def two_deviations(accuracy) -> np.ndarray:
    """Two standard deviations of an accuracy p on n independent test images: 2 sqrt(p (1 - p) / n)."""
    p = np.asarray(accuracy)
    return 2 * np.sqrt(p * (1 - p) / TEST_IMAGES)


def _banded(axes, x, line, **looks) -> None:
    """A line within the band of two standard deviations that the test images leave."""
    line = np.asarray(line)
    (drawn,) = axes.plot(x, line, **looks)
    wide = two_deviations(line)
    axes.fill_between(x, line - wide, line + wide, color=drawn.get_color(), alpha=0.2, linewidth=0)


def beside(comparisons: dict, shown: str):
    """Two ways of spending the same work, over all radii; only the accuracies near the best are drawn.

    comparisons: name -> {line: (11,) test accuracies at the published radii}, two lines each. shown: one of
    the names. Apart are accuracies whose difference exceeds two standard deviations of a difference.
    """
    (name, ours), (other, theirs) = comparisons[shown].items()
    places = np.arange(len(ours))
    with style():
        figure, axes = subplots(height=3.1)
        _banded(axes, places, ours, marker="o", color=BLUE, label=name)
        _banded(axes, places, theirs, marker="s", linestyle="--", color=ORANGE, label=other)
        axes.set_xticks(places, _COLUMNS, fontsize=SMALL)
        axes.set(ylim=(0.95, 0.985), xlabel="radius", ylabel="test accuracy")
        figure.legend(loc="outside upper center", ncols=1, fontsize=SMALL)
    chance = np.hypot(two_deviations(ours), two_deviations(theirs))
    apart = [f"{published.EPSILONS[k]:g}" for k in np.flatnonzero(np.abs(ours - theirs) > chance)]
    where = (
        "radii " + ", ".join(apart) if 0 < len(apart) < 6 else f"{len(apart)} of {len(ours)} radii"
    )
    low = int((theirs < 0.95).sum())
    says = (
        f"Radius {published.EPSILONS[-1]:g}: {name} {ours[-1]:.3f}, {other} {theirs[-1]:.3f}. They are "
        "further apart than chance "
        f"makes them (two standard deviations) at {where}."
        + (f" Below the picture: {low} accuracies." if low else "")
    )
    return describe(figure, says, {"epsilon": published.EPSILONS, name: ours, other: theirs})


def by_length(found: dict[float, dict[int, float]], sparsity: float):
    """Published size, radius .3: what the search finds after a descent of some length.

    found: sparsity -> {passes of the descent: test accuracy}, from 0 on. sparsity: the line that is lit.
    """
    passes = list(found[sparsity])
    with style():
        figure, axes = subplots(height=2.9)
        for other, line in found.items():
            chosen = other == sparsity
            looks = (
                {"color": BLUE, "linewidth": 2.2} if chosen else {"color": MUTED, "linewidth": 1}
            )
            _banded(axes, range(len(passes)), list(line.values()), marker="o", **looks)
            end = list(line.values())[-1]
            axes.annotate(
                f"s = {other:g}",
                (len(passes) - 1, end),
                (8, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL,
            )
        axes.set_xticks(range(len(passes)), [str(n) for n in passes])
        axes.set(xlim=(-0.3, len(passes) - 0.2), ylim=(0, 1.02))
        axes.set(xlabel="passes of the descent", ylabel="test accuracy")
    line = found[sparsity]
    says = (
        f"Sparsity {sparsity:g}: the search finds {line[0]:.2f} on untrained weights, {line[1]:.2f} after "
        f"one pass of descent, {line[passes[-1]]:.2f} after {passes[-1]}. Two standard deviations of "
        f"{TEST_IMAGES:,} test images are at most {two_deviations(list(line.values())).max():.2f}."
    )
    data = {"passes": passes} | {f"s = {s:g}": list(v.values()) for s, v in found.items()}
    return describe(figure, says, data)


def searching(found: dict, epsilon: float, sparsity: float):
    """Searches on the source's network at its published size, pass by pass; one line a seed."""
    histories = found[epsilon, sparsity]
    target = published.ACCURACY[
        published.SPARSITIES.index(sparsity), published.EPSILONS.index(epsilon)
    ]
    lines = np.array([history["accuracies"] for history in histories])
    x = np.arange(1, lines.shape[1] + 1)
    with style():
        figure, axes = subplots(height=3.1)
        axes.axhline(target, color=MUTED, linestyle=":", label="Published, after the last pass")
        for k, line in enumerate(lines):
            axes.plot(x, line, color=BLUE if k == 0 else FAINT, linewidth=2 if k == 0 else 1.2)
        axes.plot(x[-1], lines[0, -1], "o", color=BLUE, label="Rebuilt, first seed")
        axes.set(ylim=(0, 1.02), xlabel="passes of the search", ylabel="test accuracy")
        figure.legend(loc="outside upper center", ncols=2, fontsize=SMALL)
    first = lines[0]
    says = (
        f"Radius {epsilon:g}, sparsity {sparsity:g}: the search is best after pass {first.argmax() + 1} "
        f"with {first.max():.2f}, and worst after pass {first.argmin() + 1} with {first.min():.2f}. It ends "
        f"with {first[-1]:.2f}; the published accuracy is {target:.2f}."
    )
    data = {"pass": x} | {f"run {k + 1}": line for k, line in enumerate(lines)}
    return describe(figure, says, data)


def _in_10_000(share: float) -> str:
    return f"{1e4 * share:.0f} in 10,000" if share > 5e-5 else "fewer than one in 10,000"
