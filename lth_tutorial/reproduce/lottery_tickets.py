"""Chapter 0: tickets against their controls on LeNet-300-100, and Figure 7 of the sample-complexity paper."""

from functools import cache
from pathlib import Path

from .engine import Result

_CODE = tuple(
    f"magnitude_pruning/{name}.py"
    for name in ("masks", "masked", "networks", "training", "tickets", "experiments")
)
TICKET_ROUNDS, LENET_5_ROUNDS, LENET_5_EPOCHS = 16, 15, 4
STEPS = 780  # five epochs of the embedded images in batches of 64


@cache
def _digits(which: str, samples: int | None = None):
    from lth_tutorial.magnitude_pruning.training import digits

    return digits(which, samples)


def ticket_cells(size: str) -> list[dict]:
    if size == "page":
        return [{"kind": "tickets", "seed": 0, "steps": 156, "rounds": 4}]
    shape = {"steps": STEPS, "rounds": TICKET_ROUNDS}
    return [
        *({"kind": "tickets", "seed": seed, **shape} for seed in range(5)),
        *({"kind": "frozen", "seed": seed, **shape} for seed in range(2)),
        *(
            {"kind": "rewound", "rewind_to": step, "seed": seed, **shape}
            for step in (40, 200)
            for seed in range(3)
        ),
        *({"kind": "one shot", "seed": seed, **shape} for seed in range(3)),
    ]


def run_tickets(cell: dict, folder: Path) -> dict:
    """One seed: the curves of tickets and controls, or the last accuracies of a variant."""
    from lth_tutorial.magnitude_pruning import experiments

    shape = _digits("embedded"), cell["steps"], cell["rounds"], cell["seed"]
    if cell["kind"] == "tickets":
        return experiments.ticket_curves(*shape)
    if cell["kind"] == "one shot":
        data, steps, rounds, seed = shape
        return experiments.one_shot(data, steps, list(range(4, rounds + 1, 4)), seed)
    return experiments.last_accuracies(*shape, cell.get("rewind_to", 0), cell["kind"] == "frozen")


def lenet_5_cells(size: str) -> list[dict]:
    if size == "page":
        shape = {"epochs": 1, "rounds": 3, "data": "embedded"}
        return [{"samples": 3000, "seed": 0, "frozen": False, **shape}]
    shape = {"epochs": LENET_5_EPOCHS, "rounds": LENET_5_ROUNDS, "data": "full"}
    cells = [
        {"samples": samples, "seed": seed, "frozen": False, **shape}
        for seed in range(3)
        for samples in (10_000, 20_000, 30_000, 40_000)
    ]
    return [*cells, {"samples": 20_000, "seed": 0, "frozen": True, **shape}]


def run_lenet_5(cell: dict, folder: Path) -> dict:
    """Kept weights by layer and test accuracies (after half of the epochs, after all) of every cycle."""
    from lth_tutorial.magnitude_pruning import experiments

    data = _digits(cell["data"], cell["samples"])
    return experiments.lenet_5_pruned(
        data, cell["epochs"], cell["rounds"], cell["seed"], cell["frozen"]
    )


def summarise(cells, facts):
    return {}


RESULT = Result("lottery-tickets", "t", ticket_cells, run_tickets, summarise, code=_CODE)
LENET_5_RESULT = Result("lenet5", "t", lenet_5_cells, run_lenet_5, summarise, code=_CODE)
