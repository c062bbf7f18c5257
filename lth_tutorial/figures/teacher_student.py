"""Pictures of chapter 5: the landscape around a teacher, and the five published figures."""

import numpy as np
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path

from lth_tutorial import teacher_student as ts
from lth_tutorial.explore import describe
from lth_tutorial.teacher_student import bounds, breaks, experiments
from lth_tutorial.teacher_student.hessian import population_hessian

from .style import AMBER, BLUE, FAINT, GREEN, MUTED, ORANGE, PINK, SKY, style, subplots

_LINES = ((BLUE, "o-"), (ORANGE, "s-"), (GREEN, "^-"), (PINK, "D-"), (AMBER, "v-"), (SKY, "P-"))


def one_feature(start: float, step: float, momentum: float, truth: float = 0.4):
    """One neuron on one feature: the risk and the way of the descent, for 1,000 inputs."""
    teacher = ts.Teacher(np.array([[truth]]), np.array([[0]]), 1)
    x, y = ts.sample_data(teacher, 1000, rng=1)
    path = ts.recover(
        x, y, teacher.supports, np.array([[start]]), step, momentum, record=1, max_iterations=26
    ).path[:, 0, 0]
    w = np.linspace(-0.7, 1.3, 41)
    risk = [ts.risk(x, y, teacher.supports, np.array([[value]])) for value in w]
    with style():
        figure, axes = subplots(height=3.0)
        axes.plot(w, risk, color=MUTED, label="risk f(w)")
        levels = [ts.risk(x, y, teacher.supports, np.array([[value]])) for value in path]
        axes.plot(path, levels, "o-", color=BLUE, linewidth=0.8, label="the descent")
        axes.axvline(truth, color=GREEN, linestyle="--", linewidth=1.2, label="teacher w*")
        axes.set(xlim=(-0.7, 1.3), ylim=(-0.01, 0.22), xlabel="weight w", ylabel="risk")
        axes.legend(loc="upper right")
    end = path[-1]
    near = int(np.argmax(np.abs(path - truth) < 0.01))
    if abs(end - truth) < 0.01:
        what = f"comes within 0.01 of the teacher's {truth:g} in {near} steps"
    else:
        what = f"is at {end:.2f} after 25 steps, away from the teacher's {truth:g}"
    says = f"From w = {start:g} with step {step:g} and momentum {momentum:g} the descent {what}."
    return describe(figure, says, {"iteration": np.arange(len(path)), "w": path, "risk": levels})


def descent(support: int, samples: int, momentum: float, noise: float):
    """Errors along the descent of one trial: d = 100, K = 5, step 4, start at relative distance 0.5."""
    setting = experiments.Setting(100, 5, support, samples)
    teacher, x, y, start = experiments.trials(setting, 1, 0.5, [7, support, samples], noise)
    path = ts.recover(
        x, y, teacher.supports, start, 4.0, momentum, record=20, max_iterations=601, tolerance=0
    ).path[:, 0]
    away = path - teacher.weights[0]
    whole = np.sqrt((away**2).sum((1, 2)) / (teacher.weights**2).sum())
    largest = np.abs(away).max((1, 2)) / np.abs(teacher.weights).max()
    at = 20 * np.arange(len(whole))
    with style():
        figure, axes = subplots(height=3.0)
        axes.plot(at, whole, color=BLUE, label="Frobenius norm")
        axes.plot(at, largest, "--", color=ORANGE, label="max norm")
        axes.set(yscale="log", ylim=(1e-9, 2), xlim=(0, 600))
        axes.minorticks_off()
        axes.set(xlabel="iteration", ylabel="relative error of the weights")
        axes.legend(loc="upper right")
    says = (
        f"{support * 5} weights, {samples} samples, momentum {momentum:g}, noise {noise:g}: after 600 "
        f"iterations the relative error is {whole[-1]:.0e}."
    )
    return describe(figure, says, {"iteration": at, "frobenius": whole, "max": largest})


def one_neuron_plane(turn: float):
    """Where one neuron's population risk is not convex: two discs; a start at angle `turn` degrees."""
    radius, disc = bounds.one_neuron_convex_radius(), 1 / np.pi
    angle, length = np.deg2rad(turn), 0.4
    place = length * np.cos(angle), length * np.sin(angle)
    least = float(bounds.one_neuron_least_eigenvalue(length, angle))
    with style():
        figure, axes = subplots(height=3.6)
        for side in (1, -1):
            axes.add_patch(Circle((0, side * disc), disc, facecolor=FAINT, edgecolor=MUTED))
        axes.add_patch(
            Circle((1, 0), radius, fill=False, edgecolor=GREEN, linestyle="--", linewidth=1.4)
        )
        axes.plot(1, 0, "*", color=GREEN, markersize=11)
        axes.annotate("teacher", (1, 0), (1.05, 0.08), fontsize=10)
        axes.text(0, disc, "not\nconvex", ha="center", va="center", fontsize=9)
        axes.annotate("", place, (0, 0), arrowprops={"arrowstyle": "->", "color": BLUE, "lw": 1.8})
        axes.plot(*place, "o", color=BLUE)
        axes.set(xlim=(-0.75, 1.8), ylim=(-0.8, 0.8), aspect="equal")
        axes.set(xlabel="along the teacher", ylabel="across")
    kind = "convex" if least > 0 else "not convex"
    says = (
        f"A neuron of length 0.4, turned by {turn:g} degrees: the least eigenvalue is {least:.2f}, so the "
        f"risk is {kind} there. The ball of radius {radius:.2f} around the teacher touches both discs."
    )
    return describe(figure, says, {"turn": [turn], "least_eigenvalue": [least]})


DIRECTIONS = ("one neuron shrinks and turns", "a random direction")


def convexity(neurons: int, direction: str):
    """Least eigenvalue of the population Hessian, times K^2, on the way from the teacher, for three r."""
    distances = np.linspace(0, 1, 11)
    columns = {"distance": distances}
    with style():
        figure, axes = subplots(height=3.0)
        for (colour, marks), support in zip(_LINES, (4, 12, 36), strict=False):
            least = np.mean(
                [
                    convexity_profile(neurons, support, direction, distances, seed)
                    for seed in range(3)
                ],
                axis=0,
            )
            axes.plot(distances, least, marks, color=colour, label=f"r = {support}")
            columns[f"r = {support}"] = least
        axes.axhline(0, color=MUTED, linewidth=0.8)
        axes.set(xlabel="relative distance from the teacher", ylim=(-0.35, 0.55))
        axes.set_ylabel("least eigenvalue \u00d7 K\u00b2")
        axes.legend(loc="upper right", ncols=3, fontsize=9)
    ends = [_first_negative(distances, columns[f"r = {r}"]) for r in (4, 12, 36)]
    what = ", ".join(f"{end} for r = {r}" for r, end in zip((4, 12, 36), ends, strict=True))
    word = "neuron" if neurons == 1 else "neurons"
    says = (
        f"{neurons} {word}, {direction}: the population risk stops being convex at distance {what}."
    )
    return describe(figure, says, columns)


def _first_negative(distances, least) -> str:
    below = np.flatnonzero(np.asarray(least) < 0)
    return f"{distances[below[0]]:.1f}" if len(below) else "none up to 1"


def convexity_profile(
    neurons: int, support: int, direction: str, distances, seed: int
) -> np.ndarray:
    """K^2 times the least eigenvalue at relative distances along one direction; d = 40."""
    for_teacher, for_ray = np.random.default_rng([8, support, seed]).spawn(2)
    teacher = ts.sample_teacher(40, neurons, support, for_teacher)
    ray = for_ray.normal(size=teacher.weights.shape)
    if direction == DIRECTIONS[0]:
        # Towards the nearest place where one neuron on its own is not convex: shorter, and turned.
        length = np.linalg.norm(teacher.weights[0])
        along = teacher.weights[0] / length
        across = ray[0] - (ray[0] @ along) * along
        half = np.arctan(np.pi) / 2
        short = 2 / np.pi * np.sin(half)
        ray[:] = 0
        place = short * (np.cos(half) * along + np.sin(half) * across / np.linalg.norm(across))
        ray[0] = place - along
    ray *= np.linalg.norm(teacher.weights) / np.linalg.norm(ray)
    matrices = [
        population_hessian(teacher, teacher.supports, teacher.weights + t * ray) for t in distances
    ]
    return np.array([np.linalg.eigvalsh(matrix)[0] for matrix in matrices]) * neurons**2


def gram_eigenvalues(ratios, least, shown: float):
    """K^2 times the least eigenvalue of the data's Hessian, at the teacher and far from it."""
    with style():
        figure, axes = subplots(height=2.9)
        fit = least["at the teacher"][-1] / bounds.gram_least_eigenvalue(ratios[-1])
        fine = np.geomspace(ratios[0], ratios[-1], 60)
        axes.plot(
            fine,
            fit * bounds.gram_least_eigenvalue(fine),
            ":",
            color=MUTED,
            label="independent entries",
        )
        for (colour, marks), (name, values) in zip(_LINES, least.items(), strict=False):
            axes.plot(ratios, values, marks[0], color=colour, label=name)
        axes.axvline(shown, color=MUTED, linewidth=0.8)
        axes.set(xscale="log", xlabel="samples per weight, N / (rK)", ylim=(-0.01, None))
        axes.set_xticks([0.5, 1, 2, 5, 10, 20], ["0.5", "1", "2", "5", "10", "20"])
        axes.set_ylabel("least eigenvalue \u00d7 K\u00b2")
        axes.legend(loc="upper left")
    here = int(np.argmin(np.abs(np.asarray(ratios) - shown)))
    values = {name: row[here] for name, row in least.items()}
    text = " and ".join(f"{max(value, 0):.3f} {name}" for name, value in values.items())
    says = f"{shown:g} samples for each weight: the least eigenvalue, times K squared, is {text}."
    return describe(figure, says, {"ratio": ratios, **least})


# The five published figures, from the stored results.

RULES = {"the paper's step": 0.5, "a tuned step": 4.0}


def radius(summary, rule: str):
    """Figure 2 as squares: support against distance of the start, filled by the share that succeeds."""
    lines = [line for line in summary["lines"] if line["step"] == RULES[rule]]
    with style():
        figure, axes = subplots(height=3.6)
        _squares(
            axes, [(i, j, x) for i, line in enumerate(lines) for j, x in enumerate(line["reached"])]
        )
        axes.set_xticks(range(len(lines)), [line["support"] for line in lines], rotation=60)
        axes.set_yticks(
            range(len(lines[0]["distances"])), [f"{x:g}" for x in lines[0]["distances"]]
        )
        axes.set(xlim=(-0.6, len(lines) - 0.4), ylim=(-0.6, len(lines[0]["distances"]) - 0.4))
        axes.set(xlabel="features per neuron r", ylabel="relative distance of the start")
    flat = [
        (line["support"], distance, share)
        for line in lines
        for distance, share in zip(line["distances"], line["reached"], strict=True)
    ]
    says = f"With {rule}, {_reach(lines[0])}, and {_reach(lines[-1])}."
    names = ("support", "distance", "recovered")
    return describe(figure, says, dict(zip(names, zip(*flat, strict=True), strict=True)))


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
            for line, (colour, marks) in zip(lines[::2], _LINES, strict=False):
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
    first, last = lines[0], lines[-1]
    says = (
        f"Median error after 1,500 iterations: {first['frobenius_curves'][1][-1]:.0e} for r = "
        f"{first['support']}, {last['frobenius_curves'][1][-1]:.0e} for r = {last['support']}."
        if show == "error curves"
        else f"1 minus the rate falls from {fast[0]:.4f} at r = {first['support']} to {fast[-1]:.4f} at r = "
        f"{last['support']}, along a line in the root of r with R squared {summary['fit']['r_squared']:.3f}."
    )
    return describe(figure, says, columns)


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
        below.set_yticklabels(["start at 0.5", "start at 0.1"], fontsize=10)
        below.set_xlabel("recovered (filled), not after 10,000 steps (hatched)", fontsize=10)
    says = (
        f"r = {support} and {cell['samples']} samples, {ratio:g} for each weight: of {cell['trials']} trials "
        f"{cell['reached'][1]:.0%} recover the teacher from distance 0.5, {cell['reached'][0]:.0%} from 0.1."
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


def noise(summary, show: str):
    """Figure 5: relative error against sqrt(r) for four noise levels, or measured over predicted."""
    lines = [line for line in summary["lines"] if line["step"] == RULES["a tuned step"]]
    root = np.sqrt([line["support"] for line in lines])
    columns = {"root_r": root}
    with style():
        figure, axes = subplots(height=3.2)
        for k, (level, (colour, marks)) in enumerate(zip(summary["levels"], _LINES, strict=False)):
            measured = np.array([line["errors"][k] for line in lines])
            predicted = np.array([line["predicted"][k] for line in lines])
            columns[f"level {level:g}"] = measured
            if show == "error":
                axes.plot(root, predicted, "-", color=FAINT)
                axes.plot(root, measured, marks[0], color=colour, label=f"{level:g}")
            else:
                axes.plot(root, measured / predicted, marks, color=colour, label=f"{level:g}")
        axes.set_xlabel("root of features per neuron, \u221ar")
        if show == "error":
            axes.set(yscale="log", ylabel="relative error (median)", ylim=(None, 5))
        else:
            axes.axhline(1, color=MUTED, linewidth=0.8)
            axes.set(ylabel="measured / predicted", ylim=(0.5, 1.5))
        axes.legend(title="noise level", ncols=2, fontsize=9, title_fontsize=9)
    half = next(k for k, line in enumerate(lines) if line["support"] == 50)
    ratios = [np.array(line["errors"]) / line["predicted"] for line in lines[: half + 1]]
    low, high = np.min(ratios), np.max(ratios)
    first = columns[f"level {summary['levels'][-1]:g}"]
    says = (
        f"At noise level {summary['levels'][-1]:g} the error grows from {first[0]:.3f} at r = "
        f"{lines[0]['support']} to {first[half]:.3f} at r = 50."
        if show == "error"
        else f"Up to r = 50 the error is between {low:.2f} and {high:.2f} times the prediction."
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
        axes.legend(loc="upper left", fontsize=9)
    at = {round(share): value for share, value in zip(left, chosen["function"], strict=True)}
    says = (
        f"{samples} samples: the median error is {at[100]:.1g} with all weights, {at[21]:.1g} with 21 % of "
        f"them and {at[17]:.1g} with 17 %."
    )
    columns = {
        "left": left,
        "median": chosen["function"],
        "low": chosen["low"],
        "high": chosen["high"],
    }
    return describe(figure, says, columns)


METHOD_NAMES = {
    "union": "fourth moment, all supports together",
    "support": "second moment, each support",
    "literal": "the paper's sum of inputs",
}


SHOWN_STARTS = ("against samples", "exact moments, against overlap")


def starts(samples, medians, floors, show: str):
    """Errors of the starts that moments give: method -> values, against samples or shared features."""
    exact = show == SHOWN_STARTS[1]
    at, errors = (list(range(len(floors["union"]))), floors) if exact else (samples, medians)
    with style():
        figure, axes = subplots(height=3.2)
        for (colour, marks), (method, values) in zip(_LINES, errors.items(), strict=False):
            shown = np.maximum(values, 1e-3)
            axes.plot(at, shown, marks, color=colour, label=METHOD_NAMES[method])
        axes.set(yscale="log", ylim=(1e-3, 30), ylabel="relative error (median)")
        axes.set(xlabel="features that all neurons share, of 6" if exact else "samples")
        axes.set(xscale="linear" if exact else "log")
        axes.minorticks_off()
        axes.legend(loc="upper left", fontsize=9)
    ends = ", ".join(
        f"{'below 0.001' if values[-1] < 1e-3 else f'{values[-1]:.2g}'} ({METHOD_NAMES[method]})"
        for method, values in errors.items()
    )
    where = f"{at[-1]} shared features, exact moments" if exact else f"{at[-1]:,} samples"
    column = "shared" if exact else "samples"
    return describe(
        figure, f"Relative error of the start with {where}: {ends}.", {column: at, **errors}
    )


def dropped(assumption: str):
    """Recovery with one assumption dropped, three trials, beside the median of undisturbed ones."""
    plain = np.median([breaks.dropped(breaks.ASSUMPTIONS[0], seed)[0] for seed in range(3)], axis=0)
    runs = [breaks.dropped(assumption, seed) for seed in range(3)]
    at = 10 * np.arange(len(plain))
    with style():
        figure, axes = subplots(height=2.9)
        axes.plot(at, plain, "--", color=MUTED, label="nothing dropped")
        for k, (errors, _) in enumerate(runs):
            label = assumption if k == 0 and assumption != breaks.ASSUMPTIONS[0] else None
            axes.plot(at, errors, color=BLUE, linewidth=1.2, label=label)
        axes.set(yscale="log", ylim=(1e-12, 5), xlim=(0, 400))
        axes.minorticks_off()
        axes.set(xlabel="iteration", ylabel="relative error of the weights")
        axes.legend(loc="lower left", fontsize=9)
    ends = np.median([errors[-1] for errors, _ in runs])
    matched = np.median([error for _, error in runs])
    size = "below 1e-9" if ends < 1e-9 else f"{ends:.1g}"
    says = (
        f"{assumption[0].upper()}{assumption[1:]}: after 400 iterations the median error is {size}"
    )
    if ends > 1e-2 > matched:
        says += ", though after renaming neurons it vanishes"
    return describe(
        figure, f"{says}.", {"iteration": at, **{f"trial {k}": e for k, (e, _) in enumerate(runs)}}
    )
