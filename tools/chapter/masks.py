"""Random masks: what they keep of a sum."""

import numpy as np

from lth_tutorial import checks


def spread(weights, p: float) -> float:
    """The root mean square error of the rescaled sum that a random mask keeps.

    sqrt(E (S - sum_i w_i)^2) = sqrt((1 - p) / p) |w|_2 for S = sum_i M_i w_i / p, where the entries M_i of
    the mask are independent, 1 with probability p and else 0.

    Args:
        weights: (n,) the numbers w.
        p: the probability that one is kept, in (0, 1).

    Raises:
        ValueError: `weights` are no finite numbers in one row, or `p` lies outside (0, 1).
    """
    weights = checks.finite_array("weights", weights, 1)
    p = checks.inside("p", p)
    return float(np.sqrt((1 - p) / p) * np.linalg.norm(weights))


def sums(weights, p: float, trials: int, rng=0) -> np.ndarray:
    """The rescaled sums S of `spread` for `trials` random masks; (trials,).

    Args:
        weights, p: as in `spread`.
        trials: how many masks are drawn, at least 1.
        rng: a Generator or a seed.

    Raises:
        ValueError: an argument is not as said.
    """
    weights = checks.finite_array("weights", weights, 1)
    p, trials = checks.inside("p", p), checks.whole("trials", trials, 1)
    checks.affordable("trials", trials * len(weights))
    masks = checks.generator("rng", rng).random((trials, len(weights))) < p
    return masks @ weights / p
