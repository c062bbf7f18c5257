"""The corner of the source's table taken apart: the length of the descent, and one change at a time."""

from pathlib import Path

from lth_tutorial.results import Result, Slice

from .tables import LENGTHS, LONGEST

RADIUS = 0.3


def cells(size: str) -> list[dict]:
    """Lengths of the descent by sparsities, then changes at the longest descent, then a dense network.

    Page size: the same with 1,000 images and about a quarter of the passes.
    """
    kept = "no decay in the descent"
    corner = [_cell(0.8, LONGEST), _cell(0.8, 0), _cell(0.8, LONGEST, kept)]
    corner += [_cell(0.8, length) for length in LENGTHS[1:-1]]
    corner += [_cell(0.8, LONGEST, c) for c in ("step of 1", "weights rescaled")]
    corner += [_cell(0.8, length, network="dense") for length in LENGTHS]
    corner += [_cell(0.8, LONGEST, searches=20)]
    corner += [_cell(0.5, length) for length in LENGTHS[::-1]]
    corner += [_cell(0.5, length, network="dense") for length in LENGTHS]
    corner += [_cell(0.8, LONGEST, "first scores a tenth"), _cell(0.5, LONGEST, kept)]
    corner += [_cell(0.8, LONGEST, c) for c in ("no decay of the scores", "step of 10")]
    corner += [_cell(0.8, LONGEST, "projected at every step"), _cell(0.8, 0, "step of .01")]
    if size == "page":
        corner = [c | {"images": 1_000, "perturb_epochs": c["perturb_epochs"] // 4} for c in corner]
        corner = [c | {"search_epochs": 2 if c["search_epochs"] == 5 else 8} for c in corner]
    return corner


def _cell(sparsity, length, change="none", searches=5, network="redundant") -> dict:
    return {
        "network": network,
        "change": change,
        "epsilon": RADIUS,
        "sparsity": sparsity,
        "images": 8_000,
        "perturb_epochs": length,
        "search_epochs": searches,
        "seed": 0,
    }


def run(parameters: dict, folder: Path) -> dict:
    """One search, and what there is to know of it; the descent is made once for all of its searches."""
    from lth_tutorial.strong_ticket import authors, corner

    own = ("network", "change")
    network, change = (parameters[name] for name in own)
    one = authors.Run(**{name: value for name, value in parameters.items() if name not in own})
    data = authors.load(one.images)
    weights, descent = descended(one, network, corner.CHANGES[change], data, folder)
    numbers = corner.describe(one, network, corner.CHANGES[change], weights, data)
    return numbers | {
        "descent": authors.rounded(descent),
        "whole": corner.outcome(weights, network, data),
    }


def descended(one, network: str, change, data, folder: Path):
    """W_T and its history, from the folder where an earlier cell has made it."""
    import torch
    from filelock import FileLock

    from lth_tutorial.strong_ticket import corner
    from lth_tutorial.strong_ticket.projected_gradient import History

    from .authors_network import store

    what = "-".join(str(v) for pair in sorted(change.perturb.items()) for v in pair)
    name = f"{network}-{one.epsilon}-{one.images}-{one.perturb_epochs}-{one.seed}-{what}.pt"
    place = Path(folder) / name
    with FileLock(str(place) + ".lock"):
        if not place.exists():
            weights, history = corner.descend(one, network, change, data)
            store(place, {"weights": weights, "history": tuple(history)})
    kept = torch.load(place, weights_only=True)
    return kept["weights"], History(*kept["history"])


def summarise(done: list[dict], facts: dict) -> dict:
    """Test accuracies: by sparsity and length: searched, by magnitude, at random; and the changes."""
    plain = [c for c in done if c["parameters"]["change"] == "none"]
    ours = [c for c in plain if c["parameters"]["network"] == "redundant"]
    dense = [c for c in plain if c["parameters"]["network"] == "dense"]
    usual = [c for c in ours if c["parameters"]["search_epochs"] != 20]
    changed = [c for c in done if c["parameters"]["change"] != "none"]
    return {
        "searched": _rows(usual, lambda n: n["test"]),
        "magnitude": _rows(usual, lambda n: n["magnitude"]),
        "random": _rows(usual, lambda n: n["start"]["test"]),
        "dense": _rows(dense, lambda n: n["test"]),
        "changes": [
            [c["parameters"]["change"], c["parameters"]["sparsity"], c["numbers"]["test"]]
            for c in changed
        ],
    }


def _rows(some: list[dict], number) -> dict:
    """sparsity -> length of the descent -> a number."""
    table = {}
    for cell in some:
        p = cell["parameters"]
        row = table.setdefault(str(p["sparsity"]), {})
        row[str(p["perturb_epochs"])] = number(cell["numbers"])
    return table


CORNER = Result(
    name="authors-network-corner",
    title="Why masks fail after a long descent: its length, and one change at a time",
    cells=cells,
    run=run,
    summarise=summarise,
    cost="forty minutes",
    slice=Slice(
        chosen=lambda p: (p["network"], p["sparsity"], p["perturb_epochs"]) == ("dense", 0.8, 4),
        agree=lambda found, kept: abs(found["test"] - kept["test"]) <= 0.03,
        tolerance="test accuracy within 0.03",
    ),
    keep=True,
)


def full_cells(size: str) -> list[dict]:
    """At the published size: the corner after rescaling. Page size: few images and passes."""
    images, descent, searches = (60_000, 100, 50) if size == "paper" else (1_000, 10, 2)
    return [_cell(0.8, descent, "weights rescaled") | {"images": images, "search_epochs": searches}]


FULL = Result(
    name="authors-network-changes",
    title="The corner at the published size after the weights were rescaled",
    cells=full_cells,
    run=run,
    summarise=summarise,
    cost="two hours",
    long=True,
    keep=True,
)
RESULTS = (CORNER, FULL)
