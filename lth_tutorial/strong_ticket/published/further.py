"""Two further experiments of the source's code at page size: pruning first, and random perturbations."""

from pathlib import Path

from lth_tutorial.results import Result, Slice

KINDS = ("prune first", "one number a tensor", "noise")
RADII = (0.3,)
SHARES = (0.8, 0.5)


def cells(size: str) -> list[dict]:
    """Each kind at the largest radius and two sparsities. Page size: 1,000 images and a few passes."""
    few = {"images": 1_000, "perturb_epochs": 2, "search_epochs": 2}
    common = {"images": 8_000, "perturb_epochs": 10, "search_epochs": 5} if size == "paper" else few
    return [
        {"kind": kind, "epsilon": e, "sparsity": s, **common, "seed": 0}
        for s in SHARES
        for kind in KINDS
        for e in RADII
    ]


def run(parameters: dict, folder: Path) -> dict:
    """One cell: test accuracies and loss."""
    from lth_tutorial.strong_ticket import authors, further

    one = authors.Run(**{key: value for key, value in parameters.items() if key != "kind"})
    data = authors.load(one.images)
    if parameters["kind"] == "prune first":
        return further.prune_first(one, data)
    return further.perturbed_at_random(one, parameters["kind"], data)


def summarise(done: list[dict], facts: dict) -> dict:
    """Test accuracies: kind -> radius -> sparsity."""
    table = {}
    for cell in done:
        p = cell["parameters"]
        column = table.setdefault(p["kind"], {}).setdefault(str(p["epsilon"]), {})
        column[str(p["sparsity"])] = cell["numbers"]["test"]
    return {"test": table}


FURTHER = Result(
    name="authors-network-further",
    title="Pruning first and perturbing then, and random perturbations, with the source's own network",
    cells=cells,
    run=run,
    summarise=summarise,
    cost="seven minutes",
    slice=Slice(
        chosen=lambda p: (p["kind"], p["epsilon"], p["sparsity"]) == ("prune first", 0.3, 0.8),
        agree=lambda found, kept: abs(found["test"] - kept["test"]) <= 0.03,
        tolerance="test accuracy within 0.03",
    ),
    keep=True,
)
RESULTS = (FURTHER,)
