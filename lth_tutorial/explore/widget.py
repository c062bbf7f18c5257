"""The form that a control takes in a kernel: stock ipywidgets, drawing anew at every move."""

from html import escape

import ipywidgets


def explorer_widget(explorer):
    """Sliders, menus and number fields for `explorer`'s axes over a picture that follows them."""
    chosen, picture = explorer.start, ipywidgets.HTML()

    def show():
        frame = explorer.compute(**chosen)
        picture.value = (
            f'<figure role="img" aria-label="{escape(frame.says)}" '
            f'style="max-width: 640px; margin: 0">{frame.svg}'
            f"<figcaption>{escape(frame.says)}</figcaption></figure>"
        )

    def choose(name, value):
        if chosen[name] is not value:
            chosen[name] = value
            show()

    rows = [
        _row(axis, lambda v, name=name: choose(name, v)) for name, axis in explorer.axes.items()
    ]
    show()
    return ipywidgets.VBox([*rows, picture])


def _row(axis, choose):
    """What chooses an axis's value: a menu or a slider, and beside it, where the axis has them, a button that
    plays and a field for values between."""
    control = _control(axis)
    control.observe(lambda change: choose(change["new"]), names="value")
    beside = [_player(axis, control)] * axis.play
    if axis.between is not None:
        beside.append(_field(axis, control, choose))
    return ipywidgets.HBox([control, *beside]) if beside else control


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


def _player(axis, control):
    play = ipywidgets.Play(min=0, max=len(axis.values) - 1, value=axis.start_index, interval=700)
    play.observe(lambda change: setattr(control, "index", change["new"]), names="value")
    control.observe(lambda change: setattr(play, "value", control.index), names="index")
    return play


def _field(axis, control, choose):
    """A number beside the slider: any that the axis allows, those between the slider's among them."""
    low, high = axis.bounds
    kind = ipywidgets.BoundedIntText if axis.between is int else ipywidgets.BoundedFloatText
    field = kind(value=axis.start, min=low, max=high, layout={"width": "7em"})
    field.observe(lambda change: choose(axis.value(change["new"])), names="value")
    control.observe(lambda change: setattr(field, "value", change["new"]), names="value")
    return field
