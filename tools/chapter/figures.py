"""Pictures of chapter NUMBER."""

import numpy as np

from lth_tutorial.explore import describe
from lth_tutorial.style import BLUE, ORANGE, style, subplots

from . import masks

TRIALS = 2000


def rescaled_sums(n: int, p: float):
    """Sums of n weights 1/n that random masks keep, rescaled, beside the theorem's spread."""
    weights = np.full(n, 1 / n)
    found, predicted = masks.sums(weights, p, TRIALS, [1, n]), masks.spread(weights, p)
    counts, edges = np.histogram(found, bins=25, range=(0, 3))
    with style():
        figure, axes = subplots()
        axes.stairs(counts, edges, fill=True, color=BLUE)
        for k, end in enumerate((1 - predicted, 1 + predicted)):
            label = "" if k else "theorem: 1 \u00b1 spread"
            axes.axvline(end, color=ORANGE, linestyle="--", label=label)
        axes.set(xlabel="rescaled sum", ylabel="masks")
        axes.legend(loc="upper right")
    measured = float(np.sqrt(np.mean((found - 1) ** 2)))
    says = (
        f"{n} weights, each kept with probability {p:g}: the rescaled sum is off by {measured:.2f} "
        f"(root mean square of {TRIALS} masks); the theorem says {predicted:.2f}."
    )
    return describe(figure, says, {"from": edges[:-1], "to": edges[1:], "masks": counts})
