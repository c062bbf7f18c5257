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


def accuracies(written: dict) -> np.ndarray:
    """Test accuracies, rows of sparsity and columns of EPSILONS; nan where a cell was not run."""
    found = np.full((len(SPARSITIES), len(EPSILONS)), np.nan)
    for cell in written["cells"]:
        p = cell["parameters"]
        at = SPARSITIES.index(p["sparsity"]), EPSILONS.index(p["epsilon"])
        found[at] = cell["numbers"]["test"]
    return found


def distance_table(written: dict, epsilons=(0.0, 0.05, 0.3)) -> markdown.Table:
    """Published and own accuracy of each cell of some columns, and their difference."""
    ours, rows = accuracies(written), []
    for k, sparsity in enumerate(SPARSITIES):
        row = [f"{sparsity:g}"]
        for epsilon in epsilons:
            theirs, own = (t[k, EPSILONS.index(epsilon)] for t in (published.ACCURACY, ours))
            row.append(
                f"{theirs:.2f}, –"
                if np.isnan(own)
                else f"{theirs:.2f}, {own:.2f} ({own - theirs:+.2f})"
            )
        rows.append(tuple(row))
    return markdown.table(("sparsity", *(f"radius {e:g}" for e in epsilons)), rows)


def distances(written: dict) -> dict[str, np.ndarray]:
    """Of all cells that were run: how far from the published ones, column by column; nan where none was."""
    away = np.abs(accuracies(written) - published.ACCURACY)
    run = np.isfinite(away).any(axis=0)
    mean, largest = np.full(len(EPSILONS), np.nan), np.full(len(EPSILONS), np.nan)
    mean[run], largest[run] = np.nanmean(away[:, run], axis=0), np.nanmax(away[:, run], axis=0)
    return {"mean": mean, "largest": largest}


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
        ("what is changed", "whole", "searched", "first mean logit", "of the mask replaced"),
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

    For each column of which all cells were run: the descent alone and the chosen cell, on the odd images,
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
                f"{whole['numbers']['halves'][1]:.3f}",
                f"{best['parameters']['sparsity']:g}",
                f"{best['numbers']['halves'][1]:.3f}",
                f"{max(c['numbers']['test'] for c in column):.3f}",
            )
        )
    head = ("radius", "descent alone", "chosen s", "the chosen", "best of all, on all")
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
