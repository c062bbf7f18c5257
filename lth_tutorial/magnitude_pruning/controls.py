"""What of a ticket matters? Its mask, its magnitudes and its signs, exchanged one at a time."""

from collections.abc import Mapping

import torch

from lth_tutorial.checks import generator

from .experiments import find_tickets, streams, training
from .masks import copy_of, prune, random_masks, restore
from .networks import lenet_300_100
from .tickets import State, Tickets, train_masked
from .training import Digits


def shuffled(
    state: Mapping[str, torch.Tensor],
    masks: Mapping[str, torch.Tensor],
    rng=0,
    keep_signs: bool = False,
) -> State:
    """The state with the kept weights of each parameter in a random order.

    Args:
        state: weights. masks: True where a weight is kept.
        rng: numpy Generator or seed; each parameter draws from a stream of its own.
        keep_signs: whether every place keeps its sign, so that only magnitudes change places.
    """
    mixed = dict(state)
    for stream, (name, mask) in zip(
        generator("rng", rng).spawn(len(masks)), masks.items(), strict=True
    ):
        values = state[name][mask]
        drawn = values[torch.from_numpy(stream.permutation(len(values)))]
        mixed[name] = state[name].clone()
        mixed[name][mask] = drawn.abs() * values.sign() if keep_signs else drawn
    return mixed


CONTROLS = (
    "the ticket",
    "magnitudes shuffled, signs kept",
    "weights shuffled within the mask",
    "weights drawn anew",
    "the largest before training",
    "a random mask",
)


def parts(tickets: Tickets, train, seed: int, rate: float) -> dict[str, list[float]]:
    """Curves of the last ticket and of what is left of it when one part is exchanged.

    "The largest before training" keeps as many weights of each layer, by their magnitude at the start.
    """
    masks, start, names = tickets.masks[-1], tickets.initial, streams(seed)
    early = tickets.masks[0]
    for _ in tickets.masks[1:]:
        early = prune(start, early, rate, "layer")
    starts = (
        (shuffled(start, masks, [*names["masks"], 1], keep_signs=True), masks),
        (shuffled(start, masks, [*names["masks"], 2]), masks),
        (copy_of(lenet_300_100(names["others"])), masks),
        (start, early),
        (start, random_masks(masks, [*names["masks"], 3])),
    )
    curves, model = [tickets.scores[-1]], lenet_300_100()
    for state, under in starts:
        restore(model, state, under)
        curves.append(train_masked(model, under, train))
    return dict(zip(CONTROLS, curves, strict=True))


def ticket_parts(data: Digits, steps: int, rounds: int, seed: int, rate: float = 0.5) -> dict:
    """The curves of `parts` for tickets found by halving, and where they were measured."""
    train = training(data, steps, seed)
    tickets = find_tickets(train, rounds, seed, rate)
    return {"measured": train.measure, "curves": parts(tickets, train, seed, rate)}
