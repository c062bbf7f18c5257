"""Small pictures of the chapters for the landing page: one file, one picture below the other.

They carry no number and no words: a reader who does not see them misses nothing.
"""

from collections.abc import Callable

import numpy as np

from lth_tutorial import subset_sum
from lth_tutorial.strong_ticket.published import numbers as published
from lth_tutorial.style import BLUE, MUTED, ORANGE

WIDTH, HEIGHT = 96, 64


def line(points, colour: str, width: float = 2) -> str:
    """A broken line through points of the unit square, the second coordinate upwards."""
    told = " ".join(f"{WIDTH * x:.1f},{HEIGHT * (1 - y):.1f}" for x, y in points)
    return f'<polyline points="{told}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'


def bar(left: float, right: float, low: float, high: float, colour: str, opacity: float = 1) -> str:
    """A rectangle within the unit square."""
    place = f'x="{WIDTH * left:.1f}" y="{HEIGHT * (1 - high):.1f}"'
    size = f'width="{WIDTH * (right - left):.1f}" height="{HEIGHT * (high - low):.1f}"'
    return f'<rect {place} {size} fill="{colour}" opacity="{opacity:.2f}"/>'


def dot(x: float, y: float, filled: bool) -> str:
    """A neuron: blue if it is kept, an empty ring if not."""
    look = f'fill="{BLUE}" stroke="{BLUE}"' if filled else f'fill="none" stroke="{MUTED}"'
    return f'<circle cx="{WIDTH * x:.1f}" cy="{HEIGHT * (1 - y):.1f}" r="3.4" {look}/>'


def curves() -> list[str]:
    """Chapter 0: three accuracies during training, the ticket's in blue."""
    t = np.linspace(0, 1, 25)
    ends = ((0.78, 6, MUTED), (0.9, 9, BLUE), (0.6, 4, ORANGE))
    return [line(zip(t, top * (1 - np.exp(-speed * t)), strict=True), c) for top, speed, c in ends]


def covered(radius: float = 0.03) -> list[str]:
    """Chapter 1: the targets within a radius of a subset sum, a row for each number of candidates."""
    x = np.random.default_rng(5).uniform(-1, 1, 8)
    rows = len(x) - 2
    drawn = []
    for row in range(rows):
        low, high = 1 - (row + 0.85) / rows, 1 - row / rows
        sums = subset_sum.subset_sums(x[: row + 3])
        for left, right in zip(sums - radius + 0.5, sums + radius + 0.5, strict=True):
            if right > 0 and left < 1:
                drawn.append(bar(max(left, 0), min(right, 1), low, high, BLUE))
    return drawn


def perturbed() -> list[str]:
    """Chapter 2: the intervals of four candidates when each may move by nothing, a little, and more."""
    x = np.random.default_rng(5).uniform(-1, 1, 6)
    return [
        part
        for row, radius in enumerate((0.008, 0.025, 0.06))
        for total in subset_sum.subset_sums(x)
        if abs(total) < 0.5 - radius
        for part in [
            bar(total - radius + 0.5, total + radius + 0.5, 0.72 - row / 3, 0.95 - row / 3, BLUE)
        ]
    ]


def network(
    kept: Callable[[int, int, int], bool], neurons: Callable[[int, int], bool]
) -> list[str]:
    """Layers of 3, 5 and 2 neurons: the edges and the neurons that are kept in blue."""
    layers = [[(x, (k + 0.5) / n) for k in range(n)] for x, n in ((0.08, 3), (0.5, 5), (0.92, 2))]
    looks = {False: (MUTED, 0.4), True: (BLUE, 1.6)}
    edges = [
        (kept(layer, i, j), line([one, other], *looks[kept(layer, i, j)]))
        for layer in (0, 1)
        for i, one in enumerate(layers[layer])
        for j, other in enumerate(layers[layer + 1])
    ]
    drawn = [edge for _, edge in sorted(edges)]
    return drawn + [
        dot(x, y, neurons(layer, k))
        for layer, all_ in enumerate(layers)
        for k, (x, y) in enumerate(all_)
    ]


def by_weights() -> list[str]:
    """Chapter 3: some weights of a random network stay."""
    return network(lambda layer, i, j: (i + 2 * j + layer) % 3 == 0, lambda layer, k: True)


def by_neurons() -> list[str]:
    """Chapter 4: whole neurons stay or go."""
    stays = {0, 2, 3}
    return network(
        lambda layer, i, j: (j if layer == 0 else i) in stays,
        lambda layer, k: layer != 1 or k in stays,
    )


def grid(shares: np.ndarray) -> list[str]:
    """A table of shares, 0 to 1, as cells more or less blue."""
    rows, columns = shares.shape
    return [
        bar(
            j / columns,
            (j + 0.88) / columns,
            1 - (i + 0.88) / rows,
            1 - i / rows,
            BLUE,
            0.12 + 0.88 * share,
        )
        for (i, j), share in np.ndenumerate(shares)
    ]


def sparse() -> list[str]:
    """Chapter 5: a matrix of which few entries are not 0."""
    return grid((np.random.default_rng(1).random((5, 8)) < 0.25).astype(float))


def table() -> list[str]:
    """Chapter 6: the published table."""
    return grid(published.ACCURACY)


def loss_and_ticket() -> list[str]:
    """Chapter 7: the loss falls, the error of the best ticket rises."""
    t = np.linspace(0, 1, 25)
    falls, rises = 0.9 * np.exp(-4 * t) + 0.05, 0.1 + 0.75 * t**2
    return [line(zip(t, y, strict=True), c) for y, c in ((falls, MUTED), (rises, BLUE))]


PICTURES = (curves, covered, perturbed, by_weights, by_neurons, sparse, table, loss_and_ticket)


def sheet() -> str:
    """All of them as one SVG, the next one HEIGHT + 16 lower."""
    step = HEIGHT + 16
    parts = [
        f'<g transform="translate(0 {step * k})">{"".join(picture())}</g>'
        for k, picture in enumerate(PICTURES)
    ]
    size = f'width="{WIDTH}" height="{step * len(parts)}" viewBox="0 0 {WIDTH} {step * len(parts)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n' + "\n".join(parts) + "\n</svg>\n"
