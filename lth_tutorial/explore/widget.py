"""The form that a control takes in a kernel: stock ipywidgets, drawing anew at every move."""

from html import escape

import ipywidgets


def explorer_widget(explorer):
    """Sliders and menus for `explorer`'s axes over a picture that follows them."""
    controls = {name: _control(axis) for name, axis in explorer.axes.items()}
    picture = ipywidgets.HTML()

    def show(_=None):
        frame = explorer.frame(**{name: control.value for name, control in controls.items()})
        picture.value = (
            f'<figure role="img" aria-label="{escape(frame.says)}" '
            f'style="max-width: 640px; margin: 0">{frame.svg}'
            f"<figcaption>{escape(frame.says)}</figcaption></figure>"
        )

    for control in controls.values():
        control.observe(show, names="value")
    show()
    rows = [_row(explorer.axes[name], control) for name, control in controls.items()]
    return ipywidgets.VBox([*rows, picture])


def _control(axis):
    options = list(zip(axis.texts, axis.values, strict=True))
    kind = ipywidgets.Dropdown if axis.is_menu else ipywidgets.SelectionSlider
    more = {} if axis.is_menu else {"continuous_update": False}
    return kind(
        options=options,
        value=axis.start,
        description=axis.label,
        style={"description_width": "initial"},
        layout={"width": "24em"},
        **more,
    )


def _row(axis, control):
    """The control, with a play button beside it where the axis asks for one."""
    if not axis.play:
        return control
    play = ipywidgets.Play(min=0, max=len(axis.values) - 1, value=axis.start_index, interval=700)
    play.observe(lambda change: setattr(control, "index", change["new"]), names="value")
    control.observe(lambda change: setattr(play, "value", control.index), names="index")
    return ipywidgets.HBox([control, play])
