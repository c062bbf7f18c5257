"""Pictures of chapter 1: random subset sums cover the line."""

import numpy as np

from lth_tutorial.explore import describe
from lth_tutorial.style import AMBER, BLUE, FAINT, GREEN, MUTED, ORANGE, SMALL, style, subplots
from lth_tutorial.tables import size_text

from . import best_subset, subset_sums
from . import hit_volume as hits
from .experiments import DISTRIBUTIONS, smallest_n, wilson_interval


def cover(x, n: int, eta: float):
    """The targets within eta of a subset sum of x[:k], one row for each k = 0..n."""
    rows = [_covered_intervals(x[:k], eta) for k in range(n + 1)]
    share = float(sum(high - low for low, high in rows[-1]))
    with style():
        figure, axes = subplots(height=3.0)
        for k, row in enumerate(rows):
            newest = k == n
            axes.broken_barh(
                [(low, high - low) for low, high in row],
                (k - 0.4, 0.8),
                facecolor=BLUE if newest else AMBER,
                alpha=1.0 if newest else 0.45,
                linewidth=0,
            )
        top = len(x)
        axes.set(xlim=(-0.52, 0.52), ylim=(top + 0.7, -0.7), xlabel="target z")
        axes.set(ylabel="candidates used", yticks=range(0, top + 1, 2), xticks=[-0.5, 0, 0.5])
        axes.vlines([-0.5, 0.5], -0.7, top + 0.7, color=MUTED, linewidth=0.8, linestyle=":")
    sums = "1 sum" if n == 0 else f"{2**n:,} sums"
    says = (
        f"{n} candidate{'s' * (n != 1)}, {sums}, tolerance {eta:g}: "
        f"{_percent(share)} of the targets between \u22121/2 and 1/2 are hit"
        f"{', none is missed.' if share > 1 - 1e-9 else '.'}"
    )
    lows, highs = np.array(rows[-1]).reshape(-1, 2).T
    return describe(figure, says, {"low": lows, "high": highs})


def growth(volumes, covered, eta: float, view: str):
    """The simulated hit volume beside its mean recursion and the whole process.

    volumes, covered: {eta: (trials, n + 1)}, from `simulate_hit_volumes` and `covered_volume`.
    """
    process = volumes[eta]
    steps = np.arange(process.shape[1])
    curves = {
        "t": steps,
        "mean": process.mean(axis=0),
        "recursion": hits.mean_recursion(len(steps) - 1, eta),
        "mean_odds": _odds(process).mean(axis=0),
        "bound": 0.75**steps * (1 - 2 * eta) / (2 * eta),
    }
    with style():
        figure, axes = subplots()
        if view == "volume":
            says = _growth_of_volume(axes, process, covered[eta], curves)
        else:
            says = _growth_of_odds(axes, process, curves)
        axes.set(xlabel="candidates seen, t")
    return describe(figure, f"Radius {eta:g}: {says}", curves)


def _growth_of_volume(axes, process, whole, curves) -> str:
    steps, mean, recursion = curves["t"], curves["mean"], curves["recursion"]
    axes.plot(steps, process[:25].T, color=FAINT, linewidth=0.8)
    axes.plot(steps, mean, color=BLUE, label="mean of the process in the proof")
    axes.plot(steps, recursion, color=ORANGE, linestyle="--", label="recursion of the mean")
    shown = np.arange(whole.shape[1])
    axes.plot(shown, whole.mean(axis=0), "o", color=GREEN, label="mean of the whole process")
    axes.set(ylim=(0, 1.05), ylabel="hit volume v")
    axes.legend(loc="lower right")
    return (
        f"after {int(np.argmax(mean >= 0.5))} candidates the process of the proof covers half of the "
        f"targets on average; the recursion of the mean runs ahead of it by at most "
        f"{np.max(recursion - mean):.2f}."
    )


def _growth_of_odds(axes, process, curves) -> str:
    steps, mean, bound = curves["t"], curves["mean_odds"], curves["bound"]
    axes.plot(steps, _odds(process[:25]).T, color=FAINT, linewidth=0.8)
    axes.plot(steps, mean, color=BLUE, label="mean of the process in the proof")
    axes.plot(steps, bound, color=ORANGE, linestyle="--", label="the proof's bound, (3/4)^t")
    axes.set(yscale="log", ylim=(1e-4, 2 * bound[0]), ylabel="odds of a miss, (1 \u2212 v) / v")
    axes.legend(loc="upper right")
    return (
        f"the mean odds of a miss in {len(process)} simulations are at most "
        f"{np.max(mean / bound):.2f} times the proof's bound; after {len(steps) - 1} candidates they "
        f"are {mean[-1]:.1g}, the bound is {bound[-1]:.1g}."
    )


def precision(n_values, errors, constant: float, view: str):
    """Best error against n; errors: list of arrays, one for each n."""
    n = np.asarray(n_values)
    low, median, high = (np.array([np.quantile(e, q) for e in errors]) for q in (0.1, 0.5, 0.9))
    unit = np.sqrt(n) * 2.0**-n
    scale, floor = (1, 1e-18) if view == "error" else (1 / unit, 1e-3)
    with style():
        figure, axes = subplots()
        axes.fill_between(
            n, np.maximum(low * scale, floor), high * scale, color=BLUE, alpha=0.18, lw=0
        )
        axes.plot(n, median * scale, "o-", color=BLUE, label="median, 10 % to 90 %")
        label = f"Poisson heuristic, {constant:.3f} \u221an\u00b72\u207b\u207f"
        axes.plot(n, constant * unit * scale, "--", color=ORANGE, label=label)
        axes.set(yscale="log", xlabel="candidates n")
        if view == "error":
            _spacing_of_draws(axes, n[0])
        axes.set(
            ylabel="best error" if view == "error" else "best error / (\u221an\u00b72\u207b\u207f)"
        )
        axes.legend(loc="upper right")
    says = _precision_in_words(n, median, median / unit, constant, view)
    return describe(figure, says, {"n": n, "median": median, "q10": low, "q90": high})


def _spacing_of_draws(axes, left: float) -> None:
    """Below the last bit of the candidates an error is 0 by accident."""
    axes.axhline(2.0**-52, color=MUTED, linewidth=0.8, linestyle=":")
    note = "spacing of the draws: below, 0 by accident"
    axes.text(left, 2.0**-52 * 1.6, note, color=MUTED, fontsize=SMALL)


def _precision_in_words(n, median, relative, constant: float, view: str) -> str:
    if view == "error":
        return (
            f"From {n[0]} to {n[-1]} candidates the median of the best error falls from "
            f"{size_text(median[0], '.0e')} to {size_text(median[-1], '.0e')}."
        )
    fitted = float(np.exp(np.mean(np.log(relative[median > 0]))))
    return (
        f"In units of \u221an\u00b72\u207b\u207f the median of the best error is {fitted:.2f} on "
        f"average, from {n[0]} to {n[-1]} candidates; the heuristic says {constant:.3f}."
    )


def success(n_values, errors, target: str, eta: float):
    """Share of draws within eta against n, with Wilson's 95 % band; errors: {target: (k, trials)}."""
    n = np.asarray(n_values)
    within = errors[target] <= eta
    trials = within.shape[1]
    share = within.mean(axis=1)
    low, high = wilson_interval(within.sum(axis=1), trials)
    at = smallest_n(n_values, errors[target], eta)
    with style():
        figure, axes = subplots()
        axes.fill_between(n, low, high, color=BLUE, alpha=0.2, linewidth=0)
        axes.plot(n, share, "o-", color=BLUE)
        axes.axhline(0.9, color=MUTED, linewidth=0.8, linestyle=":")
        axes.axvline(hits.necessary_n(eta), color=ORANGE, linestyle="--", linewidth=1.2)
        axes.text(
            hits.necessary_n(eta) - 0.2,
            0.97,
            "counting bound",
            color=ORANGE,
            fontsize=SMALL,
            ha="right",
            va="top",
            rotation=90,
        )
        axes.set(xlabel="candidates n", ylabel="share of draws that succeed", ylim=(-0.02, 1.02))
        axes.set(xlim=(n[0] - 0.5, n[-1] + 0.5))
    reach = f"{at} candidates are enough" if at else f"even {n[-1]} candidates are not enough"
    says = (
        f"{target.capitalize()} within {eta:g}: {reach} in nine of ten draws ({trials} draws each)."
    )
    return describe(figure, says, {"n": n, "share": share, "low": low, "high": high})


def smallest(n_values, errors, etas, confidence: float):
    """Smallest n against log2(1/eta), for one target and for all; errors: {target: (k, trials)}."""
    bits = np.log2(1 / np.asarray(etas))
    marks = {"one target": ("o", GREEN), "all targets": ("s", BLUE)}
    found = {
        name: np.array([smallest_n(n_values, e, eta, confidence) or np.nan for eta in etas], float)
        for name, e in errors.items()
    }
    with style():
        figure, axes = subplots()
        for name, values in found.items():
            axes.plot(bits, values, marks[name][0] + "-", color=marks[name][1], label=name)
        bound = [hits.necessary_n(eta) for eta in etas]
        axes.step(
            bits, bound, where="mid", color=ORANGE, linestyle="--", label="counting bound (all)"
        )
        axes.set(xlabel="log2(1 / tolerance)", ylabel="smallest n")
        axes.legend(loc="upper left")
    slope, intercept = line_through(bits, found["all targets"])
    sign = "+" if intercept >= 0 else "\u2212"
    says = (
        f"For {_percent(confidence)} of the draws, all targets at once need about "
        f"{slope:.1f} log2(1/tolerance) {sign} {abs(intercept):.1f} "
        f"candidates: a straight line in the logarithm."
    )
    columns = {name.replace(" ", "_"): values for name, values in found.items()}
    return describe(figure, says, {"eta": etas, **columns, "counting_bound": bound})


def line_through(x, y) -> tuple[float, float]:
    """Slope and intercept of the least-squares line through the points whose y is not nan."""
    keep = ~np.isnan(y)
    slope, intercept = np.polyfit(np.asarray(x)[keep], np.asarray(y)[keep], 1)
    return float(slope), float(intercept)


def tail(errors, n: int, law: str, radius: float):
    """P(best error > eta) against eta; errors: {(law, radius): (trials,)}, each sorted."""
    sample = errors[law, radius]
    trials = len(sample)
    survival = 1 - np.arange(trials) / trials
    reference = errors["uniform", 0.5]
    rare = float(np.mean(sample > 0.01))
    with style():
        figure, axes = subplots()
        _survival(axes, reference, MUTED, "--", "uniform, |z| \u2264 1/2")
        if (law, radius) != ("uniform", 0.5):
            _survival(axes, sample, BLUE, "-", f"{law}, |z| \u2264 {radius:g}")
        axes.set(xscale="log", yscale="log", xlabel="tolerance", ylim=(0.5 / trials, 1.5))
        axes.set(ylabel="share of draws that miss", xlim=(1e-6, 1))
        axes.axvline(0.01, color=ORANGE, linewidth=0.9, linestyle=":")
        axes.legend(loc="lower left")
    says = (
        f"{n} candidates ({DISTRIBUTIONS[law]}), targets up to {radius:g} in size: the median error "
        f"is {np.median(sample):.0e}, and yet {_count(rare * trials)} of {trials:,} draws miss by more than "
        "0.01."
    )
    keep = np.unique(np.geomspace(1, trials, 200).astype(int)) - 1
    return describe(figure, says, {"error": sample[keep], "survival": survival[keep]})


def by_size(errors, n: int):
    """Median best error with exactly k of n candidates kept, and how many the best subsets keep.

    errors: {n: (trials, n + 1)}, from `sized_errors`.
    """
    kept, quarter = np.arange(n + 1), n // 4
    median, best = np.median(errors[n], axis=0), float(np.median(errors[n].min(axis=1)))
    share = np.bincount(errors[n].argmin(axis=1), minlength=n + 1) / len(errors[n])
    with style():
        figure, (axes, below) = subplots(2, 3.6, height_ratios=[2, 1], sharex=True)
        axes.plot(kept / n, median, "o-", color=BLUE, label="exactly k kept")
        axes.axhline(best, color=ORANGE, linestyle="--", label="any number kept")
        axes.set(yscale="log", ylim=(1e-6, 20), ylabel="median best error")
        axes.legend(loc="upper center")
        below.bar(kept / n, share, 0.7 / n, color=AMBER)
        below.set(ylim=(0, 0.45), ylabel="share of draws", xlabel="share kept, k / n")
        below.text(1.03, 0.38, "the best subset's share", ha="right", va="center", fontsize=SMALL)
    says = (
        f"{n} candidates: the best subset keeps {_percent(float(share @ kept) / n)} of them on average. "
        f"With exactly {quarter} kept the median of the best error is {size_text(median[quarter])}, "
        f"{median[quarter] / best:.0f} times as large as without a rule, {size_text(best)}."
    )
    return describe(figure, says, {"kept": kept, "median_error": median, "share_of_draws": share})


def laws(n_values, errors, law: str):
    """Median worst error over all targets against n for candidates of one law; errors: {law: (k, trials)}."""
    n = np.asarray(n_values)
    medians = {name: np.median(e, axis=1) for name, e in errors.items()}
    with style():
        figure, axes = subplots()
        axes.plot(n, medians["uniform"], "--", color=MUTED, label="uniform")
        if law != "uniform":
            axes.plot(n, medians[law], "o-", color=BLUE, label=law)
        axes.set(yscale="log", ylim=(1e-5, 1), xlabel="candidates n")
        axes.set(ylabel="worst error, all targets")
        axes.legend(loc="lower left")
    says = (
        f"Candidates: {DISTRIBUTIONS[law]}. With {n[-1]} of them the worst target in [\u22121/2, 1/2] is "
        f"{medians[law][-1]:.1g} away in the median draw. With candidates uniform on [-1, 1] it is "
        f"{medians['uniform'][-1]:.1g} away."
    )
    return describe(figure, says, {"n": n, **{k.replace("-", "_"): v for k, v in medians.items()}})


def meeting(x, z: float, n: int):
    """Meet in the middle: sums of the first half against the target less sums of the second half."""
    half = n // 2
    first, second = np.sort(subset_sums(x[:half])), np.sort(z - subset_sums(x[half:n]))
    best = best_subset(x[:n], z)
    b = float(np.sum(x[:half][best.mask[:half]]))
    rest = z - float(np.sum(x[half:n][best.mask[half:]]))
    with style():
        figure, axes = subplots(height=2.0)
        axes.vlines(first, 0.06, 1, color=BLUE, linewidth=0.9)
        axes.vlines(second, -1, -0.06, color=AMBER, linewidth=0.9)
        axes.plot([b, rest], [0.53, -0.53], "o", color=ORANGE, zorder=3)
        axes.axhline(0, color=MUTED, linewidth=0.8)
        axes.set(ylim=(-1.15, 1.15), yticks=[0.53, -0.53], xlabel="value")
        axes.set_yticklabels(["b", "z \u2212 c"])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    says = (
        f"{n} candidates: {len(first)} sums of the first half meet {len(second)} of the second; the "
        f"nearest pair is {size_text(best.error)} apart, which is the best error of all {2**n:,} subsets."
    )
    return describe(figure, says, {"b": b, "z_minus_c": rest, "error": best.error})


def _covered_intervals(x, eta: float) -> list[tuple[float, float]]:
    sums = subset_sums(x) if len(x) else np.zeros(1)
    lows, highs = np.maximum(sums - eta, hits.LOW), np.minimum(sums + eta, hits.HIGH)
    inside = lows < highs
    return list(zip(*hits.merge_intervals(lows[inside], highs[inside]), strict=True))


def _survival(axes, sample, colour, dashes, label):
    """A survival curve thinned to what a picture can show."""
    share = 1 - np.arange(len(sample)) / len(sample)
    keep = np.unique(np.r_[np.geomspace(1, len(sample), 150).astype(int) - 1, len(sample) - 1])
    tail_end = len(sample) - 1 - keep[keep < len(sample)]
    keep = np.unique(np.r_[keep, tail_end])
    axes.plot(sample[keep], share[keep], dashes, color=colour, label=label)


def _odds(volumes):
    return (1 - volumes) / volumes


def _percent(share: float) -> str:
    """A share in per cent, never rounded up to all or down to none."""
    for digits in (0, 1, 2, 3):
        text = f"{100 * share:.{digits}f}"
        if share in (0, 1) or 0 < float(text) < 100:
            return f"{text} %"
    return "nearly 100 %" if share > 0.5 else "nearly 0 %"


def _count(value: float) -> str:
    return f"{round(value):,}" if value >= 0.5 else "none"
