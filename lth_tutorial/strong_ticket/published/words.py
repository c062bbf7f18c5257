"""What the stored runs of the source's own network say, as the lines that chapter 6 prints."""

import numpy as np

from . import numbers as published
from . import tables
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
        lines.append(f"draw {seed}, losses: {', '.join(shown)}")
    return "\n".join(lines)


def on_the_way(ways: dict) -> str:
    """How many searches were better on their way than at their end; the best of those on untrained weights.

    ways: as `tables.searches` returns them.
    """
    every = [h["accuracies"] for histories in ways.values() for h in histories]
    better = sum(max(way) > way[-1] + 0.004 for way in every)
    peaks = [max(h["accuracies"]) for (e, _), hs in ways.items() if e == 0 for h in hs]
    return (
        f"better on the way than at the end: {better} of {len(every)}\n"
        f"best on the way, untrained weights: {min(peaks):.2f} to {max(peaks):.2f}"
    )


def shorter(folder) -> str:
    """The masks of a tenth of the passes beside those of the published size, and the published ones."""
    brief = tables.accuracies(tables.tenth(folder))[1:]
    long = tables.accuracies(tables.full(folder))[1:]
    ahead = (brief > long)[np.isfinite(long)]
    left, theirs = brief[:, :7], published.ACCURACY[1:, :7]
    return (
        f"better with a tenth of the passes: {ahead.sum()} of {ahead.size} masks\n"
        f"radii up to 0.04: {left.min():.2f} to {left.max():.2f}; published {theirs.min():.2f} to "
        f"{theirs.max():.2f}\n"
        f"the corner: {brief[-1, -1]:.2f}"
    )


def masked(untrained: dict, kept: float = 0.2) -> str:
    """What a random mask and what weight decay alone leave of logits and weights.

    untrained: the numbers of a search on untrained weights whose mask keeps the share `kept`.
    """
    measured = untrained["start"]["logits"] / untrained["whole"]["logits"]
    # In the second half of the descent the step is a tenth.
    pull = 0.03 * 5e-4 / (1 - 0.9) * (0.5 + 0.05)
    lines = [
        f"random mask at {1 - kept:g}, in theory: logits times {kept**4:.4f}; three dense layers: "
        f"{kept**1.5:.2f}",
        f"measured, untrained weights: {measured:.4f}",
    ]
    for images, passes in ((8_000, 40), (60_000, 100)):
        left = np.exp(-pull * images / 64 * passes)
        lines.append(f"{passes} passes of {images:,}: decay alone leaves {left:.2g}")
    return "\n".join(lines)


def shrunk(untrained: dict, descended: dict) -> str:
    """What 40 passes of descent leave of the weights, and of the logits and the pull under the first mask."""
    logits, pulls = (
        [numbers["start"][what] for numbers in (untrained, descended)]
        for what in ("logits", "pull")
    )
    first, then = (pull[1] for pull in pulls)
    return (
        "measured after 40 passes of 8,000, gates and matrices: "
        f"{' '.join(map(str, descended['scale']))}\n"
        f"so logits times {np.prod(descended['scale']) ** 4:.2f} by size alone\n"
        f"under the first mask at 0.8 they are {logits[0] / logits[1]:.0f} times smaller than for untrained "
        "weights\n"
        f"and the first changes of the scores {first / then:.0f} times smaller: a share of {then:.0e} of the "
        "scores"
    )
