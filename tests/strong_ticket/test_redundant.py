"""The source's network: gates and matrices, held to plain loops and to autograd."""

import copy

import numpy as np
import pytest
import torch

from lth_tutorial import strong_ticket
from lth_tutorial.strong_ticket import (
    authors,
    edge_popup,
    networks,
    projected_gradient,
    redundant,
    reference,
    relu_network,
)

WIDTHS, COPIES = (7, 6, 5, 3), 4
KIND = networks.named("redundant")


@pytest.fixture(scope="module")
def weights():
    return strong_ticket.redundant_weights(WIDTHS, COPIES, 0.5, 1)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(2)
    return relu_network.as_data((rng.normal(size=(130, 7)), rng.integers(0, 3, 130)))


def by_loops(weights, x):
    """The definition, weight by weight."""
    weights = [w.double().numpy() for w in weights]
    for k in range(0, len(weights), 2):
        gates, matrix = weights[k], weights[k + 1]
        out = np.zeros(len(matrix))
        for i in range(gates.shape[1]):
            for r in range(len(gates)):
                gated = max(0.0, gates[r, i] * x[i])
                for j in range(len(matrix)):
                    out[j] += matrix[j, i * len(gates) + r] * gated
        x = np.maximum(out, 0) if k + 2 < len(weights) else out
    return x


def test_forward_is_the_definition_and_so_are_two_matrices_a_block(weights, data):
    expected = [by_loops(weights, row) for row in data.x[:8].double().numpy()]
    assert np.allclose(strong_ticket.redundant_forward(weights, data.x[:8]), expected, atol=1e-6)
    packed = redundant.pack(weights)
    assert np.allclose(redundant.forward(packed, data.x[:8]), expected, atol=1e-6)
    assert [tuple(m.shape) for m in redundant.effective(packed)] == [(6, 14), (5, 6), (3, 5)]


def test_packing_loses_nothing(weights):
    for before, after in zip(weights, redundant.unpack(redundant.pack(weights)), strict=True):
        assert torch.equal(before, after)


def test_the_sources_network_has_its_number_of_weights_and_its_first_loss():
    """4,496,420 weights as in the source's log line; eight first losses of ours lay between 37 and 82.

    The other reading of the shape (5, in), a dense matrix, has 11 million weights and a first loss of 10^7.
    """
    weights = authors.initial(1)
    assert [tuple(w.shape) for w in weights[:3]] == [(5, 784), (500, 3920), (5, 500)]
    assert sum(w.numel() for w in weights) == 4_496_420
    assert all(0.499 < float(w.abs().max()) <= 0.5 for w in weights)
    data = authors.load(1000)
    loss, accuracy = relu_network.evaluate(
        redundant.pack(weights), data.x, data.labels, redundant.forward
    )
    assert 10 < loss < 200 and accuracy < 0.3


@pytest.mark.parametrize("removed", [0.0, 0.5, 0.8])
def test_gradient_is_that_of_autograd_also_where_gates_are_pruned(weights, data, removed):
    rng = np.random.default_rng(3)
    masked = [w * torch.from_numpy(rng.random(w.shape) >= removed) for w in weights]
    leaves = [w.clone().requires_grad_() for w in masked]
    loss = reference.cross_entropy(leaves, data.x, data.labels, "redundant")
    loss.backward()
    mine, found = redundant.gradients(redundant.pack(masked), data.x, data.labels)
    assert abs(float(mine - loss.detach())) < 1e-6
    for leaf, own in zip(leaves, redundant.unpack(found), strict=True):
        assert torch.allclose(own, leaf.grad, atol=1e-6)


def test_a_pruned_gate_has_no_gradient(weights, data):
    pruned = copy.deepcopy(weights)
    for gates in pruned[::2]:
        gates[0] = 0
    _, found = redundant.gradients(redundant.pack(pruned), data.x, data.labels)
    assert all(not gates[0].any() for gates in found[::2])
    assert all(gates[1:].any() for gates in found[::2])


def test_a_negative_gate_behind_a_relu_has_no_gradient(weights, data):
    _, found = redundant.gradients(redundant.pack(weights), data.x, data.labels)
    for gates, gradient in zip(weights[2::2], found[2::2], strict=True):
        assert not gradient[gates < 0].any()
    assert found[0][weights[0] < 0].any()


@pytest.mark.parametrize("sparsity", [0.3, 0.8])
def test_search_is_that_of_autograd(weights, data, sparsity):
    for_scores, for_order = np.random.default_rng(8).spawn(2)
    scores = redundant.first_scores(weights, for_scores)
    steps = list(relu_network.batches(data, 50, for_order, rest=True))
    assert [len(x) for x, _ in steps] == [50, 50, 30]
    options = {"step": 0.1, "decay": 5e-4, "network": "redundant"}
    expected = reference.search(weights, steps, sparsity, scores=scores, **options)
    mask, _ = edge_popup.search(
        weights, data, sparsity, batch=50, schedule="constant", rest=True, rng=8, **options
    )
    for mine, plain, m in zip(mask.scores, expected, mask.masks, strict=True):
        assert torch.allclose(mine, plain, atol=1e-5)
        assert int((~m).sum()) == int(sparsity * m.numel())


def test_train_is_that_of_autograd_and_stays_in_the_ball(weights, data):
    steps = list(relu_network.batches(data, 50, np.random.default_rng(9)))
    options = {"step": 0.03, "decay": 5e-4, "network": "redundant"}
    expected = reference.train(weights, steps, 0.02, **options)
    found, _ = projected_gradient.train(
        weights, data, 0.02, batch=50, schedule="constant", rng=9, **options
    )
    for mine, plain, start in zip(found, expected, weights, strict=True):
        assert torch.allclose(mine, plain, atol=1e-6)
        assert float((mine.double() - start.double()).abs().max()) <= 0.02
        assert not torch.equal(mine, start)


def test_first_scores_are_the_sources_and_independent_of_the_weights():
    """Bounds sqrt 2 and sqrt(2 / d). A correlation above .01 among 1,960,000 has probability below 1e-40."""
    weights = authors.initial(0)
    scores = redundant.first_scores(weights, np.random.default_rng(0))
    for k, width in enumerate(authors.WIDTHS[:-1]):
        gates, matrix = scores[2 * k].abs(), scores[2 * k + 1].abs()
        assert 0.99 * 2**0.5 < float(gates.max()) <= 2**0.5
        assert 0.99 * (2 / width) ** 0.5 < float(matrix.max()) <= (2 / width) ** 0.5 + 1e-7
    pair = torch.stack([scores[1].abs().flatten(), weights[1].abs().flatten()])
    assert abs(float(torch.corrcoef(pair)[0, 1])) < 0.01


class Keeper:
    """Keeps what it is given, and stops the training behind one epoch."""

    def __init__(self, stop: int):
        self.values, self.stop = None, stop

    def load(self):
        return self.values

    def save(self, values):
        self.values = copy.deepcopy(values)
        if values["epoch"] == self.stop:
            raise KeyboardInterrupt


@pytest.mark.parametrize("network", ["dense", "redundant"])
def test_an_interrupted_training_ends_with_the_same_numbers(weights, data, network):
    if network == "dense":
        weights = relu_network.uniform_weights(WIDTHS, 0.5, 1)
    options = {"network": network, "epochs": 4, "rest": True, "schedule": "cosine by epoch"}

    def both(keeper):
        return projected_gradient.train(weights, data, 0.1, rng=1, keeper=keeper, **options)

    def search(keeper):
        mask, history = edge_popup.search(weights, data, 0.5, rng=2, keeper=keeper, **options)
        return mask.scores, history

    for training in (both, search):
        keeper = Keeper(stop=2)
        with pytest.raises(KeyboardInterrupt):
            training(keeper)
        keeper.stop = None
        (found, history), (expected, whole) = training(keeper), training(None)
        assert history == whole and len(history.accuracies) == 4
        assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


def test_algorithm_1_alone_and_in_a_batch(weights, data):
    options = {
        "sparsities": (0.0, 0.3, 0.6),
        "perturb": {"step": 0.03, "epochs": 2},
        "search": {"step": 0.1, "epochs": 2},
        "network": "redundant",
    }
    single = [
        strong_ticket.pgd_strong_lth(weights, data, e, rng=r, **options)
        for e, r in ((0.05, 4), (0.2, 5))
    ]
    batch = strong_ticket.whole_table(weights, data, [0.05, 0.2], rngs=[4, 5], **options)
    for one, other in zip(single, batch, strict=True):
        for a, b in zip(one.weights, other.weights, strict=True):
            assert torch.allclose(a, b, atol=1e-5)
        assert [c.accuracy for c in one.cells] == pytest.approx(
            [c.accuracy for c in other.cells], abs=0.02
        )
        assert np.isclose(one.loss, other.loss, atol=1e-3)


@pytest.mark.parametrize(
    "weights, words",
    [
        ([], "in turn that fit together"),
        ([np.ones((2, 3))], "in turn that fit together"),
        ([np.ones((2, 3)), np.ones((4, 5))], "in turn that fit together"),
        ([np.ones((2, 3)), np.ones((4, 6)), np.ones((2, 5)), np.ones((3, 10))], "fit together"),
        ([np.ones((2, 3)), np.full((4, 6), np.nan)], "weights\\[1\\] must be finite"),
        (3, "weights must be a list"),
    ],
)
def test_weights_that_do_not_fit_are_named(weights, words):
    with pytest.raises(ValueError, match=words):
        redundant.as_weights(weights)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (((3,), 2, 0.5), "widths"),
        (((3, 0), 2, 0.5), "widths"),
        (((3, 2), 0, 0.5), "redundancy"),
        (((3, 2), 2, 0.0), "bound"),
        (((3, 2), 2, np.nan), "bound"),
    ],
)
def test_a_network_that_cannot_be_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        strong_ticket.redundant_weights(*arguments, rng=0)


def test_network_is_one_of_two(weights, data):
    with pytest.raises(ValueError, match='network must be "dense" or "redundant"'):
        edge_popup.search(weights, data, 0.5, network="sparse")
