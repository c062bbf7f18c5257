"""Pictures of the appendix: one tool each."""

from itertools import product

import numpy as np

from lth_tutorial.explore import describe
from lth_tutorial.style import (
    AMBER,
    BLUE,
    FAINT,
    GREEN,
    MUTED,
    ORANGE,
    style,
    subplots,
)
from lth_tutorial.tables import size_text

from . import heads_tail, later_mean, packed, product_area, union_length

HALF = 0.1


def area(middle: float):
    """The area under two densities over an interval of length 0.2, and the share of 10,000 draws there."""
    low, high = round(middle - HALF, 10), round(middle + HALF, 10)
    draws = np.random.default_rng(1).uniform(-1, 1, (2, 10_000)).prod(axis=0)
    edges = np.linspace(-1, 1, 41)
    heights = np.histogram(draws, edges)[0] / (len(draws) * np.diff(edges))
    x = np.concatenate([-np.geomspace(1, 1e-3, 120), np.geomspace(1e-3, 1, 120)])
    with style():
        figure, axes = subplots(height=2.4)
        axes.stairs(heights, edges, color=FAINT, fill=True, label="drawn")
        axes.plot(x, _product_density(x), color=BLUE, label="product")
        axes.plot([-1, 1], [0.5, 0.5], "--", color=MUTED, label="uniform number")
        over = np.linspace(low, high, 201)
        axes.fill_between(over, _product_density(over), color=ORANGE, alpha=0.45, linewidth=0)
        axes.set(
            xlim=(-1.02, 1.02),
            ylim=(0, 2.3),
            xlabel="x",
            xticks=[-1, -0.5, 0, 0.5, 1],
            ylabel="density",
        )
        axes.legend(loc="upper left")
    inside = int(np.sum((draws >= low) & (draws <= high)))
    says = (
        f"From {low:g} to {high:g} the area under the density of a product is "
        f"{product_area(low, high):.3f}, and {inside:,} of 10,000 drawn products lie there; under the "
        f"density of a uniform number it is {(high - low) / 2:.3f}."
    )
    middles = (edges[1:] + edges[:-1]) / 2
    data = {"x": middles, "density": _product_density(middles), "drawn": heights}
    return describe(figure, says.replace("-", "\u2212"), data)


def _product_density(x):
    return -np.log(np.maximum(np.abs(x), 1e-3)) / 2


COINS = (0, 1, 0, 1, 1, 0)
_COUNT = {1: "1 coin", 0: "No coin"}


def coins(seen: int):
    """A number that each of six coins halves or leaves: its mean at the end, once some coins are seen."""
    steps = np.arange(len(COINS) + 1)
    path = 0.5 ** np.concatenate([[0], np.cumsum(COINS)])
    means = [later_mean(path[seen], k - seen) for k in steps[seen:]]
    with style():
        figure, axes = subplots(height=2.4)
        for t in steps[:-1]:
            for halved in range(t + 1):
                at = 0.5**halved
                axes.plot([t, t + 1], [at, at], color=FAINT, linewidth=1)
                axes.plot([t, t + 1], [at, at / 2], color=FAINT, linewidth=1)
        axes.plot(steps, 0.75**steps, ":", color=MUTED, label="mean before any coin")
        axes.plot(steps[seen:], means, "--", color=ORANGE, label="mean, given the coins seen")
        axes.plot(steps[: seen + 1], path[: seen + 1], "o-", color=BLUE, label="coins seen")
        axes.set_yscale("log", base=2)
        axes.set(ylim=(0.5**6.3, 1.2), xlabel="coin t", ylabel="value")
        axes.set_yticks([1, 0.25, 0.0625, 0.015625], ["1", "1/4", "1/16", "1/64"])
        axes.legend(loc="lower left")
    beginnings = [later_mean(0.5 ** sum(some), len(COINS) - seen) for some in _beginnings(seen)]
    says = (
        f"{_COUNT.get(seen, f'{seen} coins')} seen: the value is {path[seen]:g}, and its mean after "
        f"{len(COINS)} coins, given these, is {means[-1]:.3f}; averaged over all "
        f"{len(beginnings)} ways these coins can fall it is {np.mean(beginnings):.3f}."
    )
    if not seen:
        says = f"No coin seen: the value is 1, and its mean after {len(COINS)} coins is {means[-1]:.3f}."
    return describe(figure, says, {"t": steps[seen:], "mean": means})


def _beginnings(seen: int):
    return product((0, 1), repeat=seen)


def chord(spread: float):
    """1/x at two equally likely values around 3/2: the mean lies between the curve and the chord."""
    x = np.linspace(0.92, 2.08, 120)
    ends = np.array([1.5 - spread, 1.5 + spread])
    mean, below, above = float(np.mean(1 / ends)), 1 / 1.5, 0.75
    with style():
        figure, axes = subplots(height=2.4)
        axes.plot(x, 1 / x, color=BLUE, label="1/x")
        axes.plot([1, 2], [1, 0.5], "--", color=MUTED, label="chord from 1 to 2")
        axes.plot(x, below - (x - 1.5) / 1.5**2, ":", color=GREEN, label="tangent at the mean")
        axes.plot(ends, 1 / ends, "o-", color=ORANGE, linewidth=1.2)
        axes.plot(1.5, mean, "o", color=ORANGE, markersize=9, label="mean of 1/x")
        axes.axvline(1.5, color=FAINT, linewidth=0.8)
        axes.set(xlim=(0.9, 2.1), ylim=(0.4, 1.08), xlabel="x", ylabel="1/x")
        axes.legend(loc="upper right")
    says = (
        f"x is {ends[0]:g} or {ends[1]:g}, as a fair coin decides: the mean of 1/x is {mean:.3f}. At "
        f"the mean of x the curve is at {below:.3f} and the dashed chord at {above:.2f}."
    )
    if not spread:
        says = (
            f"x is always 1.5: the mean of 1/x is {mean:.3f}, on the curve. "
            f"The dashed chord is at {above:.2f}."
        )
    return describe(figure, says, {"x": ends, "1/x": 1 / ends})


def tails(coins: int):
    """How likely three quarters of the coins are to show heads, and what the two inequalities allow."""
    counts = np.arange(4, 85, 4)
    exact, markov, hoeffding = np.transpose([heads_tail(int(k)) for k in counts])
    here = heads_tail(coins)
    with style():
        figure, axes = subplots(height=2.4)
        axes.plot(counts, markov, ":", color=GREEN, label="Markov")
        axes.plot(counts, hoeffding, "--", color=ORANGE, label="Hoeffding")
        axes.plot(counts, exact, color=BLUE, label="exact")
        axes.axvline(coins, color=FAINT, linewidth=0.8, zorder=0)
        axes.plot([coins] * 3, here, "o", color=BLUE, markersize=6)
        axes.set(yscale="log", ylim=(3e-7, 3), xlabel="coins", ylabel="probability")
        axes.set_yticks([1, 1e-2, 1e-4, 1e-6])
        axes.minorticks_off()
        axes.legend(loc="lower left")
    says = (
        f"{coins} fair coins show {3 * coins // 4} heads or more with probability "
        f"{size_text(here.exact, '.2g')}; Markov's inequality allows {here.markov:.3f}, Hoeffding's "
        f"{size_text(here.hoeffding, '.2g')}."
    )
    data = {"coins": counts, "exact": exact, "markov": markov, "hoeffding": hoeffding}
    return describe(figure, says, data)


MATRIX = np.array([[2.0, 1.0], [1.0, 2.0]])


def stretch(angle: float):
    """What a matrix makes of a vector of length 1 that turns, and of all of them."""
    turns = np.radians(np.linspace(0, 360, 181))
    circle = np.array([np.cos(turns), np.sin(turns)])
    x = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    y = MATRIX @ x
    norm, frobenius = np.linalg.norm(MATRIX, 2), np.linalg.norm(MATRIX)
    with style():
        figure, axes = subplots(height=3.0)
        axes.plot(*circle, "--", color=MUTED, linewidth=1, label="all x of length 1")
        axes.plot(*(MATRIX @ circle), color=BLUE, linewidth=1, label="all Wx")
        axes.plot(*(norm * circle), ":", color=GREEN, linewidth=1.2, label="length 3, the norm")
        axes.plot([0, x[0]], [0, x[1]], color=MUTED, marker="o", markevery=[1])
        axes.plot([0, y[0]], [0, y[1]], color=ORANGE, marker="o", markevery=[1])
        axes.set(aspect="equal", xlim=(-3.2, 7.4), ylim=(-3.2, 3.2), xticks=[-3, 0, 3])
        axes.set(yticks=[-3, 0, 3])
        axes.legend(loc="upper right")
    says = (
        f"At {angle:g} degrees the matrix makes a vector {np.linalg.norm(y):.2f} times as long. The largest "
        f"factor of all directions is its norm, {norm:.2f}; its Frobenius norm is {frobenius:.2f}."
    )
    data = {"x1": x[0], "x2": x[1], "Wx1": y[0], "Wx2": y[1], "length": np.linalg.norm(y)}
    return describe(figure, says, data)


EVENTS, CHANCE = 10, 0.05
PLACED = {
    "never two at once": np.linspace(0.02, 0.93, EVENTS),
    "wherever they fall": np.random.default_rng(0).uniform(0, 1 - CHANCE, EVENTS),
    "all at once": np.full(EVENTS, 0.45),
}


def union(bad: str):
    """Ten events of probability 0.05 in three arrangements: how much of the draws has one of them."""
    starts = PLACED[bad]
    share = union_length(starts, CHANCE)
    with style():
        figure, axes = subplots(height=2.4)
        for row, start in enumerate(starts):
            axes.broken_barh([(start, CHANCE)], (row - 0.35, 0.7), facecolor=AMBER, linewidth=0)
            axes.broken_barh([(start, CHANCE)], (EVENTS + 0.2, 1), facecolor=ORANGE, linewidth=0)
        axes.axhline(EVENTS - 0.15, color=MUTED, linewidth=0.8)
        axes.set(xlim=(0, 1), ylim=(EVENTS + 1.4, -0.7), xlabel="all draws", xticks=[0, 0.5, 1])
        axes.set_yticks([4.5, EVENTS + 0.7], ["ten events", "one or more"])
        axes.tick_params(axis="y", length=0)
    says = (
        f"Ten events of probability {CHANCE:g}, {bad}: one or more of them happens with probability "
        f"{share:.2f}; the sum of the ten probabilities is {EVENTS * CHANCE:.2f}."
    )
    return describe(figure, says, {"from": starts, "to": starts + CHANCE})


def packing(distance: float):
    """Points of the disc that keep a distance, until no more fits; the discs around them cover it."""
    points = packed(distance, rng=0)
    turns = np.radians(np.linspace(0, 360, 49))
    circle = np.array([np.cos(turns), np.sin(turns)])
    with style():
        figure, axes = subplots(height=3.0)
        (edge,) = axes.fill(*circle, edgecolor=MUTED, facecolor="none", linewidth=1)
        for point in points:
            around = point[:, None] + distance * circle
            (disc,) = axes.fill(*around, color=AMBER, alpha=0.14, linewidth=0)
            disc.set_clip_path(edge)
        axes.plot(*points.T, "o", color=BLUE)
        reach = 1.05
        axes.set(aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[])
        for side in axes.spines.values():
            side.set_visible(False)
    least = int(np.ceil(distance**-2 - 1e-9))
    says = (
        f"{len(points)} points of the disc, each more than {distance:g} from all others, and no further one "
        f"fits; the count of areas promises at least {least}."
    )
    return describe(figure, says, {"x": points[:, 0], "y": points[:, 1]})
