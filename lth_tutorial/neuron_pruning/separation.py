r"""One ReLU neuron as a target: random features and neuron pruning against weight pruning.

The target is relu(w* . x) with |w*| = 1 on Gaussian inputs, whose mean square is 1/2. For Gaussian x the mean
of relu(a . x) relu(b . x) is the arc-cosine kernel of a and b, so every error below is exact in x:

    relative error^2 = 2 E_x (f(x) - relu(w* . x))^2 .
"""

import numpy as np

from lth_tutorial.weight_pruning import prune_network

from .kernel import arc_cosine_kernel, draw_weights
from .selectors import prune_neurons

# Added to the kernel's diagonal, in units of its largest entry, so that nearly dependent features do not turn
# the solution into noise. The error reported is that of the combination found: the ridge can only raise it.
_RIDGE = 1e-12


def feature_error(w: np.ndarray, target: np.ndarray) -> float:
    """Relative error of the best linear combination of relu(w_j . x); w (k, d), target (d,) of length 1.

    With A and b the arc-cosine kernel among the w_j and with the target, c = A^-1 b, and the squared error
    is 1 - 4 b'c + 2 c'Ac.
    """
    kernel = arc_cosine_kernel(np.vstack([w, target]))
    among, beside = kernel[:-1, :-1], kernel[:-1, -1]
    ridge = _RIDGE * among.diagonal().max() * np.eye(len(w))
    c = np.linalg.solve(among + ridge, beside)
    return _root(1 - 4 * float(beside @ c) + 2 * float(c @ among @ c))


def mask_error(w: np.ndarray, v: np.ndarray, target: np.ndarray, method: str = "omp") -> float:
    """Relative error of a neuron-pruned network c sum_j b_j v_j relu(w_j . x), mask by `prune_neurons`.

    The selector sees the functions themselves, as the rows of a square root of their kernel.
    """
    kernel = arc_cosine_kernel(np.vstack([w, target]))
    values, vectors = np.linalg.eigh(kernel)
    rows = (vectors * np.sqrt(np.maximum(values, 0))).T
    mask, scale = prune_neurons(rows[:, :-1], rows[:, -1], v, method)
    kept = np.where(mask, scale * v, 0.0)
    square = kept @ kernel[:-1, :-1] @ kept - 2 * kept @ kernel[:-1, -1] + 0.5
    return _root(2 * float(square))


def weight_pruning_error(target: np.ndarray, n: int, rng, **kwargs) -> tuple[float, int]:
    """Relative error of `prune_network` for one neuron, and its weights: entries of the blocks.

    The target network has matrices w*' (1, d) and (1): its error is that of a ReLU of a piecewise linear
    function, so it is measured on 20,000 Gaussian inputs.
    """
    for_network, for_x = np.random.default_rng(rng).spawn(2)
    network = prune_network([target[None], np.array([[0.5]])], n, rng=for_network, **kwargs)
    x = for_x.normal(size=(20_000, len(target)))
    found = 2 * network.forward(x).ravel()
    return float(np.sqrt(2 * np.mean((found - np.maximum(x @ target, 0)) ** 2))), network.candidates


def errors_by_width(widths, d: int, trials: int, rng, what: str = "features") -> np.ndarray:
    """Relative errors of `trials` draws of k neurons; (len(widths), trials).

    what: "features" for `feature_error`, "mask" for `mask_error`.
    """
    errors = []
    for k, stream in zip(widths, np.random.default_rng(rng).spawn(len(widths)), strict=True):
        row = []
        for child in stream.spawn(trials):
            for_w, for_v, for_target = child.spawn(3)
            w = draw_weights("sphere", k, d, for_w)
            target = draw_weights("sphere", 1, d, for_target)[0]
            v = for_v.uniform(-1, 1, k)
            row.append(feature_error(w, target) if what == "features" else mask_error(w, v, target))
        errors.append(row)
    return np.array(errors)


def needed_width(error: float, d: int, rng, most: int = 1500, growth: float = 1.2) -> int | None:
    """The first k of 1, 2, ... growing by `growth` at which features bring one draw's error to `error`.

    The features are nested: those of a smaller k are the first of a larger one. None beyond `most`.
    """
    for_w, for_target = np.random.default_rng(rng).spawn(2)
    w = draw_weights("sphere", most, d, for_w)
    target = draw_weights("sphere", 1, d, for_target)[0]
    k = 1
    while k <= most:
        if feature_error(w[:k], target) <= error:
            return k
        k = max(k + 1, int(k * growth))
    return None


def _root(square: float) -> float:
    return float(np.sqrt(max(square, 0.0)))
