"""Pictures of chapter 4: which neurons are kept, how fast the fit comes, and what one neuron costs."""

import math

import numpy as np

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
    style,
    subplots,
)
from lth_tutorial.tables import amount

from . import experiments, separation

MINUS = "\u2212"
SELECTORS = {
    "keep rule": "random",
    "linear program, rounded": "rounding",
    "linear program, then flips": "lp",
    "herding": "herding",
    "matching pursuit": "omp",
}


FREE = ("random features", "whole neurons", "single weights")


def choices(free: str, neurons: int = 8, inputs: int = 3, seed: int = 4):
    """One random network, and what may be chosen of it: output weights, whole neurons, or single weights.

    free: one of FREE. Which ones are dropped is drawn, here as an illustration.
    """
    first, last = _chosen(free, neurons, inputs, np.random.default_rng(seed))
    alive = first.any(axis=1) & last[0]
    left, middle, right = (
        wires.column(0, inputs, 0.25, 0.75),
        wires.column(1, neurons),
        wires.column(2, 1),
    )
    with style():
        figure, axes = subplots(1, 2.9)
        for ends, kept in (((left, middle), first), ((middle, right), last)):
            wires.edges(axes, *ends, ~kept, wires.PRUNED)
            wires.edges(axes, *ends, kept, wires.KEPT)
        if free == FREE[0]:
            wires.edges(axes, middle, right, last, wires.LIT)
        wires.neurons(axes, np.vstack([left, right]), size=11)
        wires.neurons(axes, middle[alive], BLUE)
        wires.neurons(axes, middle[~alive], MUTED, hollow=True)
        axes.text(1, -0.14, "random neurons", ha="center", fontsize=SMALL)
        wires.bare(axes, low=-0.2)
    edges, stay = first.size + last.size, int(first.sum() + last.sum())
    says = (
        f"the {neurons} lit output weights, which may take any value; no edge goes.",
        f"which of the {neurons} neurons stay, each with all of its {inputs + 1} edges: {2**neurons} "
        f"choices. Here {int(alive.sum())} stay.",
        f"which of the {edges} edges stay: {2**edges:,} choices, as in chapter 3. Here {stay} stay.",
    )
    counts = {"layer": [1, 2], "edges": [first.size, last.size], "left": [first.sum(), last.sum()]}
    return describe(figure, f"What may be chosen: {says[FREE.index(free)]}", counts)


def _chosen(free: str, neurons: int, inputs: int, rng) -> list[np.ndarray]:
    """Which edges are there, (neurons, inputs) and (1, neurons): all, those of whole neurons, or any."""
    shapes = ((neurons, inputs), (1, neurons))
    if free == FREE[0]:
        return [np.ones(shape, dtype=bool) for shape in shapes]
    if free == FREE[2]:
        return [rng.random(shape) < 0.5 for shape in shapes]
    whole = rng.random(neurons) < 0.5
    return [np.repeat(whole[:, None], inputs, axis=1), whole[None, :]]


def keep_rule(ratio: float):
    """One neuron with coefficient a = ratio * A: which output weights let it live, and their mean."""
    sign, limit = np.sign(ratio), math.sqrt(abs(ratio))
    v = np.linspace(0, sign * limit, 21)
    with style():
        figure, axes = subplots(height=2.7)
        axes.plot([-1, 1], [-1, 1], color=MUTED, linewidth=1)
        axes.fill_between(v, 0, v, color=BLUE, alpha=0.35, lw=0)
        axes.plot(v[[0, -1]], [0, 0], color=BLUE, linewidth=5, solid_capstyle="butt", label="kept")
        axes.axhline(ratio / 4, color=ORANGE, linestyle="--", label="mean of what is kept")
        axes.set(xlim=(-1, 1), ylim=(-1.05, 1.05), xlabel="output weight v", ylabel="contributes")
        axes.set(xticks=[-1, -0.5, 0, 0.5, 1], yticks=[-1, 0, 1])
        axes.legend(loc="upper left" if ratio > 0 else "lower right")
    says = (
        f"The coefficient is {ratio:g} of the largest. The neuron is kept if its output weight lies between "
        f"0 and {sign * limit:.2g}, which has probability {limit / 2:.2g}. Its mean contribution is "
        f"{ratio / 4:.2g}."
    ).replace("-", MINUS)
    return describe(figure, says, {"v": v, "contributes": v})


def lemma(n: int, seed: int):
    """A linear function by the keep rule: coefficients wanted and found, output wanted and found."""
    found = experiments.on_linear(n, [6, seed])
    edges = np.linspace(0, 360, 37)
    counts = np.histogram(found.direction, edges)[0]
    sums = np.histogram(found.direction, edges, weights=found.coefficient)[0]
    some = slice(0, 100)
    with style():
        figure, (above, below) = subplots(2, 4.3, height_ratios=[1.4, 1], sharex=True)
        above.plot(
            found.direction[some], found.coefficient[some], ".", color=MUTED, markersize=4,
            label="100 neurons",
        )  # fmt: skip
        above.stairs(sums / np.maximum(counts, 1), edges, color=BLUE, lw=1.6, label="mean of all")
        wanted = 2 * np.cos(np.radians(found.angles))
        above.plot(found.angles, wanted, "--", color=ORANGE, lw=1.6, label="wanted")
        above.set(ylim=(-9, 14), ylabel="coefficient", yticks=[-8, -2, 0, 2, 8])
        above.legend(
            loc="upper center", ncols=3, fontsize=SMALL, columnspacing=1.2, handlelength=1.5
        )
        below.plot(found.angles, found.mean, "--", color=ORANGE, label="wanted")
        below.plot(found.angles, found.network, color=BLUE, label="pruned network")
        below.set(xlim=(0, 360), ylim=(-0.9, 1.4), xlabel="direction (degrees)", ylabel="output")
        below.set(xticks=[0, 90, 180, 270, 360], yticks=[-0.5, 0, 0.5])
        below.legend(loc="upper center", ncols=2, fontsize=SMALL)
    says = (
        f"{n:,} neurons, draw {seed}: {np.count_nonzero(found.coefficient):,} are kept, and the network's "
        f"largest error on the circle is {found.error:.2g}."
    )
    columns = {"degrees": found.angles, "network": found.network, "wanted": found.mean}
    return describe(figure, says, columns)


def circle(degrees, labels, n: int, seed: int, selector: str):
    """Points on the unit circle, the pruned network's curve through them, and where kept neurons look."""
    found = experiments.on_circle(degrees, labels, n, SELECTORS[selector], [4, seed])
    bins = found.kept.shape[1]
    edges = np.linspace(0, 360, bins + 1)
    with style():
        figure, (above, below) = subplots(2, 2.9, height_ratios=[1.4, 1], sharex=True)
        above.plot(found.angles, found.mean, "--", color=MUTED, linewidth=1.2, label="mean")
        above.plot(found.angles, found.network, color=BLUE, label="pruned network")
        above.plot(degrees, labels, "o", color=ORANGE, markersize=7, label="points")
        above.set(ylim=(-1.7, 2.3), ylabel="output", yticks=[-1, 0, 1])
        above.legend(loc="upper center", ncols=3, fontsize=SMALL, columnspacing=1.2)
        for counts, side, colour in zip(found.kept, (1, -1), (BLUE, GREEN), strict=True):
            below.stairs(side * counts, edges, fill=True, color=colour, lw=0, alpha=0.8)
        if selector == "keep rule":
            expected = found.expected[0] - found.expected[1]
            below.plot(
                (edges[1:] + edges[:-1]) / 2, expected, color=MUTED, linewidth=1.2, linestyle="--"
            )
        below.axhline(0, color=MUTED, linewidth=0.6)
        top = 1.15 * max(found.kept.max(), found.expected.max())
        below.set(xlim=(0, 360), ylim=(-top, top), xlabel="direction (degrees)", ylabel="kept")
        ticks = below.get_yticks()
        ticks = ticks[(np.abs(ticks) <= top) & (ticks == np.round(ticks))]
        below.set_yticks(ticks, [f"{abs(t):.0f}" for t in ticks])
        below.set_xticks([0, 90, 180, 270, 360])
    says = (
        f"{selector.capitalize()}, {n:,} random neurons, draw {seed}: {found.neurons:,} are kept, and the "
        f"largest error on the five points is {found.error:.2g}."
    )
    columns = {"degrees": found.angles, "network": found.network, "mean": found.mean}
    return describe(figure, says, columns)


def exponents(widths, errors, selector: str):
    """Largest error against width for every selector; errors: {selector: (widths,)}."""
    marks = dict(zip(errors, ("o-", "s-", "D-", "^-", "v-"), strict=False))
    with style():
        figure, axes = subplots(height=3.2)
        for name, values in errors.items():
            shown = name == selector
            marks_shown = marks[name] if shown else marks[name][0] + ":"
            axes.plot(
                widths[name], values, marks_shown,
                color=BLUE if shown else MUTED, linewidth=2 if shown else 0.9,
                markersize=5.5 if shown else 3, zorder=3 if shown else 2,
            )  # fmt: skip
            axes.text(
                1.12 * widths[name][-1], values[-1], _SHORT[name], fontsize=SMALL, va="center",
                color=BLUE if shown else MUTED,
            )  # fmt: skip
        axes.set(xscale="log", yscale="log", xlabel="neurons n", ylabel="largest error")
        axes.set_xlim(90, 60_000)
        axes.minorticks_off()
    power = experiments.slope(widths[selector], errors[selector])
    says = (
        f"{selector.capitalize()}: the largest error falls from {errors[selector][0]:.1g} at "
        f"{widths[selector][0]:,} neurons to {errors[selector][-1]:.1g} at {widths[selector][-1]:,}, "
        f"like n^({power:.1f})."
    ).replace("-", MINUS)
    return describe(figure, says, {"n": widths[selector], "largest_error": errors[selector]})


_SHORT = {
    "keep rule": "keep rule",
    "linear program, rounded": "rounded LP",
    "linear program, then flips": "LP, then flips",
    "herding": "herding",
    "matching pursuit": "pursuit",
}


def polynomials(degree: int):
    """ReLU and the nearest polynomial of a degree, in mean square over a Gaussian input."""
    t = np.linspace(-3, 3, 61)
    near = np.polynomial.hermite_e.hermeval(t, separation.hermite_coefficients(degree))
    left = math.sqrt(1 - separation.hermite_shares(degree).sum())
    with style():
        figure, axes = subplots(height=2.7)
        axes.fill_between(t, 0, 2 * np.exp(-(t**2) / 2), color=FAINT, lw=0, alpha=0.6)
        axes.plot(t, np.maximum(t, 0), "--", color=GREEN, label="ReLU")
        axes.plot(t, near, color=BLUE, label=f"polynomial of degree {degree}")
        axes.text(0.1, 1.35, "where\nt lies", fontsize=SMALL, ha="center", va="center")
        axes.set(xlim=(-3, 3), ylim=(-0.6, 3.2), xlabel="t", yticks=[0, 1, 2, 3])
        axes.legend(loc="upper center")
    says = f"The best polynomial of degree {degree} leaves a relative error of {left:.2g}."
    return describe(figure, says, {"t": t, "relu": np.maximum(t, 0), "polynomial": near})


def gap(summary, d: int):
    """Relative error of one ReLU neuron against the number of random weights; summary: of neuron-gap."""
    (line,) = [line for line in summary["dimensions"] if line["d"] == d]
    features, mask, pruned = line["features"], line["mask"], line["stratified"]
    k = np.array(features["k"])
    # Errors below a thousandth are all the same to the eye; the axis ends there.
    low = 1e-3
    with style():
        figure, axes = subplots(height=3.5)
        count = separation.neuron_weights
        axes.plot(
            count(np.array(mask["k"]), d), mask["error"], "^-", color=ORANGE, label="neuron mask"
        )
        axes.plot(count(k, d), features["error"], "o-", color=GREEN, label="random features")
        least = np.array([separation.unavoidable_error(int(n), d) for n in k])
        axes.plot(count(k, d), least, ":", color=MUTED, label="any features, in the mean")
        axes.plot(pruned["weights"], pruned["error"], "s-", color=BLUE, label="weight pruning")
        axes.set(xscale="log", yscale="log", xlabel="random weights", ylabel="relative error")
        axes.set(xlim=(3, 3e5), ylim=(low, 30))
        axes.set_xticks([1e1, 1e2, 1e3, 1e4, 1e5])
        axes.set_yticks([1e-3, 1e-2, 1e-1, 1], ["0.001", "0.01", "0.1", "1"])
        axes.minorticks_off()
        axes.legend(loc="upper right", ncols=2, fontsize=SMALL, columnspacing=1)
    at = pruned["n"].index(12)
    says = (
        f"At {d} inputs the best coefficients of {k[-1]:,} neurons ({count(k[-1], d):,} weights) leave an "
        f"error of {features['error'][-1]:.2g}. The best mask found of {mask['k'][-1]:,} neurons "
        f"({count(mask['k'][-1], d):,} weights) leaves {mask['error'][-1]:.2g}. Weight pruning with "
        f"{pruned['weights'][at]:,} weights leaves {pruned['error'][at]:.2g}."
    )
    columns = {"weights": count(k, d), "features": features["error"], "any_features": least}
    return describe(figure, says, columns)


def needed(summary, tolerance: str):
    """Random weights that bring one neuron's relative error to a tolerance, against the dimension."""
    lines = summary["dimensions"]
    d = np.array([line["d"] for line in lines])
    needs = [line["needed"][tolerance] for line in lines]
    bound = np.array([(n["bound"]) * (size + 1.0) for n, size in zip(needs, d, strict=True)])
    columns = {"d": d, "no_features_below": bound}
    with style():
        figure, axes = subplots(height=3.4)
        axes.plot(d, bound, ":", color=MUTED, label="any features, in the mean")
        for key, colour, mark, label in (
            ("mask_weights", ORANGE, "^-", "neuron mask"),
            ("feature_weights", GREEN, "o-", "random features"),
            ("all_weights", PINK, "x-", "weight pruning, all entries"),
            ("block_weights", BLUE, "s-", "weight pruning, in blocks"),
        ):
            values = np.array([math.nan if n[key] is None else n[key] for n in needs], dtype=float)
            axes.plot(d, values, mark, color=colour, label=label)
            columns[key] = values
        axes.set(xscale="log", yscale="log", xlabel="inputs d", ylabel="random weights")
        axes.set_xticks([2, 4, 8, 16, 32, 50], ["2", "4", "8", "16", "32", "50"])
        top = 10 ** math.ceil(math.log10(bound.max()) + 0.5)
        axes.set_ylim(5, top * 3e3 if top < 1e12 else top * 1e8)
        axes.minorticks_off()
        axes.legend(loc="upper left", fontsize=SMALL)
    last, measured = needs[-1], [n for n in needs if n["features"]]
    most, masked = (d[[n[key] is not None for n in needs]].max() for key in ("features", "mask"))
    says = (
        f"Error {tolerance}. At most 3,000 random features reach it for up to {most} inputs; there "
        f"{measured[-1]['features']:,} are enough. Masks of at most 2,000 neurons reach it for up to "
        f"{masked} inputs. At {d[-1]} inputs at least {amount(last['bound'])} features of any kind are "
        f"needed to serve all targets, and weight pruning takes {last['block_weights']:,} weights."
    )
    return describe(figure, says, columns)


def broken(widths, errors, floors, case: str):
    """The keep rule's error where one assumption is broken; errors: {case: (widths,)}."""
    plain = experiments.CASES[0]
    with style():
        figure, axes = subplots(height=3.0)
        axes.plot(widths, errors[plain], "o--", color=MUTED, label=f"with {plain}")
        if case != plain:
            axes.plot(widths, errors[case], "s-", color=BLUE, label=f"with {case}")
        if floors[case] > 0:
            axes.axhline(floors[case], color=AMBER, linestyle=":", label="no mask goes below")
        axes.set(xscale="log", yscale="log", xlabel="neurons n", ylabel="largest error")
        axes.set_ylim(0.02, 8)
        axes.set_yticks([0.1, 1], ["0.1", "1"])
        axes.minorticks_off()
        axes.legend(loc="upper right", fontsize=SMALL)
    ends = errors[case]
    says = (
        f"With {case} the largest error is {ends[0]:.2g} at {widths[0]:,} neurons and {ends[-1]:.2g} at "
        f"{widths[-1]:,}."
    ) + (f" No mask brings it below {floors[case]:.2g}." if floors[case] else "")
    return describe(figure, says, {"n": widths, "largest_error": ends})
