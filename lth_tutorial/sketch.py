"""Small pictures for assignments, drawn without a library: they show in Jupyter, in Colab and on a page.

A student's own numbers are in them, so they are drawn when a notebook runs. The same in words is their text,
for whoever reads without seeing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

WIDTH, ROW, HEIGHT, LEFT, RIGHT = 680, 36, 24, 130, 20
INK, FAINT, MARK = "#1b1b1b", "#8a8a8a", "#0072b2"


@dataclass(frozen=True)
class Sketch:
    """A picture and what it shows in words."""

    svg: str
    words: str

    def _repr_html_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return self.words


def number_line(
    rows: Sequence[tuple[str, Sequence]], low: float, high: float, step: float, title: str
) -> Sketch:
    """Rows of marks over one scale from `low` to `high`, with a line at every `step`.

    Args:
        rows: what each row is, and where its marks are: numbers, or intervals as pairs of numbers.
        title: what the picture shows, in a sentence.
    """
    bottom = ROW * len(rows) + 20

    def at(value: float) -> float:
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    count = round((high - low) / step)
    parts = [
        _scale(at(low + k * step), low + k * step, k % 5 == 0, bottom) for k in range(count + 1)
    ]
    for k, (label, values) in enumerate(rows):
        places = [tuple(map(at, v)) if np.ndim(v) else (at(v), at(v)) for v in values]
        parts.append(_row(label, places, ROW * k + 20))
    body = "".join(parts)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 30}" role="img" '
        f'style="background:#fff;max-width:{WIDTH}px;width:100%" font-family="sans-serif" font-size="13">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )
    said = [f"{label}: {', '.join(map(_in_words, values)) or 'none'}" for label, values in rows]
    return Sketch(svg, "\n".join([title, *said]))


def _scale(x: float, value: float, labelled: bool, bottom: int) -> str:
    width = 1.0 if labelled else 0.4
    line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="8" y2="{bottom}" stroke="{FAINT}" stroke-width="{width}"/>'
    if not labelled:
        return line
    text = f"{value:.1f}".replace("-", "\u2212")
    return (
        f'{line}<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle" fill="{INK}">{text}</text>'
    )


def _in_words(value) -> str:
    return f"{value[0]:.2f} to {value[1]:.2f}" if np.ndim(value) else f"{value:.2f}"


def _row(label: str, places: Sequence[tuple[float, float]], top: int) -> str:
    """A row's label, its bars, and over them its marks, dark with a white edge where there are bars."""
    text = f'<text x="8" y="{top + 16}" fill="{INK}">{escape(label)}</text>'
    bars = [place for place in places if place[0] != place[1]]
    edge = f'fill="{INK}" stroke="#fff" stroke-width="3" paint-order="stroke"'
    looks = [(place, f'fill="{MARK}"') for place in bars]
    looks += [(p, edge if bars else f'fill="{MARK}"') for p in places if p not in bars]
    return text + "".join(_mark(place, top, look) for place, look in looks)


def _mark(place: tuple[float, float], top: int, look: str) -> str:
    """A bar as wide as it is; a point is three units wide, to be seen."""
    width = max(place[1] - place[0], 3.0)
    start = (place[0] + place[1] - width) / 2
    return f'<rect x="{start:.1f}" width="{width:.1f}" y="{top}" height="{HEIGHT}" {look}/>'
