"""The table of PGD + Edge-Popup, 9 sparsities by 11 radii: page size, paper size, the authors' network.

torch is imported by the functions that train, so that the other results do without it.
"""

from pathlib import Path

import numpy as np

from . import strong_ticket_claims as claims
from .engine import Result

EPSILONS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.1, 0.2, 0.3)
SPARSITIES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
SEEDS = 3
_CODE = (
    *("datasets.py", "relu_network.py", "projected_gradient.py", "edge_popup.py"),
    *("strong_ticket", "reproduce/strong_ticket.py"),
)


def cells(size: str) -> list[dict]:
    """A cell is a column. Page: one seed. Paper: three seeds; the tuned step, the last radius read as printed
    and the controls on the first."""
    if size == "page":
        return [_column("page", e, 0) for e in EPSILONS]
    return [
        *(_column("paper", e, 0) for e in EPSILONS),
        *(_column("tuned", e, 0) for e in EPSILONS),
        _column("paper", 0.4, 0),
        *(
            {"kind": "controls", "configuration": "paper", "epsilon": e, "seed": 0}
            for e in EPSILONS
        ),
        *(_column("paper", e, seed) for seed in range(1, SEEDS) for e in EPSILONS),
    ]


def _column(configuration: str, epsilon: float, seed: int) -> dict:
    return {"kind": "table", "configuration": configuration, "epsilon": epsilon, "seed": seed}


def prepare(size: str, folder: Path) -> dict:
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
    sparsities = parameters.get("sparsities", SPARSITIES)
    (column,) = experiments.columns(
        configuration, [parameters["epsilon"]], parameters["seed"], sparsities
    )
    return column if parameters["seed"] == 0 else _without_pictures(column)


def _without_pictures(column: dict) -> dict:
    cells = [{k: v for k, v in c.items() if k not in ("losses", "kept")} for c in column["cells"]]
    return {k: v for k, v in column.items() if k not in ("movement", "descent")} | {"cells": cells}


def summarise(done: list[dict], facts: dict) -> dict:
    """Tables (rows of sparsity, columns of epsilon) of test accuracy: each seed, their mean and spread."""
    tables = {}
    for cell in done:
        p = cell["parameters"]
        if p["kind"] == "table":
            name = p["configuration"] if p["epsilon"] != 0.4 else "as-printed"
            tables.setdefault(name, {}).setdefault(p["seed"], []).append(
                [c["test"] for c in cell["numbers"]["cells"]]
            )
    return {**{name: _table(seeds) for name, seeds in tables.items()}, "facts": facts}


def _table(seeds: dict) -> dict:
    """Columns come in the order of EPSILONS."""
    stacked = np.array([np.transpose(columns) for columns in seeds.values()])
    return {
        "mean": np.round(stacked.mean(axis=0), 4).tolist(),
        "lowest": stacked.min(axis=0).tolist(),
        "highest": stacked.max(axis=0).tolist(),
        "seeds": len(stacked),
    }


def block_cells(size: str) -> list[dict]:
    """Paper: the whole table. Page: shortened trainings, radii and sparsities around the corner."""
    if size == "paper":
        return [_column("blocks", e, 0) for e in EPSILONS]
    return [
        _column("blocks-short", e, 0) | {"sparsities": [0.0, 0.5, 0.8]} for e in (0.0, 0.05, 0.3)
    ]


def run_batch(parameters: dict, folder: Path) -> dict:
    """All columns in one batch, on a GPU."""
    from lth_tutorial.strong_ticket import experiments

    if _device() != "cuda":
        raise ValueError(
            "redundant-blocks-gpu needs a GPU that torch can use; redundant-blocks is the same on a CPU"
        )
    configuration = experiments.CONFIGURATIONS[parameters["configuration"]]
    columns = experiments.columns(
        configuration, parameters["epsilons"], parameters["seed"], SPARSITIES, "cuda"
    )
    return {"columns": columns}


def batch_cells(size: str) -> list[dict]:
    name = "blocks" if size == "paper" else "blocks-short"
    return [{"configuration": name, "epsilons": list(EPSILONS), "seed": 0}]


def summarise_batch(done: list[dict], facts: dict) -> dict:
    (cell,) = done
    seeds = {0: [[c["test"] for c in col["cells"]] for col in cell["numbers"]["columns"]]}
    return {cell["parameters"]["configuration"]: _table(seeds), "facts": facts}


RESULT = Result(
    "pgd-edge-popup",
    "The table of PGD + Edge-Popup on all of MNIST, three seeds, with controls",
    cells,
    run,
    summarise,
    prepare,
    _CODE,
    cost="about forty minutes",
    claims=claims.pgd_edge_popup,
)
BLOCKS = Result(
    "redundant-blocks",
    "The same table with the authors' own network and training",
    block_cells,
    run,
    summarise,
    prepare,
    _CODE,
    cost="about a week on a CPU, column by column (page size, shortened: twenty minutes)",
)
BLOCKS_ON_A_GPU = Result(
    "redundant-blocks-gpu",
    "The same, all 88 searches in one batch on a GPU",
    batch_cells,
    run_batch,
    summarise_batch,
    prepare,
    _CODE,
    cost="not possible",
)
RESULTS = (RESULT, BLOCKS, BLOCKS_ON_A_GPU)
