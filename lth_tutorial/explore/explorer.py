"""`explore`: one drawing function behind a control, with a kernel and without one."""

import inspect
import itertools
import json
import os
from functools import cached_property, partial
from html import escape

from lth_tutorial.checks import shown

from .axis import as_axis
from .frame import Frame, render

# Below this many frames starting worker processes costs more than it saves.
_FRAMES_WORTH_PROCESSES = 24


def explore(draw, **axes) -> "Explorer":
    """A figure with a control for each of its parameters.

    Args:
        draw: ``draw(**params)`` returns a matplotlib figure to which `describe` gave its sentence.
            A function of a module, or a ``functools.partial`` of one; its name is the figure's
            address on the page (``#cover.n=12`` shows frame n = 12 of the figure ``cover``).
        **axes: for each parameter its values, or an `Axis` with label, start and play button.
            None at all makes a still figure.

    Returns:
        An Explorer. As the last line of a cell it shows itself: with ipywidgets, recomputing, in
        a kernel; as plain HTML with every frame rendered beforehand when the environment variable
        ``LTH_EXPLORE`` is ``static``, as it is when a page is made.

    Raises:
        ValueError: `draw` is no function; an axis is empty, no list of values, or names no parameter of it.
    """
    return Explorer(draw, axes)


class Explorer:
    """What `explore` returns; `html` is its form for a page, `widget` its form in a kernel."""

    def __init__(self, draw, axes: dict):
        if not callable(draw):
            raise ValueError(f"explore: draw must be a function, got {shown(draw)}")
        self.draw = draw
        self.name = _name(draw)
        self.axes = {name: as_axis(name, values) for name, values in axes.items()}
        try:
            known = inspect.signature(draw).parameters
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"explore: draw must name its parameters, {shown(draw)} does not"
            ) from error
        takes_any = any(p.kind is p.VAR_KEYWORD for p in known.values())
        for name in self.axes:
            if name not in known and not takes_any:
                raise ValueError(f"explore: {self.name} has no parameter {name!r}")

    def __repr__(self):
        sizes = ", ".join(f"{name}: {len(axis.values)}" for name, axis in self.axes.items())
        return f"Explorer({self.name}; {sizes or 'one frame'})"

    def params(self) -> list[dict]:
        """Every combination of the axes' values; the last axis runs fastest."""
        product = itertools.product(*(axis.values for axis in self.axes.values()))
        return [dict(zip(self.axes, values, strict=True)) for values in product]

    @property
    def start(self) -> dict:
        """The parameters of the frame that is shown first."""
        return {name: axis.start for name, axis in self.axes.items()}

    def frame(self, **params) -> Frame:
        """One frame, drawn now."""
        return render(self.draw(**params), self.name)

    @cached_property
    def frames(self) -> list[Frame]:
        """All frames in the order of `params`, in parallel, with a progress bar on a terminal."""
        params = self.params()
        done = _frames(self.draw, self.name, params)
        try:
            from tqdm import tqdm
        except ImportError:
            return list(done)
        return list(tqdm(done, total=len(params), desc=self.name, disable=None, leave=False))

    def html(self) -> str:
        """Native controls and every frame, for a page without a kernel."""
        start = self.params().index(self.start)
        shown = self.frames[start]
        axes = [
            {"name": name, "texts": axis.texts, "start": axis.start_index}
            for name, axis in self.axes.items()
        ]
        controls = "".join(_control(self.name, name, axis) for name, axis in self.axes.items())
        templates = "".join(_template(frame) for frame in self.frames) if self.axes else ""
        return (
            f'<div class="lth-explorer" id="{self.name}" '
            f"data-axes='{escape(json.dumps(axes), quote=True)}' "
            f'data-csv="{_attribute(shown.csv)}"{_clicks(shown)}>'
            f'<figure><div class="lth-stage" role="img" aria-label="{escape(shown.says)}">{shown.svg}</div>'
            f'<figcaption class="lth-says">{escape(shown.says)}</figcaption></figure>'
            f'<div class="lth-controls">{controls}{_links(self.name, bool(self.axes), shown.csv)}'
            f"</div>{templates}</div>"
        )

    def widget(self):
        """Stock ipywidgets that draw anew at every move of a control."""
        from .widget import explorer_widget

        return explorer_widget(self)

    def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
        if is_static():
            return {"text/plain": repr(self), "text/html": self.html()}
        return self.widget()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)


def is_static() -> bool:
    """Whether controls are to show themselves as plain HTML, for a page."""
    return os.environ.get("LTH_EXPLORE", "") == "static"


def _name(draw) -> str:
    while isinstance(draw, partial):
        draw = draw.func
    name = getattr(draw, "__name__", type(draw).__name__)  # an object that is called has none
    return name.strip("_<>").replace("_", "-")


def _frames(draw, name: str, params: list[dict]):
    """The frames one after the other; by several processes where that saves time and joblib is there."""
    jobs = min(os.cpu_count() or 1, 8) if len(params) >= _FRAMES_WORTH_PROCESSES else 1
    if jobs > 1:
        try:
            import joblib
        except ImportError:
            jobs = 1
    if jobs == 1:
        return (_frame(draw, name, p) for p in params)
    work = (joblib.delayed(_frame)(draw, name, p) for p in params)
    return joblib.Parallel(n_jobs=jobs, return_as="generator")(work)


def _frame(draw, prefix: str, params: dict) -> Frame:
    return render(draw(**params), prefix)


def _clicks(frame: Frame) -> str:
    return f' data-clicks="{_attribute(json.dumps(frame.clicks))}"' if frame.clicks else ""


def _attribute(text: str) -> str:
    return escape(text, quote=True).replace("\n", "&#10;")


def _template(frame: Frame) -> str:
    return (
        f'<template data-says="{_attribute(frame.says)}" data-csv="{_attribute(frame.csv)}">'
        f"{frame.svg}</template>"
    )


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
