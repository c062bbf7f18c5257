"""The values that one parameter of a figure may take."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral, Real

import numpy as np

from lth_tutorial.checks import shown


@dataclass(frozen=True)
class Axis:
    """The values of one parameter of a drawing function.

    Args:
        values: the values, in the order in which a slider or a menu offers them.
        label: what a reader sees beside the control; the parameter's name by default.
        start: the value shown first; the first one by default.
        play: whether a button runs through the values, as through time.
        texts: how each value is written; numbers as ``%g`` and everything else as ``str`` by default.
        between: whether `draw` computes values between these, where Python runs: ``int`` for whole numbers,
            ``float`` for all; by default it does not, as where a stored table has no others.
        bounds: the smallest and the largest such value; those of `values` by default.

    Raises:
        ValueError: no values, values that repeat, a start that is not among them, texts of another number or
            that repeat, `between` of values that are no such numbers, or bounds that leave one of them out.
    """

    values: Sequence
    label: str = ""
    start: object = None
    play: bool = False
    texts: Sequence[str] = field(default=())
    between: type | None = None
    bounds: tuple[float, float] | None = None

    def __post_init__(self):
        values = _members("values", self.values)
        if not values:
            raise ValueError("axis: values must not be empty")
        texts = [str(text) for text in _members("texts", self.texts)]
        texts = texts or [_text(value) for value in values]
        if len(texts) != len(values):
            raise ValueError(f"axis: {len(texts)} texts for {len(values)} values")
        if len(set(texts)) != len(texts):
            raise ValueError(f"axis: values must differ as text, got {texts}")
        start = values[0] if self.start is None else self.start
        if not any(_same(start, value) for value in values):
            raise ValueError(f"axis: start {shown(start)} is not one of the values {shown(values)}")
        bounds = self._checked_bounds(values)
        for name, value in (
            ("values", values),
            ("texts", texts),
            ("start", start),
            ("bounds", bounds),
        ):
            object.__setattr__(self, name, value)

    def _checked_bounds(self, values: list) -> tuple[float, float] | None:
        if self.between is None:
            if self.bounds is not None:
                raise ValueError(
                    "axis: bounds are those of values between; say which: int or float"
                )
            return None
        kinds = {int: Integral, float: Real}
        if self.between not in kinds:
            raise ValueError(f"axis: between must be int or float, got {shown(self.between)}")
        if not all(isinstance(v, kinds[self.between]) and not isinstance(v, bool) for v in values):
            word = "whole numbers" if self.between is int else "numbers"
            raise ValueError(f"axis: only between {word} lie others, got {shown(values)}")
        low, high = self.bounds or (min(values), max(values))
        if not low <= min(values) <= max(values) <= high:
            raise ValueError(f"axis: bounds {shown((low, high))} leave out some of {shown(values)}")
        return low, high

    def one_between(self):
        """A value that lies between two neighbours, in the middle where that is one; None where none does."""
        if self.between is None:
            return None
        for low, high in itertools.pairwise(sorted(self.values)):
            middle = (low + high) / 2
            if self.between is float:
                return middle
            if int(middle) not in (low, high):
                return int(middle)
        return None

    def value(self, number):
        """`number` as this axis's values are: one of them, or one between them.

        Raises:
            ValueError: nothing lies between, or the number is no such value.
        """
        for value in self.values:
            if _same(value, number):
                return value
        if self.between is None:
            raise ValueError(f"{self.label or 'value'} must be one of {', '.join(self.texts)}")
        low, high = self.bounds
        whole = self.between is int
        if not low <= number <= high or (whole and number != int(number)):
            kind = "a whole number" if whole else "a number"
            raise ValueError(f"{self.label or 'value'} must be {kind} from {low:g} to {high:g}")
        return self.between(number)

    @property
    def start_index(self) -> int:
        """Where the first value shown stands among the values."""
        return next(k for k, value in enumerate(self.values) if _same(self.start, value))

    @property
    def is_menu(self) -> bool:
        """A menu serves words, a slider serves numbers."""
        return any(isinstance(value, str | bool) for value in self.values)


def as_axis(name: str, values) -> Axis:
    """`values` as an Axis whose label defaults to the parameter's name.

    Raises:
        ValueError: neither an Axis nor several values.
    """
    if isinstance(values, str) or not isinstance(values, Axis | Iterable):
        raise ValueError(
            f"explore: {name} must be a list of values or an Axis, got {shown(values)}"
        )
    try:
        axis = values if isinstance(values, Axis) else Axis(values)
    except ValueError as error:
        raise ValueError(f"explore: {name}: {error}") from error
    # A copy: one axis may serve several parameters, each under its own name.
    return axis if axis.label else replace(axis, label=name.replace("_", " "))


def _members(name: str, values) -> list:
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise ValueError(f"axis: {name} must be a list, got {shown(values)}")
    try:
        return list(values)
    except TypeError as error:  # an array of no dimension
        raise ValueError(f"axis: {name} must be a list, got {shown(values)}") from error


def _same(one, other) -> bool:
    """Whether two values are one; whole arrays are values, too."""
    if one is other:
        return True
    same = one == other
    return bool(same) if np.ndim(same) == 0 else bool(np.all(same))


def _text(value) -> str:
    return f"{value:g}" if isinstance(value, int | float) and value is not True else str(value)
