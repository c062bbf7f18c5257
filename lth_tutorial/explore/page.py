"""The form of a control in which a notebook is stored and a page is made, where no kernel runs.

What is stored has two readers. A page takes what stands under the private type `PAGE`, and nothing else.
Everything else that opens a notebook, a JupyterLab that does not trust it or a site that only shows it, knows
no such type and shows the picture, its sentence, and that running the cell makes it move.
"""

import base64
import json
import os
import re
from html import escape

from . import frames
from .frame import as_png, render

PAGE = "text/x-lth-page"
MOVES = "Run the cell to move it."
# The figures that the page's own Python has shown, by name: it draws their frames when asked.
LIVE = {}


def is_static() -> bool:
    """Whether controls are to show themselves as a page stores them."""
    return os.environ.get("LTH_EXPLORE", "") in ("static", "check")


def is_live() -> bool:
    """Whether the page's own Python runs, which draws each frame as it is asked for."""
    return os.environ.get("LTH_EXPLORE", "") == "live"


def is_page() -> bool:
    """Whether a page shows what is made, stored or live: there are no widgets then."""
    return is_static() or is_live()


def show(*bundles: dict) -> None:
    """Hand each bundle to the notebook as an output of its own."""
    from IPython.display import display

    for bundle in bundles:
        display(bundle, raw=True)


def stored(html: str, words: str, plain: str) -> dict:
    """What a page shows as `html` and everything else as `words`, in Markdown."""
    return {PAGE: html, "text/markdown": words, "text/plain": plain}


def as_markdown(text: str) -> str:
    """Plain text that Markdown leaves as it is."""
    return re.sub(r"([\\`*_$<>|\[\]~])", r"\\\1", text)


def explorer_bundles(explorer) -> list[dict]:
    """A figure for a page, as a picture, and in words; its frames go to their file, or are held to it.

    What is only checked has no picture: nothing compares pictures.
    """
    place = frames.folder() if explorer.axes else None
    checked = os.environ.get("LTH_EXPLORE") == "check"
    if place and checked:
        frames.check(place, explorer.name, explorer.sentences())
        check_between(explorer)
    elif place:
        frames.write(place, explorer.name, explorer.frames)
    figure = explorer.draw(**explorer.start)
    says = figure.lth_says
    key = f"{place.name}/{explorer.name}" if place else ""
    picture = {PAGE: explorer_html(explorer, key, figure), "text/plain": repr(explorer)}
    if not checked:
        # Of a figure of its own: one that was saved before is laid out a little differently.
        drawn = as_png(explorer.draw(**explorer.start))
        picture["image/png"] = base64.b64encode(drawn).decode()
    words = f"{as_markdown(says)} *{MOVES}*" if explorer.axes else as_markdown(says)
    return [picture, stored("", words, says)]


def live_bundle(explorer) -> dict:
    """A figure on a page whose own Python runs: it has no file of frames, and is asked for each."""
    LIVE[explorer.name] = explorer
    return {PAGE: explorer_html(explorer), "text/plain": repr(explorer)}


def check_between(explorer) -> None:
    """Draw a value between the frames of each axis that promises such values.

    Raises:
        AssertionError: it cannot be drawn; the message names the figure and the value.
    """
    for params in explorer.between():
        try:
            explorer.draw(**params)
        except Exception as error:
            raise AssertionError(
                f"{explorer.name}: nothing is drawn at {params}: {error}"
            ) from error


def explorer_html(explorer, key: str = "", figure=None) -> str:
    """Native controls around the first frame; all are in the file of this `key` (see `frames.as_script`).

    figure: the first frame's, where it has been drawn.
    """
    shown = render(figure or explorer.draw(**explorer.start), explorer.name)
    axes = [_for_script(name, axis) for name, axis in explorer.axes.items()]
    controls = "".join(_control(explorer.name, name, axis) for name, axis in explorer.axes.items())
    source = f' data-frames="{escape(key)}"' if key else ""
    return (
        f'<div class="lth-explorer" id="{explorer.name}" '
        f"data-axes='{escape(json.dumps(axes), quote=True)}'{source} "
        f'data-csv="{_attribute(shown.csv)}"{_clicks(shown)}>'
        f'<figure><div class="lth-stage" role="img" aria-label="{escape(shown.says)}">{shown.svg}</div>'
        f'<figcaption class="lth-says">{escape(shown.says)}</figcaption></figure>'
        f'<div class="lth-controls">{controls}'
        f"{_links(explorer.name, bool(explorer.axes), shown.csv)}</div></div>"
    )


def _for_script(name: str, axis) -> dict:
    """What the page's script knows of an axis; the numbers are there where others lie between them."""
    known = {"name": name, "texts": axis.texts, "start": axis.start_index}
    if axis.between is not None:
        low, high = axis.bounds
        values = [axis.between(value) for value in axis.values]
        known["between"] = {"whole": axis.between is int, "low": low, "high": high}
        known["between"]["values"] = values
    return known


def _clicks(frame) -> str:
    return f' data-clicks="{_attribute(json.dumps(frame.clicks))}"' if frame.clicks else ""


def _attribute(text: str) -> str:
    return escape(text, quote=True).replace("\n", "&#10;")


def _control(figure: str, name: str, axis) -> str:
    label, key = escape(axis.label), f"{figure}-{name}-control"
    if axis.is_menu:
        options = "".join(
            f'<option value="{k}"{" selected" if k == axis.start_index else ""}>{escape(text)}</option>'
            for k, text in enumerate(axis.texts)
        )
        body = f'<select id="{key}" data-axis="{name}">{options}</select>'
    else:
        body = (
            f'<input type="range" id="{key}" data-axis="{name}" min="0" max="{len(axis.texts) - 1}" '
            f'value="{axis.start_index}" aria-valuetext="{escape(axis.texts[axis.start_index])}">'
            f'<output for="{key}">{escape(axis.texts[axis.start_index])}</output>'
        )
    play = (
        f'<button type="button" class="lth-play" data-plays="{name}" '
        f'aria-label="Play {label}">Play</button>'
        if axis.play
        else ""
    )
    return f'<div class="lth-control"><label for="{key}">{label}</label>{body}{play}</div>'


def _links(name: str, has_axes: bool, csv: str) -> str:
    data = (
        f'<a class="lth-data" href="#{name}" download="{name}.csv">Numbers (CSV)</a>' if csv else ""
    )
    link = f'<a class="lth-link" href="#{name}">Link to this view</a>' if has_axes else ""
    return f'<p class="lth-links">{data}{link}</p>'
