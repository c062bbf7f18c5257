"""The table of PGD + Edge-Popup on a dense network, 9 sparsities by 11 radii: page size and paper size.

torch is imported by the functions that train, so that the other results do without it.
"""

from pathlib import Path

import numpy as np

from lth_tutorial.results import Result, Slice

from . import claims
from .numbers import EPSILONS, LAST_AS_PRINTED, SPARSITIES

SOME = (0.0, 0.005, 0.02, 0.05, 0.1, 0.3)
SEEDS = 3


def cells(size: str) -> list[dict]:
    """A cell is a column. Page: one seed. Paper: the first seed and its controls, two more seeds and a larger
    step at six radii, and the last radius as the slides print it."""
    if size == "page":
        return [_column("page", e, 0) for e in EPSILONS]
    kinds = {"kind": "controls", "configuration": "paper"}
    return [
        *(_column("paper", e, 0) for e in EPSILONS),
        *({**kinds, "epsilon": e, "seed": 0} for e in EPSILONS),
        *(_column("tuned", e, 0) for e in SOME),
        _column("paper", LAST_AS_PRINTED, 0),
        *(_column("paper", e, seed) for e in SOME for seed in range(1, SEEDS)),
    ]


def _column(configuration: str, epsilon: float, seed: int) -> dict:
    return {"kind": "table", "configuration": configuration, "epsilon": epsilon, "seed": seed}


def prepare(size: str, folder: Path) -> dict:
    """What the provenance says beside the package's versions: torch's and the device."""
    from importlib.metadata import version

    return {"torch": version("torch"), "device": _device()}


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def run(parameters: dict, folder: Path) -> dict:
    """One column, or its controls; histograms for the first seed only."""
    from lth_tutorial.strong_ticket import experiments

    configuration = experiments.CONFIGURATIONS[parameters["configuration"]]
    if parameters["kind"] == "controls":
        return experiments.control_columns(
            configuration, parameters["epsilon"], parameters["seed"], SPARSITIES
        )
    (column,) = experiments.columns(
        configuration, [parameters["epsilon"]], parameters["seed"], SPARSITIES
    )
    return column if parameters["seed"] == 0 else _without_pictures(column)


def _without_pictures(column: dict) -> dict:
    cells = [{k: v for k, v in c.items() if k not in ("losses", "kept")} for c in column["cells"]]
    return {k: v for k, v in column.items() if k not in ("movement", "descent")} | {"cells": cells}


def summarise(done: list[dict], facts: dict) -> dict:
    """Tables (rows of sparsity, columns of epsilon) of test accuracy: mean and range over seeds."""
    tables = {}
    for cell in done:
        p = cell["parameters"]
        if p["kind"] == "table":
            name = p["configuration"] if p["epsilon"] != LAST_AS_PRINTED else "as-printed"
            column = [c["test"] for c in cell["numbers"]["cells"]]
            tables.setdefault(name, {}).setdefault(p["epsilon"], []).append(column)
    return {**{name: _table(columns) for name, columns in tables.items()}, "facts": facts}


def _table(columns: dict) -> dict:
    """columns: epsilon -> one column for each seed."""
    radii = sorted(columns)
    found = [np.array(columns[epsilon]) for epsilon in radii]
    return {
        "epsilons": radii,
        "seeds": [len(column) for column in found],
        "mean": np.round([column.mean(axis=0) for column in found], 4).T.tolist(),
        "lowest": np.transpose([column.min(axis=0) for column in found]).tolist(),
        "highest": np.transpose([column.max(axis=0) for column in found]).tolist(),
    }


# Slices


def is_quick(p: dict) -> bool:
    """The controls of one radius; of the page's table, one column."""
    return p["epsilon"] == 0.05 and (p["kind"] == "controls" or p["configuration"] == "page")


def agrees(found: dict, kept: dict) -> bool:
    """Test accuracies of a column, or of the controls that train."""
    gap = np.subtract(_accuracies(found), _accuracies(kept))
    return bool(np.abs(gap).max() <= 0.03)


def _accuracies(numbers: dict) -> list[float]:
    if "cells" in numbers:
        return [cell["test"] for cell in numbers["cells"]]
    return [numbers["noise"], numbers["longer"]]


RESULT = Result(
    name="pgd-edge-popup",
    title="The table of PGD + Edge-Popup on all of MNIST, three seeds, with controls",
    cells=cells,
    run=run,
    summarise=summarise,
    prepare=prepare,
    cost="about forty minutes",
    claims=claims.pgd_edge_popup,
    slice=Slice(chosen=is_quick, agree=agrees, tolerance="test accuracies within 0.03"),
)
RESULTS = (RESULT,)
