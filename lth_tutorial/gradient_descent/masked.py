"""The repaired descent: the mask inside the gradient."""

import numpy as np

from lth_tutorial.checks import finite_array, switch

from .descent import Run, checked, checked_steps, gram
from .masks import best_masks


def descend_masked(
    u, w, x, step: float, steps: int, *, size: int | None = None, precondition: bool = False
) -> Run:
    r"""Descent on the masked loss, the mask chosen anew after every step.

        M_t minimises |w - (U_t o M)'1|_2,   rho_t = (U_t o M_t)'1 - w,
        U_{t+1} = U_t - 2 alpha M_t o (1 (A rho_t)') ,   A = X'X .

    With M_t kept, the error becomes (I - 2 alpha K A) rho_t, K the diagonal matrix of kept counts; the new
    mask can only be better. So E never rises where I - 2 alpha K A shrinks every vector:
    A = a I or `precondition` (then A is left out of the step), and 2 alpha a max(K) <= 2; or all columns
    keep equally many (`size`), and alpha <= 1 / (size lambda).

    Args:
        u, w, x, step, steps: as `descend`.
        size: how many entries every column keeps; any number by default.
        precondition: divide the gradient by X'X.

    Returns:
        Run.

    Raises:
        ValueError: as `descend` and `best_masks`; precondition with an X of deficient rank.

    Time as `descend`, one step after the other. Chapter 7, "Put the mask inside".
    """
    u, w, x = checked(u, w, x)
    step, steps = checked_steps(step, steps)
    matrix = gram(x)
    if switch("precondition", precondition):
        if (np.linalg.matrix_rank(x) < x.shape[-1]).any():
            raise ValueError("x must have full column rank to be divided out (precondition=True)")
        matrix = np.eye(x.shape[-1])
    shape = (*u.shape[:-2], steps + 1, *u.shape[-2:])
    weights, masks = np.empty(shape), np.empty(shape, dtype=bool)
    gaps = np.empty((*shape[:-2], shape[-1]))
    for t in range(steps + 1):
        masks[..., t, :, :], gaps[..., t, :] = best_masks(u, w, size)
        weights[..., t, :, :] = u
        slope = np.einsum("...ij,...j->...i", matrix, gaps[..., t, :])
        u = u - 2 * step * masks[..., t, :, :] * slope[..., None, :]
    return Run(weights, masks, gaps, np.broadcast_to(w[..., None, :], (*shape[:-3], 1, shape[-1])))


def masked_stability_limit(x, kept) -> float:
    """1 / (max(kept) lambda): up to it a step of the masked descent does not raise the masked loss.

    With X'X = a I, or kept counts that are all equal, it does not raise E either.

    Args:
        x: (m, d) data. kept: kept counts of the columns, or one number.

    Raises:
        ValueError: x is not a finite matrix with a nonzero entry; no column keeps anything.
    """
    x, most = finite_array("x", x, 2), int(finite_array("kept", kept, (0, 1)).max())
    if most < 1:
        raise ValueError("kept must hold a positive count")
    largest = float(np.linalg.eigvalsh(gram(x))[-1])
    if not largest > 0:
        raise ValueError("x must not be all zero")
    return 1 / (most * largest)
