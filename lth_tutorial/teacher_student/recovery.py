r"""Accelerated gradient descent on the empirical risk of a sparse one-hidden-layer student (Algorithm 1).

    f(W) = 1/(2N) sum_n ( (1/K) sum_j relu(w_j . x_{n, Omega_j}) - y_n )^2               (Eq. (2))
    W_{t+1} = W_t - eta grad f(W_t) + beta (W_t - W_{t-1})

The momentum is heavy-ball (B. Polyak, 1964). A step costs 2 N r K multiplications, not 2 N d K: each neuron's
features are gathered once. Many trials and many starts run at once; a trial that is done stops.
"""

from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import finite_array, finite_number, positive, whole

from .errors import matched_error, squared_length
from .model import (
    Teacher,
    checked,
    checked_teacher,
    dense,
    gather,
    like,
    namespace,
    on_supports,
    to_numpy,
)

# Rows of data per product: what a product reads stays in the cache for the next one.
_ROWS = 512
# Trials that are done are dropped from the batch this often.
_DROP_EVERY = 50
_DIVERGED = 1e6


class Recovery(NamedTuple):
    """weights (..., K, r). losses (...), the risk there, one number a trial. errors (...): relative error
    to the truth after the best matching of neurons, or None. iterations (...). status (...): "converged"
    (relative step below the tolerance), "cap" (the iterations ran out), "reached" (error below the goal) or
    "diverged". path (records, ..., K, r): the weights at every `record`-th iteration, the start included, or
    None."""

    weights: np.ndarray
    losses: np.ndarray
    errors: np.ndarray | None
    iterations: np.ndarray
    status: np.ndarray
    path: np.ndarray | None = None


def recover(
    x,
    y,
    supports,
    initial,
    step,
    momentum=0.0,
    *,
    tolerance: float = 1e-8,
    max_iterations: int = 10_000,
    truth=None,
    goal: float | None = None,
    record: int = 0,
) -> Recovery:
    r"""Minimise Eq. (2) by accelerated gradient descent, from one start or many.

    Args:
        x: (*B, N, d) inputs; B are the dimensions of independent trials, perhaps none.
        y: (*S, *B, N) outputs; S are dimensions of starts that share the inputs, perhaps none.
        supports: (*B, K, r) integers, -1 where a neuron has fewer features.
        initial: (*S, *B, K, r) starting weights; 0 where the support holds -1.
        step: eta; momentum: beta; scalars, or arrays that broadcast to (*S, *B).
        tolerance: stop when |W_{t+1} - W_t|_F <= tolerance |W_t|_F. A descent to W = 0 is never at rest by
            this rule, for each step is the same share of the weights: it goes on until the squares of its
            steps are too small for a floating-point number, unless `max_iterations` ends it before.
        max_iterations: stop there at the latest.
        truth: the teacher, for errors and for `goal`; its weights (*B, K, r*). Or W* on the student's own
            supports, (*B, K, r). Not 0: errors are relative to its length.
        goal: stop as "reached" when the relative error to the truth, neurons as they are numbered, is below
            it, a positive number. Without noise, this near, the descent goes on to the teacher in practice.
        record: keep the weights at every `record`-th iteration, if above 0.

    Returns:
        Recovery. Arrays are numpy, or torch tensors where x is one (losses, iterations and status are
        numpy, and plain numbers and a str for a single trial). float32 stays float32; its steps do not
        become smaller than 1e-8 relative to the weights before they vanish altogether, so "converged" there
        means at rest.

    Raises:
        ValueError: shapes do not fit, a number is not finite, step is not positive, tolerance or record is
            negative, momentum outside [0, 1), max_iterations below 1 or no whole number, a goal is not
            positive or given without the truth, or the truth is 0.

    Source: Zhang et al., Algorithm 1 and Section 5. Chapter 5.
    """
    x, y, supports, initial = checked(x, y, supports, initial)
    step, momentum = _rule(step, momentum)
    tolerance = finite_number("tolerance", tolerance)
    if tolerance < 0:
        raise ValueError(f"tolerance must be at least 0, got {tolerance}")
    if whole("max_iterations", max_iterations) < 1 or whole("record", record) < 0:
        raise ValueError("max_iterations must be at least 1, record at least 0")
    if goal is not None and truth is None:
        raise ValueError("goal asks for truth")
    goal = None if goal is None else positive("goal", goal)
    truth = None if truth is None else _teacher(truth, supports, x.shape[-1])
    trials = _Trials(x, y, supports, initial, step, momentum, truth)
    with np.errstate(over="ignore", invalid="ignore"):  # the status says what diverged
        for _ in range(max_iterations):
            if not trials.advance(tolerance, goal, record):
                break
        return trials.recovery(supports, truth)


def _rule(step, momentum) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays of float64."""
    step, momentum = (
        finite_array(name, value, tuple(range(7)))
        for name, value in (("step", step), ("momentum", momentum))
    )
    if not (step > 0).all() or not ((momentum >= 0) & (momentum < 1)).all():
        raise ValueError("step must be positive and momentum in [0, 1)")
    return step, momentum


def _teacher(truth, supports, features: int) -> Teacher:
    """The truth as a Teacher; weights alone are those on the student's supports."""
    if isinstance(truth, Teacher):
        truth = checked_teacher("truth", truth)
        neurons = np.shape(truth.weights)[-2]
        if (truth.features, neurons) != (features, supports.shape[-2]):
            raise ValueError(
                f"truth must have {features} features like x and {supports.shape[-2]} neurons like supports, "
                f"got {truth.features} and {neurons}"
            )
        lead = truth.weights.shape[:-2]
        if lead not in ((), supports.shape[:-2]):
            raise ValueError(
                f"truth must be one network, or one for each of the trials {supports.shape[:-2]}; got {lead}"
            )
        return _not_zero(truth)
    weights = finite_array("truth", truth, supports.ndim)
    if weights.shape != supports.shape:
        raise ValueError(
            f"truth must be a Teacher or {supports.shape} like supports, got {weights.shape}"
        )
    return _not_zero(Teacher(np.where(supports < 0, 0, weights), supports, features))


def _not_zero(truth: Teacher) -> Teacher:
    squared_length("truth", np.where(truth.supports < 0, 0, truth.weights))
    return truth


def recover_on_subsets(x, y, supports, initial, step, momentum=0.0, *, subsets: int) -> np.ndarray:
    """Algorithm 1 as stated: T disjoint subsets of the data, one iteration on each; the last weights (K, r).

    Raises:
        ValueError: as `recover`, more than one trial or start, or fewer samples than subsets.
    """
    x, y, supports, weights = _one_trial(x, y, supports, initial, "initial")
    step, momentum = _rule(step, momentum)
    if step.ndim or momentum.ndim:
        raise ValueError("step and momentum must be numbers, for one trial")
    step, momentum = float(step), float(momentum)
    if not 1 <= whole("subsets", subsets) <= len(x):
        raise ValueError(f"subsets must lie in 1 .. {len(x)}, the number of samples; got {subsets}")
    before = weights
    for rows in np.array_split(np.arange(len(x)), subsets):
        descent = _slope(x[rows], y[rows], supports, weights)
        before, weights = weights, weights - step * descent + momentum * (weights - before)
    return weights


def _one_trial(x, y, supports, weights, name: str):
    """`checked`, for x (N, d), y (N,), weights (K, r)."""
    x, y, supports, weights = checked(x, y, supports, weights, name)
    if (x.ndim, y.ndim, weights.ndim) != (2, 1, 2):
        raise ValueError(
            f"x, y and {name} must be (N, d), (N,) and (K, r), one trial; got {tuple(x.shape)}, "
            f"{tuple(y.shape)} and {tuple(weights.shape)}"
        )
    return x, y, supports, weights


def gradient(x, y, supports, weights):
    """The gradient of Eq. (2) at weights (K, r); (K, r). Errors as `risk`."""
    return _slope(*_one_trial(x, y, supports, weights, "weights"))


def _slope(x, y, supports, weights):
    seen = gather(x, supports)[None]
    return _gradient(seen, y[None, :, None], weights[None, ..., None])[0, ..., 0] / len(y)


def risk(x, y, supports, weights) -> float:
    """Eq. (2) at weights (K, r).

    Raises:
        ValueError: shapes do not fit one trial, something is not finite, or supports are out of range or
            name a feature twice.
    """
    x, y, supports, weights = _one_trial(x, y, supports, weights, "weights")
    seen = gather(x, supports)[None]
    return float((_residuals(seen @ weights[None, ..., None], y[None, :, None]) ** 2).mean() / 2)


def _residuals(z, y):
    return z.clip(0).sum(-3) / z.shape[-3] - y


def _gradient(seen, y, weights):
    """N times the gradient; seen (b, K, N, r), y (b, N, s), weights (b, K, r, s)."""
    z = seen @ weights
    residual = _residuals(z, y) / z.shape[-3]
    return seen.swapaxes(-1, -2) @ ((z > 0) * residual[:, None])


class _Trials:
    """The state of b data sets times s starts: weights (b, K, r, s), and what is already done.

    Starts lie last, so that the product of a neuron's inputs with all of them is one matrix product.
    """

    def __init__(self, x, y, supports, initial, step, momentum, truth):
        xp = self.xp = namespace(x, y, initial)
        self.batch = tuple(x.shape[:-2])
        self.starts = _shape_of_starts(
            self.batch,
            initial=tuple(initial.shape[:-2]),
            y=tuple(y.shape[:-1]),
            step=step.shape,
            momentum=momentum.shape,
        )
        self.b, self.s = int(np.prod(self.batch)), int(np.prod(self.starts))
        n, (keys, r) = x.shape[-2], supports.shape[-2:]
        inputs, rows = x.reshape((self.b, n, x.shape[-1])), supports.reshape(self.b, keys, r)
        seen = xp.stack([gather(data, row) for data, row in zip(inputs, rows, strict=True)])
        y = self._starts_last(y, n)
        parts = [slice(a, a + _ROWS) for a in range(0, n, _ROWS)]
        self.data = self.all_data = [(_own(seen[:, :, part]), _own(y[:, part])) for part in parts]
        self.samples, self.iteration, self.path = n, 0, []
        self.weights = self._starts_last(initial, keys, r)
        self.before = self.weights
        self.step, self.momentum = (
            like(self.weights, self._starts_last(v, 1, 1))
            for v in (step[..., None, None], momentum[..., None, None])
        )
        self.rows, self.columns = np.arange(self.b), np.arange(self.s)
        self.open = np.ones((self.b, self.s), dtype=bool)
        self.last = self.weights + 0
        self.iterations = np.zeros((self.b, self.s), dtype=int)
        self.status = np.full((self.b, self.s), "cap", dtype="U9")
        self.aim = None if truth is None else _Aim(truth, supports, self.b)

    def _starts_last(self, value, *shape):
        """(*S, *B, *shape) or what broadcasts to it -> (b, *shape, s)."""
        xp = self.xp if namespace(value) is self.xp else np
        whole = xp.broadcast_to(value, (*self.starts, *self.batch, *shape))
        return _own(xp.moveaxis(whole.reshape((self.s, self.b, *shape)), 0, -1))

    def advance(self, tolerance, goal, record) -> bool:
        """One iteration of all that are open; False when there is none."""
        if record and self.iteration % record == 0:
            self.path.append(self._whole())
        descent = sum(_gradient(seen, y, self.weights) for seen, y in self.data) / self.samples
        new = self.weights - self.step * descent + self.momentum * (self.weights - self.before)
        moved, length = _length(new - self.weights), _length(self.weights)
        self.before, self.weights = self.weights, new
        self.iteration += 1
        # A length whose square does not fit is infinite: that is no rest.
        lost = ~(moved <= _DIVERGED * (1 + length)) | ~(length < np.inf)
        self._close(lost, "diverged")
        self._close(moved <= tolerance * length, "converged")
        if goal is not None:
            self._close(self.aim.error(to_numpy(self.weights), self.rows) < goal, "reached")
        if self.iteration % _DROP_EVERY == 0 and not record:
            self._drop()
        return bool(self.open.any())

    def _close(self, done, why):
        done = to_numpy(done) & self.open
        if done.any():
            self._store(done)
            b, s = np.nonzero(done)
            self.status[self.rows[b], self.columns[s]] = why
            self.open = self.open & ~done

    def _store(self, which):
        for b, s in zip(*np.nonzero(which), strict=True):
            self.last[self.rows[b], :, :, self.columns[s]] = self.weights[b, :, :, s]
            self.iterations[self.rows[b], self.columns[s]] = self.iteration

    def _drop(self):
        """Keep the data sets and the starts in which something is open."""
        b, s = np.nonzero(self.open.any(1))[0], np.nonzero(self.open.any(0))[0]
        if len(b) == 0 or self.open.shape == (len(b), len(s)):
            return
        rows = (lambda a: a) if len(b) == len(self.open) else (lambda a: a[b])
        self.data = [(rows(seen), _own(rows(y)[..., s])) for seen, y in self.data]
        for name in ("weights", "before", "step", "momentum"):
            setattr(self, name, _own(rows(getattr(self, name))[..., s]))
        self.rows, self.columns, self.open = self.rows[b], self.columns[s], self.open[np.ix_(b, s)]

    def _whole(self):
        """All weights now: those that are done as they ended."""
        self._store(self.open)
        return self.last + 0

    def recovery(self, supports, truth) -> Recovery:
        last = self._whole()
        squares = sum((_residuals(seen @ last, y) ** 2).sum(1) for seen, y in self.all_data)
        weights = self._in_shape(last)
        return Recovery(
            weights,
            self._in_shape(to_numpy(squares / (2 * self.samples))),
            None if truth is None else self._errors(weights, supports, truth),
            self._in_shape(self.iterations),
            self._in_shape(self.status),
            self.xp.stack([self._in_shape(w) for w in self.path]) if self.path else None,
        )

    def _errors(self, weights, supports, truth):
        return matched_error(Teacher(to_numpy(weights), supports, truth.features), truth)

    def _in_shape(self, value):
        """(b, *shape, s) -> (*S, *B, *shape)."""
        turned = namespace(value).moveaxis(value, -1, 0)
        return turned.reshape((*self.starts, *self.batch, *value.shape[1:-1]))[()]


def _shape_of_starts(batch: tuple, **shapes: tuple) -> tuple:
    """S, from shapes that must broadcast to (*S, *B)."""
    try:
        all_of_them = np.broadcast_shapes(batch, *shapes.values())
        if all_of_them[len(all_of_them) - len(batch) :] != batch:
            raise ValueError
    except ValueError:
        got = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(
            f"initial, y, step and momentum must have the same starts and the trials {batch} of x; got {got}"
        ) from None
    return all_of_them[: len(all_of_them) - len(batch)]


class _Aim:
    """The truth on the student's supports (b, K, r, 1), and the squared length it has elsewhere."""

    def __init__(self, truth, supports, b):
        full = dense(truth.supports, truth.weights, truth.features)
        full = np.broadcast_to(full, (*supports.shape[:-1], truth.features))
        here = on_supports(full, supports)
        self.here = here.reshape(b, *here.shape[-2:], 1)
        self.length = (full**2).sum((-1, -2)).reshape(b, 1)
        self.missing = self.length - (self.here**2).sum((1, 2))

    def error(self, weights, rows):
        """Relative distance of weights (rows, K, r, s), neurons as they are numbered; (rows, s)."""
        square = ((weights - self.here[rows]) ** 2).sum((1, 2)) + self.missing[rows]
        return np.sqrt(np.maximum(square, 0) / self.length[rows])


def _length(weights):
    return (weights**2).sum((1, 2)) ** 0.5


def _own(array):
    """Contiguous in memory."""
    return np.ascontiguousarray(array) if isinstance(array, np.ndarray) else array.contiguous()
