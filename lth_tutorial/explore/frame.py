"""One frame: a matplotlib figure as a small SVG that follows the page's theme, and its sentence."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lth_tutorial.style import svg_rc

from .picture import tidy

_PNG_DPI, _PNG_COLOURS = 110, 32
_SMALL = re.compile(r"(?:\d+\.)?\d+e-(\d+)")


@dataclass(frozen=True)
class Frame:
    """A rendered figure: its SVG text, the sentence that says what it shows, its numbers as CSV, and where
    in the picture a click chooses which value (see `describe`)."""

    svg: str
    says: str
    csv: str
    clicks: Mapping = field(default_factory=dict)


def describe(figure, says: str, data: Mapping | None = None, clicks: Mapping | None = None):
    """Attach to `figure` the sentence a reader who cannot see it needs, and the numbers behind it.

    Args:
        figure: a matplotlib figure.
        says: one sentence that states what this very frame shows, with its number.
        data: column name -> values, each of the same length, or scalars, which repeat.
        clicks: parameter -> (axes, "x" or "y", places): a click into the picture chooses the value whose
            place along that side of the axes, in data units, is nearest. The controls stay the way for
            keyboards and screen readers.

    Returns:
        The same figure.

    Raises:
        ValueError: the sentence is empty or gives a number below 1e-12, where processors round each in its
            own way (see `tables.size_text`); or the columns differ in length.
    """
    if not says.strip():
        raise ValueError("describe: says must not be empty")
    rounding = [found[0] for found in _SMALL.finditer(says) if int(found[1]) > 12]
    if rounding:
        raise ValueError(f'describe: says must give {rounding[0]} as "below 1e-12": it is rounding')
    figure.lth_says = says
    figure.lth_csv = _csv(data) if data else ""
    figure.lth_clicks = clicks or {}
    return figure


def render(figure, prefix: str) -> Frame:
    """The figure as a Frame; ids within the SVG begin with `prefix`, so figures can share a page.

    Raises:
        ValueError: the figure was not given its sentence with `describe`.
    """
    if not getattr(figure, "lth_says", ""):
        raise ValueError("explore: draw must return a figure with a sentence; see explore.describe")
    svg = as_svg(figure, prefix)
    clicks = {name: _places(figure, *where) for name, where in figure.lth_clicks.items()}
    return Frame(svg, figure.lth_says, figure.lth_csv, clicks)


def as_svg(figure, prefix: str) -> str:
    """Any matplotlib figure as a small SVG in the page's colours; ids within begin with `prefix`."""
    buffer = io.StringIO()
    with svg_rc():
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    return tidy(buffer.getvalue(), prefix)


def as_png(figure) -> bytes:
    """The figure as a small picture on white, for whatever opens a notebook and runs nothing."""
    from PIL import Image

    buffer, small = io.BytesIO(), io.BytesIO()
    with svg_rc():
        figure.savefig(buffer, format="png", dpi=_PNG_DPI, facecolor="white")
    with Image.open(buffer) as picture:
        few = picture.convert("RGB").quantize(_PNG_COLOURS, dither=Image.Dither.NONE)
        few.save(small, format="png", optimize=True)
    return small.getvalue()


def _places(figure, axes, along: str, places) -> dict:
    """Data places as fractions of the picture's width, or of its height from above."""
    places = np.asarray(places, dtype=float)
    middle = np.full(len(places), np.mean(axes.get_ylim() if along == "x" else axes.get_xlim()))
    points = np.column_stack([places, middle] if along == "x" else [middle, places])
    shares = figure.transFigure.inverted().transform(axes.transData.transform(points))
    found = shares[:, 0] if along == "x" else 1 - shares[:, 1]
    return {"along": along, "at": [round(float(share), 4) for share in found]}


def _csv(data: Mapping) -> str:
    columns = {name: np.atleast_1d(np.asarray(values)) for name, values in data.items()}
    length = max(len(values) for values in columns.values())
    for name, values in columns.items():
        if values.ndim != 1 or len(values) not in (1, length):
            raise ValueError(f"describe: column {name!r} has shape {values.shape}, not ({length},)")
    rows = zip(*(np.resize(values, length).tolist() for values in columns.values()), strict=True)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([f"{v:.6g}" if isinstance(v, float) else v for v in row] for row in rows)
    return out.getvalue()
