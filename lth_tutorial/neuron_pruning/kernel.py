r"""The kernel behind random ReLU features, in closed form.

    H_ij = E[ relu(w . x_i) relu(w . x_j) ]
         = |x_i| |x_j| / (2 pi) (sin t + (pi - t) cos t),   t the angle between x_i and x_j,

for w ~ N(0, I). (Y. Cho, L. Saul, NeurIPS 2009.) On the unit sphere it is 1/d of that, since the length of a
Gaussian vector is independent of its direction and has mean square d; uniform in the unit ball, 1/(d + 2).
"""

import numpy as np

from lth_tutorial.subset_sum.checks import finite_array

LAWS = ("gaussian", "sphere", "ball")


def arc_cosine_kernel(x, law: str = "gaussian") -> np.ndarray:
    """H for rows of x (m, d), and w of a law on R^d; (m, m), symmetric and positive semidefinite.

    Args:
        x: (m, d) finite.
        law: "gaussian", N(0, I); "sphere", uniform on |w| = 1; "ball", uniform on |w| <= 1.

    Raises:
        ValueError: x is not a finite matrix, or another law.

    Singular if two rows are positively parallel or one is 0. Source: module. Chapter 4.
    """
    x = finite_array("x", x, 2)
    lengths = np.linalg.norm(x, axis=1)
    outer = np.outer(lengths, lengths)
    cosine = np.divide(x @ x.T, outer, out=np.zeros_like(outer), where=outer > 0)
    angle = np.arccos(np.clip(cosine, -1, 1))
    # arccos loses half of the digits near 0; there the exact angle of a row with itself is known.
    np.fill_diagonal(angle, 0.0)
    kernel = outer * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    return kernel / _factor(law, x.shape[1])


def _factor(law: str, d: int) -> float:
    if law not in LAWS:
        raise ValueError(f"law must be one of {', '.join(LAWS)}; got {law!r}")
    return {"gaussian": 1.0, "sphere": float(d), "ball": d + 2.0}[law]


def draw_weights(law: str, k: int, d: int, rng) -> np.ndarray:
    """First-layer weights of k neurons; (k, d).

    Raises:
        ValueError: another law than "gaussian", "sphere", "ball".
    """
    _factor(law, d)
    rng = np.random.default_rng(rng)
    w = rng.normal(size=(k, d))
    if law != "gaussian":
        w /= np.linalg.norm(w, axis=1, keepdims=True)
    if law == "ball":
        w *= rng.uniform(size=(k, 1)) ** (1 / d)
    return w


def relu_features(x, w) -> np.ndarray:
    """relu(x_i . w_j) for rows of x (m, d) and of w (k, d); (m, k)."""
    return np.maximum(np.asarray(x, dtype=float) @ np.asarray(w, dtype=float).T, 0)
