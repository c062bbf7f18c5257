"""One weight from two layers of random neurons: the first step of the construction."""

import numpy as np

from lth_tutorial import perturbed_subset_sum
from lth_tutorial.checks import finite_array, finite_number, not_negative


def prune_weight(weight: float, first, second, epsilon: float = 0.0) -> np.ndarray:
    r"""The neurons to keep, so that a random network of one hidden layer computes x -> weight x.

        sum_k s_k v_k relu(u_k x)  ~  weight x,     s in {0, 1}^m

    For x > 0 only the neurons with u_k > 0 speak, for x < 0 only those with u_k < 0; on either half-line
    neuron k adds u_k v_k x. So these are two subset-sum problems over the products u_k v_k, each solved to
    its optimum (with epsilon > 0, v_k may move by epsilon).

    Args:
        weight: the target.
        first, second: (m,) the weights u and v of the hidden neurons, of any signs.
        epsilon: how far each v_k may move; >= 0.

    Returns:
        s, (m,) bool. Neurons with u_k = 0 are dropped; where several masks are equally good it is the one
        that chapter 1's (epsilon > 0: chapter 2's) `best_subset` returns.

    Raises:
        ValueError: weight, first, second or epsilon are not finite numbers, first and second differ in
            length, epsilon is negative, or a half-line has more than 48 neurons.

    Source: the slides' approach, with u = (1, ..., 1, -1, ..., -1). Chapter 3.
    """
    weight = finite_number("weight", weight)
    epsilon = not_negative("epsilon", epsilon)
    u, v = finite_array("first", first, 1), finite_array("second", second, 1)
    if len(u) != len(v):
        raise ValueError(f"first holds {len(u)} weights and second {len(v)}; they must agree")
    mask = np.zeros(len(u), dtype=bool)
    for half in (u > 0, u < 0):
        if half.any():
            radii = epsilon * np.abs(u[half])
            mask[half] = perturbed_subset_sum.best_subset((u * v)[half], weight, radii).mask
    return mask
