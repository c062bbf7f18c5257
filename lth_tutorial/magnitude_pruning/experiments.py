"""The measurements behind the chapter's figures: tickets and their controls at many densities."""

from dataclasses import replace

import numpy as np

from .masks import copy_of, random_masks, restore
from .networks import lenet_5, lenet_300_100
from .tickets import iterative_magnitude_pruning, train_masked
from .training import Digits, Training, freeze_negatives

RATE = 0.2


def streams(seed: int) -> dict[str, list[int]]:
    """Seeds that have nothing to do with one another: weights, order, other weights, masks."""
    return {name: [seed, k] for k, name in enumerate(("weights", "order", "others", "masks"))}


def training(data: Digits, steps: int, seed: int, **options) -> Training:
    """The training of LeNet-300-100, measured at eight steps of which the third is a tenth of all."""
    measure = tuple(
        max(1, round(steps * share)) for share in (0.03, 0.06, 0.1, 0.2, 0.35, 0.5, 0.75, 1)
    )
    return Training(data, steps, measure, order=streams(seed)["order"], **options)


def find_tickets(train, rounds: int, seed: int, rate: float = RATE, **options):
    """Tickets of LeNet-300-100 as Frankle and Carbin find them: per layer, the output at half the rate."""
    model = lenet_300_100(streams(seed)["weights"])
    return iterative_magnitude_pruning(model, train, rounds, rate, scope="layer", **options)


def controls(tickets, train, seed: int, index: int) -> tuple[list, list]:
    """Curves of one mask with other initial weights, and of a random mask with the ticket's weights."""
    masks, names = tickets.masks[index], streams(seed)
    other = lenet_300_100([*names["others"], index])
    reinitialized = train_masked(other, masks, train)
    model = lenet_300_100(names["weights"])
    drawn = random_masks(masks, [*names["masks"], index])
    restore(model, tickets.rewound, drawn)
    return reinitialized, train_masked(model, drawn, train)


def ticket_curves(data: Digits, steps: int, rounds: int, seed: int) -> dict:
    """Test accuracies of tickets, and at every second mask of the two controls; kept weights by layer."""
    train = training(data, steps, seed)
    tickets = find_tickets(train, rounds, seed)
    compared = [controls(tickets, train, seed, k) for k in range(0, rounds + 1, 2)]
    first = next(iter(tickets.masks[0]))
    return {
        "measured": train.measure,
        "kept": [[int(mask.sum()) for mask in masks.values()] for masks in tickets.masks],
        "ticket": tickets.scores,
        "reinitialized": [pair[0] for pair in compared],
        "random": [pair[1] for pair in compared],
        "inputs": [masks[first].sum(0).tolist() for masks in tickets.masks[::2]],
        "neurons_without_input": [int((~masks[first].any(1)).sum()) for masks in tickets.masks],
    }


def last_accuracies(
    data: Digits, steps: int, rounds: int, seed: int, rewind_to: int = 0, frozen: bool = False
) -> dict:
    """Last accuracies of tickets whose weights return to step `rewind_to`, or that were found and trained
    while the public implementation's bug freezes every negative weight."""
    train = training(data, steps, seed, after_backward=freeze_negatives if frozen else None)
    tickets = find_tickets(replace(train, measure=(steps,)), rounds, seed, rewind_to=rewind_to)
    return {"last": [curve[-1] for curve in tickets.scores]}


def one_shot(data: Digits, steps: int, rounds: list[int], seed: int) -> dict:
    """Last accuracies of tickets found in one round that removes as much as each of `rounds` would."""
    train = replace(training(data, steps, seed), measure=(steps,))
    shots = [find_tickets(train, 1, seed, 1 - (1 - RATE) ** count) for count in rounds]
    return {"last": [tickets.scores[-1][-1] for tickets in shots]}


def lenet_5_pruned(data: Digits, epochs: int, rounds: int, seed: int, frozen: bool) -> dict:
    """Figure 7 of the sample-complexity paper: LeNet-5, per layer, the same rate everywhere.

    Adam with step 1.2e-3, batches of 60 and weight decay 1e-4, as in the public code.
    """
    steps = epochs * (len(data.labels) // 60)
    names = streams(seed)
    train = Training(
        data,
        steps,
        (steps // 2, steps),
        batch=60,
        weight_decay=1e-4,
        order=names["order"],
        after_backward=freeze_negatives if frozen else None,
    )
    model = lenet_5(names["weights"])
    found = iterative_magnitude_pruning(
        model, train, rounds, RATE, scope="layer", half_output=False
    )
    return {
        "kept": [[int(mask.sum()) for mask in masks.values()] for masks in found.masks],
        "accuracy": found.scores,
    }


def moved_weights(data: Digits, steps: int, seed: int, frozen: bool) -> tuple[np.ndarray, ...]:
    """First-layer weights before and after a short dense training, with or without the bug."""
    train = training(data, steps, seed, after_backward=freeze_negatives if frozen else None)
    model = lenet_300_100(streams(seed)["weights"])
    before = copy_of(model)["0.weight"]
    replace(train, measure=())(model)
    return before.numpy().ravel(), copy_of(model)["0.weight"].numpy().ravel()


def steps_to(curve, measured, goal: float) -> int | None:
    """The first measured step at which a curve has reached `goal`."""
    reached = np.flatnonzero(np.asarray(curve, dtype=float) >= goal)
    return int(measured[reached[0]]) if len(reached) else None
