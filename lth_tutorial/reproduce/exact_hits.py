"""How many candidates until every target is hit exactly, for one radius epsilon after the other."""

from pathlib import Path

import numpy as np

from lth_tutorial.perturbed_subset_sum.experiments import quantile_size, sizes_to_cover

from .engine import Result

EPSILONS = (0.3, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
# No draw in a thousand needs more.
_MOST = {0.3: 20, 1e-1: 20, 1e-2: 20, 1e-3: 22, 1e-4: 24, 1e-5: 26, 1e-6: 26}
_TRIALS_A_CELL = 20


def cells(size: str) -> list[dict]:
    kept = EPSILONS if size == "paper" else EPSILONS[:5]
    return [
        {"epsilon": e, "seed": seed} for e in kept for seed in range(10 if size == "paper" else 3)
    ]


def run(parameters: dict, folder: Path) -> dict:
    """Sizes of 20 draws; null where 26 candidates were not enough."""
    epsilon = parameters["epsilon"]
    rng = [4, parameters["seed"], int(1e7 * epsilon)]
    sizes = sizes_to_cover(0.0, epsilon, _TRIALS_A_CELL, rng, _MOST[epsilon])
    return {"sizes": [None if np.isnan(size) else int(size) for size in sizes]}


def summarise(done: list[dict], facts: dict) -> dict:
    """Median and ninth decile for each radius, and the line through the medians."""
    epsilons = sorted({cell["parameters"]["epsilon"] for cell in done}, reverse=True)
    sizes = {
        epsilon: np.array(
            [
                np.nan if size is None else size
                for cell in done
                if cell["parameters"]["epsilon"] == epsilon
                for size in cell["numbers"]["sizes"]
            ],
            dtype=float,
        )
        for epsilon in epsilons
    }
    half = [quantile_size(sizes[e], 0.5) for e in epsilons]
    slope, intercept = np.polyfit(np.log2(1 / np.array(epsilons)), half, 1)
    return {
        "epsilons": epsilons,
        "half": half,
        "nine_tenths": [quantile_size(sizes[e], 0.9) for e in epsilons],
        "trials": [len(sizes[e]) for e in epsilons],
        "slope": float(slope),
        "intercept": float(intercept),
    }


RESULT = Result(
    "exact-hits",
    "The number of candidates from which on every target is hit exactly",
    cells,
    run,
    summarise,
    code=("subset_sum", "perturbed_subset_sum", "reproduce/exact_hits.py"),
    cost="about ten minutes",
)
