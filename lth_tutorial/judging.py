"""What judges of answers share: a student's value as a number, an array or a mask, or words on why not."""

from collections.abc import Callable
from functools import cache

import numpy as np

from lth_tutorial.checks import real_array, shown
from lth_tutorial.tasks import Unfit


def number(value, what: str = "the answer") -> float:
    """A value as a finite float; an array of one number will do.

    Raises:
        Unfit: it is none.
    """
    array = array_of(value, what)
    if array.size != 1:
        raise Unfit(f"{what} should be one number, and is {shown(value)}")
    return float(array.reshape(()))


def array_of(value, what: str = "the answer", shape: tuple[int, ...] | None = None) -> np.ndarray:
    """A value as an array of finite floats; truth values count as 0 and 1.

    Args:
        shape: what is asked for; -1 stands for any length.

    Raises:
        Unfit: it is none, or of another shape.
    """
    if isinstance(value, set):
        raise Unfit(f"{what} should be a list, and is a set, which has no order")
    try:
        array = np.asarray(value)
        array = (array.astype(float) if array.dtype == bool else real_array(what, value)).astype(
            float
        )
    except Exception:  # whatever a value's own conversion raises
        raise Unfit(f"{what} should hold numbers, and is {shown(value)}") from None
    if not np.isfinite(array).all():
        raise Unfit(f"{what} should be finite, and holds NaN or infinity")
    if shape is not None and not _fits(array.shape, shape):
        raise Unfit(f"{what} should {_wanted(shape)}, and has the shape {_by(array.shape)}")
    return array


def _wanted(shape: tuple[int, ...]) -> str:
    if len(shape) < 2:
        return "be one number" if not shape else "be one list of numbers"
    return f"have the shape {_by(shape)}"


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join("any" if n < 0 else str(n) for n in shape) or "of one number"


def _fits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        w in (-1, n) for n, w in zip(shape, wanted, strict=True)
    )


def mask_of(value, shape: int | tuple[int, ...], what: str = "the mask") -> np.ndarray:
    """A value as a mask: truth values, or numbers that are 0 or 1.

    Raises:
        Unfit: another shape, or something else in it; a list of positions is told that it is one.
    """
    shape = (shape,) if isinstance(shape, int) else shape
    array = array_of(value, what)
    if array.shape != shape or not np.isin(array, (0, 1)).all():
        wanted = f"{what} should hold {_by(shape)} truth values"
        raise Unfit(f"{wanted}, and {_what_instead(array, shape)}")
    return array.astype(bool)


def _what_instead(array: np.ndarray, shape: tuple[int, ...]) -> str:
    """What stands in the place of a mask: other numbers, or truth values of another shape."""
    if np.isin(array, (0, 1)).all():
        return f"has the shape {_by(array.shape)}"
    holds = f"holds {np.setdiff1d(array, (0, 1))[0]:.3g}"
    whole = (
        len(shape) == 1 and array.ndim == 1 and (array == array.round()).all() and array.min() >= 0
    )
    return f"{holds}; are these positions?" if whole else holds


def positions_of(value, what: str) -> list[int]:
    """A value as positions, in their order: a list, an array or a set of whole numbers.

    Raises:
        Unfit: it is none.
    """
    array = array_of(sorted(value) if isinstance(value, set) else value, what, (-1,))
    if (array != array.round()).any():
        raise Unfit(f"{what} should hold whole numbers, and is {shown(value)}")
    return sorted(map(int, array))


def parts_of(value, count: int, what: str) -> list:
    """A value as so many parts.

    Raises:
        Unfit: it is no list or tuple of that length; `what` says which parts are asked for.
    """
    if isinstance(value, np.ndarray) and value.ndim:
        value = list(value)
    if not isinstance(value, list | tuple):
        raise Unfit(f"the answer should be a list of {count} things, {what}; it is {shown(value)}")
    if len(value) != count:
        raise Unfit(f"the answer should hold {count} things, {what}; it holds {len(value)}")
    return list(value)


def size(value: float) -> str:
    """A size as words have it: two digits."""
    return f"{value:.2g}"


def sizes(one: float, other: float) -> tuple[str, str]:
    """Two sizes with as many digits as tell them apart, two at least."""
    for digits in range(2, 15):
        said = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if said[0] != said[1]:
            break
    return said


# Instances


# How often an instance is drawn until it tells the right answer from the usual wrong ones.
TRIES = 20_000


def drawn(
    seed: int, draw: Callable[[np.random.Generator], tuple], good: Callable[..., bool]
) -> tuple:
    """The first draw that is good: on it the usual wrong answers differ from the right one."""
    rng = np.random.default_rng(seed)
    for _ in range(TRIES):
        found = draw(rng)
        if good(*found):
            return found
    raise AssertionError("no instance was found that tells right from wrong")


@cache
def all_masks(n: int) -> np.ndarray:
    """Every mask of n candidates, one by one; (2^n, n). It is made once, and not to be written to."""
    masks = (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(bool)
    masks.flags.writeable = False
    return masks


def apart(least: float, *values: float) -> bool:
    """Whether all values differ from each other by at least so much."""
    return bool(np.diff(np.sort(values)).min(initial=np.inf) >= least)
