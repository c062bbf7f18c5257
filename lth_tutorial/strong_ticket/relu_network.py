"""Bias-free ReLU classifiers in torch, with the gradient written by hand: the engine of chapter 6.

f(x) = W_L relu(W_{L-1} ... relu(W_1 x)), and the loss is the mean cross-entropy.

Every function takes leading batch dimensions: weights (R, out, in) are R networks, which see the same rows
x (N, in) or rows of their own (R, N, in).
"""

from typing import NamedTuple

import numpy as np
import torch

from lth_tutorial.checks import (
    finite_array,
    finite_number,
    generator,
    is_tensor,
    listed,
    positive,
    real_array,
    real_tensor,
    shown,
    whole,
)

ROWS_AT_ONCE = 2000
MOST_ROWS_A_STEP = 64
LARGEST = float(np.finfo(np.float32).max)


class Data(NamedTuple):
    """Rows to train on and rows to choose by.

    x (N, d) float32, labels (N,) int64; valid_x, valid_labels likewise.
    """

    x: torch.Tensor
    labels: torch.Tensor
    valid_x: torch.Tensor
    valid_labels: torch.Tensor

    def to(self, device) -> "Data":
        """The same data on `device`."""
        return Data(*(part.to(device) for part in self))


def split(x, labels, validation: int, rng) -> Data:
    """Set `validation` random rows aside to choose by; train on the others.

    Args:
        x: (N, d) array or tensor of numbers. labels: (N,) integers.
        validation: rows to set aside, from 1 to N - 1.
        rng: numpy Generator or seed.

    Raises:
        ValueError: the shapes do not fit, numbers are not finite, or validation is out of range.
    """
    x, labels = _rows("x", "labels", x, labels)
    if not 1 <= whole("validation", validation) < len(x):
        raise ValueError(f"validation must be from 1 to {len(x) - 1}, got {validation}")
    order = torch.from_numpy(generator("rng", rng).permutation(len(x)))
    aside, kept = order[:validation], order[validation:]
    return Data(x[kept], labels[kept], x[aside], labels[aside])


def kaiming_bounds(widths) -> list[float]:
    """sqrt(6 / d_{l-1}) for each layer: uniform weights within these keep the scale of the signal.

    Args:
        widths: (d_0, ..., d_L).
    """
    return [float(np.sqrt(6 / d)) for d in widths[:-1]]


def uniform_weights(widths, bounds, rng) -> list[torch.Tensor]:
    """Weights Unif[-b_l, b_l], one bound a layer or one for all; drawn on the CPU.

    Args:
        widths: (d_0, ..., d_L) positive integers, L >= 1.
        bounds: a positive number, or L of them.
        rng: numpy Generator or seed; one stream serves the layers in turn.

    Returns:
        list of L float32 tensors (d_l, d_{l-1}).

    Raises:
        ValueError: a width or a bound is not positive, or their numbers do not fit.
    """
    widths = [whole("widths", width) for width in listed("widths", widths, "positive integers")]
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(f"widths must be two or more positive integers, got {widths}")
    bounds = finite_array("bounds", bounds, (0, 1))
    if bounds.shape not in ((), (1,), (len(widths) - 1,)):
        raise ValueError(f"bounds must be one or {len(widths) - 1} numbers, got {bounds.shape}")
    if not (bounds > 0).all():
        raise ValueError(f"bounds must be positive, got {bounds}")
    bounds, rng = np.broadcast_to(bounds, len(widths) - 1), generator("rng", rng)
    return [
        torch.from_numpy(rng.uniform(-b, b, (out, into)).astype(np.float32))
        for b, into, out in zip(bounds, widths[:-1], widths[1:], strict=True)
    ]


def forward(weights, x) -> torch.Tensor:
    """The logits, (..., N, classes).

    Args:
        weights: list of (..., out, in) tensors. x: (N, in) or (..., N, in).
    """
    for weight in weights[:-1]:
        x = (x @ weight.mT).relu_()
    return x @ weights[-1].mT


def gradients(weights, x, labels) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """The mean cross-entropy and its gradient with respect to each weight matrix.

    Args:
        weights: list of (..., out, in) tensors. x: (N, in) or (..., N, in); labels: (N,) or (..., N).

    Returns:
        loss (...), and a list shaped as the weights.
    """
    activations = [x]
    for weight in weights[:-1]:
        activations.append((activations[-1] @ weight.mT).relu_())
    share = torch.log_softmax(activations[-1] @ weights[-1].mT, dim=-1)
    labels = labels.expand(share.shape[:-1]).unsqueeze(-1)
    loss = -share.gather(-1, labels).mean(dim=(-2, -1))
    share = share.exp_()
    share.scatter_add_(-1, labels, share.new_full((), -1.0).expand(labels.shape))
    share /= share.shape[-2]
    found = []
    for weight, activation in zip(weights[:0:-1], activations[:0:-1], strict=True):
        found.append(share.mT @ activation)
        share = (share @ weight).mul_(activation.sign())
    found.append(share.mT @ x)
    return loss, found[::-1]


def evaluate(weights, x, labels, forward=forward) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean cross-entropy and accuracy on all rows, each (...): a scalar for one network.

    Args:
        forward: what computes the logits from the weights and rows; that of a dense network.
    """
    loss = right = 0.0
    for rows in torch.split(torch.arange(len(x), device=x.device), ROWS_AT_ONCE):
        logits = forward(weights, x[rows])
        wanted = labels[rows].expand(logits.shape[:-1])
        share = torch.log_softmax(logits, dim=-1).gather(-1, wanted.unsqueeze(-1))
        loss = loss - share.sum(dim=(-2, -1)).double()
        right = right + (logits.argmax(dim=-1) == wanted).sum(dim=-1)
    return loss / len(x), right / len(x)


def batches(data: Data, batch: int, orders, rest: bool = False):
    """One pass over the training rows, shuffled: pairs x, labels of `batch` rows.

    Args:
        orders: one numpy Generator for one network, or a list of R for R networks, each with its own order.
        rest: whether the rows that are left, fewer than `batch`, are a last pair.
    """
    shuffled = [
        rng.permutation(len(data.x)) for rng in np.atleast_1d(np.array(orders, dtype=object))
    ]
    order = torch.from_numpy(np.stack(shuffled)).to(data.x.device)
    if not isinstance(orders, list):
        order = order[0]
    for start in range(0, len(data.x) - (0 if rest else batch - 1), batch):
        rows = order[..., start : start + batch]
        yield data.x[rows], data.labels[rows]


def factor(schedule: str, done: float) -> float:
    """What multiplies the step after the share `done` of the training.

    Args:
        schedule: "constant"; "cosine", falling to 0 along half a cosine; "drop", a tenth from the middle on.
            (`run` in projected_gradient has "cosine by epoch" as well: the cosine of the epochs done.)

    Raises:
        ValueError: another word.
    """
    schedule = schedule if isinstance(schedule, str) else shown(schedule)
    if schedule == "constant":
        return 1.0
    if schedule == "cosine":
        return float(1 + np.cos(np.pi * done)) / 2
    if schedule == "drop":
        return 1.0 if done < 0.5 else 0.1
    raise ValueError(f'schedule must be "constant", "cosine" or "drop", got {schedule!r}')


def descend(parameter, velocity, gradient, step: float, momentum: float, decay: float) -> None:
    """One step of gradient descent with momentum and weight decay, in place, as torch.optim.SGD has it."""
    for p, v, g in pieces(parameter, velocity, gradient):
        if decay:
            g.add_(p, alpha=decay)
        v.mul_(momentum).add_(g)
        p.sub_(v, alpha=step)


PIECE = 1 << 15


def pieces(*tensors):
    """Views of equally shaped tensors, piece by piece where they are large.

    Several operations in turn on a piece that stays in the processor's cache read the memory once.
    """
    if tensors[0].numel() <= 2 * PIECE or not all(t.is_contiguous() for t in tensors):
        return [tensors]
    return zip(*(t.view(-1).split(PIECE) for t in tensors), strict=True)


def as_weights(weights, dtype=torch.float32) -> list[torch.Tensor]:
    """Tensors of one dtype, from a list of tensors or arrays.

    Raises:
        ValueError: they are not matrices that fit together, finite and within float32's range.
    """
    weights = [
        float32s(f"weights[{k}]", w).to(dtype)
        for k, w in enumerate(listed("weights", weights, "matrices"))
    ]
    shapes = [tuple(w.shape) for w in weights]
    fits = all(len(shape) in (2, 3) and 0 not in shape for shape in shapes) and all(
        before.shape[-2] == w.shape[-1] for before, w in zip(weights[:-1], weights[1:], strict=True)
    )
    if not weights or not fits or len({shape[:-2] for shape in shapes}) != 1:
        raise ValueError(f"weights must be matrices (d_l, d_l-1) that fit together, got {shapes}")
    return weights


def as_data(data) -> Data:
    """Tensors, x float32 and labels int64, from tensors or arrays.

    Args:
        data: a `Data`, or as many arrays; or a pair x (N, d), labels (N,), whose rows then serve both to
            train on and to choose by (`split` sets some aside to choose by).

    Raises:
        ValueError: it is none of these, x is not finite in float32, or rows and labels do not fit.
    """
    if not isinstance(data, tuple | list) or len(data) not in (2, 4):
        raise ValueError(
            "data must be a Data (x, labels, valid_x, valid_labels) or a pair x, labels"
        )
    train = _rows("data.x", "data.labels", *data[:2])
    if len(data) == 2:
        return Data(*train, *train)
    return Data(*train, *_rows("data.valid_x", "data.valid_labels", *data[2:]))


def _rows(name: str, own: str, x, labels) -> tuple[torch.Tensor, torch.Tensor]:
    x = float32s(name, x).to(torch.float32)
    found = finite_tensor(own, labels)
    labels = found.long()
    if x.ndim != 2 or labels.shape != x.shape[:1] or not len(x):
        raise ValueError(
            f"{name} must be (N, d) and {own} (N,), N at least 1; got {tuple(x.shape)} and "
            f"{tuple(labels.shape)}"
        )
    if bool((found != labels).any()):
        raise ValueError(f"{own} must be whole numbers")
    return x, labels


def finite_tensor(name: str, values) -> torch.Tensor:
    """A tensor of finite real numbers without a gradient; it shares memory where torch can."""
    if is_tensor(values):
        tensor = real_tensor(name, values)
    else:
        array = real_array(name, values)
        array = array.astype(float) if array.dtype.itemsize > 8 else array
        # torch wants memory it may write to, in order
        tensor = torch.from_numpy(np.require(array, requirements=["C", "W"]))
    if not bool(torch.isfinite(tensor).all()):
        raise ValueError(f"{name} must be finite, but holds NaN or infinity")
    return tensor


def float32s(name: str, values) -> torch.Tensor:
    """`finite_tensor`, of numbers that stay finite as float32."""
    tensor = finite_tensor(name, values)
    if tensor.dtype == torch.float64 and bool((tensor.abs() > LARGEST).any()):
        raise ValueError(f"{name} must lie within the range of float32, {LARGEST:.1e}")
    return tensor


def check_fit(weights, data: Data) -> None:
    """ValueError unless the data's rows enter the first matrix and its labels leave the last one."""
    into, classes = weights[0].shape[-1], weights[-1].shape[-2]
    for name in ("x", "valid_x"):
        if getattr(data, name).shape[-1] != into:
            raise ValueError(
                f"data.{name} has {getattr(data, name).shape[-1]} columns, weights take {into}"
            )
    for name in ("labels", "valid_labels"):
        labels = getattr(data, name)
        if int(labels.min()) < 0 or int(labels.max()) >= classes:
            raise ValueError(f"data.{name} must lie in 0 .. {classes - 1}")


def check_training(
    step: float, epochs: int, batch: int | None, momentum: float, decay: float, rows: int
) -> tuple[float, int, float, float]:
    """Step, batch, momentum, decay as plain numbers; a batch of None is 64 rows, or all if there are fewer.

    Raises:
        ValueError: the numbers of a training are not possible.
    """
    step, decay = positive("step", step), finite_number("decay", decay)
    momentum = finite_number("momentum", momentum)
    if step > LARGEST:
        raise ValueError(f"step must lie within the range of float32, got {step}")
    whole("epochs", epochs, 0)
    batch = min(MOST_ROWS_A_STEP, rows) if batch is None else batch
    if not 1 <= whole("batch", batch) <= rows:
        raise ValueError(f"batch must be from 1 to the {rows} rows of the data, got {shown(batch)}")
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be in [0, 1), got {momentum}")
    if decay < 0:
        raise ValueError(f"decay must be 0 or more, got {decay}")
    if decay > LARGEST:
        raise ValueError(f"decay must lie within the range of float32, got {decay}")
    return step, int(batch), momentum, decay


def check_shares(name: str, shares, ndim) -> np.ndarray:
    """Shares of weights to remove, as float64; ValueError unless all lie in [0, 1)."""
    shares = finite_array(name, shares, ndim)
    if not ((shares >= 0) & (shares < 1)).all():
        raise ValueError(f"{name} must be in [0, 1), the share removed; got {shares.tolist()}")
    return shares
