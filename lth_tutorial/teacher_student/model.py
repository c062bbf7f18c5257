r"""The model of chapter 5: a sparse one-hidden-layer teacher, its data, a student on given supports.

    y_n = (1/K) sum_j relu(w_j . x_{n, Omega_j}) + xi_n ,   x_n ~ N(0, I_d)              (Eq. (1))

S. Zhang, M. Wang, S. Liu, P.-Y. Chen, J. Xiong, "Why lottery ticket wins?" (2021), Section 2.
"""

from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import (
    affordable,
    finite_array,
    finite_number,
    generator,
    is_tensor,
    real_array,
    real_tensor,
    shown,
    whole,
)

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
    affordable("d and neurons", d * neurons)
    if neurons < 1 or not 1 <= support <= d:
        raise ValueError(
            f"neurons must be at least 1 and support in 1 .. d; got neurons = {shown(neurons)}, "
            f"support = {shown(support)}, d = {shown(d)}"
        )
    for_weights, for_supports = generator("rng", rng).spawn(2)
    order = for_supports.permuted(np.tile(np.arange(d), (neurons, 1)), axis=1)
    weights = for_weights.uniform(-0.5, 0.5, (neurons, support))
    return Teacher(weights, np.sort(order[:, :support], axis=1), d)


def sample_data(teacher: Teacher, samples: int, noise: float = 0.0, rng=0):
    """Gaussian inputs x (N, d) and outputs y (N,) with noise N(0, tau^2), tau = noise * E_y.

    E_y is the root mean square of the noiseless outputs (Section 5). The noise has a stream of its own, so
    that the same seed gives the same x and the same standard normals at every noise level.

    Raises:
        ValueError: teacher is no Teacher of one finite network, samples is no whole number of at least 1, or
            noise is negative or not finite.
    """
    teacher = checked_teacher("teacher", teacher, one=True)
    samples, noise = whole("samples", samples), finite_number("noise", noise)
    if samples < 1 or noise < 0:
        raise ValueError(
            f"samples must be at least 1 and noise at least 0; got {shown(samples)} and {noise}"
        )
    affordable("samples", samples * teacher.features)
    for_x, for_noise = generator("rng", rng).spawn(2)
    x = for_x.normal(size=(samples, teacher.features))
    with np.errstate(over="ignore", invalid="ignore"):
        y = network(x, teacher.supports, teacher.weights)
        if noise:
            y = y + noise * np.sqrt(np.mean(y**2)) * for_noise.normal(size=samples)
    if not np.isfinite(y).all():
        raise ValueError("teacher and noise must be smaller: the outputs leave the range of floats")
    return x, y


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
    weights = finite_array("weights", weights, 2)
    distance = finite_array("distance", distance, (0, 1))
    direction = generator("rng", rng).normal(size=np.shape(weights))
    direction *= np.linalg.norm(weights) / np.linalg.norm(direction)
    return weights + distance[..., None, None] * direction


def checked_teacher(name: str, teacher, one: bool = False, finite: bool = True) -> Teacher:
    """A Teacher of arrays that fit together.

    Args:
        one: a single network, weights (K, r), and no leading dimensions.
        finite: weights must be; those of a student that diverged are not.

    Raises:
        ValueError: it is no Teacher, or its weights, supports and features do not fit.
    """
    if not isinstance(teacher, Teacher):
        raise ValueError(f"{name} must be a Teacher, got {type(teacher).__name__}")
    if finite:
        weights = finite_array(f"{name}.weights", teacher.weights, tuple(range(2, 8)))
    else:
        weights = real_array(f"{name}.weights", teacher.weights)
    features = whole(f"{name}.features", teacher.features, 1)
    supports = checked_supports(f"{name}.supports", teacher.supports, features)
    try:
        fits = np.broadcast_shapes(supports.shape, weights.shape) == weights.shape
    except ValueError:
        fits = False
    if not fits or supports.shape[-2:] != weights.shape[-2:] or (one and weights.ndim > 2):
        raise ValueError(
            f"{name} must be one network{'' if one else ' or several'}, weights and supports (..., K, r); "
            f"got {weights.shape} and {supports.shape}"
        )
    return Teacher(weights, supports, features)


def checked_supports(name: str, supports, d: int, of: str = "") -> np.ndarray:
    """Integers (..., K, r) below d, those of a neuron distinct, -1 for none."""
    supports = real_array(name, supports)
    if supports.ndim < 2 or supports.dtype.kind not in "iu" or not supports.size:
        raise ValueError(
            f"{name} must be integers (..., K, r), got {supports.dtype} {supports.shape}"
        )
    if supports.min() < NO_FEATURE or supports.max() >= d:
        raise ValueError(f"{name} must hold features 0 .. {d - 1}{of}, or -1 for none")
    supports = supports.astype(np.intp)
    ordered = np.sort(supports, axis=-1)
    if ((ordered[..., 1:] == ordered[..., :-1]) & (ordered[..., 1:] >= 0)).any():
        raise ValueError(f"{name} must not name a feature of a neuron twice")
    return supports


def checked(x, y, supports, weights, name: str = "initial"):
    """The four arrays with their shapes checked; numpy, or torch tensors if one of them is.

    Raises:
        ValueError: a shape does not fit, something is not finite, or a support is out of range or names a
            feature twice. It calls the weights `name`.
    """
    arrays = {"x": x, "y": y, name: weights}
    tensors = [real_tensor(key, a) for key, a in arrays.items() if is_tensor(a)]
    x, y = _finite("x", x, range(2, 6), tensors), _finite("y", y, range(1, 7), tensors)
    weights = _finite(name, weights, range(2, 8), tensors)
    supports = checked_supports("supports", supports, x.shape[-1], " of x")
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
    if is_tensor(values):
        values = real_tensor(name, values)
        finite = bool(values.isfinite().all())
        if values.ndim not in dimensions or 0 in values.shape or not finite:
            raise ValueError(
                f"{name} must be finite and not empty, of {min(dimensions)} or more dimensions; "
                f"got shape {tuple(values.shape)}"
            )
        return values.to(_real(tensors[0]))
    own = real_array(name, values)
    wide = finite_array(name, own, tuple(dimensions))
    if tensors:
        return like(_real(tensors[0]), wide)
    return wide.astype(np.float32) if own.dtype == np.float32 else wide


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
    return array.detach().cpu().numpy() if is_tensor(array) else np.asarray(array)


def namespace(*arrays):
    """torch if one of the arrays is a tensor, else numpy."""
    if any(is_tensor(array) for array in arrays):
        import torch

        return torch
    return np
