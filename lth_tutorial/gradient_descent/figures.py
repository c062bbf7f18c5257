"""Pictures of chapter 7: the best mask along gradient descent."""

import numpy as np

from lth_tutorial import gradient_descent as gd
from lth_tutorial.explore import describe
from lth_tutorial.style import AMBER, BLUE, GREEN, MUTED, ORANGE, PINK, SMALL, style, subplots
from lth_tutorial.tables import size_text

from . import experiments, shift

_LINES = ((BLUE, "o-"), (ORANGE, "s-"), (GREEN, "^-"), (PINK, "D-"))
# Below this an error is rounding; logarithmic axes end here.
_FLOOR = 1e-12

HAND = {"u": [[0.3], [0.9]], "w": [0.3], "x": [[1.0]]}


def by_hand(step: float, t: int):
    """Two weights, one target: both errors over the steps, and step t in numbers."""
    run = gd.descend(**HAND, step=step, steps=14)
    at = np.arange(15)
    with style():
        figure, axes = subplots()
        axes.plot(at, run.unmasked, "s--", color=MUTED, label="F, all weights kept")
        axes.plot(at, run.errors, "o-", color=BLUE, label="E, best mask")
        axes.plot(t, run.errors[t], "o", color=ORANGE, markersize=10, fillstyle="none")
        axes.set(xlabel="step t", ylabel="error", ylim=(-0.03, 0.95))
        axes.legend(loc="upper right")
    first, second = run.weights[t, :, 0]
    says = (
        f"Step size {step:g}, after {t} steps: the weights are {_number(first)} and {_number(second)}, the "
        f"best mask keeps {_kept(run.masks[t, :, 0])}, E = {_number(run.errors[t])} and F = "
        f"{_number(run.unmasked[t])}."
    )
    return describe(figure, says, {"t": at, "E": run.errors, "F": run.unmasked})


def _kept(mask) -> str:
    words = [word for word, kept in zip(("the first", "the second"), mask, strict=True) if kept]
    return " and ".join(words) if words else "none"


def _number(value: float) -> str:
    return f"{value + 0.0:.3f}".replace("-", "\u2212") if abs(value) > 5e-4 else "0"


def column(n: int) -> tuple[np.ndarray, float]:
    """The weights and the target that `landscape` shows."""
    return np.random.default_rng([9, n]).uniform(-1, 1, n), 0.5


def landscape(n: int, t: int, relative_step: float = 0.2):
    """One column: the best error as a function of the shift q, and where step t stands on it."""
    u, w = column(n)
    run = gd.descend(u[:, None], [w], [[1.0]], relative_step / (2 * n), 25)
    way = run.weights[:, 0, 0] - u[0]
    last = shift.end(u, w)
    zeros = shift.crossed(u, w)[0]
    low, high = sorted((-0.12 * last, 1.12 * last))
    fine = np.union1d(np.linspace(low, high, 300), np.concatenate([zeros, [last]]))
    error = shift.error_of_shift(u, w, fine)
    with style():
        figure, axes = subplots(height=3.2)
        axes.plot(fine, n * np.abs(fine - last), "--", color=MUTED, linewidth=1, label="F")
        axes.plot(fine, error, color=BLUE, linewidth=1.2, label="E")
        axes.plot(way, run.errors, "o", color=AMBER, markersize=4)
        axes.plot(way[t], run.errors[t], "o", color=ORANGE, markersize=9, label=f"step {t}")
        axes.set(xlim=(low, high), ylim=(-0.02 * error.max(), 1.6 * error.max()))
        axes.set(xlabel="shift q of all weights", ylabel="error")
        axes.legend(loc="upper center", ncols=3)
    behind = int(np.sum(np.abs(zeros) < np.abs(way[t])))
    what = ""
    if t:
        what = " higher than" if run.errors[t] > run.errors[t - 1] else " not higher than"
        what = f",{what} one step before"
    says = (
        f"{n} weights, step {t}: the shift is {way[t]:.3f} and goes to {last:.3f}. The descent has passed "
        f"{behind} of the {len(zeros)} zeros on its way. E = {run.errors[t]:.3f}{what}, and F = "
        f"{run.unmasked[t]:.3f}."
    )
    data = {"t": np.arange(26), "shift": way, "E": run.errors, "F": run.unmasked}
    clicks = {"t": (axes, "x", way[: len(LANDSCAPE_STEPS)])}
    return describe(figure, says.replace("-", "\u2212"), data, clicks)


LANDSCAPE_STEPS = range(13)


def paths(n: int, start: str, relative_step: float):
    """E and F along one descent of five columns, orthonormal data; steps that rise are marked."""
    setting = experiments.Setting(n, 5, start, "orthonormal", relative_step)
    run = experiments.runs(setting, 1, [10, n], 60)
    errors, unmasked = run.errors[0], run.unmasked[0]
    up = np.flatnonzero(gd.rises(errors)) + 1
    at = np.arange(len(errors))
    with style():
        figure, axes = subplots(height=2.8)
        axes.plot(at, _shown(unmasked), "--", color=MUTED, label="F")
        axes.plot(at, _shown(errors), "-", color=BLUE, linewidth=1.2, label="E")
        axes.plot(up, _shown(errors[up]), "o", color=ORANGE, label="E rose")
        axes.axhline(2.0**-n, color=MUTED, linewidth=0.8, linestyle=":")
        axes.text(60, 2.0**-n * 1.3, "2\u207b\u207f", color=MUTED, fontsize=SMALL, ha="right")
        axes.set(yscale="log", ylim=(1e-9, 30), xlabel="step t", ylabel="error")
        axes.set_yticks([1e-8, 1e-6, 1e-4, 1e-2, 1])
        axes.minorticks_off()
        axes.legend(loc="lower left")
    says = (
        f"{n} rows, start {start}, relative step {relative_step:g}: the error E with the best mask rose in "
        f"{len(up)} of 60 steps{_last_rise(up)}, the error F with all weights in none."
    )
    return describe(figure, says, {"t": at, "E": errors, "F": unmasked})


def _last_rise(up) -> str:
    return f", last at step {up[-1]}" if len(up) else ""


def _shown(errors):
    return np.maximum(errors, _FLOOR)


def mask_history(n: int, start: str, seed: int, relative_step: float = 0.2):
    """Which weights of one column the best mask keeps, step by step."""
    setting = experiments.Setting(n, 1, start, "orthonormal", relative_step)
    run = experiments.runs(setting, 1, [11, n, seed], 60)
    masks = run.masks[0, :, :, 0].T
    full = run.kept[0, :, 0] == n
    with style():
        figure, axes = subplots(height=2.8)
        for row, mask in enumerate(masks):
            axes.broken_barh(_stretches(mask), (row - 0.4, 0.8), facecolor=BLUE, linewidth=0)
        axes.set(xlim=(-0.5, 60.5), ylim=(n - 0.4, -0.6), xlabel="step t", ylabel="weight")
        axes.set_yticks(range(0, n, max(1, n // 6)))
        axes.set_yticklabels([str(k + 1) for k in range(0, n, max(1, n // 6))])
    changes = int((masks[:, 1:] != masks[:, :-1]).any(axis=0).sum())
    settled = 60 - int(np.argmin(full[::-1])) + 1 if not full.all() else 0
    end = f"from step {settled} on it keeps every weight" if full[-1] else "it still prunes"
    says = f"{n} weights, start {start}, draw {seed}: the best mask changed in {changes} of 60 steps; {end}."
    return describe(figure, says, {"t": np.arange(61), "kept": run.kept[0, :, 0]})


def _stretches(mask) -> list[tuple[float, float]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(int), [0]])))
    return [(a - 0.5, b - a) for a, b in zip(edges[::2], edges[1::2], strict=True)]


EDGES = np.arange(-6, 15, 1.5)


def distance(shares, start: str, data: str):
    """Share of steps that rise against log2(F 2^n); shares: {(n, start, data): (len(EDGES) - 1,)}."""
    middle = (EDGES[:-1] + EDGES[1:]) / 2
    sizes = sorted({n for n, *_ in shares})
    with style():
        figure, axes = subplots(height=3.0)
        axes.axhline(0.5, color=MUTED, linewidth=0.8, linestyle=":")
        columns = {"log2_F_2n": middle}
        for (colour, marks), n in zip(_LINES, sizes, strict=False):
            columns[f"n{n}"] = shares[n, start, data]
            axes.plot(middle, shares[n, start, data], marks, color=colour, label=f"n = {n}")
        axes.set(
            xlabel="log2(F \u00b7 2\u207f)", ylabel="share of steps that rise", ylim=(-0.03, 0.82)
        )
        axes.set(xlim=(EDGES[-1], EDGES[0]))
        axes.legend(loc="upper right", ncols=2, fontsize=SMALL)
    last = shares[sizes[-1], start, data]
    far = _rising(last[middle > 3], "while F is more than 8 \u00b7 2\u207b\u207f")
    near = _rising(last[middle < -3], "once F is below 2\u207b\u207f / 8")
    says = (
        f"{data[0].upper() + data[1:]} data, start {start}, n = {sizes[-1]}: E rises in {far}, and in {near} "
        "(averages over the points of the curve)."
    )
    return describe(figure, says, columns)


def _rising(values, when: str) -> str:
    values = values[np.isfinite(values)]
    return (
        f"{100 * values.mean():.0f} % of the steps {when}"
        if len(values)
        else f"no step {when}, because there are none"
    )


def counts(sizes, measured, relative_step: float):
    """Rises in a run against n beside half of the steps down to 2^-n; measured: {kappa: (len(sizes),)}."""
    n = np.asarray(sizes)
    found = np.asarray(measured[relative_step])
    expected = np.array([experiments.predicted_rises(k, relative_step) for k in n])
    with style():
        figure, axes = subplots()
        axes.plot(n, expected, "--", color=ORANGE, label="n ln 2 / (\u22122 ln|1 \u2212 \u03ba|)")
        axes.plot(n, found, "o", color=BLUE, markersize=6, label="measured")
        axes.set(xlabel="rows n", ylabel="rises in a run", ylim=(0, None))
        axes.legend(loc="upper left")
    says = (
        f"Relative step {relative_step:g}: a run with {n[-1]} rows has {found[-1]:.1f} rises on average, and "
        f"the coin flip predicts {expected[-1]:.1f}. With {n[0]} rows it has {found[0]:.1f}, and the "
        f"prediction is {expected[0]:.1f}."
    )
    return describe(figure, says, {"n": n, "measured": found, "expected": expected})


def spread(scales, found, n: int):
    """How often runs and steps rise against the spread of the start; found: {n: spread_regimes(...)}."""
    with style():
        figure, axes = subplots()
        axes.axvline(0.25, color=GREEN, linewidth=1.2, linestyle="--")
        axes.text(0.235, 1.0, "never,\nproved", color=GREEN, fontsize=SMALL, ha="right", va="top")
        axes.axhline(0.5, color=MUTED, linewidth=0.8, linestyle=":")
        axes.plot(scales, found[n]["runs"], "o-", color=BLUE, label="runs with a rise")
        axes.plot(scales, found[n]["early"], "s--", color=ORANGE, label="early steps that rise")
        axes.set(xscale="log", xlabel="largest start weight, times n", ylabel="share")
        axes.set(ylim=(-0.03, 1.05))
        axes.set_xticks([0.1, 0.25, 1, 4, 16], ["0.1", "0.25", "1", "4", "16"])
        axes.minorticks_off()
        axes.legend(loc="center right", bbox_to_anchor=(1, 0.72), fontsize=SMALL)
    half = scales[int(np.argmax(found[n]["runs"] >= 0.5))]
    says = (
        f"{n} rows, target 1/2: E never rises while the start's weights are at most 1/(4n). From about "
        f"{half:.2g}/n on it rises in half of the runs. With weights up to {scales[-1]:g}/n it rises in "
        f"{100 * found[n]['early'][-1]:.0f} % of the early steps."
    )
    return describe(figure, says, {"scale": scales, **found[n]})


ROW = {"u": [[1.0, 1.0]], "w": [1.0, 0.0]}


def one_row(coupling: float, relative_step: float):
    """One row, two columns, A = X'X = [[1, c], [c, 1]]: both errors along the descent."""
    x = np.linalg.cholesky([[1, coupling], [coupling, 1]]).T
    step = relative_step / 2 * gd.stability_limit(x, 1)
    run = gd.descend(**ROW, x=x, step=step, steps=20)
    at = np.arange(21)
    with style():
        figure, axes = subplots()
        axes.plot(at, run.unmasked, "s--", color=MUTED, label="F, all weights kept")
        axes.plot(at, run.errors, "o-", color=BLUE, label="E, best mask")
        axes.set(xlabel="step t", ylabel="error", ylim=(-0.03, 1.05))
        axes.legend(loc="upper right")
    up = int(gd.rises(run.errors).sum())
    says = (
        f"One row, A has {coupling:g} beside the diagonal, relative step {relative_step:g}: E starts at 0, "
        f"rises in {up} of 20 steps and reaches {run.errors.max():.2f}. F falls from 1 to "
        f"{run.unmasked[-1]:.2f}."
    )
    return describe(
        figure, says.replace(" -", " \u2212"), {"t": at, "E": run.errors, "F": run.unmasked}
    )


def repair(n: int, data: str, steps: int = 60, trials: int = 20):
    """Median E along four versions of the descent, five columns; the share of steps that rise."""
    found = experiments.version_errors(
        experiments.Setting(n, 5, "uniform", data, 0.5), trials, steps, [12, n]
    )
    at, columns, parts = np.arange(steps + 1), {}, []
    with style():
        figure, axes = subplots(height=3.2)
        for (colour, marks), (name, errors) in zip(_LINES, found.items(), strict=True):
            median = np.median(errors, axis=0)
            columns[name.replace(", ", "_").replace(" ", "_")] = median
            dashes = {"o-": "-", "s-": "--", "^-": "-.", "D-": ":"}[marks]
            axes.plot(at, _shown(median), dashes, color=colour, label=name)
            parts.append(f"{name} {100 * gd.rises(errors).mean():.1f} %")
        lowest = max(1e-8, 0.02 * min(median.min() for median in columns.values()))
        axes.set(yscale="log", ylim=(lowest, 3), xlabel="step t", ylabel="median of E")
        axes.minorticks_off()
        axes.legend(loc="lower left", fontsize=SMALL)
    says = f"{n} row{'s' * (n > 1)}, {data} data. The share of steps at which E rises: {'; '.join(parts)}."
    return describe(figure, says, {"t": at, **columns})


def pruned(sizes, found, columns: int):
    """Best error among masks that prune in every column, at the start and at the limit, against n.

    found: {(n, d): (first, last)} from `without_the_trivial`.
    """
    first, last = (np.array([np.median(found[n, columns][k]) for n in sizes]) for k in (0, 1))
    better = [np.mean(found[n, columns][1] < found[n, columns][0]) for n in sizes]
    with style():
        figure, axes = subplots()
        axes.plot(sizes, first, "o-", color=BLUE, label="at the start")
        axes.plot(sizes, last, "s--", color=ORANGE, label="where the descent ends")
        axes.set(yscale="log", xlabel="rows n", ylabel="best error that prunes")
        axes.minorticks_off()
        axes.legend(loc="lower left")
    word = "column" if columns == 1 else "columns"
    says = (
        f"{columns} {word}, n = {sizes[-1]}: the best mask that prunes in every column has a median error of "
        f"{first[-1]:.1g} at the start and of {last[-1]:.1g} at the end. The end is better in "
        f"{100 * better[-1]:.0f} % of the runs."
    )
    return describe(figure, says, {"n": sizes, "start": first, "end": last, "end_better": better})


def own(u, w, x, step: float, steps: int, descent: str = "slides"):
    """Any single run of one of `experiments.VERSIONS`: both errors, rises marked."""
    run = experiments.descend_as(descent, u, w, x, step, steps)
    up = np.flatnonzero(gd.rises(run.errors)) + 1
    at = np.arange(steps + 1)
    with style():
        figure, axes = subplots()
        axes.plot(at, run.unmasked, "s--", color=MUTED, label="F, all weights kept")
        axes.plot(at, run.errors, "o-", color=BLUE, label="E, best mask")
        axes.plot(up, run.errors[up], "o", color=ORANGE, markersize=7, label="E rose")
        axes.set(xlabel="step t", ylabel="error", ylim=(0, None))
        axes.legend(loc="upper right")
    e_first, e_last, f_first, f_last = (
        size_text(value, ".3g")
        for values in (run.errors, run.unmasked)
        for value in values[[0, -1]]
    )
    says = (
        f"Descent {descent}: E rises in {len(up)} of {steps} steps and goes from {e_first} to {e_last}; "
        f"F goes from {f_first} to {f_last}."
    )
    return describe(figure, says, {"t": at, "E": run.errors, "F": run.unmasked})
