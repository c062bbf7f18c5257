r"""How far two networks are apart: in weights, up to the order of the neurons, and in function.

Reordering the neurons of the network does not change it, so weights are compared after the best matching.
"""

import itertools

import numpy as np

from lth_tutorial.neuron_pruning import arc_cosine_kernel

from .model import Teacher, checked_teacher, dense

# Below, all orders are tried; above, the assignment problem is solved.
_FEW_NEURONS = 4


def matched_error(found: Teacher, truth: Teacher) -> np.ndarray:
    """min over permutations of |W_perm - W*|_F / |W*|_F, both padded with zeros to all features; (...).

    Args:
        found: the student as a Teacher: weights (..., K, r), supports that broadcast to them.
        truth: the teacher; its leading dimensions broadcast against the student's.

    Raises:
        ValueError: another number of neurons or of features, or a truth that is 0.
        ImportError: scipy is missing, for more than 4 neurons.
    """
    squares, length = _squares(found, truth)
    return np.sqrt(np.vectorize(_least, signature="(k,k)->()")(squares) / length)


def best_order(found: Teacher, truth: Teacher) -> np.ndarray:
    """The order in which one student's neurons come nearest to the truth's; (K,)."""
    squares, _ = _squares(found, truth)
    return _assignment(squares.T)


def _squares(found, truth):
    """Squared distances of every neuron found to every true one, (..., K, K), and |W*|_F^2."""
    found = checked_teacher("found", found, finite=False)
    truth = checked_teacher("truth", truth)
    if found.features != truth.features or found.weights.shape[-2] != truth.weights.shape[-2]:
        raise ValueError("found and truth must have the same number of neurons and of features")
    ours = dense(found.supports, found.weights, found.features)
    true = dense(truth.supports, truth.weights, truth.features)
    length = squared_length("truth", true)
    cross = ours @ true.swapaxes(-1, -2)
    squares = (ours**2).sum(-1)[..., :, None] + (true**2).sum(-1)[..., None, :] - 2 * cross
    # The difference itself where the neurons are as they are numbered: no digits are lost near the truth.
    straight = ((ours - true) ** 2).sum(-1)
    index = np.arange(squares.shape[-1])
    squares[..., index, index] = straight
    return np.maximum(squares, 0), length


def squared_length(name: str, weights: np.ndarray) -> np.ndarray:
    """|W|_F^2 of networks (..., K, r), to which errors are relative.

    Raises:
        ValueError: a network is 0, or its square is no float.
    """
    with np.errstate(over="ignore", under="ignore"):
        squares = (weights**2).sum((-1, -2))
    if not ((squares > 0) & np.isfinite(squares)).all():
        raise ValueError(
            f"{name} must not be 0 (errors are relative to its length), nor its square beyond a float"
        )
    return squares


def _least(squares: np.ndarray) -> float:
    if not np.isfinite(squares).all():
        return np.inf
    return float(squares[np.arange(len(squares)), _assignment(squares)].sum())


def _assignment(costs: np.ndarray) -> np.ndarray:
    """For each row the column that makes the sum least."""
    index = np.arange(len(costs))
    # A row whose cheapest column is its own, for all rows at once: the usual case, and optimal.
    if (costs.argmin(axis=1) == index).all():
        return index
    if len(costs) <= _FEW_NEURONS:
        orders = list(itertools.permutations(index))
        return np.array(min(orders, key=lambda order: costs[index, list(order)].sum()))
    from scipy.optimize import linear_sum_assignment

    return linear_sum_assignment(costs)[1]


def function_error(found: Teacher, truth: Teacher) -> float:
    """sqrt(E (g - g*)^2 / E g*^2) on Gaussian inputs, one network, same K, by the arc-cosine kernel."""
    found = checked_teacher("found", found, one=True)
    truth = checked_teacher("truth", truth, one=True)
    ours = dense(found.supports, found.weights, found.features)
    true = dense(truth.supports, truth.weights, truth.features)
    squared_length("truth", true)
    if found.features != truth.features:
        raise ValueError("found and truth must have the same number of features")
    kernel = arc_cosine_kernel(np.vstack([ours, true]))
    signs = np.repeat([1.0, -1.0], [len(ours), len(true)])
    reference = kernel[len(ours) :, len(ours) :].sum()
    return float(np.sqrt(max(signs @ kernel @ signs, 0.0) / reference))
