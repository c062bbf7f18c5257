"""Chapter 0: tickets against their controls on LeNet-300-100, and Figure 7 of the sample-complexity paper."""

from functools import cache
from pathlib import Path

import numpy as np

from lth_tutorial.results import Result, Slice, agree_within

from . import claims

TICKET_ROUNDS, LENET_5_ROUNDS, LENET_5_EPOCHS = 16, 15, 4
# Number of training images: seeds. All four once take a quarter of an hour of one core. LENET_5_FROZEN: for
# which of them the first seed is run once more with the public implementation's bug.
LENET_5_SEEDS = {10_000: 3, 20_000: 3, 30_000: 1, 40_000: 1}
LENET_5_FROZEN = (20_000,)
STEPS = 780  # five epochs of the embedded images in batches of 64


@cache
def _digits(which: str, samples: int | None = None):
    from lth_tutorial.magnitude_pruning.training import digits

    return digits(which, samples)


def ticket_cells(size: str) -> list[dict]:
    """Tickets, frozen negative weights, rewinding to later steps, and one shot, seed by seed."""
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
    """LeNet-5 on each number of images, seed by seed."""
    if size == "page":
        shape = {"epochs": 1, "rounds": 3, "data": "embedded"}
        return [{"samples": 3000, "seed": 0, "frozen": False, **shape}]
    shape = {"epochs": LENET_5_EPOCHS, "rounds": LENET_5_ROUNDS, "data": "full"}
    cells = [
        {"samples": samples, "seed": seed, "frozen": False, **shape}
        for samples, seeds in LENET_5_SEEDS.items()
        for seed in range(seeds)
    ]
    first = [c for c in cells if c["seed"] == 0 and c["samples"] in LENET_5_FROZEN]
    return [{**c, "frozen": True} for c in first] + cells


def run_lenet_5(cell: dict, folder: Path) -> dict:
    """Kept weights by layer and test accuracies (after half of the epochs, after all) of every cycle."""
    from lth_tutorial.magnitude_pruning import experiments

    data = _digits(cell["data"], cell["samples"])
    return experiments.lenet_5_pruned(
        data, cell["epochs"], cell["rounds"], cell["seed"], cell["frozen"]
    )


def control_cells(size: str) -> list[dict]:
    """One ticket a seed, of which parts are exchanged."""
    steps, seeds = (468, 5) if size == "paper" else (156, 1)
    return [{"steps": steps, "rounds": 3, "seed": seed} for seed in range(seeds)]


def run_controls(cell: dict, folder: Path) -> dict:
    """Curves of one ticket with 12.6 % of the weights, and of what is left when a part is exchanged."""
    from lth_tutorial.magnitude_pruning import controls

    return controls.ticket_parts(_digits("embedded"), cell["steps"], cell["rounds"], cell["seed"])


# Slices: the first rounds of a cell, run again


def tickets_agree(found: dict, kept: dict) -> bool:
    """The same sizes of masks, nearly the same accuracies."""

    def near(name: str, within: float, steps=slice(None)) -> bool:
        ours, theirs = np.array(found[name])[:, steps], np.array(kept[name])[:, steps]
        return bool(np.abs(ours - theirs[: len(ours)]).max() <= within)

    same = (
        found["measured"] == kept["measured"]
        and found["kept"] == kept["kept"][: len(found["kept"])]
    )
    return (
        same and near("ticket", 0.03) and near("reinitialized", 0.03) and near("ticket", 0.01, -1)
    )


def lenet_5_agrees(found: dict, kept: dict) -> bool:
    """The same weights left, nearly the same accuracies."""
    rounds = len(found["kept"])
    gap = np.subtract(found["accuracy"], kept["accuracy"][:rounds])
    return found["kept"] == kept["kept"][:rounds] and bool(np.abs(gap).max() <= 0.03)


# Summaries


def spread(rows) -> dict[str, list]:
    """Mean, least and largest over the first axis (seeds)."""
    rows = np.asarray(rows, dtype=float)
    parts = {"mean": rows.mean(0), "low": rows.min(0), "high": rows.max(0)}
    return {name: np.round(values, 4).tolist() for name, values in parts.items()}


def share_left(kept) -> list[float]:
    """Kept weights by round and layer -> the share that is left after each round."""
    totals = np.sum(kept, axis=1)
    return np.round(totals / totals[0], 5).tolist()


def summarise_tickets(cells, facts) -> dict:
    """Curves and last accuracies by share of weights left, over the seeds."""
    main = [cell["numbers"] for cell in cells if cell["parameters"]["kind"] == "tickets"]
    names = ("ticket", "reinitialized", "random")
    variants = {}
    for cell in cells:
        kind = _variant(cell["parameters"])
        variants.setdefault(kind, []).append(cell["numbers"].get("last"))
    variants.pop("tickets")
    ticket = np.array([numbers["ticket"] for numbers in main])
    best = np.array(ticket[:, :, -1] >= ticket[:, :1, -1])
    return {
        "seeds": len(main),
        "measured": main[0]["measured"],
        "left": share_left(main[0]["kept"]),
        "left_by_layer": _by_layer(main[0]["kept"]),
        "curves": {name: spread([numbers[name] for numbers in main]) for name in names},
        "last_matching_round": [int(np.flatnonzero(row).max()) for row in best],
        "variants": {kind: spread(rows) for kind, rows in variants.items()},
        "inputs": main[0]["inputs"],
    }


def _variant(parameters: dict) -> str:
    return (
        f"rewound to {parameters['rewind_to']}" if "rewind_to" in parameters else parameters["kind"]
    )


def _by_layer(kept) -> list[list[float]]:
    kept = np.asarray(kept)
    return np.round(kept / kept[0], 5).tolist()


def summarise_lenet_5(cells, facts) -> dict:
    """Test accuracy after each cycle, by number of training images, over the seeds."""
    clean = [cell for cell in cells if not cell["parameters"]["frozen"]]
    lines = []
    for samples in dict.fromkeys(cell["parameters"]["samples"] for cell in clean):
        rows = [
            np.array(cell["numbers"]["accuracy"])[:, -1]
            for cell in clean
            if cell["parameters"]["samples"] == samples
        ]
        lines.append({"samples": samples, "seeds": len(rows), **spread(rows)})
    frozen = [
        {
            "samples": cell["parameters"]["samples"],
            "accuracy": [after for _, after in cell["numbers"]["accuracy"]],
        }
        for cell in cells
        if cell["parameters"]["frozen"]
    ]
    return {"left": share_left(clean[0]["numbers"]["kept"]), "lines": lines, "frozen": frozen}


def summarise_controls(cells, facts) -> dict:
    """Curves of the ticket and of each control, over the seeds."""
    names = cells[0]["numbers"]["curves"]
    return {
        "seeds": len(cells),
        "measured": cells[0]["numbers"]["measured"],
        "curves": {name: spread([c["numbers"]["curves"][name] for c in cells]) for name in names},
    }


RESULT = Result(
    name="lottery-tickets",
    title="Lottery tickets, weights drawn anew and random masks at many densities",
    cells=ticket_cells,
    run=run_tickets,
    summarise=summarise_tickets,
    cost="6 minutes",
    claims=claims.tickets,
    slice=Slice(
        chosen=lambda p: p["kind"] == "tickets" and p["seed"] == 0,
        shorter=lambda p: p | {"rounds": 2},
        agree=tickets_agree,
        tolerance="two rounds: the same numbers of weights, accuracies within 0.03 and at the end 0.01",
    ),
)
CONTROLS_RESULT = Result(
    name="ticket-controls",
    title="What of a ticket matters: its mask, its magnitudes or its signs",
    cells=control_cells,
    run=run_controls,
    summarise=summarise_controls,
    cost="1 minute",
    claims=claims.controls,
    slice=Slice(
        chosen=lambda p: p["seed"] == 0,
        agree=agree_within(0, 0.03),
        tolerance="accuracies within 0.03",
    ),
)
LENET_5_RESULT = Result(
    name="lenet5",
    title="LeNet-5 pruned, with 10,000 to 40,000 images (Figure 7)",
    cells=lenet_5_cells,
    run=run_lenet_5,
    summarise=summarise_lenet_5,
    cost="25 minutes",
    claims=claims.lenet_5,
    slice=Slice(
        chosen=lambda p: p["samples"] == 10_000 and p["seed"] == 0,
        shorter=lambda p: p | {"rounds": 1},
        agree=lenet_5_agrees,
        tolerance="one round: the same numbers of weights, accuracies within 0.03",
    ),
)
RESULTS = (RESULT, CONTROLS_RESULT, LENET_5_RESULT)
