"""Projected gradient descent in the sup-norm ball around the initial weights: Algorithm 1's first half.

minimise L(W_0 + D) subject to |D_l|_inf <= r_l for each layer l.
"""

from typing import NamedTuple

import numpy as np
import torch

from lth_tutorial.checks import generator, generators, shown

from . import networks, relu_network
from .relu_network import Data

RECORDS = 20
PROJECT = ("step", "epoch")


class History(NamedTuple):
    """What a training leaves behind: the mean training loss of stretches of steps.

    steps: the last step of each stretch; losses: float, or a row of R for R networks;
    accuracies: on the validation rows after each epoch. diverged: whether a loss, or a number that was
    trained, left the range of float32 (the step was too large, or the weights): a bool, or R of them.
    """

    steps: list[int]
    losses: list
    accuracies: list
    diverged: bool | list = False


def ball(weights, epsilon) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """For each layer the lowest and the highest float32 weights within epsilon of the given ones.

    They are rounded inwards, so that |W - W_0| <= epsilon holds exactly, and not only up to rounding. The
    float32 number nearest to W_0 is always among them, also where epsilon is less than its rounding.

    Args:
        weights: list of (..., out, in) tensors, float32 or float64.
        epsilon: a number for all layers, or one for each, each a number or a tensor (R,) for R networks.
    """
    ends = []
    for weight, radius in zip(weights, radii(weights, epsilon), strict=True):
        exact = weight.double()
        low, high = _rounded(exact - radius, up=True), _rounded(exact + radius, up=False)
        ends.append((torch.minimum(low, exact.float()), torch.maximum(high, exact.float())))
    return ends


def _rounded(ends: torch.Tensor, up: bool) -> torch.Tensor:
    """The nearest float32 numbers that are not below (up) or not above the given float64 ones."""
    near = ends.float()
    beyond = near.double() < ends if up else near.double() > ends
    away = torch.full_like(near, torch.inf if up else -torch.inf)
    return torch.where(beyond, torch.nextafter(near, away), near)


def radii(weights, epsilon) -> list[torch.Tensor]:
    """One radius a layer, (..., 1, 1) float64.

    Raises:
        ValueError: a radius is negative or not finite, or their number is not that of the layers.
    """
    several = isinstance(epsilon, list | tuple) or isinstance(epsilon, np.ndarray) and epsilon.ndim
    layers = list(epsilon) if several else [epsilon] * len(weights)
    if len(layers) != len(weights):
        raise ValueError(
            f"epsilon must be one number or one for each of {len(weights)} layers, got {len(layers)}"
        )
    found = []
    for radius, weight in zip(layers, weights, strict=True):
        radius = relu_network.finite_tensor("epsilon", radius).to(weight.device, torch.float64)
        if not bool((radius >= 0).all()):
            raise ValueError(f"epsilon must be 0 or more and finite, got {radius.tolist()}")
        if radius.shape not in ((), weight.shape[:-2]):
            raise ValueError(f"epsilon must be a number for each layer, got {tuple(radius.shape)}")
        found.append(radius[..., None, None])
    return found


def train(
    weights,
    data: Data,
    epsilon,
    *,
    step: float = 0.1,
    epochs: int = 1,
    project: str = "step",
    batch: int | None = None,
    momentum: float = 0.9,
    decay: float = 0.0,
    schedule: str = "cosine",
    rng=0,
    network: str = "dense",
    rest: bool = False,
    keeper=None,
) -> tuple[list[torch.Tensor], History]:
    """Stochastic gradient descent that never leaves the ball around where it started.

        D <- D - step * direction,  then D <- sign(D) min(|D|, epsilon),  W = W_0 + D

    Args:
        weights: W_0, a list of (out, in) tensors or arrays, or (R, out, in) for R networks at once; not
            changed. The descent is in float32.
        data: training and validation rows, see relu_network.as_data.
        epsilon: the radius: a number, or one a layer (see `ball`). Absolute: for weights drawn within b_l a
            relative radius e is [e * b_l for b_l in bounds].
        step, epochs, batch, momentum, decay: of the descent; decay pulls towards 0, as weight decay does. A
            batch has 64 rows, or all where there are fewer, unless it is given.
        project: "step" projects after every step, as Algorithm 1 says; "epoch" after every epoch only, as
            its authors' code does, so that between projections the weights are anywhere.
        schedule: of the step, see relu_network.factor; or "cosine by epoch", constant within an epoch.
        rng: numpy Generator or seed for the order of the rows; a list of R of them for R networks, no
            Generator twice.
        network: "dense", or "redundant": gates and matrices as redundant_weights has them, alike in the ball.
        rest: whether the rows left over by full batches make a last, smaller one; if not, they wait.
        keeper: where a long training is kept after each epoch and taken up again: see `run`.

    Returns:
        the weights, new tensors within the ball exactly, and the history. The last step counts, not the best.
        Where `history.diverged`, the weights are those of a failed training: NaN for the most part.

    Memory: about five copies of the weights beside them and the data (80 MiB for the source's 4.5 million);
    a step's time is linear in the weights.

    Raises:
        ValueError: an argument is out of its range, or the weights do not fit the data.

    Source: Xiong, Liao, Kyrillidis 2023, Algorithm 1, lines 1 to 6. Chapter 6.
    """
    if not isinstance(project, str) or project not in PROJECT:
        raise ValueError(f'project must be "step" or "epoch", got {shown(project)}')
    kind = networks.named(network)
    exact, data = kind.as_weights(weights, torch.float64), relu_network.as_data(data)
    relu_network.check_fit(exact if network == "dense" else [exact[0], exact[-1]], data)
    step, batch, momentum, decay = relu_network.check_training(
        step, epochs, batch, momentum, decay, len(data.x)
    )
    orders = streams(rng, exact)
    lows, highs = (kind.pack(list(side)) for side in zip(*ball(exact, epsilon), strict=True))
    ends = list(zip(lows, highs, strict=True))
    weights = kind.pack([w.float() for w in exact])
    velocities = [torch.zeros_like(w) for w in weights]

    def update(x, labels, rate):
        loss, found = kind.gradients(weights, x, labels)
        for w, v, g, (low, high) in zip(weights, velocities, found, ends, strict=True):
            relu_network.descend(w, v, g, rate, momentum, decay)
            if project == "step":
                torch.clamp(w, low, high, out=w)
        return loss

    def close():
        for w, (low, high) in zip(weights, ends, strict=True):
            torch.clamp(w, low, high, out=w)
        return weights

    loop = Loop(data, step, epochs, batch, schedule, rest, kind.forward, keeper)
    history = run(update, close, loop, orders, [*weights, *velocities])
    return kind.unpack(weights), history._replace(diverged=diverged(history, weights))


def streams(rng, weights):
    """A Generator for one network; for R networks, weights (R, out, in), R different ones from a list.

    Raises:
        ValueError: one where R are asked for, or a list where one is; or a Generator stands twice in it.
    """
    several = isinstance(rng, list | tuple)
    if several != (weights[0].ndim == 3) or (several and len(rng) != len(weights[0])):
        raise ValueError("rng must be one for one network, and a list of R for R networks")
    return generators("rng", rng, len(rng)) if several else generator("rng", rng)


def diverged(history: History, trained) -> bool | list[bool]:
    """Whether a loss or a number of `trained` is not finite; for R networks one answer each."""
    rows = 1 if trained[0].ndim == 3 else 0
    lost = [~torch.isfinite(t).flatten(rows).all(dim=-1) for t in trained]
    losses = ~np.isfinite(np.array(history.losses)).all(axis=0)
    return (torch.stack(lost).any(dim=0).cpu().numpy() | losses).tolist()


class Loop(NamedTuple):
    """What the loop of a training needs to know; the fields are those of `train`."""

    data: Data
    step: float
    epochs: int
    batch: int
    schedule: str
    rest: bool
    forward: object
    keeper: object


def run(update, close, loop: Loop, orders, state) -> History:
    """The loop of a training: `update(x, labels, rate) -> loss` a batch, `close() -> weights` an epoch.

    Args:
        orders: streams of the order of the rows.
        state: the tensors that a step changes. After each epoch `keeper.save(values)` is given a copy of
            all that the rest of the training depends on; where `keeper.load()` returns such values, the
            training goes on from there, and ends with the same numbers.
    """
    data, epochs = loop.data, loop.epochs
    factor(loop.schedule, 0, 1, 1)  # complain also where there is no step to take
    steps = -(-len(data.x) // loop.batch) if loop.rest else len(data.x) // loop.batch
    stretch = max(1, epochs * steps // RECORDS)
    history, recent, done = History([], [], []), [], 0
    first = 0
    if loop.keeper is not None and (values := loop.keeper.load()) is not None:
        first, history, recent = _take_up(values, orders, state)
        done = first * steps
    for epoch in range(first, epochs):
        for x, labels in relu_network.batches(data, loop.batch, orders, loop.rest):
            recent.append(update(x, labels, loop.step * factor(loop.schedule, done, steps, epochs)))
            done += 1
            if done % stretch == 0:
                history.steps.append(done)
                history.losses.append(torch.stack(recent).mean(dim=0).tolist())
                recent = []
        accuracy = relu_network.evaluate(close(), data.valid_x, data.valid_labels, loop.forward)[1]
        history.accuracies.append(accuracy.tolist())
        if loop.keeper is not None:
            loop.keeper.save(_values(epoch + 1, history, recent, orders, state))
    return history


def factor(schedule: str, done: int, steps: int, epochs: int) -> float:
    """What multiplies the step after `done` steps, `steps` an epoch; "... by epoch" counts whole epochs."""
    if isinstance(schedule, str) and schedule.endswith(" by epoch"):
        schedule, done = schedule.removesuffix(" by epoch"), done - done % steps
    return relu_network.factor(schedule, done / (steps * epochs))


def _values(epoch: int, history: History, recent, orders, state) -> dict:
    """All that the rest of a training depends on."""
    several = orders if isinstance(orders, list) else [orders]
    return {
        "epoch": epoch,
        "history": tuple(history),
        "recent": list(recent),
        "orders": [order.bit_generator.state for order in several],
        "state": [tensor.clone() for tensor in state],
    }


def _take_up(values: dict, orders, state) -> tuple[int, History, list]:
    """Put kept values in their places; returns the epochs done, the history, and the losses since."""
    for order, kept in zip(
        orders if isinstance(orders, list) else [orders], values["orders"], strict=True
    ):
        order.bit_generator.state = kept
    for tensor, kept in zip(state, values["state"], strict=True):
        tensor.copy_(kept)
    return values["epoch"], History(*values["history"]), values["recent"]
