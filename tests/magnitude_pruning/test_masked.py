"""Tests of magnitude_pruning.masked."""

import copy

import pytest
import torch
from torch import nn

from lth_tutorial import magnitude_pruning as mp
from lth_tutorial.magnitude_pruning import networks, training

from .cases import CPU_OPTIMIZERS, DATA, LABELS, half, small_network, trainer

NOT_HERE = {"Optimizer", "SparseAdam"}  # the base; sparse gradients only, tried by itself


def test_every_optimizer_of_torch_is_tried():
    known = {
        name for name, value in vars(torch.optim).items()
        if isinstance(value, type) and issubclass(value, torch.optim.Optimizer)
    }  # fmt: skip
    tried = {type(make([nn.Parameter(torch.ones(2, 2))])).__name__
             for make in CPU_OPTIMIZERS.values()}  # fmt: skip
    assert known - NOT_HERE == tried


@pytest.mark.parametrize("name", CPU_OPTIMIZERS)
def test_pruned_weights_stay_exactly_zero(name):
    """After each step, not only at the end; weights that are kept move, the negative ones among them."""
    model = small_network()
    masks, before = half(model), mp.copy_of(model)

    def look(model, _):
        for n, p in model.named_parameters():
            assert n not in masks or not p.detach()[~masks[n]].any()

    mp.train_masked(model, masks, trainer(CPU_OPTIMIZERS[name], after_step=look))
    for n, mask in masks.items():
        stays = dict(model.named_parameters())[n].detach()[mask] == before[n][mask]
        assert not stays.any(), "every kept weight learns"
        assert (before[n][mask] < 0).any()


@pytest.mark.parametrize("name", CPU_OPTIMIZERS)
def test_an_optimizer_learns_nothing_of_pruned_weights(name):
    """What it keeps for each weight is the same for all pruned ones: it has seen no data there."""
    model, made = small_network(), []

    def make(parameters):
        made.append(CPU_OPTIMIZERS[name](parameters))
        return made[0]

    masks = half(model)
    mp.train_masked(model, masks, trainer(make))
    for n, p in model.named_parameters():
        for key, value in made[0].state.get(p, {}).items():
            if n in masks and torch.is_tensor(value) and value.shape == p.shape:
                assert len(value[~masks[n]].unique()) == 1, key


def test_sparse_gradients():
    """SparseAdam, for embeddings: rows that no input asks for do not move, pruned weights stay 0."""
    model = nn.Sequential(nn.Embedding(20, 6, sparse=True), nn.Flatten(), nn.Linear(6, 3))
    networks.glorot(model, 0)
    rows = torch.arange(40) % 10
    masks, before = half(model), mp.copy_of(model)

    def train(model, step):
        few = torch.optim.SparseAdam([model[0].weight], lr=0.05)
        others = torch.optim.SGD(model[2].parameters(), lr=0.1)
        for _ in range(10):
            few.zero_grad()
            others.zero_grad()
            nn.functional.cross_entropy(model(rows), LABELS).backward()
            few.step()
            others.step()
            for n, mask in masks.items():
                assert not dict(model.named_parameters())[n].detach()[~mask].any()

    mp.train_masked(model, masks, train)
    mask, after = masks["0.weight"], mp.copy_of(model)["0.weight"]
    moved = after != before["0.weight"] * mask
    useful = masks["2.weight"].any(0)  # features that some output still sees
    assert torch.equal(moved[:10], mask[:10] & useful) and not moved[10:].any()


def test_tied_weights_share_their_mask():
    """One tensor under two names is one parameter: pruned, rewound and trained once."""
    model = nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 6), nn.Linear(6, 3))
    model[2].weight = model[0].weight
    found = mp.iterative_magnitude_pruning(networks.glorot(model, 2), trainer(), 2, 0.4)
    assert [mp.kept(masks) for masks in found.masks] == [54, 22 + 14, 13 + 11]
    assert not model[2].weight.detach()[~found.masks[2]["0.weight"]].any()


def test_a_trained_copy_that_is_put_back_is_caught():
    def by_copy(model, step):
        other = copy.deepcopy(model)
        trainer()(other, 0)
        model.load_state_dict(other.state_dict())

    model = small_network()
    with pytest.raises(ValueError, match="pruned weights of 0.weight are not 0 afterwards"):
        mp.train_masked(model, half(model), by_copy)


def test_a_mask_that_is_applied_once_does_not_hold():
    """The bug: the same check fails without the package."""
    model = small_network()
    masks = half(model)
    mp.apply(model, masks)
    trainer()(model, 0)
    assert dict(model.named_parameters())["0.weight"].detach()[~masks["0.weight"]].all()


def test_masked_gradients_alone_do_not_hold():
    """An optimizer that knew the weights before: its moments move those whose gradient is 0."""
    model = small_network()
    adam = torch.optim.Adam(model.parameters(), lr=0.01)
    trainer(lambda p: adam)(model, 0)
    masks = half(model)

    def mask_gradients(model):
        for n, p in model.named_parameters():
            if n in masks:
                p.grad.mul_(masks[n])

    mp.apply(model, masks)
    trainer(lambda p: adam, after_backward=mask_gradients)(model, 0)
    assert dict(model.named_parameters())["0.weight"].detach()[~masks["0.weight"]].any()
    mp.train_masked(model, masks, trainer(lambda p: adam))
    assert not dict(model.named_parameters())["0.weight"].detach()[~masks["0.weight"]].any()


def test_the_public_bug_freezes_negative_weights():
    """With what public code does no negative weight moves; without it every one does."""
    for bug in (None, training.freeze_negatives):
        model = small_network()
        before = mp.copy_of(model)
        mp.train_masked(
            model, mp.whole(model), trainer(lambda p: torch.optim.Adam(p), 5, None, bug)
        )
        after = mp.copy_of(model)
        for name in mp.whole(model):
            still = (after[name] == before[name])[before[name] < 0]
            assert still.all() if bug else not still.any()


def test_training_without_an_optimizer_of_torch_is_caught():
    def by_hand(model, step):
        nn.functional.cross_entropy(model(DATA), LABELS).backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.1 * p.grad + 0.1 * torch.ones_like(p)

    model = small_network()
    with pytest.raises(ValueError, match="pruned weights of 0.weight are not 0 afterwards"):
        mp.train_masked(model, half(model), by_hand)


def test_an_error_in_training_comes_through_and_leaves_no_hook():
    def broken(model, step):
        raise RuntimeError("out of memory")

    model = small_network()
    masks = half(model)
    with pytest.raises(RuntimeError, match="out of memory"):
        mp.train_masked(model, masks, broken)
    trainer()(model, 0)
    assert dict(model.named_parameters())["0.weight"].detach()[~masks["0.weight"]].all()
    assert not any(p._backward_hooks for p in model.parameters())


def test_other_models_train_as_if_nothing_were_there():
    alone, beside = small_network(1), small_network(1)
    trainer()(alone, 0)
    model = small_network()
    with mp.Masked(model, half(model)) as watch:
        trainer()(beside, 0)
    assert watch.steps == 0
    assert all(torch.equal(a, b) for a, b in zip(alone.parameters(), beside.parameters()))  # noqa: B905
