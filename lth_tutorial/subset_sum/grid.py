r"""The common binary grid: candidates and target as whole multiples of one power of two.

Every float64 is a whole number times a power of two. With u the largest power of two that divides all
candidates and the target, x_i / u and z / u are integers, and if

    total = |z| + sum_i |x_i|  <  2^62 u

every sum fits into int64: nothing is rounded, and an optimum on the grid is an optimum of the instance.
Otherwise u is raised until the total fits, and the numbers are rounded to multiples of u, each by at
most u/2. A mask's error then changes by at most (n + 1) u / 2, so the mask that is optimal on the grid
is within (n + 1) u of the optimum: twice that bound, once for it and once for the true optimum's mask.
As u is raised no further than needed, u < 2^-60 total.
"""

import numpy as np

from .checks import finite_array, finite_number

BITS = 62
_ZERO = 1 << 30  # stands for "divisible by every power of two"


def to_grid(
    x: np.ndarray, z: np.ndarray, bits: int = BITS
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows of candidates and targets as integers.

    Args:
        x: (m, n) float64, finite.
        z: (m,) float64, finite.
        bits: the integers of a row add up, in absolute value, to less than 2^bits.

    Returns:
        (integers (m, n) int64, targets (m,) int64, exponent (m,) int64, exact (m,) bool): row k equals
        integers[k] * 2**exponent[k], rounded where not exact.

    Raises:
        ValueError: the absolute values of a row add up beyond the largest float.
    """
    rows = np.concatenate([x, z[:, None]], axis=1)
    with np.errstate(over="ignore"):
        total = np.abs(rows).sum(axis=1)
    if not np.isfinite(total).all():
        raise ValueError("x and z: their absolute values must add up to a finite number")
    finest = np.minimum(lowest_bit(rows).min(axis=1), 1023)
    # 2^height bounds the total; the factor covers the rounding of the sum itself.
    height = np.frexp(total * (1 + 1e-12))[1].astype(np.int64)
    exponent = np.maximum(finest, height - bits)
    integers = np.rint(np.ldexp(rows, -exponent[:, None])).astype(np.int64)
    return integers[:, :-1], integers[:, -1], exponent, exponent <= finest


def lowest_bit(values: np.ndarray) -> np.ndarray:
    """The exponent of the lowest set bit of each float64; a large number for zeros. Same shape, int64."""
    fraction, exponent = np.frexp(values)
    whole = np.ldexp(fraction, 53).astype(np.int64)
    low = (whole & -whole).astype(np.float64)
    trailing = np.frexp(low)[1].astype(np.int64) - 1
    return np.where(whole == 0, _ZERO, exponent - 53 + trailing)


def rounding_unit(x, z) -> float:
    """The unit to which an instance is rounded before it is solved; 0.0 when it is solved exactly.

    Args:
        x: (n,) candidates.
        z: target.

    Returns:
        0.0 if candidates and target fit on one 62-bit grid, as all do that `Generator.uniform(-1, 1)`
        draws; else the power of two u for which `best_subset` is within (n + 1) u of the optimum.

    Raises:
        ValueError: x is not a non-empty finite vector, z not a finite number, or their absolute values
            add up beyond the largest float.
    """
    x, z = finite_array("x", x, 1), finite_number("z", z)
    _, _, exponent, exact = to_grid(x[None], np.array([z]))
    return 0.0 if exact[0] else float(np.ldexp(1.0, int(exponent[0])))
