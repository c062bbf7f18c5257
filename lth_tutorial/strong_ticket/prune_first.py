"""Algorithm 1 in the other order: a mask for W_0 first, then descent of the weights that it keeps."""

import torch

from lth_tutorial.checks import generator

from . import networks, projected_gradient, relu_network
from .projected_gradient import History, Loop, diverged, run


def train_masked(
    weights,
    masks,
    data,
    epsilon: float,
    *,
    step: float,
    epochs: int,
    batch: int | None = None,
    momentum: float = 0.9,
    decay: float = 0.0,
    schedule: str = "constant",
    rng=0,
    network: str = "dense",
    rest: bool = False,
) -> tuple[list[torch.Tensor], History]:
    """Descent of the kept weights, projected after each epoch as the source's code does; all others stay 0.

        minimise L(U) subject to |U - W_0 o M|_inf <= epsilon and U = U o M

    Args:
        weights: W_0. masks: shaped as the weights, true where a weight is kept. epsilon: radius, absolute.
        The others are those of projected_gradient.train, for one network.

    Returns:
        U, and the history.

    Raises:
        ValueError: masks that are not shaped as the weights, or what projected_gradient.train refuses.

    Source: Xiong, Liao and Kyrillidis 2023, a further experiment in their public code. Chapter 6.
    """
    kind, data = networks.named(network), relu_network.as_data(data)
    exact = kind.as_weights(weights, torch.float64)
    shapes = [[tuple(t.shape) for t in tensors] for tensors in (exact, masks)]
    if shapes[0] != shapes[1] or exact[0].ndim != 2:
        raise ValueError(f"masks must be shaped as the weights of one network, got {shapes[1]}")
    relu_network.check_fit(exact if network == "dense" else [exact[0], exact[-1]], data)
    step, batch, momentum, decay = relu_network.check_training(
        step, epochs, batch, momentum, decay, len(data.x)
    )
    masks = kind.pack([m.to(torch.float32) for m in masks])
    ends = zip(*projected_gradient.ball(exact, epsilon), strict=True)
    lows, highs = (
        [e * m for e, m in zip(kind.pack(list(side)), masks, strict=True)] for side in ends
    )
    kept = [w * m for w, m in zip(kind.pack([w.float() for w in exact]), masks, strict=True)]
    velocities = [torch.zeros_like(w) for w in kept]

    def close():
        for w, low, high in zip(kept, lows, highs, strict=True):
            torch.clamp(w, low, high, out=w)
        return kept

    def update(x, labels, rate):
        loss, found = kind.gradients(kept, x, labels)
        for w, v, g, m in zip(kept, velocities, found, masks, strict=True):
            relu_network.descend(w, v, g.mul_(m), rate, momentum, decay)
        return loss

    loop = Loop(data, step, epochs, batch, schedule, rest, kind.forward, None)
    history = run(update, close, loop, generator("rng", rng), [*kept, *velocities])
    return kind.unpack(kept), history._replace(diverged=diverged(history, kept))
