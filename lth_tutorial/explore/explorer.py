"""`explore`: one drawing function behind a control, with a kernel and without one."""

import inspect
import itertools
from functools import cached_property, partial

from lth_tutorial.checks import shown

from . import page
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
        a kernel; in the form that a notebook stores when the environment variable ``LTH_EXPLORE`` is
        ``static``, as it is when a page is made. Its frames then go to the folder that ``LTH_FRAMES`` names;
        with ``LTH_EXPLORE=check`` they are held to what is stored there.

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

    def compute(self, **params) -> Frame:
        """One frame of any values that the axes allow, those between theirs among them.

        Raises:
            ValueError: an axis does not allow its value; the message names it as a reader knows it.
        """
        return self.frame(**{name: self.axes[name].value(v) for name, v in params.items()})

    def between(self) -> list[dict]:
        """For each axis that promises values between its frames, parameters with one; others as at first."""
        found = ((name, axis.one_between()) for name, axis in self.axes.items())
        return [self.start | {name: value} for name, value in found if value is not None]

    @cached_property
    def frames(self) -> list[Frame]:
        """All frames in the order of `params`, in parallel, with a progress bar on a terminal."""
        params = self.params()
        done = _in_parallel(_frame, self.draw, self.name, params)
        try:
            from tqdm import tqdm
        except ImportError:
            return list(done)
        return list(tqdm(done, total=len(params), desc=self.name, disable=None, leave=False))

    def sentences(self) -> list[str]:
        """What each frame says, in the order of `params`; nothing is rendered."""
        return list(_in_parallel(_sentence, self.draw, self.name, self.params()))

    def html(self, key: str = "") -> str:
        """Native controls around the first frame, for a page without a kernel; the page finds all frames in
        the file that `frames.as_script` makes for this `key`."""
        return page.explorer_html(self, key)

    def widget(self):
        """Stock ipywidgets that draw anew at every move of a control."""
        from .widget import explorer_widget

        return explorer_widget(self)

    def _ipython_display_(self):
        if page.is_static():
            page.show(*page.explorer_bundles(self))
        elif page.is_live():
            page.show(page.live_bundle(self))
        else:
            from IPython.display import display

            display(self.widget())


def _name(draw) -> str:
    while isinstance(draw, partial):
        draw = draw.func
    name = getattr(draw, "__name__", type(draw).__name__)  # an object that is called has none
    return name.strip("_<>").replace("_", "-")


def _in_parallel(one, draw, name: str, params: list[dict]):
    """`one` of each frame, in order; by several processes where that saves time and joblib is there."""
    jobs = _processes() if len(params) >= _FRAMES_WORTH_PROCESSES else 1
    if jobs == 1:
        return (one(draw, name, p) for p in params)
    import joblib

    work = (joblib.delayed(one)(draw, name, p) for p in params)
    return joblib.Parallel(n_jobs=jobs, return_as="generator")(work)


def _processes() -> int:
    """As many as joblib counts cores (LOKY_MAX_CPU_COUNT says how many it may use), at most 8."""
    try:
        import joblib
    except ImportError:
        return 1
    return min(joblib.cpu_count(), 8)


def _frame(draw, prefix: str, params: dict) -> Frame:
    return render(draw(**params), prefix)


def _sentence(draw, prefix: str, params: dict) -> str:
    return draw(**params).lth_says
