"""One style for every figure of the book: sizes, colours and the settings of its SVG."""

from contextlib import contextmanager

# Okabe-Ito colours, told apart by colour-blind readers; a page replaces each by its CSS variable
# --lth-NAME, so that the dark theme can lighten them. Lines differ by dashes and markers as well,
# so that nothing depends on colour alone.
COLOURS = {
    "1": "#0072b2",
    "2": "#d55e00",
    "3": "#009e73",
    "4": "#cc79a7",
    "5": "#e69f00",
    "6": "#56b4e9",
    "muted": "#7f7f7f",
    "faint": "#d0d0d0",
}
BLUE, ORANGE, GREEN, PINK, AMBER, SKY = (COLOURS[k] for k in "123456")
MUTED, FAINT = COLOURS["muted"], COLOURS["faint"]

# 360 points wide: a phone of 390 pixels shows a figure from edge to edge, so that no text is below 11 pixels.
WIDTH = 360 / 72
SMALL = 10.2  # points of the smallest text

RC = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titleweight": "normal",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.labelsize": 11,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "axes.unicode_minus": True,
}
_SVG_RC = {"svg.fonttype": "none", "svg.hashsalt": "lth", "path.simplify": True}


def style():
    """A context in which figures are made in the book's style."""
    return _settings(RC)


def svg_rc():
    """A context in which figures are saved as the book's SVG."""
    return _settings(RC | _SVG_RC)


@contextmanager
def _settings(own: dict):
    """Matplotlib's defaults and `own`, whatever the user's matplotlibrc and style sheets say."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(own)
        yield


def subplots(rows: int = 1, height: float = 2.9, **kwargs):
    """A figure of the book's width with `rows` axes under one another, without global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots(rows, 1, **kwargs)


def __getattr__(name: str):
    """`Figure`, which loads matplotlib: the controls ask for the colours alone, and do without."""
    if name == "Figure":
        from matplotlib.figure import Figure

        return Figure
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
