"""Networks drawn as neurons and edges: the parts that the figures of several chapters share."""

import numpy as np

from lth_tutorial.style import BLUE, FAINT, MUTED

# How an edge is drawn: not there any more, there, and one that the figure speaks of.
PRUNED = {"color": FAINT, "linewidth": 0.6}
KEPT = {"color": MUTED, "linewidth": 0.9}
LIT = {"color": BLUE, "linewidth": 2.2}


def column(x: float, count: int, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Places of the neurons of a layer, the first on top, evenly from `high` down to `low`; (count, 2)."""
    heights = np.linspace(high, low, count) if count > 1 else np.array([(low + high) / 2])
    return np.column_stack([np.full(count, x), heights])


def edges(axes, left: np.ndarray, right: np.ndarray, present: np.ndarray, look: dict) -> None:
    """Lines from the neurons on the left to those on the right, as one path of the picture.

    Args:
        left: (a, 2), right: (b, 2), places. present: (b, a) bool, whether the edge is drawn: the shape of the
            matrix between the two layers. look: one of PRUNED, KEPT, LIT, or keywords of a patch.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    to, start = np.nonzero(np.asarray(present, dtype=bool))
    if not len(to):
        return
    ends = np.stack([left[start], right[to]], axis=1).reshape(-1, 2)
    path = Path(ends, np.tile([Path.MOVETO, Path.LINETO], len(to)))
    axes.add_patch(PathPatch(path, fill=False, **look))


def neurons(axes, places, colour: str = MUTED, hollow: bool = False, size: float = 6, label=None):
    """Discs at the places, (count, 2); `label` is their name in a legend."""
    x, y = places.T
    face = "none" if hollow else colour
    axes.plot(x, y, "o", color=colour, mfc=face, markersize=size, zorder=3, label=label)


def bare(axes, low: float = -0.08, high: float = 1.08) -> None:
    """No ticks, no spines, room above and below the neurons."""
    axes.set(xticks=[], yticks=[], ylim=(low, high))
    axes.spines[:].set_visible(False)
