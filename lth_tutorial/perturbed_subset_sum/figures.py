"""Pictures of chapter 2: intervals that thicken, and how many of them are needed."""

import numpy as np

from lth_tutorial.explore import describe
from lth_tutorial.style import AMBER, BLUE, GREEN, MUTED, ORANGE, PINK, SMALL, style, subplots
from lth_tutorial.subset_sum import hit_volume as hits
from lth_tutorial.subset_sum import subset_sums

from . import bounds

PROTOCOLS = {
    "shared, published range": ("^-", PINK, "shared, published range"),
    "shared": ("s-", BLUE, "shared"),
    "own": ("o-", ORANGE, "own"),
    "shared, balanced": ("s:", BLUE, "shared, balanced signs"),
    "own, balanced": ("o:", ORANGE, "own, balanced signs"),
}


def thicken(x, n: int, epsilon: float, eta: float):
    """The targets served within eta by x[:k] when each may move by epsilon, one row for each k = 0..n."""
    rows = [_served(x[:k], epsilon, eta) for k in range(n + 1)]
    share = float(sum(high - low for low, high in rows[-1]))
    top = len(x)
    with style():
        figure, axes = subplots(height=2.8)
        for k, row in enumerate(rows):
            axes.broken_barh(
                [(low, high - low) for low, high in row],
                (k - 0.4, 0.8),
                facecolor=BLUE if k == n else AMBER,
                alpha=1.0 if k == n else 0.45,
                linewidth=0,
            )
        axes.set(xlim=(-0.52, 0.52), ylim=(top + 0.7, -0.7), xlabel="target z")
        axes.set(ylabel="candidates used", yticks=range(0, top + 1, 2), xticks=[-0.5, 0, 0.5])
    moving = f"each free to move by {epsilon:g}" if epsilon else "none of them free to move"
    served = "every target is" if share > 1 - 1e-12 else f"{_percent(share)} of the targets are"
    says = f"{n} candidates, {moving}: {served} served within {eta:g}."
    lows, highs = np.array(rows[-1]).reshape(-1, 2).T
    return describe(figure, says, {"low": lows, "high": highs})


def versions(sizes, epsilon: float, eta: float, n: int):
    """What each version of the theorem says of one epsilon, eta and n; sizes: lines of `covering-sizes`."""
    half = {(line["eta"], line["epsilon"]): line["half"] for line in sizes}
    before, after = half[eta, 0], half[eta, epsilon]
    values = {
        "counting: at least": bounds.necessary_n(eta, epsilon),
        "measured, half of the draws": after,
        "abstract, poster: factor": before * bounds.predicted_factor("abstract", epsilon),
        "slides: factor": before * bounds.predicted_factor("slides", epsilon),
        "proven here: enough": bounds.sufficient_n(eta, epsilon, 0.5),
    }
    colours = [MUTED, BLUE, ORANGE, PINK, GREEN]
    surplus = np.linspace(0, n, 400)
    failure = min(1.0, min(bounds.poster_failure(n, k, epsilon) for k in surplus))
    with style():
        figure, axes = subplots(height=2.7)
        places = np.arange(len(values))
        axes.barh(places, list(values.values()), color=colours, height=0.62)
        for place, value in zip(places, values.values(), strict=True):
            axes.text(value + 0.8, place, f"{value:.3g}", va="center", fontsize=SMALL)
        axes.axvline(n, color=MUTED, linewidth=1, linestyle="--")
        axes.set(
            yticks=places, xlim=(0, 104), ylim=(len(values) - 0.4, -0.6), xlabel="candidates n"
        )
        axes.set_yticklabels(list(values))
        axes.tick_params(axis="y", length=0)
    says = (
        f"Tolerance {eta:g}, radius {epsilon:g}: half of the draws need {before:.0f} candidates without "
        f"moving, and {after:.0f} with it. The published factors would turn {before:.0f} into "
        f"{values['abstract, poster: factor']:.1f} (abstract, poster) or {values['slides: factor']:.1f} "
        f"(slides). With n = {n} the poster's probability of success is {1 - failure:.2f} or more."
    )
    return describe(figure, says, {"what": list(values), "candidates": list(values.values())})


def shape(sizes, eta: float):
    """Measured sizes against the radius beside what the published factors make of the size without it."""
    lines = sorted(
        (line for line in sizes if line["eta"] == eta and line["epsilon"]),
        key=lambda s: s["epsilon"],
    )
    before = next(line["half"] for line in sizes if (line["eta"], line["epsilon"]) == (eta, 0))
    epsilon = np.array([line["epsilon"] for line in lines])
    measured = np.array([line["half"] for line in lines])
    factor = np.array([before * bounds.predicted_factor("abstract", e) for e in epsilon])
    slides = np.array([before * bounds.predicted_factor("slides", e) for e in epsilon])
    additive = before - additive_slope(sizes) * np.log2((eta + epsilon) / eta)
    smaller = smaller_law(sizes, eta, epsilon)
    counting = [bounds.necessary_n(eta, e) for e in epsilon]
    with style():
        figure, axes = subplots(height=3.3)
        axes.plot(epsilon, factor, "--", color=ORANGE, label="factor 1/(1 + \u03b5)")
        axes.plot(epsilon, slides, "-.", color=PINK, label="factor 1/(1 + log(1 + \u03b5))")
        axes.plot(
            epsilon, additive, ":", color=GREEN, label="difference: \u2212 log2(1 + \u03b5/\u03b7)"
        )
        axes.plot(epsilon, smaller, "-", color=AMBER, label="smaller of two laws", linewidth=3.5)
        axes.plot(epsilon, measured, "o", color=BLUE, label="measured")
        axes.step(epsilon, counting, where="mid", color=MUTED, linewidth=1, label="counting bound")
        axes.set(xscale="log", xlabel="radius \u03b5", ylabel="candidates n", ylim=(0, 25))
        figure.legend(loc="outside upper left", ncols=2, columnspacing=1)
    off = [np.abs(law - measured).max() for law in (factor, additive, smaller)]
    says = (
        f"Tolerance {eta:g}: from {before:.0f} candidates without moving the need falls to "
        f"{measured[-1]:.0f} at radius {epsilon[-1]:g}. The factor 1/(1 + \u03b5) is off by up to "
        f"{off[0]:.0f} candidates, the difference by up to {off[1]:.1f}, the smaller of the two laws by up "
        f"to {off[2]:.1f}."
    )
    columns = {"epsilon": epsilon, "measured": measured, "factor": factor, "slides": slides}
    columns |= {"additive": additive, "smaller": smaller, "counting": counting}
    return describe(figure, says, columns)


def additive_slope(sizes) -> float:
    """Candidates for each bit of 1 / epsilon, from the exact hits."""
    return _line((line["epsilon"], line["half"]) for line in sizes if line["eta"] == 0)[0]


def smaller_law(sizes, eta: float, epsilon) -> np.ndarray:
    """The smaller of what the tolerance needs without moving and what exact hits need: straight lines."""
    still = _line((line["eta"], line["half"]) for line in sizes if line["epsilon"] == 0)
    moving = _line((line["epsilon"], line["half"]) for line in sizes if line["eta"] == 0)
    return np.minimum(np.polyval(still, -np.log2(eta)), np.polyval(moving, -np.log2(epsilon)))


def _line(sizes) -> np.ndarray:
    """Slope and intercept of measured sizes against log2(1 / a); sizes: pairs (a, n)."""
    return np.polyfit(*np.array([(-np.log2(a), n) for a, n in sizes]).T, 1)


def exact_hits(sizes, share: str):
    """The number of candidates from which on every target is hit exactly, against the radius."""
    lines = [line for line in sizes if line["eta"] == 0]
    epsilon = np.array([line["epsilon"] for line in lines])
    key = {"half": "half", "nine in ten": "nine_tenths"}[share]
    measured = np.array([line[key] for line in lines])
    bits = np.log2(1 / epsilon)
    slope, intercept = np.polyfit(bits, measured, 1)
    counting = [bounds.necessary_n(0, e) for e in epsilon]
    sign = "+" if intercept > 0 else "\u2212"
    with style():
        figure, axes = subplots()
        axes.plot(bits, slope * bits + intercept, "--", color=ORANGE, label="straight line")
        axes.plot(
            bits, measured, "o", color=BLUE, markersize=6, label=f"measured, {share} of the draws"
        )
        axes.plot(bits, counting, "s:", color=MUTED, label="counting bound")
        axes.set(xlabel="log2(1 / radius)", ylabel="candidates n", ylim=(0, 27))
        axes.legend(loc="upper left")
    says = (
        f"In {share} of the draws about {slope:.2f} log2(1/\u03b5) {sign} {abs(intercept):.1f} candidates "
        f"hit every target exactly: {measured[0]:.0f} for \u03b5 = {epsilon[0]:g}, {measured[-1]:.0f} for "
        f"\u03b5 = {epsilon[-1]:g}."
    )
    return describe(figure, says, {"epsilon": epsilon, "measured": measured, "counting": counting})


def published(summary, eta: str):
    """The smallest n for a trained network against epsilon / eta: published, and by our protocols."""
    ratios = np.array(summary["ratios"])
    curves = {name: n[eta] for name, n in summary["n"].items() if eta in n}
    theirs = summary["published"].get(f"{float(eta):g}")
    place = np.arange(len(ratios))
    with style():
        figure, axes = subplots(height=3.4)
        if theirs:
            axes.plot(place, theirs, "D-", color=GREEN, label="published")
        for name in (name for name in PROTOCOLS if name in curves):
            marks, colour, label = PROTOCOLS[name]
            axes.plot(place, curves[name], marks, color=colour, label=label)
        axes.set(xticks=place, xlabel="radius / tolerance", ylabel="smallest n", ylim=(0, 36))
        axes.set_yticks([0, 10, 20, 30])
        axes.set_xticklabels([f"{r:g}" for r in ratios])
        if max(curves["shared"]) > 32:
            axes.axhline(33, color=BLUE, linewidth=0.7, linestyle=":")
            axes.text(8.2, 33.3, "more than 32", color=BLUE, fontsize=SMALL, ha="right")
        figure.legend(loc="outside lower left", ncols=2, columnspacing=1)
    columns = {"ratio": ratios} | {
        k.replace(",", "").replace(" ", "_"): v for k, v in curves.items()
    }
    columns |= {"published": theirs} if theirs else {}
    return describe(figure, _says_published(eta, curves, theirs), columns)


def _says_published(eta: str, curves: dict, theirs) -> str:
    ours, own = curves["shared"], curves["own"]
    beside = ""
    if theirs:
        near = curves["shared, published range"]
        beside = (
            f" The paper has {theirs[0]} and {theirs[-1]}, our candidates over the published range "
        )
        beside += f"{near[0]} and {near[-1]}."
    return (
        f"Tolerance {eta}. Shared candidates: {_need(ours[0])} are needed without moving, and "
        f"{_need(ours[-1])} at a radius of ten times the tolerance.{beside} Own candidates: {own[0]} and "
        f"{own[-1]}. With balanced signs, without moving: {curves['shared, balanced'][0]} shared ones, or "
        f"{curves['own, balanced'][0]} own ones."
    )


def _need(n: int) -> str:
    """Candidates shared by a row were tried up to 32."""
    return "more than 32" if n > 32 else str(n)


def breaks(n_values, errors, law: str, epsilon: float):
    """Median worst error against n for one law and radius; errors: {(law, epsilon): (k, trials)}."""
    n = np.asarray(n_values)
    floor = 1e-5
    with style():
        figure, axes = subplots()
        for pair, marks, colour, label in (
            (("uniform", 0.0), "--", MUTED, "uniform, not moving"),
            (("uniform", epsilon), "-.", AMBER, "uniform, moving"),
            ((law, epsilon), "o-", BLUE, f"{law}, moving"),
        ):
            median = np.median(errors[pair], axis=1)
            axes.plot(n, np.maximum(median, floor), marks, color=colour, label=label)
        axes.set(yscale="log", ylim=(floor * 0.8, 40), xlabel="candidates n", ylabel="worst error")
        axes.set_yticks([1e-4, 1e-3, 1e-2, 1e-1, 1])
        axes.text(n[0], floor * 1.15, "exactly 0", color=MUTED, fontsize=SMALL)
        axes.legend(loc="upper right", fontsize=SMALL, ncols=2, columnspacing=1)
    medians = np.median(errors[law, epsilon], axis=1)
    from_here = np.flatnonzero(medians == 0)
    end = (
        f"the median worst error is 0 from {n[from_here[0]]} candidates on"
        if len(from_here)
        else f"with {n[-1]} candidates the median worst error is still {medians[-1]:.2g}"
    )
    says = f"{law.capitalize()} candidates that may move by {epsilon:g}: {end}."
    return describe(figure, says, {"n": n, "median": medians})


def _served(x, epsilon: float, eta: float) -> list[tuple[float, float]]:
    x = np.asarray(x, dtype=float)
    lows = subset_sums(x - epsilon) if len(x) else np.zeros(1)
    highs = subset_sums(x + epsilon) if len(x) else np.zeros(1)
    lows, highs = np.maximum(lows - eta, hits.LOW), np.minimum(highs + eta, hits.HIGH)
    inside = lows < highs
    return list(zip(*hits.merge_intervals(lows[inside], highs[inside]), strict=True))


def _percent(share: float) -> str:
    text = f"{100 * share:.0f}"
    return f"{100 * share:.2f} %" if text in ("0", "100") else f"{text} %"
