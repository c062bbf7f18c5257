"""What the stored runs of the source's own network say: arrays and tables for chapter 6."""

from pathlib import Path

import numpy as np

from lth_tutorial import tables as markdown
from lth_tutorial.files import read_json

from . import numbers as published
from .numbers import EPSILONS, SPARSITIES

# Passes of descent in the study of the corner.
LENGTHS = (0, 4, 10, 16, 40)
LONGEST = LENGTHS[-1]
SHARES = (0.5, 0.8)


SEEDS = (0, 3, 4)


def diverged(numbers: dict) -> bool:
    """Whether a mean loss on a cell's way was no number: its accuracy is then that of no network."""
    return None in numbers["history"]["losses"]


def accuracies(written: dict) -> np.ndarray:
    """Test accuracies, rows of sparsity and columns of EPSILONS; nan where none was run to its end."""
    found = np.full((len(SPARSITIES), len(EPSILONS)), np.nan)
    for cell in written["cells"]:
        p = cell["parameters"]
        at = SPARSITIES.index(p["sparsity"]), EPSILONS.index(p["epsilon"])
        found[at] = np.nan if diverged(cell["numbers"]) else cell["numbers"]["test"]
    return found


def full(folder) -> dict:
    """The stored table of the source's network at its published size."""
    return read_json(Path(folder) / "authors-network.json")


def comparison(folder) -> dict[str, np.ndarray]:
    """The published table, and those of the source's network at its size, in less time, with few images."""
    return {
        "Published": published.ACCURACY,
        "Rebuilt": accuracies(full(folder)),
        "Rebuilt-tenth": accuracies(tenth(folder)),
        "Rebuilt-small": accuracies(read_json(Path(folder) / "authors-network-page.json")),
    }


def tenth(folder) -> dict:
    """The stored table of the source's network with all images and a tenth of the passes."""
    return read_json(Path(folder) / "authors-network-middle.json")


def lost_in(folder, epsilon: float) -> dict[int, int]:
    """Seed -> the pass in which its descent at a radius left the range of float32, at published size.

    From that pass on the weights are no numbers, and all images are given the first class.
    """
    found = {}
    for name in ("authors-network", "authors-network-seeds"):
        for cell in read_json(Path(folder) / f"{name}.json")["cells"]:
            p, numbers = cell["parameters"], cell["numbers"]
            if (p["epsilon"], p["sparsity"]) == (epsilon, 0.0) and diverged(numbers):
                reached = numbers["history"]["accuracies"]
                found[p["seed"]] = max(k for k, a in enumerate(reached) if a != reached[-1]) + 2
    return found


def away(folder) -> np.ndarray:
    """Our accuracies at the published size less the published ones; nan where a training diverged."""
    return accuracies(full(folder)) - published.ACCURACY


def searches(folder) -> dict[tuple[float, float], list[dict]]:
    """By radius and sparsity the histories of the searches at published size, of the seeds that were run."""
    found = {}
    for name in ("authors-network", "authors-network-seeds"):
        for cell in read_json(Path(folder) / f"{name}.json")["cells"]:
            p = cell["parameters"]
            if p["sparsity"] > 0 and not diverged(cell["numbers"]):
                found.setdefault((p["epsilon"], p["sparsity"]), []).append(
                    cell["numbers"]["history"]
                )
    return found


def by_seed(folder) -> dict[tuple[float, float], list[float]]:
    """By radius and sparsity the accuracies of all SEEDS, for the cells that all of them ended."""
    found = {}
    for name in ("authors-network", "authors-network-seeds"):
        for cell in read_json(Path(folder) / f"{name}.json")["cells"]:
            p, numbers = cell["parameters"], cell["numbers"]
            if not diverged(numbers):
                found.setdefault((p["epsilon"], p["sparsity"]), {})[p["seed"]] = numbers["test"]
    return {at: [own[s] for s in SEEDS] for at, own in found.items() if set(own) == set(SEEDS)}


def seeds_table(folder, epsilons=(0.0, 0.3)) -> markdown.Table:
    """For each sparsity: published, and the accuracies of our seeds."""
    found, rows = by_seed(folder), []
    for k, sparsity in enumerate(SPARSITIES):
        row = [f"{sparsity:g}"]
        for epsilon in epsilons:
            row.append(f"{published.ACCURACY[k, EPSILONS.index(epsilon)]:.2f}")
            row.append(", ".join(f"{value:.2f}" for value in found[epsilon, sparsity]))
        rows.append(tuple(row))
    head = [
        f"radius {e:g}: {what}" for e in epsilons for what in ("Published", "Rebuilt, three seeds")
    ]
    return markdown.table(("sparsity", *head), rows)


def lengths(folder, sparsity: float, epsilon: float = 0.3) -> dict[int, float]:
    """Accuracy at published size by the passes of the descent, from 0 (no descent) to all."""
    cells = {
        (c["parameters"]["epsilon"], c["parameters"]["sparsity"]): c["numbers"]["test"]
        for c in full(folder)["cells"]
    }
    shorter = {
        c["parameters"]["perturb_epochs"]: c["numbers"]["test"]
        for c in read_json(Path(folder) / "authors-network-lengths.json")["cells"]
        if c["parameters"]["sparsity"] == sparsity
    }
    passes = full(folder)["cells"][0]["parameters"]["perturb_epochs"]
    return {0: cells[0.0, sparsity], **shorter, passes: cells[epsilon, sparsity]}


def by_length(folder, sparsities=(0.5, 0.7, 0.8)) -> dict[float, dict[int, float]]:
    """For each sparsity the accuracies at published size by the passes of the descent."""
    return {s: lengths(folder, s) for s in sparsities}


def corner(folder) -> list[dict]:
    """The cells of the stored study of the corner."""
    return read_json(Path(folder) / "authors-network-corner.json")["cells"]


def one(cells: list[dict], **wanted) -> dict:
    """The numbers of the one cell with these parameters: by default the source's network, unchanged, seed 0.

    Raises:
        KeyError: no cell, or several.
    """
    wanted = {"network": "redundant", "change": "none", "search_epochs": 5} | wanted
    found = [c for c in cells if wanted.items() <= c["parameters"].items()]
    if len(found) != 1:
        raise KeyError(f"{len(found)} cells with {wanted}")
    return found[0]["numbers"]


def rows(cells: list[dict], sparsity: float, network: str = "redundant") -> list[dict]:
    """The cells of the lengths of the descent at one sparsity."""
    return [one(cells, sparsity=sparsity, perturb_epochs=n, network=network) for n in LENGTHS]


def complete(cells: list[dict], network: str = "redundant") -> tuple[float, ...]:
    """The sparsities for which every length of the descent was run."""
    there = {
        (c["parameters"]["sparsity"], c["parameters"]["perturb_epochs"])
        for c in cells
        if c["parameters"]["network"] == network
    }
    return tuple(s for s in SHARES if all((s, n) in there for n in LENGTHS))


def changes_table(cells: list[dict], sparsity: float = 0.8) -> markdown.Table:
    """What one change at a time does to the search after the longest descent; the best first."""
    found = {"nothing": one(cells, sparsity=sparsity, perturb_epochs=LONGEST)}
    found["no descent at all"] = one(cells, sparsity=sparsity, perturb_epochs=0)
    for cell in cells:
        p = cell["parameters"]
        if (p["network"], p["sparsity"], p["perturb_epochs"]) != ("redundant", sparsity, LONGEST):
            continue
        if p["change"] != "none":
            found[p["change"]] = cell["numbers"]
        elif p["search_epochs"] != 5:
            found["a search four times as long"] = cell["numbers"]
    order = sorted(found, key=lambda name: (name != "nothing", -found[name]["test"]))
    return markdown.table(
        (
            "what is changed",
            "whole network",
            "mask found",
            "mean logit at first",
            "of the mask replaced",
        ),
        [
            (
                name,
                f"{found[name]['whole']['test']:.2f}",
                f"{found[name]['test']:.2f}",
                f"{found[name]['start']['logits']:.4f}",
                f"{100 * (1 - found[name]['track']['overlap'][-1][1]):.2f} %",
            )
            for name in order
        ],
    )


def choice_table(written: dict, epsilons=(0.0, 0.05, 0.3)) -> markdown.Table:
    """Sparsities chosen on the even test images and judged on the odd ones, beside the best of all on all.

    For each column of which all cells were run: the chosen cell and the descent alone, on the odd images,
    and the largest accuracy of the column on all images, as the source reads it off.
    """
    lines = []
    for epsilon in epsilons:
        column = [c for c in written["cells"] if c["parameters"]["epsilon"] == epsilon]
        if len(column) < len(SPARSITIES):
            lines.append((f"{epsilon:g}", *("–",) * 4))
            continue
        best = max(column, key=lambda c: c["numbers"]["halves"][0])
        whole = next(c for c in column if c["parameters"]["sparsity"] == 0)
        lines.append(
            (
                f"{epsilon:g}",
                f"{best['parameters']['sparsity']:g}",
                f"{best['numbers']['halves'][1]:.3f}",
                f"{whole['numbers']['halves'][1]:.3f}",
                f"{max(c['numbers']['test'] for c in column):.3f}",
            )
        )
    head = ("radius", "chosen s", "the chosen cell", "descent alone", "best cell, on all images")
    return markdown.table(head, lines)


def further_table(written: dict) -> markdown.Table:
    """The two further experiments, one row each, by sparsity."""
    found = {
        (c["parameters"]["kind"], c["parameters"]["sparsity"]): c["numbers"]
        for c in written["cells"]
    }
    lines = []
    for kind in dict.fromkeys(kind for kind, _ in found):
        own = [found.get((kind, s)) for s in SHARES]
        lines.append((kind, *("–" if n is None else f"{n['test']:.2f}" for n in own)))
        if kind == "prune first":
            before = ("–" if n is None else f"{n['before']['test']:.2f}" for n in own)
            lines.append(("its mask, before the descent", *before))
    return markdown.table(("what comes first", *(f"s = {s:g}" for s in SHARES)), lines)
