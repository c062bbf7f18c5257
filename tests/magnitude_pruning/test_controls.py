"""Tests of magnitude_pruning.controls."""

import torch

from lth_tutorial import magnitude_pruning as mp
from lth_tutorial.magnitude_pruning import controls, experiments, training

from .cases import half, small_network


def test_shuffling_keeps_what_it_says():
    model = small_network()
    masks, state = half(model), mp.copy_of(model)
    for keep_signs in (False, True):
        mixed = controls.shuffled(state, masks, 3, keep_signs)
        for name, mask in masks.items():
            assert torch.equal(mixed[name][~mask], state[name][~mask])
            a, b = (s[name][mask].abs().sort().values for s in (mixed, state))
            assert torch.equal(a, b) and not torch.equal(mixed[name], state[name])
            same = torch.equal(mixed[name].sign(), state[name].sign())
            assert same == keep_signs
        assert torch.equal(mixed["0.bias"], state["0.bias"])


def test_a_ticket_beats_weights_drawn_anew():
    """The effect itself, small: margin of .1 where five stored seeds have more than .15."""
    data = training.digits()
    train = experiments.training(data, 312, 11)
    tickets = experiments.find_tickets(train, 3, 11, 0.5)
    anew, random = experiments.controls(tickets, train, 11, 3)
    assert tickets.scores[3][2] > max(anew[2], random[2]) + 0.1
