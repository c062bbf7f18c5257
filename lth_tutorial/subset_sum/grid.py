r"""The common binary grid: candidates as whole multiples of one power of two, and the target beside them.

Every float64 is a whole number times a power of two. With u the largest power of two that divides all
candidates, x_i / u are integers, and so is every sum s. The target need not be one: let z / u = k + f,
0 <= f < 1. The errors of sums at or below k are k - s + f, those above s - k - f; which of two errors is
smaller depends only on whether f is 0, below 1/2, equal to 1/2 or above it. So with f replaced by 0, 1/4,
1/2 or 3/4 the order and the ties of all errors stay as they are, and in units of u/4 all numbers are
integers. If

    total = |z| + sum_i |x_i|  <  2^62 u/4,

every sum fits into int64: nothing is lost, and an optimum on the grid is an optimum of the instance.
Otherwise the unit is raised until the total fits, and all numbers, the target too, are rounded to multiples
of it, each by at most half a unit. A mask's error then changes by at most (n + 1) / 2 units, so the mask
that is optimal on the grid is within n + 1 units of the optimum: half of that for it and half for the
optimum's mask. As the unit is raised no further than needed, it is about 2^-60 total at most.
"""

import numpy as np

from lth_tutorial.checks import finite_array, finite_number

BITS = 62
_ZERO = 1 << 30  # stands for "divisible by every power of two"


def to_grid(
    x: np.ndarray, z: np.ndarray, bits: int = BITS, names: str = "x and z"
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows of candidates and targets as integers.

    Args:
        x: (m, n) float64, finite.
        z: (m,) float64, finite.
        bits: the integers of a row add up, in absolute value, to less than 2^bits.
        names: what an error message calls the numbers of a row.

    Returns:
        (integers (m, n) int64, targets (m,) int64, exponent (m,) int64, exact (m,) bool): candidates k
        are integers[k] * 2**exponent[k], rounded where not exact; targets[k] stands for the target among
        them as the module says.

    Raises:
        ValueError: the absolute values of a row add up beyond the largest float.
    """
    rows = np.concatenate([x, z[:, None]], axis=1)
    with np.errstate(over="ignore"):
        total = np.abs(rows).sum(axis=1)
    if not np.isfinite(total).all():
        raise ValueError(f"{names}: their absolute values must add up to a finite number")
    finest = np.minimum(lowest_bit(x).min(axis=1), 1023)
    # 2^height bounds the total, also when the sum itself was rounded down to just below a power of two.
    fraction, height = np.frexp(total)
    height = height.astype(np.int64) + (fraction > 1 - 1e-12)
    exponent = np.maximum(finest - 2, height - bits)
    exact = exponent <= finest - 2
    integers = np.rint(scaled(x, -exponent[:, None])).astype(np.int64)
    rounded = np.rint(scaled(z, -exponent)).astype(np.int64)
    return integers, np.where(exact, _quarters(z, finest), rounded), exponent, exact


def _quarters(z: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    """4 k + c for z / 2^exponent = k + f, with c = 0, 1, 2, 3 for f = 0, below, at and above 1/2."""
    with np.errstate(over="ignore"):
        units = scaled(z, -exponent)
    units = np.where(np.abs(units) < 2.0**61, units, 0.0)  # others are not exact anyway
    whole = np.floor(units)
    f = units - whole
    code = 4 * whole.astype(np.int64) + np.select([f == 0, f < 0.5, f == 0.5], [0, 1, 2], 3)
    return np.where(units == 0, np.sign(z).astype(np.int64), code)


def scaled(values, exponent) -> np.ndarray:
    """values * 2^exponent. The C int is the one type of exponent that numpy takes on every machine."""
    return np.ldexp(values, np.asarray(exponent).astype(np.intc))


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
        0.0 if candidates and target together stay below 2^60 times the last binary digit that any candidate
        has, as do all that `Generator.uniform(-1, 1)` draws, for targets of their size; else the power of
        two u for which `best_subset` is within (n + 1) u of the optimum.

    Raises:
        ValueError: x is not a non-empty finite vector, z not a finite number, or their absolute values
            add up beyond the largest float.
    """
    x, z = finite_array("x", x, 1), finite_number("z", z)
    _, _, exponent, exact = to_grid(x[None], np.array([z]))
    return 0.0 if exact[0] else float(np.ldexp(1.0, int(exponent[0])))
