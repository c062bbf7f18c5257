r"""The model of chapter 5: a sparse one-hidden-layer teacher, its data, a student on given supports.

    y_n = (1/K) sum_j relu(w_j . x_{n, Omega_j}) + xi_n ,   x_n ~ N(0, I_d)              (Eq. (1))

S. Zhang, M. Wang, S. Liu, P.-Y. Chen, J. Xiong, "Why lottery ticket wins?" (2021), Section 2.
"""

from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import finite_array, finite_number

NO_FEATURE = -1


class Teacher(NamedTuple):
    """weights (..., K, r); supports (..., K, r) integers below `features`, those of a neuron distinct, -1
    where a neuron has fewer than r; features: d. Leading dimensions are different teachers."""

    weights: np.ndarray
    supports: np.ndarray
    features: int


def sample_teacher(d: int, neurons: int, support: int, rng=0) -> Teacher:
    """K neurons, each on `support` random features of d, weights uniform in [-1/2, 1/2] (Section 5).

    Raises:
        ValueError: d, neurons or support is no whole number of at least 1, or support is above d.
    """
    d, neurons, support = whole("d", d), whole("neurons", neurons), whole("support", support)
    if neurons < 1 or not 1 <= support <= d:
        raise ValueError(
            f"neurons must be at least 1 and support in 1 .. d; got neurons = {neurons}, "
            f"support = {support}, d = {d}"
        )
    for_weights, for_supports = np.random.default_rng(rng).spawn(2)
    order = for_supports.permuted(np.tile(np.arange(d), (neurons, 1)), axis=1)
    weights = for_weights.uniform(-0.5, 0.5, (neurons, support))
    return Teacher(weights, np.sort(order[:, :support], axis=1), d)


def sample_data(teacher: Teacher, samples: int, noise: float = 0.0, rng=0):
    """Gaussian inputs x (N, d) and outputs y (N,) with noise N(0, sigma^2), sigma = noise * E_y.

    E_y is the root mean square of the noiseless outputs (Section 5). The noise has a stream of its own, so
    that the same seed gives the same x and the same standard normals at every noise level.

    Raises:
        ValueError: teacher is no Teacher, samples is no whole number of at least 1, or noise is negative or
            not finite.
    """
    if not isinstance(teacher, Teacher):
        raise ValueError(f"teacher must be a Teacher, got {type(teacher).__name__}")
    samples, noise = whole("samples", samples), finite_number("noise", noise)
    if samples < 1 or noise < 0:
        raise ValueError(
            f"samples must be at least 1 and noise at least 0; got {samples} and {noise}"
        )
    for_x, for_noise = np.random.default_rng(rng).spawn(2)
    x = for_x.normal(size=(samples, teacher.features))
    y = network(x, teacher.supports, teacher.weights)
    return x, y + noise * np.sqrt(np.mean(y**2)) * for_noise.normal(size=samples)


def network(x, supports, weights) -> np.ndarray:
    """g(x; W) = (1/K) sum_j relu(w_j . x_{Omega_j}); x (N, d), supports and weights (K, r); (N,)."""
    z = gather(x, supports) @ weights[..., None]
    return z[..., 0].clip(0).sum(0) / len(weights)


def gather(x, supports):
    """What each neuron sees: x (N, d), supports (K, r) -> (K, N, r), 0 where a support holds -1."""
    xp = namespace(x)
    return xp.stack([x[:, row] * like(x, row >= 0) for row in to_numpy(supports)])


def dense(supports, weights, d: int) -> np.ndarray:
    """The weights at their places among all d features, 0 elsewhere; (..., K, d)."""
    weights, supports = np.asarray(weights), np.asarray(supports)
    supports = np.broadcast_to(supports, weights.shape)
    full = np.zeros((*weights.shape[:-1], d + 1), dtype=weights.dtype)
    np.put_along_axis(full, np.where(supports < 0, d, supports), weights, axis=-1)
    return full[..., :d]


def on_supports(full, supports) -> np.ndarray:
    """The entries of full (..., K, d) at the supports (..., K, r); 0 where a support holds -1."""
    full, supports = np.asarray(full), np.asarray(supports)
    taken = np.take_along_axis(full, np.where(supports < 0, 0, supports), axis=-1)
    return np.where(supports < 0, 0, taken)


def nearby(weights, distance, rng=0) -> np.ndarray:
    """Starting points at relative distance |W_0 - W*|_F / |W*|_F = distance, in one random direction.

    Args:
        weights: (K, r) W*.
        distance: scalar or (S,), the relative distances.
        rng: numpy Generator or seed.

    Returns:
        (K, r) or (S, K, r): for several distances all in the same direction.
    """
    direction = np.random.default_rng(rng).normal(size=np.shape(weights))
    direction *= np.linalg.norm(weights) / np.linalg.norm(direction)
    return weights + np.asarray(distance)[..., None, None] * direction


def whole(name: str, value) -> int:
    """`value` as an int; ValueError if it is no whole number."""
    if not isinstance(value, int | np.integer):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    return int(value)


def checked(x, y, supports, weights, name: str = "initial"):
    """The four arrays with their shapes checked; numpy, or torch tensors if one of them is.

    Raises:
        ValueError: a shape does not fit, something is not finite, or a support is out of range or names a
            feature twice. It calls the weights `name`.
    """
    tensors = [a for a in (x, y, weights) if namespace(a) is not np]
    x, y = _finite("x", x, range(2, 6), tensors), _finite("y", y, range(1, 7), tensors)
    weights = _finite(name, weights, range(2, 8), tensors)
    supports = to_numpy(supports)
    if supports.ndim < 2 or supports.dtype.kind not in "iu":
        raise ValueError(
            f"supports must be integers (..., K, r), got {supports.dtype} {supports.shape}"
        )
    d = x.shape[-1]
    if supports.min() < NO_FEATURE or supports.max() >= d:
        raise ValueError(f"supports must hold features 0 .. {d - 1}, or -1 for none")
    ordered = np.sort(supports, axis=-1)
    if ((ordered[..., 1:] == ordered[..., :-1]) & (ordered[..., 1:] >= 0)).any():
        raise ValueError("supports must not name a feature of a neuron twice")
    batch = tuple(x.shape[:-2])
    wanted = (*batch, *supports.shape[-2:])
    if supports.shape != wanted or tuple(weights.shape[-len(wanted) :]) != wanted:
        raise ValueError(
            f"x {tuple(x.shape)} asks for supports and {name} (..., {', '.join(map(str, wanted))}); got "
            f"{supports.shape} and {tuple(weights.shape)}"
        )
    if tuple(y.shape[-1 - len(batch) :]) != (*batch, x.shape[-2]):
        raise ValueError(f"y must be (..., N) like x {tuple(x.shape)}, got {tuple(y.shape)}")
    return x, y, supports, weights


def _finite(name: str, values, dimensions, tensors):
    """Finite real numbers; float32 stays float32, everything else becomes float64.

    Where there are `tensors`, a tensor of the type and the place of the first of them.
    """
    if namespace(values) is not np:
        finite = bool(namespace(values).isfinite(values).all())
        if values.ndim not in dimensions or 0 in values.shape or not finite:
            raise ValueError(
                f"{name} must be finite and not empty, of {min(dimensions)} or more dimensions; "
                f"got shape {tuple(values.shape)}"
            )
        return values.detach().to(_real(tensors[0]))
    wide = finite_array(name, values, tuple(dimensions))
    if tensors:
        return like(_real(tensors[0]), wide)
    return wide.astype(np.float32) if np.asarray(values).dtype == np.float32 else wide


def _real(tensor):
    return tensor if tensor.is_floating_point() else tensor.double()


def like(array, values):
    """`values` as an array of the kind, the type and the place of `array`."""
    if namespace(array) is np:
        return np.ascontiguousarray(values, dtype=array.dtype)
    own = np.array(values)  # torch wants memory it may write to
    return namespace(array).as_tensor(own, dtype=array.dtype).to(array.device)


def to_numpy(array) -> np.ndarray:
    """The values on the CPU, as numpy."""
    return np.asarray(array) if namespace(array) is np else array.detach().cpu().numpy()


def namespace(*arrays):
    """torch if one of the arrays is a tensor, else numpy."""
    if any(type(array).__module__.partition(".")[0] == "torch" for array in arrays):
        import torch

        return torch
    return np
