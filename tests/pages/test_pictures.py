"""A picture made small looks as matplotlib draws it."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from lth_tutorial.explore.picture import tidy
from lth_tutorial.style import svg_rc

ZOOM = 3


def marks():
    """A figure with marks of every kind: discs, rings, sizes, edges, crosses, a band, bars."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    x = np.linspace(0, 1, 12)
    for k, marker in enumerate("osx+^|_D"):
        axes.plot(x, np.sin(3 * x) + 0.3 * k, marker + "-", markersize=4 + k % 3)
    axes.plot(x, x - 0.5, "o", markerfacecolor="none", clip_on=False)
    axes.plot(x / 9, 0 * x - 0.6, "o", markerfacecolor="white", markersize=9)  # these overlap
    axes.plot(x / 9 + 0.3, 0 * x - 0.6, "o", alpha=0.4, markersize=9)  # and these show through
    axes.scatter(x, np.cos(4 * x), s=np.linspace(4, 90, 12), linewidth=0)
    axes.scatter(x, np.cos(4 * x) - 0.6, s=30, edgecolor="black")
    axes.fill_between(x, x, x + 0.4, alpha=0.3)
    axes.bar(x, x / 2, 0.1, bottom=-1.4, edgecolor="black", hatch="//")
    axes.tick_params(labelbottom=False, labelleft=False)
    axes.minorticks_on()
    return figure


@pytest.fixture(scope="module")
def pictures():
    figure, raw = marks(), io.StringIO()
    with svg_rc():
        figure.savefig(raw, format="svg", transparent=True)
    return raw.getvalue()[raw.getvalue().index("<svg") :], tidy(raw.getvalue(), "marks")


def drawn(browser, svg: str) -> np.ndarray:
    """The picture as a browser draws it, in grey."""
    page = browser.new_page(viewport={"width": 400 * ZOOM, "height": 300 * ZOOM})
    style = f"margin: 0; width: {400 * ZOOM}px"
    page.set_content(f'<body style="{style}">{re.sub(" (width|height)=.[0-9.]+pt.", "", svg)}')
    shot = page.screenshot()
    page.close()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("L"), dtype=float)


def test_it_has_a_fraction_of_the_elements(pictures):
    raw, small = (len(re.findall("<[a-z]", picture)) for picture in pictures)
    assert small < raw / 4


def test_a_browser_draws_the_same(browser, pictures):
    raw, small = (drawn(browser, picture) for picture in pictures)
    assert (raw < 128).mean() > 0.02
    # Rims differ in a shade, since a circle of arcs is rounder than one of curves.
    assert (abs(raw - small) > 64).mean() < 5e-5 and abs(raw - small).mean() < 0.1
