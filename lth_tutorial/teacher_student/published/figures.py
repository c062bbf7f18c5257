"""Pictures of chapter 5: Figures 2 to 6 of the sample-complexity paper, from the stored results."""

import numpy as np
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from lth_tutorial.explore import describe
from lth_tutorial.style import (
    AMBER,
    BLUE,
    FAINT,
    GREEN,
    MUTED,
    ORANGE,
    PINK,
    SKY,
    SMALL,
    style,
    subplots,
)
from lth_tutorial.subset_sum.experiments import wilson_interval

from .summaries import NEAR, trials_text

LINES = ((BLUE, "o-"), (ORANGE, "s-"), (GREEN, "^-"), (PINK, "D-"), (AMBER, "v-"), (SKY, "P-"))

RULES = {"the paper's step": 0.5, "a tuned step": 4.0}


def radius(summary, endings, rule: str, support: int):
    """Figure 2: squares filled by the share that succeeds; below, how the trials of one r end.

    endings: as `summaries.endings` counts them.
    """
    lines = [line for line in summary["lines"] if line["step"] == RULES[rule]]
    column = next(k for k, line in enumerate(lines) if line["support"] == support)
    line = next(e for e in endings if (e["step"], e["support"]) == (RULES[rule], support))
    distances = line["distances"]
    with style():
        figure, (axes, below) = subplots(2, 5.4, height_ratios=[5, 3])
        _squares(
            axes, [(i, j, x) for i, row in enumerate(lines) for j, x in enumerate(row["reached"])]
        )
        axes.add_patch(
            Rectangle(
                (column - 0.5, -0.5), 1, len(distances), fill=False, edgecolor=ORANGE, linewidth=2
            )
        )
        axes.set_xticks(range(len(lines)), [row["support"] for row in lines], rotation=60)
        axes.set_yticks(range(len(distances)), [f"{x:g}" for x in distances], fontsize=SMALL)
        axes.set(xlim=(-0.6, len(lines) - 0.4), ylim=(-0.6, len(distances) - 0.4))
        axes.set(xlabel="features per neuron r", ylabel="distance of the start")
        _endings(below, line)
    failed, near = (sum(line[k]) for k in ("far", "near"))
    says = (
        f"With {rule}, {line['trials']} trials for each square: {_reach(lines[column])}; of the trials that "
        f"fail, {near} were cut off within 1 % of the teacher and {failed} ended farther off."
    )
    both = {row["support"] for row in endings if row["step"] != RULES[rule]}
    places = [k for k, row in enumerate(lines) if row["support"] in both]
    data = {name: line[name] for name in ("distances", "recovered", "near", "far")}
    return describe(figure, says, data, {"support": (axes, "x", places)})


def _endings(axes, line) -> None:
    """Shares of the trials that recover the teacher, with 95 % bands, and that were cut off near it."""
    at, trials = np.arange(len(line["distances"])), line["trials"]
    done, near = (np.array(line[k]) / trials for k in ("recovered", "near"))
    low, high = wilson_interval(line["recovered"], trials)
    axes.bar(at, done, 0.7, color=BLUE, label="recovered")
    axes.bar(
        at, near, 0.7, done, facecolor="none", edgecolor=MUTED, hatch="///",
        label=f"cut off within {NEAR:.0%}",
    )  # fmt: skip
    axes.errorbar(
        at, done, [np.maximum(done - low, 0), np.maximum(high - done, 0)],
        fmt="none", ecolor=ORANGE, elinewidth=1.5, capsize=3, label="95 %",
    )  # fmt: skip
    axes.set_xticks(at, [f"{x:g}" for x in line["distances"]], fontsize=SMALL)
    axes.set(ylim=(0, 1), yticks=[0, 0.5, 1], xlabel="distance of the start", ylabel="share")
    axes.legend(loc="lower center", bbox_to_anchor=(0.45, 1), ncols=3, fontsize=SMALL)


def _reach(line) -> str:
    """How far half of the starts succeed, in words."""
    half, where = line["half"], f"at r = {line['support']}"
    if half == "never":
        return f"{where} no start succeeds in half of the trials"
    if half == "always":
        return f"{where} starts at all distances tried, up to {line['distances'][-1]:g}, recover the teacher"
    return f"{where} half of the starts succeed at distance {half:.1f}"


def _squares(axes, cells, size: float = 0.86) -> None:
    """Frames filled in proportion to a share, legible in grey; cells: (column, row, share)."""
    for colour, filled in ((FAINT, False), (BLUE, True)):
        outlines = [
            _outline(x, y, size * (np.sqrt(share) if filled else 1))
            for x, y, share in cells
            if share > 0 or not filled
        ]
        if outlines:
            path = Path.make_compound_path(*outlines)
            face = colour if filled else "none"
            axes.add_patch(
                PathPatch(path, facecolor=face, edgecolor=colour, linewidth=0 if filled else 0.6)
            )


def _outline(x: float, y: float, size: float) -> Path:
    low, high = -size / 2, size / 2
    corners = [(low, low), (high, low), (high, high), (low, high), (low, low)]
    return Path([(x + a, y + b) for a, b in corners], closed=True)


def rate(summary, show: str):
    """Figure 3: error curves of accelerated descent for each r, or 1 - rate against sqrt(r)."""
    lines = [line for line in summary["lines"] if line["distance"] == 0.5]
    root = np.sqrt([line["support"] for line in lines])
    slow, fast = (
        np.array([line[f"frobenius_{k}"] for line in lines]) for k in ("descent", "momentum")
    )
    with style():
        figure, axes = subplots(height=3.1)
        if show == "error curves":
            at = 50 * np.arange(len(lines[0]["frobenius_curves"][1]))
            for line, (colour, marks) in zip(lines[::2], LINES, strict=False):
                axes.plot(
                    at, line["frobenius_curves"][1], marks, markevery=6, color=colour,
                    label=f"r = {line['support']}",
                )  # fmt: skip
            axes.set(yscale="log", xlabel="iteration", ylabel="relative error (median)")
            axes.legend(loc="lower left")
            columns = {"iteration": at} | {
                f"r = {line['support']}": line["frobenius_curves"][1] for line in lines
            }
        else:
            fit = summary["fit"]
            axes.plot(root, fit["intercept"] + fit["slope"] * root, "-", color=FAINT)
            axes.plot(root, fast, "o", color=BLUE, label="momentum 0.2")
            axes.plot(root, slow, "s", color=ORANGE, mfc="none", label="no momentum")
            axes.set(
                xlabel="root of features per neuron, \u221ar",
                ylabel="1 \u2212 rate",
                ylim=(0, None),
            )
            axes.legend(loc="upper right")
            columns = {"root_r": root, "momentum": fast, "descent": slow}
    says = f"Medians of {trials_text(lines)}: " + (
        _rate_curves_say(lines[0], lines[-1])
        if show == "error curves"
        else _rate_line_says(lines[0], lines[-1], summary["fit"])
    )
    return describe(figure, says, columns)


def _rate_curves_say(first, last) -> str:
    ends = [f"{x['frobenius_curves'][1][-1]:.0e} for r = {x['support']}" for x in (first, last)]
    return f"the error after 1,500 iterations is {ends[0]}, {ends[1]}."


def _rate_line_says(first, last, fit) -> str:
    ends = [f"{x['frobenius_momentum']:.4f} at r = {x['support']}" for x in (first, last)]
    return (
        f"1 minus the rate falls from {ends[0]} to {ends[1]}. A line in the root of r fits it with R squared "
        f"{fit['r_squared']:.3f} (1 is a perfect fit)."
    )


def samples(summary, support: int, ratio: float):
    """Figure 4 with the tuned step: every cell of r and N, and the one that was chosen in numbers."""
    lines = [line for line in summary["lines"] if line["step"] == RULES["a tuned step"]]
    supports, ratios = samples_axes(summary)
    tables = [
        [cell for at, cell in zip(_ratios(lines), line["table"], strict=True) if at in ratios]
        for line in lines
    ]
    column, row = supports.index(support), ratios.index(ratio)
    with style():
        figure, (axes, below) = subplots(2, 4.6, height_ratios=[5, 1.3])
        _squares(
            axes,
            [(i, j, x["reached"][1]) for i, part in enumerate(tables) for j, x in enumerate(part)],
        )
        axes.add_patch(
            Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=ORANGE, linewidth=2)
        )
        axes.set_xticks(range(len(supports)), supports)
        axes.set_yticks(range(len(ratios)), [f"{value:g}" for value in ratios])
        axes.set(xlim=(-0.6, len(supports) - 0.4), ylim=(-0.6, len(ratios) - 0.4))
        axes.set(xlabel="features per neuron r", ylabel="samples per weight, N / (rK)")
        cell = tables[column][row]
        for place, k in ((1, 0), (0, 1)):
            done, cap = cell["reached"][k], cell["cap"][k]
            below.barh(place, done, color=BLUE, height=0.6)
            below.barh(
                place, cap, left=done, facecolor="none", edgecolor=MUTED, hatch="///", height=0.6
            )
        below.set(xlim=(0, 1), yticks=[0, 1], xticks=[0, 0.5, 1])
        below.set_yticklabels(["start at 0.5", "start at 0.1"], fontsize=SMALL)
        below.set_xlabel("recovered (filled), not after 10,000 steps (hatched)", fontsize=SMALL)
    low, high = wilson_interval(round(cell["reached"][1] * cell["trials"]), cell["trials"])
    says = (
        f"r = {support} and {cell['samples']} samples, {ratio:g} for each weight: of {cell['trials']} trials "
        f"{cell['reached'][1]:.0%} recover the teacher from distance 0.5 (95 % band: {low:.0%} to "
        f"{high:.0%}), {cell['reached'][0]:.0%} from 0.1."
    )
    clicks = {
        "support": (axes, "x", range(len(supports))),
        "ratio": (axes, "y", range(len(ratios))),
    }
    data = {
        "ratio": ratios,
        "samples": [part["samples"] for part in tables[column]],
        "recovered": [part["reached"][1] for part in tables[column]],
    }
    return describe(figure, says, data, clicks)


def samples_axes(summary) -> tuple[list[int], list[float]]:
    """The supports and the ratios N / (r K) of Figure 4's tuned table that the picture shows."""
    lines = [line for line in summary["lines"] if line["step"] == RULES["a tuned step"]]
    return [line["support"] for line in lines], [
        ratio for ratio in _ratios(lines) if ratio in _ROWS
    ]


# Rows of Figure 4 that are shown: all that matter, at the price of fewer frames.
_ROWS = (0.8, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 2.0)


def _ratios(lines) -> list[float]:
    last = lines[-1]
    return [round(row["samples"] / (5 * last["support"]), 2) for row in last["table"]]


# What the picture of other shapes varies: its name, where a line stands, whether it belongs there, and from
# which start: without a mask neurons share their features, and starts at 0.5 are often caught.
VARIED = {
    "neurons K": ("neurons", lambda line: line["d"] == 100, 1),
    "features d": ("d", lambda line: line["neurons"] == 3 and line["support"] == 10, 1),
    "no mask: r = d": ("d", lambda line: line["support"] == line["d"], 0),
}


def shapes(summary, vary: str):
    """Samples for each weight at which half of the trials succeed, against K or d; the count beside them."""
    name, belongs, start = VARIED[vary]
    chosen = [line for line in summary["lines"] if belongs(line)]
    chosen.sort(key=lambda line: (line["support"], line[name]))
    sizes = sorted({line["support"] for line in chosen})
    groups = {f"r = {r}": [x for x in chosen if x["support"] == r] for r in sizes}
    if start == 0:
        groups = {"r = d": chosen}
    with style():
        figure, axes = subplots(height=3.1)
        for (label, lines), (colour, marks) in zip(groups.items(), LINES, strict=False):
            half = np.array([line["half_per_weight"][start] for line in lines], dtype=float)
            low, high = (
                np.array([line["band"][start] for line in lines], dtype=float).reshape(-1, 2).T
            )
            axes.errorbar(
                [line[name] for line in lines], half, np.nan_to_num([half - low, high - half]),
                fmt=marks, color=colour, capsize=3, label=label,
            )  # fmt: skip
        at = sorted({line[name] for line in chosen})
        count = [next(x["counting"] for x in chosen if x[name] == place) for place in at]
        axes.plot(at, count, ":", color=MUTED, label="counting")
        axes.set(xlabel="neurons K" if name == "neurons" else "features d")
        axes.set(xscale="linear" if name == "neurons" else "log", ylim=(0.9, None))
        axes.set_xticks(at, at)
        axes.minorticks_off()
        axes.set(ylabel="samples per weight, N / (rK)")
        axes.legend(loc="upper right", ncols=3, fontsize=SMALL)
    columns = {key: [line[key] for line in chosen] for key in ("d", "neurons", "support")}
    columns["samples_per_weight"] = [line["half_per_weight"][start] for line in chosen]
    return describe(figure, _shapes_say(vary, chosen, summary["distances"][start]), columns)


def _shapes_say(vary: str, lines, distance: float) -> str:
    name, _, start = VARIED[vary]
    ends = [min(lines, key=lambda x: x[name]), max(lines, key=lambda x: x[name])]
    what = " and ".join(
        f"{x['half_per_weight'][start]:.2f} at {vary[-1] if start else 'd'} = {x[name]}"
        for x in ends
    )
    fixed = {"neurons K": "d = 100", "features d": "K = 3, r = 10"}.get(vary, "K = 3, r = d")
    return (
        f"{fixed}, {trials_text(lines)} from distance {distance:g}. Half of them succeed with this many "
        f"samples for each weight: {what}. Counting asks for {ends[0]['counting']:.2f} and "
        f"{ends[1]['counting']:.2f}."
    )


def noise(summary, show: str):
    """Figure 5: relative error against sqrt(r) for four noise levels, or measured over predicted."""
    lines = [line for line in summary["lines"] if line["step"] == RULES["a tuned step"]]
    root = np.sqrt([line["support"] for line in lines])
    columns = {"root_r": root}
    with style():
        figure, axes = subplots(height=3.2)
        for k, (level, (colour, marks)) in enumerate(zip(summary["levels"], LINES, strict=False)):
            measured = np.array([line["errors"][k] for line in lines])
            predicted = np.array([line["predicted"][k] for line in lines])
            columns[f"level {level:g}"] = measured
            if show == "error":
                axes.plot(root, predicted, "-", color=FAINT)
                axes.plot(root, measured, marks[0], color=colour, label=f"{level:g}")
            else:
                ratio = [line["ratio"][k] for line in lines]
                axes.plot(root, ratio, marks, color=colour, label=f"{level:g}")
        axes.set_xlabel("root of features per neuron, \u221ar")
        if show == "error":
            axes.set(yscale="log", ylabel="relative error (median)", ylim=(None, 5))
        else:
            axes.axhline(1, color=MUTED, linewidth=0.8)
            axes.set(ylabel="measured / predicted", ylim=(0.5, 1.5))
        axes.legend(title="noise level", ncols=2, fontsize=SMALL, title_fontsize=SMALL)
    half = next(k for k, line in enumerate(lines) if line["support"] == 50)
    ratios = [ratio for line in lines[: half + 1] for ratio in line["ratio"]]
    level = f"level {summary['levels'][-1]:g}"
    says = f"Medians of {trials_text(lines)}: " + (
        f"at noise {level} the error grows from {columns[level][0]:.3f} at r = {lines[0]['support']} to "
        f"{columns[level][half]:.3f} at r = 50."
        if show == "error"
        else f"up to r = 50 the error is {min(ratios):.2f} to {max(ratios):.2f} times the prediction."
    )
    return describe(figure, says, columns)


def pruning(summary, samples: int):
    """Figure 6: the function's error against the share of weights left, one N in the foreground."""
    left = 100 * np.array(summary["remaining"])
    chosen = next(line for line in summary["lines"] if line["samples"] == samples)
    with style():
        figure, axes = subplots(height=3.2)
        for line in summary["lines"]:
            axes.plot(left, line["function"], "-", color=FAINT, linewidth=1.2)
        axes.fill_between(left, chosen["low"], chosen["high"], color=BLUE, alpha=0.2, lw=0)
        axes.plot(left, chosen["function"], "o-", color=BLUE, label=f"N = {samples}")
        axes.axvline(20, color=GREEN, linestyle="--", linewidth=1.2, label="the teacher's 20 %")
        axes.set(xscale="log", yscale="log", xlim=(105, 10), xlabel="weights left (%)")
        axes.set_xticks([100, 80, 64, 41, 26, 17, 11], ["100", "80", "64", "41", "26", "17", "11"])
        axes.minorticks_off()
        axes.set(ylabel="relative error of the function", ylim=(1e-4, 5))
        axes.legend(loc="upper left", fontsize=SMALL)
    at = {round(share): value for share, value in zip(left, chosen["function"], strict=True)}
    says = (
        f"{samples} samples, {chosen['trials']} trials: the median error is {at[100]:.1g} with all weights, "
        f"{at[21]:.1g} with 21 % of them and {at[17]:.1g} with 17 %. "
        "The band holds the middle 80 % of the trials."
    )
    columns = {
        "left": left,
        "median": chosen["function"],
        "low": chosen["low"],
        "high": chosen["high"],
    }
    return describe(figure, says, columns)
