"""Input checks shared by the solvers: a ValueError names the argument and the rule it broke."""

import math

import numpy as np


def finite_array(name: str, values, ndim: int | tuple[int, ...]) -> np.ndarray:
    """`values` as float64 of `ndim` dimensions (or of one of several), finite and not empty."""
    try:
        array = np.asarray(values)
        kind = array.dtype
        if kind.kind not in "iufO" and array.size:
            raise ValueError(f"{name} must hold real numbers, got {kind}")
        array = array.astype(float)
    except (TypeError, OverflowError) as error:
        raise ValueError(f"{name} must hold real numbers that fit into a float") from error
    except ValueError as error:
        if str(error).startswith(name):
            raise
        raise ValueError(f"{name} must hold real numbers, in rows of one length") from error
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if array.ndim not in allowed:
        wanted = " or ".join(map(str, allowed))
        raise ValueError(f"{name} must have {wanted} dimension(s), got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, but holds NaN or infinity")
    return array


def finite_number(name: str, value) -> float:
    """`value` as a finite float."""
    return float(finite_array(name, np.asarray(value), 0))


def at_most(name: str, n: int, most: int, needs: str) -> None:
    """Refuse more than `most` candidates, saying what `n` of them would take."""
    if n > most:
        raise ValueError(f"{name} holds {n} candidates, at most {most} are served: {needs}")


def gibibytes(elements: float) -> str:
    """The memory of `elements` 64-bit numbers, written for a reader."""
    return f"{elements * 8 / 2**30:,.3g} GiB"


def exact_error(x: np.ndarray, mask: np.ndarray, z: float) -> tuple[float, float]:
    """The sum of x[mask] and its distance from z, each rounded once from its exact value."""
    chosen = x[mask].tolist()
    return math.fsum(chosen), abs(math.fsum([*chosen, -z]))
