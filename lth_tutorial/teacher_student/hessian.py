r"""The curvature of the risk around the teacher: of the data at hand, and of the whole population.

On data, H = A'A / (N K^2) with rows A_n = ( 1[z_nj > 0] x_{n, Omega_j} )_j: a Gram matrix, so its least
eigenvalue is never negative, at any weights. What is not convex sits in the kinks, which a Hessian at a point
does not see and an expectation smooths out:

    f(W) = 1/(2 K^2) [ sum_ij h(w_i, w_j) - 2 sum_ij h(w_i, w*_j) + sum_ij h(w*_i, w*_j) ] ,
    h(a, b) = E relu(a . x) relu(b . x) ,   x ~ N(0, I)

is twice differentiable away from zero neurons, and its Hessian can have negative eigenvalues.
"""

import numpy as np

from lth_tutorial.checks import finite_array, moderate

from .model import Teacher, checked, checked_supports, checked_teacher, dense, gather


def hessian(x, supports, weights) -> np.ndarray:
    """The Hessian of Eq. (2) where no neuron is at a kink; x (N, d), supports, weights (K, r); (K r, K r).

    Raises:
        ValueError: shapes do not fit, something is not finite, or supports are out of range or repeat a
            feature.
    """
    x, weights = finite_array("x", x, 2), finite_array("weights", weights, 2)
    x, _, supports, weights = checked(x, np.zeros(len(x)), supports, weights, "weights")
    seen = gather(x, supports)
    neurons, samples, r = seen.shape
    with np.errstate(over="ignore", invalid="ignore"):
        active = seen * ((seen @ weights[..., None]) > 0)
        rows = active.swapaxes(0, 1).reshape(samples, neurons * r)
        found = rows.T @ rows / (samples * neurons**2)
    if not np.isfinite(found).all():
        raise ValueError("x must be smaller: the Hessian leaves the range of floats")
    return found


def population_hessian(teacher: Teacher, supports, weights) -> np.ndarray:
    r"""The Hessian of E f at weights (K, r) on supports (K, r), for Gaussian inputs; (K r, K r).

    Block (i, i) is I/2 + sum_{j != i} h_aa(w_i, w_j) - sum_l h_aa(w_i, w*_l), block (i, j) is h_ab(w_i, w_j),
    all / K^2, rows restricted to Omega_i and columns to Omega_j; with t the angle of a and b,

        h_aa = |b| sin t / (2 pi |a|) (I - a a' + n n') ,           a, b, n of length 1 in the brackets,
        h_ab = [ (pi - t) I + a n' + b m' ] / (2 pi) ,
        n = direction of b - cos(t) a ,  m = direction of a - cos(t) b .

    At a neuron that is parallel to a true one, the term sin t / |a| vanishes. Rows and columns of entries
    that a support of -1 stands for are 0.

    Raises:
        ValueError: weights and supports differ in shape, or a neuron is 0: there the risk is not
            differentiable.
    """
    teacher = checked_teacher("teacher", teacher, one=True)
    supports = checked_supports("supports", supports, teacher.features)
    weights = finite_array("weights", weights, 2)
    if supports.shape != weights.shape:
        raise ValueError(f"weights must be {supports.shape} like supports, got {weights.shape}")
    moderate("weights", weights)
    moderate("teacher.weights", teacher.weights)
    ours, true = dense(supports, weights, teacher.features), _dense(teacher)
    if (np.linalg.norm(ours, axis=1) == 0).any():
        raise ValueError("weights must not hold a neuron that is 0: the risk has a kink there")
    neurons, r = np.shape(supports)
    whole = np.empty((neurons, r, neurons, r))
    for i in range(neurons):
        for j in range(neurons):
            block = _diagonal(ours, true, i) if i == j else _across(ours[i], ours[j])
            whole[i, :, j] = _restricted(block, supports[i], supports[j])
    return whole.reshape(neurons * r, neurons * r) / neurons**2


def _dense(teacher: Teacher) -> np.ndarray:
    return dense(teacher.supports, teacher.weights, teacher.features)


def _diagonal(ours, true, i):
    block = np.eye(ours.shape[1]) / 2
    for j, other in enumerate(ours):
        if j != i:
            block += _within(ours[i], other)
    return block - sum(_within(ours[i], other) for other in true)


def _within(a, b):
    """d^2 h / da^2."""
    length, other = np.linalg.norm(a), np.linalg.norm(b)
    if other == 0:
        return np.zeros((len(a), len(a)))
    u, v = a / length, b / other
    angle = _angle(u, v)
    n = _unit(v - (u @ v) * u)
    factor = other * np.sin(angle) / (2 * np.pi * length)
    return factor * (np.eye(len(a)) - np.outer(u, u) + np.outer(n, n))


def _across(a, b):
    """d^2 h / da db, rows for a."""
    u, v = _unit(a), _unit(b)
    angle = _angle(u, v)
    n, m = _unit(v - (u @ v) * u), _unit(u - (u @ v) * v)
    return ((np.pi - angle) * np.eye(len(a)) + np.outer(u, n) + np.outer(v, m)) / (2 * np.pi)


def _angle(u, v) -> float:
    """Between unit vectors, without the loss of digits of arccos near 0 and pi."""
    return 2 * float(np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v)))


def _unit(a):
    """a at length 1; 0 where a is 0 to rounding, as for directions that are parallel."""
    length = np.linalg.norm(a)
    return a / length if length > 1e-12 else np.zeros_like(a)


def _restricted(block, rows, columns):
    part = block[np.ix_(rows, columns)]
    return part * np.outer(rows >= 0, columns >= 0)


def population_risk(teacher: Teacher, supports, weights) -> float:
    """E f(W) on Gaussian inputs, by the arc-cosine kernel."""
    from lth_tutorial.neuron_pruning import arc_cosine_kernel

    teacher = checked_teacher("teacher", teacher, one=True)
    supports = checked_supports("supports", supports, teacher.features)
    weights = finite_array("weights", weights, 2)
    if supports.shape != weights.shape:
        raise ValueError(f"weights must be {supports.shape} like supports, got {weights.shape}")
    ours, true = dense(supports, weights, teacher.features), _dense(teacher)
    kernel = arc_cosine_kernel(np.vstack([ours, true]))
    signs = np.repeat([1.0, -1.0], [len(ours), len(true)])
    return float(signs @ kernel @ signs) / (2 * len(ours) ** 2)
