"""Pictures of chapter 5: the descent, the landscape around a teacher, starts; and the published figures."""

import numpy as np
from matplotlib.patches import Circle

from lth_tutorial import teacher_student as ts
from lth_tutorial.explore import describe
from lth_tutorial.style import BLUE, FAINT, GREEN, MUTED, ORANGE, SMALL, style, subplots
from lth_tutorial.tables import size_text

from . import bounds, breaks, experiments
from .hessian import population_hessian
from .published import summaries
from .published.figures import (
    LINES,
    RULES,
    VARIED,
    noise,
    pruning,
    radius,
    rate,
    samples,
    samples_axes,
    shapes,
)

__all__ = [
    "DIRECTIONS",
    "METHOD_NAMES",
    "RULES",
    "SHOWN_STARTS",
    "STUDENTS",
    "VARIED",
    "convexity",
    "convexity_profile",
    "descent",
    "dropped",
    "eigenvalues",
    "gram_eigenvalues",
    "networks",
    "noise",
    "one_feature",
    "one_neuron_plane",
    "pruning",
    "radius",
    "rate",
    "samples",
    "samples_axes",
    "shapes",
    "starts",
]


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


# How many features the students of the drawing see, beyond the teacher's two.
STUDENTS = {"what the teacher sees": 0, "two features more": 2, "every feature": 6}


def networks(student: str, d: int = 8, neurons: int = 3):
    """The paper's Figure 1: a teacher's edges, and those that a student has beside them."""
    teacher = ts.sample_teacher(d, neurons, 2, rng=5)
    orders = np.random.default_rng(6).permuted(np.tile(np.arange(d), (neurons, 1)), axis=1)
    inputs, hidden = np.linspace(1, -1, d), np.linspace(0.7, -0.7, neurons)
    with style():
        figure, axes = subplots(height=2.8)
        for place, row, order in zip(hidden, teacher.supports, orders, strict=True):
            surplus = [k for k in order if k not in row][: STUDENTS[student]]
            for features, colour, line in ((surplus, MUTED, ":"), (row, BLUE, "-")):
                for k in features:
                    axes.plot([0, 1], [inputs[k], place], line, color=colour, linewidth=1.5)
            axes.plot([1, 2], [place, 0], "-", color=FAINT, linewidth=1.5)
        axes.plot(np.zeros(d), inputs, "o", color=MUTED, markersize=6)
        axes.plot(np.ones(neurons), hidden, "o", color=ORANGE, markersize=13)
        axes.plot(2, 0, "o", color=GREEN, markersize=13)
        for at, words in ((0, f"{d} features"), (1, f"{neurons} neurons"), (2, "output y")):
            axes.text(at, -1.35, words, ha="center", fontsize=SMALL)
        axes.plot([], [], "-", color=BLUE, label="the teacher's weights")
        axes.plot([], [], ":", color=MUTED, label="the student has beside them")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.2), ncols=2, fontsize=SMALL)
        axes.set(xlim=(-0.4, 2.4), ylim=(-1.5, 1.15))
        axes.axis("off")
    r = 2 + STUDENTS[student]
    says = (
        f"Each of the teacher's {neurons} neurons sees 2 of the {d} features. Each of the student's neurons "
        f"sees {r}. So the student has {r * neurons} weights to find, and {(r - 2) * neurons or 'none'} of "
        "them should be 0."
    )
    data = {"neuron": range(1, neurons + 1), "teacher": [2] * neurons, "student": [r] * neurons}
    return describe(figure, says, data)


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
        f"iterations the relative error is {size_text(whole[-1], '.0e')}."
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
        axes.annotate("teacher", (1, 0), (1.05, 0.08), fontsize=SMALL)
        axes.text(0, disc, "not\nconvex", ha="center", va="center", fontsize=SMALL)
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
        for (colour, marks), support in zip(LINES, (4, 12, 36), strict=False):
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
        axes.legend(loc="upper right", ncols=3, fontsize=SMALL)
    ends = [_first_negative(distances, columns[f"r = {r}"]) for r in (4, 12, 36)]
    what = ", ".join(f"{end} for r = {r}" for r, end in zip((4, 12, 36), ends, strict=True))
    word = "neuron" if neurons == 1 else "neurons"
    says = f"{neurons} {word}, way: {direction}. The population risk stops being convex at distance {what}."
    return describe(figure, says, columns)


def _first_negative(distances, least) -> str:
    place = summaries.crossing(distances, least, level=0.0)
    return "none up to 1" if place is None else f"{place:.2f}"


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
        for (colour, marks), (name, values) in zip(LINES, least.items(), strict=False):
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


def eigenvalues(curves, against: str, distance: float):
    """Theorem 1: extreme eigenvalues of data and population against sqrt(r) or K.

    curves: (against, distance) -> places on that axis and what `eigenvalues.sweep` found there.
    """
    at, values = curves[against, distance]
    neurons = at if "K" in against.split(",")[0] else np.full(len(at), 5)
    apart = np.array([bounds.disjoint_extremes(k) for k in neurons]).T
    with style():
        figure, (top, bottom) = subplots(2, 4.4, sharex=True)
        for axes, which, power in ((top, "largest", ""), (bottom, "least", "\u00b2")):
            axes.plot(at, values[f"data, {which}"], "o-", color=BLUE, label="data")
            axes.plot(
                at, values[f"population, {which}"], "s--", color=ORANGE, mfc="none",
                label="population",
            )  # fmt: skip
            bound = apart[1] * neurons if which == "largest" else apart[0] * neurons**2
            axes.plot(at, bound, ":", color=MUTED, label="no overlap")
            axes.set(
                ylim=(0, 0.9 if which == "largest" else 0.55), ylabel=f"{which} \u00d7 K{power}"
            )
        top.legend(loc="upper center", ncols=3, fontsize=SMALL)
        bottom.set_xlabel(against)
    place = "At the teacher" if distance == 0 else f"At distance {distance:g} from the teacher"
    says = (
        f"{place}, from {against.split(',')[0]} = {at[0]:g} to {at[-1]:g}: the data's least eigenvalue, "
        f"times K squared, goes {_ends(values['data, least'])}. The population's goes "
        f"{_ends(values['population, least'])}."
    )
    return describe(figure, says, {against.split(",")[0]: at, **values})


def _ends(values) -> str:
    """The first and the last value of an eigenvalue."""
    return f"from {values[0]:.2f} to {values[-1]:.2f}"


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
        for (colour, marks), (method, values) in zip(LINES, errors.items(), strict=False):
            shown = np.maximum(values, 1e-3)
            axes.plot(at, shown, marks, color=colour, label=METHOD_NAMES[method])
        axes.set(yscale="log", ylim=(1e-3, 30), ylabel="relative error (median)")
        axes.set(xlabel="features that all neurons share, of 6" if exact else "samples")
        axes.set(xscale="linear" if exact else "log")
        axes.minorticks_off()
        axes.legend(loc="upper left", fontsize=SMALL)
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
        axes.legend(loc="lower left", fontsize=SMALL)
    ends = np.median([errors[-1] for errors, _ in runs])
    matched = np.median([error for _, error in runs])
    says = (
        f"{assumption[0].upper()}{assumption[1:]}: after 400 iterations the median error is "
        f"{size_text(ends, least=1e-9)}"
    )
    if ends > 1e-2 > matched:
        says += ", though after renaming neurons it vanishes"
    return describe(
        figure, f"{says}.", {"iteration": at, **{f"trial {k}": e for k, (e, _) in enumerate(runs)}}
    )
