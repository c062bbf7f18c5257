"""How many samples networks of other shapes need: more neurons, more features, no mask at all."""

from pathlib import Path

import numpy as np

from lth_tutorial.results import Result, Slice
from lth_tutorial.teacher_student import experiments
from lth_tutorial.teacher_student.experiments import Setting

from . import claims, summaries
from .numbers import TUNED

# What is varied: the features d, neurons K and features r of a neuron, of each network; blocks of 20 trials.
SHAPES = {
    "neurons, r = 10": ([(100, k, 10) for k in (1, 2, 3, 5, 8)], 2),
    "neurons, r = 20": ([(100, k, 20) for k in (1, 2)], 2),
    "features": ([(d, 3, 10) for d in (20, 200, 5000)], 1),
    "dense": ([(d, 3, d) for d in (5, 10, 20)], 1),
}
# N over r K / (1 - 2^-K), below which a sample for each weight is missing; for one or two neurons, where the
# number of samples that count varies most, from a little lower on.
_RATIOS = (0.9, 1.0, 1.1, 1.2, 1.3, 1.5, 1.8, 2.2)
DISTANCES = [0.1, 0.5]


def cells(size: str) -> list[dict]:
    """Twenty or forty trials of each shape and number of samples; at page size ten, of small shapes."""
    shapes = [(shape, blocks) for part, blocks in SHAPES.values() for shape in part]
    return [
        {
            "d": d, "neurons": k, "support": r, "samples": n, "trials": trials, "seed": seed,
            "step": round(TUNED["step"] * k / 5, 2), "momentum": TUNED["momentum"],
        }
        for (d, k, r), blocks in shapes
        if size == "paper" or k * r <= 30
        for n in sorted({round(ratio * k * r / (1 - 2.0**-k)) for ratio in _RATIOS[k > 2 :]})
        for trials, seeds in [(20, blocks) if size == "paper" else (10, 1)]
        for seed in range(seeds)
    ]  # fmt: skip


def run(cell: dict, folder: Path) -> dict:
    """Status and iterations of every start (distances .1 and .5) and trial.

    The step is that of the tuned rule at K = 5 and grows with K, as Theorem 2's K/14 does, since the largest
    eigenvalue of the Hessian falls like 1/K: one rule for all shapes, stable for each.
    """
    found = experiments.recoveries(
        Setting(cell["d"], cell["neurons"], cell["support"], cell["samples"]),
        cell["trials"],
        DISTANCES,
        cell["step"],
        cell["momentum"],
        [5, 7, cell["d"], cell["neurons"], cell["support"], cell["samples"], cell["seed"]],
    )
    return {"status": found.status.tolist(), "iterations": found.iterations.tolist()}


def _agree(found: dict, kept: dict) -> bool:
    return bool((np.array(found["status"]) == np.array(kept["status"])).mean() >= 0.9)


RESULTS = (
    Result(
        name="recovery-shapes",
        title="How many samples other shapes need: K, d, and no mask",
        cells=cells,
        run=run,
        summarise=summaries.shapes,
        cost="about two minutes",
        claims=claims.shapes,
        slice=Slice(
            chosen=lambda p: (p["d"], p["neurons"], p["samples"], p["seed"]) == (100, 1, 44, 0),
            agree=_agree,
            tolerance="nine of ten trials end alike",
        ),
    ),
)
