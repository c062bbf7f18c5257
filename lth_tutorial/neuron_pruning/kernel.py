r"""The kernel behind random ReLU features, in closed form.

    H_ij = E[ relu(w . x_i) relu(w . x_j) ]
         = |x_i| |x_j| / (2 pi) (sin t + (pi - t) cos t),   t the angle between x_i and x_j,

for w ~ N(0, I). (Y. Cho, L. Saul, NeurIPS 2009.) On the unit sphere it is 1/d of that, since the length of a
Gaussian vector is independent of its direction and has mean square d; uniform in the unit ball, 1/(d + 2).
"""

from numbers import Integral

import numpy as np

from lth_tutorial.checks import affordable, choice, finite_array, generator, not_negative, shown

LAWS = ("gaussian", "sphere", "ball")


def arc_cosine_kernel(x, law: str = "gaussian") -> np.ndarray:
    """H for rows of x (m, d), and w of a law on R^d; (m, m), symmetric and positive semidefinite.

    Entries that are too large for a float are inf.

    Args:
        x: (m, d) finite.
        law: "gaussian", N(0, I); "sphere", uniform on |w| = 1; "ball", uniform on |w| <= 1.

    Raises:
        ValueError: x is not a finite matrix, or another law.

    Singular exactly where `has_independent_features` says no. Source: module. Chapter 4.
    """
    x, exponent = _rescaled(finite_array("x", x, 2))
    lengths = np.linalg.norm(x, axis=1)
    outer = np.outer(lengths, lengths)
    cosine = np.divide(x @ x.T, outer, out=np.zeros_like(outer), where=outer > 0)
    angle = np.arccos(np.clip(cosine, -1, 1))
    # arccos loses half of the digits near 0; there the exact angle of a row with itself is known.
    np.fill_diagonal(angle, 0.0)
    kernel = outer * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    with np.errstate(over="ignore"):
        return np.ldexp(kernel / _factor(law, x.shape[1]), exponent + exponent.T)


def in_range(name: str, values: np.ndarray) -> np.ndarray:
    """What was computed of finite arguments, if it is finite."""
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: what is computed of these sizes leaves the range of floats")
    return values


def _rescaled(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows times powers of two so that no square over- or underflows, and those powers' exponents (m, 1)."""
    exponent = np.frexp(np.abs(x).max(axis=1, keepdims=True))[1]
    return np.ldexp(x, -exponent), exponent


def _factor(law: str, d: int) -> float:
    return {"gaussian": 1.0, "sphere": float(d), "ball": d + 2.0}[choice("law", law, LAWS)]


def draw_weights(law: str, k: int, d: int, rng) -> np.ndarray:
    """First-layer weights of k neurons, independent, of a law of `arc_cosine_kernel`; (k, d).

    Raises:
        ValueError: another law than "gaussian", "sphere", "ball", or k or d is not a positive integer.
    """
    for name, value in (("k", k), ("d", d)):
        if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be a positive integer, got {shown(value)}")
    affordable("k and d", int(k) * int(d))
    choice("law", law, LAWS)
    rng = generator("rng", rng)
    w = rng.normal(size=(k, d))
    if law != "gaussian":
        w /= np.linalg.norm(w, axis=1, keepdims=True)
    if law == "ball":
        w *= rng.uniform(size=(k, 1)) ** (1 / d)
    return w


def has_independent_features(x, tolerance: float = 1e-9) -> bool:
    """Whether the functions w -> relu(w . x_i) are linearly independent, that is, the kernel's H invertible.

    They are iff no x_i is 0, no two are positively parallel, and the directions of the pairs of opposite
    points are linearly independent: since relu(w . x) - relu(-w . x) = w . x, such pairs make linear
    functions, and of these there are only d.

    Args:
        x: (m, d) finite.
        tolerance: directions closer than this, in length, count as one.

    Raises:
        ValueError: x is not a finite matrix.

    O(m^2 d). Source: chapter 4.
    """
    x, tolerance = _rescaled(finite_array("x", x, 2))[0], not_negative("tolerance", tolerance)
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    if np.any(lengths == 0):
        return False
    unit = x / lengths
    i, j = np.triu_indices(len(x), 1)
    if np.any(np.linalg.norm(unit[i] - unit[j], axis=1) <= tolerance):
        return False
    paired = unit[i][np.linalg.norm(unit[i] + unit[j], axis=1) <= tolerance]
    return len(paired) == 0 or bool(np.linalg.matrix_rank(paired) == len(paired))


def kernel_coefficients(x, target, w, law: str = "sphere") -> tuple[np.ndarray, float]:
    r"""The proof's coefficients: a(w) = sum_i alpha_i relu(w . x_i) with H alpha = y.

    Their mean product with the features is the target: E[a(w) relu(w . x_i)] = y_i.

    Args:
        x: (m, d) points. target: (m,) y. w: (k, d) first-layer weights.
        law: the one that the w were drawn from.

    Returns:
        a(w_j) (k,), and a bound of |a(w)| for all |w| <= 1: sum_i |alpha_i| |x_i|. Where H is singular,
        alpha is its pseudo-inverse times y, and the mean is y's nearest point that can be reached.

    Raises:
        ValueError: x or w is not a finite matrix, their columns differ in number, target is not one finite
            number for each row of x, or another law.

    O(m^3 + m k d). Source: E. Malach et al., ICML 2020; chapter 4.
    """
    x, target = finite_array("x", x, 2), finite_array("target", target, 1)
    if len(target) != len(x):
        raise ValueError(
            f"target must have one label for each of {len(x)} points, the rows of x, got {len(target)}"
        )
    kernel = in_range("x", arc_cosine_kernel(x, law))
    with np.errstate(over="ignore", invalid="ignore"):
        alpha = np.linalg.pinv(kernel, rcond=1e-11, hermitian=True) @ target
        bound = float(in_range("x and target", np.abs(alpha) @ np.linalg.norm(x, axis=1)))
        return in_range("x, w and target", alpha @ relu_features(x, w)), bound


def relu_features(x, w) -> np.ndarray:
    """relu(x_i . w_j) for rows of x (m, d) and of w (k, d); (m, k).

    Raises:
        ValueError: x or w is not a finite matrix, or their columns differ in number.
    """
    x, w = finite_array("x", x, 2), finite_array("w", w, 2)
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"w must have as many columns as x, {x.shape[1]}; got {w.shape[1]}")
    with np.errstate(over="ignore", invalid="ignore"):
        return in_range("x and w", np.maximum(x @ w.T, 0))
