r"""Starting weights from moments of the data: the tensor initialization for ReLU on given supports.

With x ~ N(0, I), He_k the Hermite tensors (He_1 = x, He_2 = xx' - I, ...) and u_j = w_j / |w_j| among all
d features,

    M_k = E[y He_k(x)] = (1/K) sum_j m_k |w_j| u_j^(tensor power k),   m_k = E[relu(z) He_k(z)], z ~ N(0, 1),
    m_1 = 1/2,   m_2 = 1/sqrt(2 pi),   m_3 = 0,   m_4 = -1/sqrt(2 pi).

The third moment vanishes, so the fourth is used. Independent noise of mean 0 changes none of them. With
b_j = sqrt(m_2 |w_j| / K) u_j as the columns of B (d, K),

    M_2 = B B'                      says what B is up to a rotation of its columns,
    M_4 = c sum_j b_j^4 / |b_j|^2   says which rotation (c = m_4 / m_2 = -1),
    M_1                             says the signs;   w_j = +- K |b_j| b_j / m_2.

K. Zhong, Z. Song, P. Jain, P. Bartlett, I. Dhillon, ICML 2017 (arXiv 1706.03175), Section 5, for dense
networks; S. Zhang, M. Wang, S. Liu, P.-Y. Chen, J. Xiong, "Why lottery ticket wins?" (2021), Section 4 and
Lemma 1, for sparse ones. What differs from them is said where it does.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import choice, finite_array, moderate, real_array

from .errors import _assignment, matched_error
from .model import Teacher, checked, checked_supports, checked_teacher, dense, on_supports

METHODS = ("union", "support", "literal")
# m_k = E[relu(z) He_k(z)] for k = 0 .. 4.
RELU_MOMENTS = (1 / np.sqrt(2 * np.pi), 0.5, 1 / np.sqrt(2 * np.pi), 0.0, -1 / np.sqrt(2 * np.pi))

# Rows of data per product, so that what is formed of them stays in the cache.
_ROWS = 2048
# Passes over the data that remove what is known of y, and the samples per unknown from which they help:
# chosen by measurement. With fewer samples the known part is mostly noise, and the passes diverge.
_PASSES = 3
_SAMPLES_PER_UNKNOWN = 10
# Alternating projections between the second moment and the supports; they settle long before.
_PROJECTIONS = 50
_SINGULAR = 1e-12
# Numbers whose fifth power is a float, as fourth moments ask.
_LARGEST = 1e50


class Moments(NamedTuple):
    """first (p,): E[y x]. second (p, p): E[y He_2(x)]. fourth: takes V (p, k) to E[y He_4(x)] with each of
    its four indices contracted with the columns of V, (k, k, k, k), so that no p^3 numbers are formed."""

    first: np.ndarray
    second: np.ndarray
    fourth: Callable[[np.ndarray], np.ndarray]


def tensor_initialization(x, y, supports, method: str = "union") -> np.ndarray:
    r"""Starting weights for `recover`, from moments of the data alone.

    Args:
        x: (N, d) inputs, standard normal; y: (N,) outputs.
        supports: (K, r) integers, -1 where a neuron has fewer features.
        method: "union", for supports that overlap in any way, r = d included, if the w_j are linearly
            independent: second and fourth moment among all features, then the supports (`_union`);
            "support", top eigenvector of each neuron's own E[y (x_Oj x_Oj' - I)], Oj short for Omega_j:
            exact as N grows for disjoint supports, else it keeps an error (`population_moment_error`);
            "literal", Zhong et al. on x~ = K^(-1/2) sum_j x_Oj as in Zhang et al., Section 4: right for
            disjoint supports only, as Cov(x~) is not I otherwise. Kept to show that.

    Returns:
        (K, r), 0 where the support holds -1. Neurons on the same support come in any order. No random
        choice is made: the same data give the same weights.

    Raises:
        ValueError: a shape does not fit, supports are out of range or repeat a feature, another method,
            fewer samples than a neuron has features, fewer features than neurons.
        ImportError: scipy is missing, for more than 4 neurons.

    Complexity: N (d^2 + K^4) time and O(N) memory beyond x; "literal" adds a copy, (N, r).

    Source: module. Chapter 5.
    """
    x, y, supports = _checked(x, y, supports, method)
    mask = _mask(supports, x.shape[1])
    moments = sample_moments(x, y, mask)
    if method == "literal":
        mixed = plain_moments(x @ _mixing(supports, x.shape[1]).T, y)
        return _literal(mixed, moments.first, supports)
    return (_union if method == "union" else _support)(moments, supports)


def population_initialization(teacher: Teacher, method: str = "union") -> np.ndarray:
    """What `tensor_initialization` tends to as N grows: the same steps on exact moments; (K, r).

    Raises:
        ValueError: another method, more neurons than features, or several teachers at once.
    """
    teacher = checked_teacher("teacher", teacher, one=True)
    supports, _ = teacher.supports, moderate("teacher.weights", teacher.weights)
    _check_method(method, supports)
    weights = dense(supports, teacher.weights, teacher.features)
    moments = population_moments(weights)
    if method == "literal":
        mixed = population_moments(weights, _mixing(supports, teacher.features))
        return _literal(mixed, moments.first, supports)
    return (_union if method == "union" else _support)(moments, supports)


def population_moment_error(teacher: Teacher, method: str = "union") -> float:
    """The relative error of the starting weights that no number of samples removes.

    0 for "union" (to rounding), and for all methods on disjoint supports of one size. For "support" it
    grows with the overlap; at r = d all neurons get one and the same vector, up to sign.

    Raises:
        ValueError: as `population_initialization`.

    Source: computed, not sampled; the source has no such statement. Chapter 5.
    """
    found = Teacher(population_initialization(teacher, method), teacher.supports, teacher.features)
    return float(matched_error(found, teacher))


# Moments


def population_moments(weights, mixing=None) -> Moments:
    r"""Exact moments of the network with weights (K, d); with mixing A (p, d), those of A x instead.

    The latter are E[y He_k(A x)] with He_k as if A x had covariance I, as "literal" takes them. With
    D = A A' - I and T_k = (1/K) sum_j m_k |w_j| (A u_j)^(tensor power k) they are, expanding He_k,

        T_1,   T_2 + T_0 D,   T_4 + sym_6(T_2 D) + T_0 sym_3(D D).
    """
    lengths = np.linalg.norm(weights, axis=1)
    mixing = np.eye(weights.shape[1]) if mixing is None else mixing
    units = _units(weights) @ mixing.T
    t0, t1, t2, _, t4 = np.outer(RELU_MOMENTS, lengths / len(lengths))
    shift = mixing @ mixing.T - np.eye(len(mixing))
    second = (units.T * t2) @ units

    def fourth(v):
        p = units @ v
        tensor = np.einsum("j,ja,jb,jc,jd->abcd", t4, p, p, p, p, optimize=True)
        return _shifted(tensor, v.T @ second @ v, t0.sum(), v.T @ shift @ v)

    return Moments(t1 @ units, second + t0.sum() * shift, fourth)


def plain_moments(x, y) -> Moments:
    """The means of y x, y He_2(x) and y He_4(x) over the rows of x (N, p)."""
    return Moments(y @ x / len(x), _second(x, y), lambda v: _fourth(x, y, v))


def sample_moments(x, y, mask) -> Moments:
    r"""Estimates of M_1, M_2, M_4, zero where the supports (mask (K, d)) say so, with less variance.

    Hermite polynomials of different degree are uncorrelated, so E[(y - q(x)) He_k(x)] = M_k for every
    polynomial q of lower degree. We take for q what the moments found so far say,
    q = c + M_1' x + <M_2, xx' - I> / 2: of a ReLU, .15 of the root mean square is left, and the standard
    error falls with it. The same step repeated is a descent on least squares over such q; a few passes of it
    replace that problem in d^2/2 unknowns. That q comes from the same samples costs a bias of order 1/N.
    """
    n, d = x.shape
    one, two = mask.any(axis=0), mask.T @ mask > 0
    unknowns = 1 + one.sum() + (two.sum() + one.sum()) // 2
    rest, first, second = y - y.mean(), np.zeros(d), np.zeros((d, d))
    for _ in range(_PASSES if n >= _SAMPLES_PER_UNKNOWN * unknowns else 1):
        slope = one * (rest @ x) / n
        rest = rest - x @ slope
        curve = two * _second(x, rest)
        rest = rest - _quadratic(x, curve)
        rest -= rest.mean()
        first, second = first + slope, second + curve
    return Moments(first, second, lambda v: _fourth(x, rest, v))


def _second(x, y):
    """The mean of y He_2(x); (p, p)."""
    products = sum(x[part].T @ (x[part] * y[part, None]) for part in _parts(x))
    return products / len(x) - y.mean() * np.eye(x.shape[1])


def _quadratic(x, curve):
    """<curve, xx' - I> / 2 for each row; (N,)."""
    rows = [((x[part] @ curve) * x[part]).sum(axis=1) for part in _parts(x)]
    return (np.concatenate(rows) - np.trace(curve)) / 2


def _fourth(x, y, v):
    """The mean of y He_4(x), each index contracted with v (p, k); (k, k, k, k)."""
    k = v.shape[1]
    products = np.zeros((k * k, k * k))
    pairs = np.zeros(k * k)
    for part in _parts(x):
        z = x[part] @ v
        zz = (z[:, :, None] * z[:, None, :]).reshape(len(z), k * k)
        products += (zz * y[part, None]).T @ zz
        pairs += y[part] @ zz
    n = len(x)
    return _shifted((products / n).reshape((k,) * 4), (pairs / n).reshape(k, k), y.mean(), -v.T @ v)


def _shifted(fourth, second, mean, shift):
    """fourth + sym_6(second shift) + mean sym_3(shift shift): the fourth moment with Cov(x) moved by shift.

    From monomials to He_4, shift = -I (contracted); from one covariance taken for granted to another, the
    difference.
    """
    return fourth + _pairings(second, shift) + mean * _pairings(shift, shift) / 2


def _pairings(a, b):
    """a_ij b_kl over the six ways to give two of four indices to a; (k, k, k, k)."""
    both = np.einsum("ij,kl->ijkl", a, b) + np.einsum("ij,kl->ijkl", b, a)
    return both + both.transpose(0, 2, 1, 3) + both.transpose(0, 3, 2, 1)


def _parts(x):
    return [slice(start, start + _ROWS) for start in range(0, len(x), _ROWS)]


# From moments to weights


def _support(moments, supports):
    """Each neuron from its own block of M_2: |w| = K lambda / m_2, sign from M_1."""
    weights = np.zeros(supports.shape)
    for weight, row in zip(weights, supports, strict=True):
        seen = row[row >= 0]
        if len(seen):
            values, vectors = np.linalg.eigh(moments.second[np.ix_(seen, seen)])
            top = vectors[:, -1] * max(values[-1], 0) * len(supports) / RELU_MOMENTS[2]
            weight[row >= 0] = _sign(top @ moments.first[seen]) * top
    return weights


def _union(moments, supports):
    """B of the module's first lines: M_2 up to a rotation, M_4 the rotation, the supports, M_1 the signs."""
    mask = _mask(supports, len(moments.first))
    root, columns = _components(moments, len(supports))
    # A component belongs to the neuron outside whose support it has least.
    outside = (columns.T**2) @ (1.0 - mask.T)
    columns = columns[:, _assignment(outside.T)]
    columns = _onto_supports(root, columns, mask.T)
    weights = len(supports) / RELU_MOMENTS[2] * np.linalg.norm(columns, axis=0) * columns
    signs = np.linalg.lstsq(weights / (2 * len(supports)), moments.first, rcond=None)[0]
    return on_supports((_sign(signs) * weights).T, supports)


def _components(moments, neurons):
    """R (p, K) with R R' = M_2 up to its smallest eigenvalues, and B = R Q, Q the rotation that M_4 asks for.

    Whitened by R, M_4 is sum_j q_j^4 with weights; each of its slices is diagonal in the basis Q = (q_j).
    All K^2 of them are used, where Zhong et al. contract one index with a random vector. By |eigenvalue|, as
    they do: exact moments of ReLU have none below 0, but those of "literal" may.
    """
    values, vectors = np.linalg.eigh(moments.second)
    top = np.argsort(-abs(values))[:neurons]
    lengths, vectors = np.sqrt(abs(values[top])), vectors[:, top]
    usable = lengths > np.sqrt(_SINGULAR) * lengths[0]
    whitening = vectors * np.divide(1, lengths, out=np.zeros(neurons), where=usable)
    slices = moments.fourth(whitening).reshape(neurons, neurons, -1).transpose(2, 0, 1)
    root = vectors * lengths
    return root, root @ joint_diagonalizer(slices)


def joint_diagonalizer(matrices) -> np.ndarray:
    """Orthogonal Q (k, k) that makes all Q' S Q as diagonal as possible, for symmetric S in (m, k, k).

    Maximises the sum of squared diagonal entries by Jacobi rotations of two columns at a time, the best
    angle in closed form (J.-F. Cardoso, A. Souloumiac, 1996). Exact if the S commute; Q is unique up to
    order and signs if no two columns have the same diagonal entries throughout.
    """
    matrices = finite_array("matrices", matrices, 3)
    k = matrices.shape[-1]
    rotation = np.eye(k)
    for _ in range(100):
        largest = 0.0
        for p, q in zip(*np.triu_indices(k, 1), strict=True):
            gap, cross = matrices[:, p, p] - matrices[:, q, q], 2 * matrices[:, p, q]
            diagonal, off = gap @ gap - cross @ cross, 2 * gap @ cross
            angle = np.arctan2(off, diagonal) / 4
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            matrices[:, :, [p, q]] = matrices[:, :, [p, q]] @ turn
            matrices[:, [p, q]] = turn.T @ matrices[:, [p, q]]
            rotation[:, [p, q]] = rotation[:, [p, q]] @ turn
            largest = max(largest, abs(angle))
        if largest < 1e-14:
            break
    return rotation


def _onto_supports(root, columns, mask):
    """Alternate between the nearest B on the supports and the nearest B with B B' = R R' (Procrustes).

    A heuristic: it uses that every zero outside a support is known, and leaves exact moments as they are.
    """
    for _ in range(_PROJECTIONS):
        left, _, right = np.linalg.svd(root.T @ (columns * mask))
        columns = root @ (left @ right)
    return columns * mask


def _literal(moments, first, supports):
    """`_components` of x~; for disjoint supports they are along w_j, and E[y x~] = m_1 K^(-3/2) sum_j w_j.

    Least squares on that moment gives lengths and signs, as in Zhong et al. Which component belongs to which
    neuron x~ cannot say, and the source does not: we compare with each neuron's own first moment.
    """
    neurons = len(supports)
    found = _components(moments, neurons)[1].T
    scales = np.linalg.lstsq(found.T, moments.first, rcond=None)[0] / RELU_MOMENTS[1]
    own = np.where(supports < 0, 0, first[supports])
    cosines = _units(own) @ _units(found).T
    order = _assignment(-np.abs(cosines))
    weights = neurons**1.5 * scales[order, None] * found[order]
    return np.where(supports < 0, 0, weights)


def _units(rows):
    """Each row divided by its length; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


def _sign(values):
    return np.where(np.asarray(values) < 0, -1.0, 1.0)


# Supports


def _mask(supports, d):
    """1 at each neuron's features; (K, d)."""
    return dense(supports, np.ones(supports.shape), d)


def _mixing(supports, d):
    """A (r, d) with x~ = A x: A = K^(-1/2) sum_j P_j, P_j the rows of I that Omega_j names."""
    rows = np.broadcast_to(np.eye(supports.shape[1]), (*supports.shape, supports.shape[1]))
    places = np.repeat(supports[:, None, :], supports.shape[1], axis=1)
    return dense(places, rows, d).sum(axis=0) / np.sqrt(len(supports))


def _checked(x, y, supports, method):
    x, y = finite_array("x", x, 2), finite_array("y", y, 1)
    for name, values in (("x", x), ("y", y)):
        if np.abs(values).max() > _LARGEST:
            raise ValueError(f"{name} must be like x ~ N(0, I) and its outputs, below {_LARGEST:g}")
    supports = real_array("supports", supports)
    if supports.ndim != 2:
        raise ValueError(f"supports must be (K, r), got shape {supports.shape}")
    supports = checked_supports("supports", supports, x.shape[1], " of x")
    x, y, supports, _ = checked(x, y, supports, np.zeros(supports.shape))
    _check_method(method, supports)
    if len(x) < supports.shape[1]:
        raise ValueError(
            f"x must have at least as many samples as a neuron has features; got {len(x)} samples and "
            f"{supports.shape[1]} features"
        )
    return x, y, supports


def _check_method(method, supports):
    choice("method", method, METHODS)
    neurons, r = supports.shape
    features = {"union": len(np.unique(supports[supports >= 0])), "literal": r}.get(method, neurons)
    if features < neurons:
        place = "among them all" if method == "union" else "each"
        raise ValueError(
            f"supports must name at least as many features {place} as there are neurons for method "
            f"{method!r}; got {features} features and {neurons} neurons"
        )
