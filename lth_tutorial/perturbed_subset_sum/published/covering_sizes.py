"""How many candidates until every target is served within eta, for one radius epsilon after the other."""

from pathlib import Path

import numpy as np

from lth_tutorial.perturbed_subset_sum.experiments import quantile_size, sizes_to_cover
from lth_tutorial.results import Result, Slice, agree_within

from . import claims

EPSILONS = (0, 0.3, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
ETAS = (0, 1e-2, 1e-3, 1e-4, 1e-5)
_DRAWS_A_CELL = 10


def cells(size: str) -> list[dict]:
    """Every pair but (0, 0), which no number of candidates serves; the page stops at 1e-3."""
    finest = 1e-6 if size == "paper" else 1e-3
    return [
        {"eta": eta, "epsilon": epsilon, "seed": seed}
        for eta in ETAS
        for epsilon in EPSILONS
        for seed in range(6)
        if eta + epsilon > 0 and (eta == 0 or eta >= finest) and (epsilon == 0 or epsilon >= finest)
    ]


def run(parameters: dict, folder: Path) -> dict:
    """Sizes of 10 draws; null where 26 candidates were not enough. The draws of a seed are nested."""
    eta, epsilon = parameters["eta"], parameters["epsilon"]
    sizes = sizes_to_cover(eta, epsilon, _DRAWS_A_CELL, [4, parameters["seed"]])
    return {"sizes": [None if np.isnan(size) else int(size) for size in sizes]}


def summarise(done: list[dict], facts: dict) -> dict:
    """Median and ninth decile for each pair, and the line through the medians of exact hits."""
    pairs = dict.fromkeys((c["parameters"]["eta"], c["parameters"]["epsilon"]) for c in done)
    lines = []
    for eta, epsilon in pairs:
        sizes = [
            np.nan if size is None else size
            for cell in done
            if (cell["parameters"]["eta"], cell["parameters"]["epsilon"]) == (eta, epsilon)
            for size in cell["numbers"]["sizes"]
        ]
        half, most = (quantile_size(np.array(sizes, dtype=float), q) for q in (0.5, 0.9))
        lines.append({"eta": eta, "epsilon": epsilon, "half": half, "nine_tenths": most})
    exact = [(line["epsilon"], line["half"]) for line in lines if line["eta"] == 0]
    slope, intercept = np.polyfit([-np.log2(e) for e, _ in exact], [n for _, n in exact], 1)
    return {
        "sizes": lines,
        "draws": 6 * _DRAWS_A_CELL,
        "slope": float(slope),
        "intercept": float(intercept),
    }


RESULT = Result(
    name="covering-sizes",
    title="The number of candidates from which on every target is served, exactly or within eta",
    cells=cells,
    run=run,
    summarise=summarise,
    cost="about two minutes",
    claims=claims.covering_sizes,
    slice=Slice(
        chosen=lambda p: p["seed"] == 0 and max(p["eta"], p["epsilon"]) >= 1e-3,
        agree=agree_within(0),
        tolerance="the very same sizes",
    ),
)
RESULTS = (RESULT,)
