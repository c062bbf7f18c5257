r"""Iterative magnitude pruning: train, remove the smallest weights, rewind the others, train again.

J. Frankle, M. Carbin, "The lottery ticket hypothesis" (2019), Strategy 1; rewinding to a later step:
J. Frankle, G. K. Dziugaite, D. M. Roy, M. Carbin, "Linear mode connectivity" (2020).
"""

import inspect
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from lth_tutorial.checks import switch
from lth_tutorial.checks import whole as whole_number

from .masked import Masked
from .masks import Masks, copy_of, prune, restore, whole

State = dict[str, torch.Tensor]


class Tickets(NamedTuple):
    """What `iterative_magnitude_pruning` finds.

    masks: rounds + 1 of them, the whole network first; each is contained in the one before.
    scores: what `train` returned, one for each mask.
    initial: the state before training. rewound: the state after step `rewind_to`, to which weights return.
    trained: the trained state for each mask, if it was asked for.
    """

    masks: list[Masks]
    scores: list
    initial: State
    rewound: State
    trained: list[State]


def train_masked(model: nn.Module, masks: Masks, train: Callable, step: int = 0):
    """One training under masks, from the weights the model has; returns what `train` returns.

    Raises:
        ValueError: a pruned weight is not 0 afterwards.
    """
    with Masked(model, masks):
        return _with_step(train)(model, step)


def _with_step(train: Callable) -> Callable:
    """`train` with the step as its second argument, also where it takes only the model."""
    try:
        inspect.signature(train).bind(None, 0)
    except TypeError:
        return lambda model, step: train(model)
    return train


def iterative_magnitude_pruning(
    model: nn.Module,
    train: Callable,
    rounds: int,
    rate: float = 0.2,
    rewind_to: int = 0,
    scope: str = "global",
    *,
    which: Callable | None = None,
    half_output: bool = True,
    output: str | None = None,
    keep_trained: bool = False,
) -> Tickets:
    """Train, remove the share `rate` of the weights that are left, rewind, train again, `rounds` times.

    Args:
        model: any module; its state is the initial one. At the end it holds the last round's trained state.
        train: ``train(model, step)`` trains the model in place, from the weights it finds, with optimizers of
            torch.optim that it makes itself, and returns a score of any kind. `step` says which step of a
            full training these weights belong to: 0 in the first round, `rewind_to` in the others, so that
            schedules and the order of the data can go on from there. ``train(model)`` does where that does
            not matter.
        rounds: how often weights are removed, at least 0.
        rate: in (0, 1), of the weights that are left.
        rewind_to: the step of the first training whose weights (and buffers) the survivors return to.
            Optimizers start anew.
        scope: "global" or "layer", as for `prune`.
        which: (name, parameter) -> whether it may be pruned, as for `prunable`.
        half_output, output: the output layer at half the rate, as for `prune`.
        keep_trained: whether each round's trained state is kept.

    Raises:
        ValueError: an argument out of range, a first training of fewer than `rewind_to` steps, or pruned
            weights that `train` did not leave at 0.

    Source: Frankle and Carbin (2019), Strategy 1; the book's chapter 0. Costs rounds + 1 trainings.
    """
    rounds, rewind_to = whole_number("rounds", rounds, 0), whole_number("rewind_to", rewind_to, 0)
    keep_trained = switch("keep_trained", keep_trained)
    if not isinstance(model, nn.Module) or not callable(train):
        raise ValueError(
            f"model must be a module and train a function; got {type(model).__name__}, {type(train).__name__}"
        )
    masks = [whole(model, which)]
    options = {"scope": scope, "half_output": half_output, "output": output}
    prune(
        dict(model.named_parameters()), masks[0], rate, **options
    )  # complain before hours of work
    initial = copy_of(model)
    with Masked(model, masks[0], record=rewind_to) as watch:
        scores = [_with_step(train)(model, 0)]
    if watch.recorded is None:
        raise ValueError(
            f"rewind_to is {rewind_to}, but train took {watch.steps} steps of an optimizer"
        )
    trained = [copy_of(model)] if keep_trained else []
    for _ in range(rounds):
        masks.append(prune(dict(model.named_parameters()), masks[-1], rate, **options))
        restore(model, watch.recorded, masks[-1])
        scores.append(train_masked(model, masks[-1], train, rewind_to))
        trained += [copy_of(model)] if keep_trained else []
    return Tickets(masks, scores, initial, watch.recorded, trained)
