"""What the stored runs of the source's own network say, as the lines that chapter 6 prints."""

import numpy as np

from . import numbers as published
from . import tables
from .claims import TIE
from .numbers import EPSILONS, SPARSITIES


def distances(folder) -> str:
    """How far the table at the published size lies from the published one."""
    away = np.abs(tables.away(folder))
    row, column = np.unravel_index(np.nanargmax(away), away.shape)
    return (
        f"cells that were run to their end: {np.isfinite(away).sum()} of {away.size}\n"
        f"mean distance to the published accuracy: {np.nanmean(away):.3f}\n"
        f"within 0.05 of it: {(away <= 0.05).sum()} cells\n"
        f"farthest, by {away[row, column]:.2f}: sparsity {SPARSITIES[row]:g}, radius {EPSILONS[column]:g}"
    )


def first_steps(starts: dict) -> str:
    """How many draws are lost within the first steps; the losses of a draw that is not, and of one that is.

    starts: the stored result `authors-network-starts`.
    """
    lost, cells = starts["summary"]["lost"], starts["cells"]
    lines = [
        f"left the range of 32-bit numbers within {cells[0]['parameters']['steps']} steps: {len(lost)} of "
        f"{starts['summary']['seeds']} draws"
    ]
    for seed in (0, lost[0]):
        way = cells[seed]["numbers"]["losses"]
        shown = ("no number" if x is None else f"{x:.2g}" for x in (*way[:12:3], way[-1]))
        lines.append(f"draw {seed}, losses in steps 1, 4, 7, 10, {len(way)}: {', '.join(shown)}")
    return "\n".join(lines)


def on_the_way(ways: dict) -> str:
    """How many searches were better on their way than at their end; the best of those on untrained weights.

    ways: as `tables.searches` returns them.
    """
    every = [h["accuracies"] for histories in ways.values() for h in histories]
    better = sum(max(way) > way[-1] + TIE for way in every)
    peaks = [max(h["accuracies"]) for (e, _), hs in ways.items() if e == 0 for h in hs]
    return (
        f"better on the way than at the end: {better} of {len(every)} searches\n"
        f"best on the way, searches on untrained weights: {min(peaks):.2f} to {max(peaks):.2f}"
    )


def shorter(folder) -> str:
    """Rebuilt-tenth beside Rebuilt, mask by mask, and beside the published table."""
    brief = tables.accuracies(tables.tenth(folder))[1:]
    long = tables.accuracies(tables.full(folder))[1:]
    ahead = (brief > long + TIE)[np.isfinite(long)]
    left, theirs = brief[:, :7], published.ACCURACY[1:, :7]
    return (
        f"Rebuilt-tenth has the better mask in {ahead.sum()} of {ahead.size} cells\n"
        f"its masks at radii up to 0.04: {left.min():.2f} to {left.max():.2f} (Published: {theirs.min():.2f} "
        f"to {theirs.max():.2f})\n"
        f"its corner: {brief[-1, -1]:.2f} (Rebuilt: {long[-1, -1]:.2f})"
    )


def masked(untrained: dict, kept: float = 0.2) -> str:
    """What a random mask and what weight decay alone leave of logits and weights.

    untrained: the numbers of a search on untrained weights whose mask keeps the share `kept`.
    """
    measured = untrained["start"]["logits"] / untrained["whole"]["logits"]
    # In the second half of the descent the step is a tenth.
    pull = 0.03 * 5e-4 / (1 - 0.9) * (0.5 + 0.05)
    lines = [
        f"a random mask at s = {1 - kept:g}, by the proposition: logits times {kept**4:.4f}",
        f"measured on untrained weights: times {measured:.4f}",
        f"three dense layers, by the proposition: times {kept**1.5:.2f}",
    ]
    for images, passes in ((8_000, 40), (60_000, 100)):
        left = np.exp(-pull * images / 64 * passes)
        lines.append(
            f"decay alone, {passes} passes over {images:,} images: weights times {left:.2g}"
        )
    return "\n".join(lines)


def shrunk(untrained: dict, descended: dict) -> str:
    """What 40 passes of descent leave of the weights, and of the logits and the pull under the first mask."""
    logits, pulls = (
        [numbers["start"][what] for numbers in (untrained, descended)]
        for what in ("logits", "pull")
    )
    first, then = (pull[1] for pull in pulls)
    gates, entries = descended["scale"]
    return (
        f"after 40 passes over 8,000 images: gates times {gates:.2f}, matrix entries times {entries:.2f},\n"
        f"so by their size alone logits times {(gates * entries) ** 4:.2f}\n"
        "measured under the first mask at s = 0.8, against untrained weights:\n"
        f"logits {logits[0] / logits[1]:.0f} times smaller,\n"
        f"first changes of the scores {first / then:.0f} times smaller: a share of {then:.0e} of the scores"
    )
