"""Figures 2 to 6 of the sample-complexity paper: recovering a sparse teacher, one published figure each."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from lth_tutorial.results import Result, Slice
from lth_tutorial.teacher_student import experiments
from lth_tutorial.teacher_student.experiments import Setting

from . import claims, summaries
from .numbers import PAPER, TUNED


def _blocks(trials: int, block: int) -> list[dict]:
    """`trials` trials in cells of `block`."""
    return [{"trials": block, "seed": seed} for seed in range(trials // block)]


# Figure 2: how far may the start be?

_PAPER_DISTANCES = [0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.5, 1.7, 2.0, 2.5, 3.0]
_TUNED_DISTANCES = [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0]
# Supports, and how many trials of each: a hundred where a trial is quick, else what fits into two hours.
_PAPER_TRIALS = dict.fromkeys((20, 50, 100), 100) | {150: 10}
_PAPER_TRIALS |= dict.fromkeys((200, 225, 250, 275, 300), 6) | {325: 4, 350: 4, 400: 2, 500: 2}
_TUNED_TRIALS = dict.fromkeys((50, 100, 150, 200, 225), 100) | {250: 8, 275: 8}
_TUNED_TRIALS |= dict.fromkeys((300, 325, 350, 400, 500), 6)


def radius_cells(size: str) -> list[dict]:
    """At page size d = 100, N = 600: the same N / d, a tenth of the work for each hundredth of r."""
    if size == "page":
        rows = [(TUNED, r, 10, _TUNED_DISTANCES) for r in (20, 40, 60, 80, 100)]
        shape = {"d": 100, "samples": 600}
    else:
        rows = [(PAPER, r, n, _PAPER_DISTANCES) for r, n in _PAPER_TRIALS.items()]
        rows += [(TUNED, r, n, _TUNED_DISTANCES) for r, n in _TUNED_TRIALS.items()]
        shape = {"d": 500, "samples": 3000}
    return [
        {**shape, **rule, "support": r, "distances": distances, **block}
        for rule, r, trials, distances in rows
        for block in _blocks(trials, 2)
    ]


def run_radius(cell: dict, folder: Path) -> dict:
    """Status, error and iterations of every distance and trial. The tuned rule may take 3,000 iterations."""
    most = 10_000 if cell["step"] == PAPER["step"] else 3_000
    found = experiments.recoveries(
        Setting(cell["d"], 5, cell["support"], cell["samples"]),
        cell["trials"],
        cell["distances"],
        cell["step"],
        cell["momentum"],
        [5, 2, cell["support"], cell["seed"]],
        most,
    )
    return {
        "status": found.status.tolist(),
        "errors": [[float(f"{e:.3g}") for e in row] for row in found.errors],
        "iterations": found.iterations.tolist(),
    }


# Figure 3: how fast?


def rate_cells(size: str) -> list[dict]:
    """Trials for each support, from three distances."""
    supports = (20, 50, 100, 150, 200, 250, 300) if size == "paper" else (20, 100, 200)
    return [
        {"support": r, "distance": distance, **block}
        for r in supports
        for distance, trials in ((0.5, 100), (0.1, 4), (1.0, 4))
        for block in _blocks(trials if size == "paper" else 2, 2)
    ]


def run_rate(cell: dict, folder: Path) -> dict:
    """Error curves of gradient descent and of the paper's momentum, every 50 iterations."""
    whole, largest = experiments.error_curves(
        Setting(300, 5, cell["support"], 3000),
        cell["trials"],
        cell["distance"],
        PAPER["step"],
        (0.0, PAPER["momentum"]),
        [5, 3, cell["support"], cell["seed"]],
    )
    return {
        name: [
            [[float(f"{e:.6g}") for e in trial] for trial in rule]
            for rule in curves.transpose(1, 2, 0)
        ]
        for name, curves in (("frobenius", whole), ("max", largest))
    }


# Figure 4: how many samples?

_SUPPORTS = (5, 10, 15, 20, 30, 40, 50, 60)
_TUNED_RATIOS = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2.0, 2.5)
_PAPER_RATIOS = (1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.5, 3.0, 3.5, 4.0)


def samples_cells(size: str) -> list[dict]:
    """Trials for each rule, support and ratio of samples to weights."""
    rules = [(TUNED, _TUNED_RATIOS, 100), (PAPER, _PAPER_RATIOS, 40)]
    if size == "page":
        rules = [(TUNED, (0.8, 1.1, 1.4, 2.0), 10)]
    return [
        {**rule, "support": r, "samples": round(ratio * r * 5), **block}
        for rule, ratios, trials in rules
        for r in (_SUPPORTS if size == "paper" else (5, 10, 20))
        for ratio in ratios
        for block in _blocks(trials, 10)
    ]


def run_samples(cell: dict, folder: Path) -> dict:
    """Status of every start (distances .1 and .5) and trial."""
    found = experiments.recoveries(
        Setting(100, 5, cell["support"], cell["samples"]),
        cell["trials"],
        [0.1, 0.5],
        cell["step"],
        cell["momentum"],
        [5, 4, cell["support"], cell["samples"], cell["seed"]],
    )
    return {"status": found.status.tolist(), "iterations": found.iterations.tolist()}


# Figure 5: with noise

_LEVELS = [0.001, 0.01, 0.03, 0.1]


def noise_cells(size: str) -> list[dict]:
    """Trials with noise for each rule and support."""
    supports = (5, 10, 15, 20, 25, 30, 40, 50, 60, 70) if size == "paper" else (5, 15)
    rules = [(TUNED, 100), (PAPER, 4)] if size == "paper" else [(TUNED, 2)]
    return [
        {**rule, "support": r, **block}
        for rule, trials in rules
        for r in supports
        for block in _blocks(trials, 2)
    ]


def run_noise(cell: dict, folder: Path) -> dict:
    """Errors at each noise level, their prediction from the curvature, and the share at rest."""
    errors, predicted, rest = experiments.noisy_errors(
        Setting(300, 10, cell["support"], 1000),
        cell["trials"],
        _LEVELS,
        cell["step"],
        cell["momentum"],
        0.3,
        [5, 5, cell["support"], cell["seed"]],
        10_000 if cell["step"] == PAPER["step"] else 1_500,
    )
    rounded = [[[float(f"{e:.4g}") for e in row] for row in rows] for rows in (errors, predicted)]
    return {"errors": rounded[0], "predicted": rounded[1], "at_rest": rest}


# Figure 6: pruning


def pruning_cells(size: str) -> list[dict]:
    """Trials for each number of samples from which the support is found."""
    samples = (100, 200, 350, 500, 1000, 2000, 5000) if size == "paper" else (200, 1000)
    return [
        {"samples": n, "distance": 0.5, "noise": 1e-3, **block}
        for n in samples
        for block in _blocks(100 if size == "paper" else 2, 2)
    ]


def run_pruning(cell: dict, folder: Path) -> dict:
    """Error of the function and of the weights after each of ten rounds, a fifth removed in each."""
    paths = [
        experiments.pruning_path(
            Setting(100, 5, 20, cell["samples"]),
            cell["noise"],
            cell["distance"],
            TUNED["step"],
            TUNED["momentum"],
            10,
            [5, 6, cell["samples"], cell["seed"], k],
        )
        for k in range(cell["trials"])
    ]
    return {
        "remaining": [round(float(share), 4) for share in paths[0][0]],
        "function": [[float(f"{e:.4g}") for e in path[1]] for path in paths],
        "weights": [[float(f"{e:.4g}") for e in path[2]] for path in paths],
    }


# Slices: one quick cell of each figure. Other machines round differently, and find the same.


def _quick(**wanted) -> Callable[[dict], bool]:
    return lambda parameters: wanted.items() <= parameters.items()


def _near(name: str, relative: float, rounds: slice = slice(None)) -> Callable[[dict, dict], bool]:
    """Whether an array of numbers, or its first rounds, is that of the stored cell."""

    def agree(found: dict, kept: dict) -> bool:
        ours, theirs = (np.array(numbers[name])[:, rounds] for numbers in (found, kept))
        return np.allclose(ours, theirs, rtol=relative)

    return agree


def _status(found: dict, kept: dict) -> bool:
    same = np.array(found["status"]) == np.array(kept["status"])
    return bool(same.mean() >= 0.9)


def _noise(found: dict, kept: dict) -> bool:
    return _near("predicted", 1e-3)(found, kept) and _near("errors", 0.05)(found, kept)


RADIUS = Result(
    name="recovery-radius",
    title="From how far a start recovers the teacher (Figure 2)",
    cells=radius_cells,
    run=run_radius,
    summarise=summaries.radius,
    cost="about three quarters of an hour",
    claims=claims.radius,
    slice=Slice(
        chosen=_quick(step=4.0, support=50, seed=0),
        agree=_status,
        tolerance="nine of ten trials end alike",
    ),
)
RATE = Result(
    name="recovery-rate",
    title="How fast accelerated descent recovers the teacher (Figure 3)",
    cells=rate_cells,
    run=run_rate,
    summarise=summaries.rate,
    cost="about twenty minutes",
    claims=claims.rate,
    slice=Slice(
        chosen=_quick(support=20, distance=0.1, seed=0),
        agree=_near("frobenius", 1e-3),
        tolerance="errors within 0.1 %",
    ),
)
SAMPLES = Result(
    name="recovery-samples",
    title="How many samples recover the teacher (Figure 4)",
    cells=samples_cells,
    run=run_samples,
    summarise=summaries.samples,
    cost="about half an hour",
    claims=claims.samples,
    slice=Slice(
        chosen=_quick(step=4.0, support=5, samples=62, seed=0),
        agree=_status,
        tolerance="nine of ten trials end alike",
    ),
)
NOISE = Result(
    name="recovery-noise",
    title="The error that noise leaves (Figure 5)",
    cells=noise_cells,
    run=run_noise,
    summarise=summaries.noise,
    cost="about a quarter of an hour",
    claims=claims.noise,
    slice=Slice(
        chosen=_quick(step=4.0, support=5, seed=0),
        agree=_noise,
        tolerance="predictions within 0.1 %, errors within 5 %",
    ),
)
PRUNING = Result(
    name="recovery-pruning",
    title="Iterative magnitude pruning of a dense student (Figure 6)",
    cells=pruning_cells,
    run=run_pruning,
    summarise=summaries.pruning,
    cost="about twelve minutes",
    claims=claims.pruning,
    slice=Slice(
        chosen=_quick(samples=1000, seed=0),
        agree=_near("function", 0.05, slice(8)),  # until the support is found
        tolerance="errors of the first eight rounds within 5 %",
    ),
)
RESULTS = (RADIUS, RATE, SAMPLES, NOISE, PRUNING)
