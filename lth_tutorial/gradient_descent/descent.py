"""Gradient descent on all weights: every row moves alike, so the whole way is known in closed form."""

from dataclasses import dataclass

import numpy as np

from lth_tutorial.checks import affordable, finite_array, finite_number, positive

from .masks import best_masks

# A rise below this is rounding.
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Run:
    """A descent with its best mask at every step t = 0 .. T.

    weights: (..., T + 1, n, d), U_t. masks: (..., T + 1, n, d) bool, M_t. gaps: (..., T + 1, d),
    (U_t o M_t)'1 - w. target: (..., 1, d), w.
    """

    weights: np.ndarray
    masks: np.ndarray
    gaps: np.ndarray
    target: np.ndarray

    @property
    def errors(self) -> np.ndarray:
        """E_t = |w - (U_t o M_t)'1|_2; (..., T + 1)."""
        return np.linalg.norm(self.gaps, axis=-1)

    @property
    def unmasked(self) -> np.ndarray:
        """F_t = |w - U_t'1|_2; (..., T + 1)."""
        return np.linalg.norm(self.weights.sum(axis=-2) - self.target, axis=-1)

    @property
    def kept(self) -> np.ndarray:
        """How many entries each column's mask keeps; (..., T + 1, d)."""
        return self.masks.sum(axis=-2)


def descend(u, w, x, step: float, steps: int) -> Run:
    r"""Gradient descent on sum_i (1'U x_i - w'x_i)^2 over U, with the best mask at every step.

        U_{t+1} = U_t - 2 alpha 1 (s_t - w)' A ,   s_t = U_t'1 ,   A = X'X .

    All rows of U move alike, so s_t - w = (I - 2 alpha n A)^t (s_0 - w), and

        U_t = U_0 + 1 (s_t - s_0)' / n .

    The powers are taken of the eigenvalues of A: no step is simulated, nothing accumulates.

    Args:
        u: (n, d) start, or (b, n, d) for b runs at once; finite, 1 <= n <= 52.
        w: (d,) or (b, d) target. x: (m, d) or (b, m, d) data, one input a row.
        step: alpha > 0; it converges for alpha < `stability_limit(x, n)` if X has full column rank.
        steps: T >= 0.

    Returns:
        Run. Where a best mask is not unique, see `best_masks`.

    Raises:
        ValueError: an argument is not finite or has the wrong shape; step is not positive; steps is
            negative; or the descent leaves the range of floats.

    Time (T + 1) d O(2^(n/2) n) a run. Chapter 7, "One shift for all rows".
    """
    u, w, x = checked(u, w, x)
    step, steps = checked_steps(step, steps)
    n = u.shape[-2]
    start = u.sum(axis=-2) - w
    values, vectors = np.linalg.eigh(gram(x))
    with np.errstate(over="ignore", invalid="ignore"):
        powers = (1 - 2 * step * n * values[..., None, :]) ** np.arange(steps + 1)[:, None]
        along = np.einsum("...ij,...i->...j", vectors, start)
        residuals = (powers * along[..., None, :]) @ np.swapaxes(vectors, -1, -2)
        shifts = (residuals - start[..., None, :]) / n
    shifts[..., 0, :] = 0  # exactly, at the start
    weights = u[..., None, :, :] + shifts[..., :, None, :]
    if not np.isfinite(weights).all():
        raise ValueError("step: the descent leaves the range of floats; see stability_limit")
    target = np.broadcast_to(w[..., None, :], (*weights.shape[:-3], 1, w.shape[-1]))
    return Run(weights, *best_masks(weights, target), target)


def gram(x: np.ndarray) -> np.ndarray:
    """X'X; (..., d, d)."""
    with np.errstate(over="ignore", invalid="ignore"):
        products = np.swapaxes(x, -1, -2) @ x
    if not np.isfinite(products).all():
        raise ValueError("x must be smaller: X'X leaves the range of floats")
    return products


def stability_limit(x, n: int) -> float | np.ndarray:
    """1 / (n lambda), lambda the largest eigenvalue of X'X: below it every step shrinks the unmasked error.

    Args:
        x: (m, d) or (b, m, d) data. n: rows of U.

    Raises:
        ValueError: x is not finite or all zero; n < 1.
    """
    x = finite_array("x", x, (2, 3))
    if finite_number("n", n) < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    largest = np.linalg.eigvalsh(gram(x))[..., -1]
    if not (largest > 0).all():
        raise ValueError("x must not be all zero")
    limit = 1 / (n * largest)
    return float(limit) if limit.ndim == 0 else limit


def rises(errors: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
    """Whether E_{t+1} > E_t, up to rounding; errors (..., T + 1) -> (..., T) bool."""
    return np.diff(errors, axis=-1) > tolerance


def checked(u, w, x) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The three arrays as floats of shapes that fit together."""
    u = finite_array("u", u, (2, 3))
    w, x = finite_array("w", w, (1, 2)), finite_array("x", x, (2, 3))
    with np.errstate(over="ignore"):
        reach = np.abs(u).sum() + np.abs(w).sum()
    if not np.isfinite(reach):
        raise ValueError("u and w: their absolute values must add up to a finite number")
    d = u.shape[-1]
    for name, array in (("w", w), ("x", x)):
        if array.shape[-1] != d:
            raise ValueError(f"{name} must have d = {d} columns as u has, got shape {array.shape}")
    runs = {len(a) for a, single in ((u, 2), (w, 1), (x, 2)) if a.ndim > single}
    if len(runs) > 1:
        raise ValueError(f"u, w and x must agree on the number of runs, got {sorted(runs)}")
    if runs:
        (b,) = runs
        u = np.broadcast_to(u, (b, *u.shape[-2:]))
        w = np.broadcast_to(w, (b, d))
        x = np.broadcast_to(x, (b, *x.shape[-2:]))
    return u, w, x


def checked_steps(step, steps) -> tuple[float, int]:
    """A positive step and a number of steps."""
    step, steps = positive("step", step), finite_number("steps", steps)
    if steps != int(steps) or steps < 0:
        raise ValueError(f"steps must be a whole number, 0 or more, got {steps}")
    affordable("steps", int(steps))
    return step, int(steps)
