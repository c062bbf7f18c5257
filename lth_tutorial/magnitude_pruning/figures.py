"""Pictures of chapter 0: tickets against their controls, masks, and what a public bug does."""

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from lth_tutorial.explore import describe
from lth_tutorial.style import BLUE, FAINT, GREEN, MUTED, ORANGE, SMALL, style, subplots

_KINDS = {
    "ticket": (BLUE, "o-", "ticket"),
    "reinitialized": (ORANGE, "s--", "drawn anew"),
    "random": (GREEN, "^:", "random mask"),
}


def percent(share: float) -> str:
    """100 %, 51.3 %, 3.1 %."""
    return f"{100 * share:.3g} %" if share < 0.9995 else "100 %"


# By hand


def two_weights(step: int, start=(0.1, 0.8), target=(1.0, 0.0)):
    """The two weights of the example, halfway nearer to their targets at each step."""
    start, target = np.array(start), np.array(target)
    path = target + (start - target) * 0.5 ** np.arange(7)[:, None]
    now = path[step]
    goes = int(np.argmin(np.abs(now)))
    with style():
        figure, axes = subplots(height=2.9)
        for k, (colour, marks) in enumerate(((BLUE, "o-"), (ORANGE, "s--"))):
            axes.plot(range(7), path[:, k], marks, color=colour, label=f"weight {k + 1}")
        axes.axvline(step, color=MUTED, linewidth=1)
        axes.plot(step, now[goes], "x", color="black", markersize=13, markeredgewidth=2)
        axes.set(xlabel="steps of training", ylabel="weight", ylim=(-0.08, 1.15))
        axes.legend(loc="center right")
    says = (
        f"After {step} steps the weights are {now[0]:.4g} and {now[1]:.4g}: pruning one now removes weight "
        f"{goes + 1}, the {'wrong' if goes == 0 else 'right'} one."
    )
    return describe(
        figure, says, {"step": range(7), "weight 1": path[:, 0], "weight 2": path[:, 1]}
    )


# Learning curves


def live_curves(measured, left, tickets, others, index: int):
    """The page's own run: a ticket, the same mask with other weights, the whole network."""
    with style():
        figure, axes = subplots(height=3.0)
        axes.plot(measured, tickets[0], "-", color=MUTED, label="whole network")
        axes.plot(measured, tickets[index], "o-", color=BLUE, label="ticket")
        axes.plot(measured, others[index], "s--", color=ORANGE, label="drawn anew")
        _as_curves(axes, measured)
    says = (
        f"This page's run with {percent(left[index])} of the weights left: the ticket, the same mask with "
        "weights drawn anew, and the whole network."
        if index
        else "This page's run with all weights: two draws of the whole network."
    )
    columns = {
        "step": measured,
        "ticket": tickets[index],
        "drawn anew": others[index],
        "whole": tickets[0],
    }
    return describe(figure, says, columns)


def _as_curves(axes, measured, low: float = 0.45) -> None:
    axes.set(xscale="log", ylim=(low, 1), xlabel="training steps", ylabel="test accuracy")
    ticks = [measured[k] for k in (0, 2, 4, len(measured) - 1)]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.legend(loc="lower right")


def learning_curves(summary, level: int):
    """Stored curves at one density: mean and range over the seeds."""
    measured, curves = summary["measured"], summary["curves"]
    with style():
        figure, axes = subplots(height=2.8)
        whole = curves["ticket"]["mean"][0]
        axes.plot(measured, whole, "-", color=MUTED, label="whole network")
        columns = {"step": measured, "whole": whole}
        for kind, (colour, marks, label) in _KINDS.items():
            at = 2 * level if kind == "ticket" else level
            mean, low, high = (curves[kind][name][at] for name in ("mean", "low", "high"))
            axes.fill_between(measured, low, high, color=colour, alpha=0.2, lw=0)
            axes.plot(measured, mean, marks, color=colour, label=label)
            columns[label] = mean
        _as_curves(axes, measured, 0.1 if level > 6 else 0.45)
    tenth = {label: columns[label][2] for _, _, label in _KINDS.values()}
    says = (
        f"Test accuracy with {percent(summary['left'][2 * level])} of the weights, after a tenth of the "
        f"training, mean of {summary['seeds']} runs: {tenth['ticket']:.2f} for the ticket, "
        f"{tenth['drawn anew']:.2f} with weights drawn anew, {tenth['random mask']:.2f} with a random mask."
    )
    return describe(figure, says, columns)


WHEN = {"after a tenth of training": 2, "after all of it": -1}


def accuracy_by_density(summary, when: str):
    """Accuracy against the share of weights left, mean and range over the seeds."""
    at, curves, left = WHEN[when], summary["curves"], 100 * np.array(summary["left"])
    columns = {"left": left}
    with style():
        figure, axes = subplots(height=3.1)
        for kind, (colour, marks, label) in _KINDS.items():
            places = left if kind == "ticket" else left[::2]
            mean, low, high = (
                np.array(curves[kind][name])[:, at] for name in ("mean", "low", "high")
            )
            axes.fill_between(places, low, high, color=colour, alpha=0.2, lw=0)
            axes.plot(places, mean, marks, color=colour, label=label)
            columns[label] = mean if kind == "ticket" else np.interp(-left, -places, mean)
        axes.axhline(columns["ticket"][0], color=MUTED, linewidth=0.8)
        _as_shares(axes, left)
        axes.legend(loc="lower left")
    worst = {name: np.array(curves[name]["mean"])[-1, at] for name in _KINDS}
    says = (
        f"{when.capitalize()}: the whole network has {columns['ticket'][0]:.3f}; with "
        f"{percent(left[-1] / 100)} of the weights the ticket has {worst['ticket']:.3f}, drawn anew "
        f"{worst['reinitialized']:.3f}, a random mask {worst['random']:.3f}."
    )
    return describe(figure, says, columns)


def _as_shares(axes, left) -> None:
    """A logarithmic axis of the weights left, from all to few."""
    axes.set(xscale="log", xlim=(left[0] * 1.06, left[-1] * 0.94), ylabel="test accuracy")
    ticks = [tick for tick in (100, 50, 20, 10, 5, 3) if tick >= left[-1] * 0.95]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("weights left (%)")


def parts(summary, when: str):
    """What is left of a ticket when one part of it is exchanged; dots from the least to the best seed."""
    at, names = WHEN[when], list(summary["curves"])
    rows = {name: np.array([summary["curves"][name][k][at] for k in ("mean", "low", "high")])
            for name in names}  # fmt: skip
    with style():
        figure, axes = subplots(height=3.4)
        for place, name in enumerate(reversed(names)):
            mean, low, high = rows[name]
            colour = BLUE if name == names[0] else ORANGE
            axes.plot([low, high], [place, place], "-", color=colour, linewidth=4, alpha=0.35)
            axes.plot(mean, place, "o", color=colour, markersize=7)
            axes.text(low, place + 0.22, name, fontsize=SMALL, ha="left")
        axes.set(yticks=[], ylim=(-0.5, len(names) - 0.2), xlabel="test accuracy")
        axes.spines["left"].set_visible(False)
        low, high = min(r[1] for r in rows.values()), max(r[2] for r in rows.values())
        axes.set_xlim(low - 0.01 * (high - low) - 0.002, high + (high - low) * 0.25)
    text = ", ".join(f"{name} {rows[name][0]:.3f}" for name in names)
    return describe(
        figure, f"{when.capitalize()}: {text}.", {"network": names} | {
            k: [rows[name][j] for name in names] for j, k in enumerate(("mean", "low", "high"))
        },
    )  # fmt: skip


# Masks


def threshold(initial, trained, sparsity: float):
    """First-layer weights before and after training; the smallest share `sparsity` is marked."""
    sizes = np.sort(np.abs(trained))
    cut = sizes[round(sparsity * sizes.size)]
    edges = np.linspace(-0.2, 0.2, 61)
    before, after = (np.histogram(values, edges)[0] / len(values) for values in (initial, trained))
    middle = (edges[1:] + edges[:-1]) / 2
    with style():
        figure, axes = subplots(height=3.0)
        axes.fill_between(middle, after, where=np.abs(middle) >= cut, color=BLUE, alpha=0.35, lw=0)
        axes.plot(middle, after, "-", color=BLUE, label="after training")
        axes.plot(middle, before, "--", color=ORANGE, label="before")
        for side in (-cut, cut):
            axes.axvline(side, color=MUTED, linewidth=1)
        axes.set(xlabel="weight of the first layer", yticks=[], ylim=(0, None), xlim=(-0.2, 0.2))
        axes.legend(loc="upper right", fontsize=SMALL)
    gone = round(sparsity * sizes.size)
    stay = sizes.size - gone
    says = f"Sparsity {sparsity:g}: the {gone:,} weights between the two lines go, {stay:,} stay."
    return describe(figure, says, {"weight": middle, "before": before, "after": after})


def first_layer(summary, level: int):
    """How many of the 300 first-layer neurons still look at each pixel."""
    counts = np.array(summary["inputs"][level]).reshape(28, 28)
    with style():
        figure, axes = subplots(height=4.6)
        outlines = [
            _square(x, y, 0.96 * np.sqrt(counts[y, x] / counts.max()))
            for y in range(28)
            for x in range(28)
            if counts[y, x]
        ]
        axes.add_patch(PathPatch(Path.make_compound_path(*outlines), facecolor=BLUE, linewidth=0))
        axes.plot(
            [-0.5, 27.5, 27.5, -0.5, -0.5], [-0.5, -0.5, 27.5, 27.5, -0.5], color=FAINT, lw=0.8
        )
        axes.set(xlim=(-1, 28), ylim=(28, -1), aspect="equal", xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_visible(False)
    rim = np.ones((28, 28), dtype=bool)
    rim[4:-4, 4:-4] = False
    says = (
        f"{percent(summary['left'][2 * level])} of all weights left: a pixel of the middle 20 by 20 is "
        f"seen by {counts[~rim].mean():.3g} of 300 neurons on average, a pixel of the rim by "
        f"{counts[rim].mean():.3g}; {int((counts == 0).sum())} pixels by none."
    )
    rows, columns = np.divmod(np.arange(784), 28)
    return describe(figure, says, {"row": rows, "column": columns, "neurons": counts.ravel()})


def _square(x: float, y: float, size: float) -> Path:
    low, high = -size / 2, size / 2
    corners = [(low, low), (high, low), (high, high), (low, high), (low, low)]
    return Path([(x + a, y + b) for a, b in corners], closed=True)


LAYERS = ("first layer", "second layer", "output")


def layer_shares(shares, scope: str, sparsity: float):
    """The share that each layer keeps; shares: (scope, sparsity) -> one number a layer."""
    left = shares[scope, sparsity]
    with style():
        figure, axes = subplots(height=2.6)
        for place, value in enumerate(left):
            axes.barh(-place, 1, color="none", edgecolor=FAINT, height=0.6)
            axes.barh(-place, value, color=BLUE, height=0.6)
        axes.set_yticks([0, -1, -2], LAYERS)
        axes.set(xlim=(0, 1.02), xlabel="share of the layer's weights that stays")
    what = (
        "One threshold for all layers: the first layer, whose weights are smallest, loses most"
        if scope == "global"
        else "A threshold for each layer: equal shares, but for the output layer at half the rate"
    )
    says = f"{what}. Sparsity {sparsity:g} in one round."
    return describe(figure, says, {"layer": LAYERS, "left": left})


# Variants and published figures


def variants(summary, compared: str):
    """Last accuracy against the share of weights left: the plain procedure and one variant."""
    left = 100 * np.array(summary["left"])
    plain = {k: np.array(v)[:, -1] for k, v in summary["curves"]["ticket"].items()}
    other = {k: np.array(v) for k, v in summary["variants"][compared].items()}
    places = left[4::4] if compared == "one shot" else left
    with style():
        figure, axes = subplots(height=3.1)
        for rows, at, colour, marks, label in (
            (plain, left, BLUE, "o-", "rewound to step 0"),
            (other, places, ORANGE, "s--", NAMES[compared]),
        ):
            axes.fill_between(at, rows["low"], rows["high"], color=colour, alpha=0.2, lw=0)
            axes.plot(at, rows["mean"], marks, color=colour, label=label)
        axes.axhline(plain["mean"][0], color=MUTED, linewidth=0.8)
        _as_shares(axes, left)
        axes.set_ylim(0.9, 0.965)
        if compared == "frozen":
            axes.set_ylim(min(0.9, other["low"].min() - 0.01), 0.965)
        axes.legend(loc="lower left")
    says = (
        f"{NAMES[compared].capitalize()}: {other['mean'][-1]:.3f} with {percent(left[-1] / 100)} of the "
        f"weights, where the plain ticket has {plain['mean'][-1]:.3f}."
    )
    columns = {"left": places} | other
    return describe(figure, says, columns)


NAMES = {
    "rewound to 40": "rewound to step 40",
    "rewound to 200": "rewound to step 200",
    "one shot": "pruned in one round",
    "frozen": "negative weights frozen",
}


def frozen(before, after, update: str):
    """First-layer weights before and after 100 steps, for the right update and for the public one."""
    chosen = np.random.default_rng(1).choice(before.size, 900, replace=False)
    negative, ends = before < 0, after[update]
    moved = int((ends != before)[negative].sum())
    with style():
        figure, axes = subplots(height=3.6)
        axes.axhline(0, color=FAINT, linewidth=0.8)
        axes.axvline(0, color=FAINT, linewidth=0.8)
        axes.plot(before[chosen], ends[chosen], ".", color=BLUE, markersize=3)
        axes.set(xlim=(-0.14, 0.14), ylim=(-0.2, 0.2), xlabel="weight before training")
        axes.set_ylabel("weight after 100 steps")
    what = f"{moved:,} of" if moved < negative.sum() / 2 else "nearly all of"
    says = (
        f"{update.capitalize()}: {what} the {int(negative.sum()):,} negative weights of the first layer "
        "have moved."
    )
    return describe(figure, says, {"before": before[chosen], "after": ends[chosen]})


def lenet_5(summary, samples: int):
    """Figure 7 of the sample-complexity paper: one number of training images in the foreground."""
    left = 100 * np.array(summary["left"])
    line = next(line for line in summary["lines"] if line["samples"] == samples)
    with style():
        figure, axes = subplots(height=3.2)
        for other in summary["lines"]:
            axes.plot(left, other["mean"], "-", color=FAINT, linewidth=1.2)
        axes.fill_between(left, line["low"], line["high"], color=BLUE, alpha=0.2, lw=0)
        axes.plot(left, line["mean"], "o-", color=BLUE, label=f"N = {samples:,}")
        for bad in summary["frozen"]:
            if bad["samples"] == samples:
                axes.plot(
                    left, bad["accuracy"], "x--", color=ORANGE, label="negative weights frozen"
                )
        axes.axhline(line["mean"][0], color=MUTED, linewidth=0.8)
        _as_shares(axes, left)
        axes.legend(loc="lower left")
    best = int(np.argmax(line["mean"]))
    whole, top, last = (f"{line['mean'][k]:.4f}" for k in (0, best, -1))
    says = (
        f"{samples:,} training images: {whole} with all weights, at best {top} with "
        f"{percent(left[best] / 100)}, and {last} with {percent(left[-1] / 100)}."
    )
    columns = {"left": left} | {k: line[k] for k in ("mean", "low", "high")}
    return describe(figure, says, columns)


_SHARES = (
    (1.0, "all"),
    (0.9, "more than nine tenths"),
    (0.5, "more than half"),
    (0.0, "fewer than half"),
)


def movement(moves, epsilon: float):
    """How far the weights of the whole network move in training, as the share that stays within epsilon."""
    sizes = np.sort(np.abs(moves))
    share = float(np.mean(sizes <= epsilon))
    thin = sizes[:: max(len(sizes) // 400, 1)]
    with style():
        figure, axes = subplots(height=2.9)
        axes.plot(thin, np.linspace(0, 1, len(thin)), "-", color=BLUE)
        axes.axvline(epsilon, color=ORANGE, linestyle="--", linewidth=1.2)
        axes.plot(epsilon, share, "s", color=ORANGE)
        axes.set(xscale="log", xlim=(1e-4, 0.5), ylim=(0, 1.03))
        axes.minorticks_off()
        axes.set(xlabel="how far a weight moved", ylabel="share of the weights")
    word = next(text for least, text in _SHARES if share >= least)
    says = f"Within epsilon = {epsilon:g} of where they began: {word} of the weights of the trained network."
    return describe(figure, says, {"moved": thin, "share": np.linspace(0, 1, len(thin))})
