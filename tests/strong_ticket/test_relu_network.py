"""Tests of strong_ticket.relu_network."""

import numpy as np
import pytest
import torch

from lth_tutorial.strong_ticket import projected_gradient, reference, relu_network


def test_gradients_are_those_of_autograd(data, weights):
    leaves = [w.clone().double().requires_grad_() for w in weights]
    x, labels = data.x[:50].double(), data.labels[:50]
    loss = reference.cross_entropy(leaves, x, labels)
    loss.backward()
    ours, found = relu_network.gradients([w.double() for w in weights], x, labels)
    assert float(ours) == pytest.approx(loss.item(), rel=1e-12)
    for mine, leaf in zip(found, leaves, strict=True):
        assert torch.allclose(mine, leaf.grad, rtol=1e-11, atol=1e-14)


def test_gradients_of_several_networks(data, weights):
    several = [torch.stack([w, 2 * w, -w]) for w in weights]
    x, labels = data.x[:20], data.labels[:20]
    losses, found = relu_network.gradients(several, x, labels)
    own_rows = relu_network.gradients(several, x.expand(3, 20, 12), labels.expand(3, 20))
    for r in range(3):
        loss, single = relu_network.gradients([w[r] for w in several], x, labels)
        assert float(losses[r]) == pytest.approx(float(loss), rel=1e-5)
        assert float(own_rows[0][r]) == pytest.approx(float(loss), rel=1e-5)
        for g, own, mine in zip(found, own_rows[1], single, strict=True):
            assert torch.allclose(g[r], mine, atol=1e-5) and torch.allclose(own[r], mine, atol=1e-5)


def test_evaluation_in_pieces(data, weights, monkeypatch):
    whole = relu_network.evaluate(weights, data.x, data.labels)
    monkeypatch.setattr(relu_network, "ROWS_AT_ONCE", 7)
    pieces = relu_network.evaluate(weights, data.x, data.labels)
    by_hand = relu_network.forward(weights, data.x).argmax(dim=1) == data.labels
    assert float(pieces[1]) == pytest.approx(float(whole[1])) == float(by_hand.float().mean())
    assert float(pieces[0]) == pytest.approx(float(whole[0]), rel=1e-6)
    expected = reference.cross_entropy(weights, data.x, data.labels)
    assert float(whole[0]) == pytest.approx(float(expected), rel=1e-5)


def test_split_keeps_every_row_once():
    x = np.arange(20.0)[:, None]
    part = relu_network.split(x, np.arange(20) % 3, 5, 0)
    rows = torch.cat([part.x, part.valid_x])[:, 0]
    assert len(part.valid_x) == 5 and sorted(rows.tolist()) == list(range(20))
    assert torch.equal(torch.cat([part.labels, part.valid_labels]), rows.long() % 3)


def test_weights_fill_their_bounds():
    """20,000 uniform entries: the largest is below .99 b with probability .99^20000 < 1e-80."""
    bounds = relu_network.kaiming_bounds((100, 200, 100))
    assert bounds == [np.sqrt(6 / 100), np.sqrt(6 / 200)]
    for w, b in zip(relu_network.uniform_weights((100, 200, 100), bounds, 0), bounds, strict=True):
        assert w.dtype == torch.float32 and 0.99 * b < float(w.abs().max()) <= np.float32(b)


def test_batches_shuffle_and_leave_a_rest(data):
    seen = list(relu_network.batches(data, 64, np.random.default_rng(0)))
    assert len(seen) == 500 // 64 and all(len(x) == 64 for x, _ in seen)
    rows = torch.cat([x for x, _ in seen])
    assert len(torch.unique(rows, dim=0)) == len(rows)
    two = next(relu_network.batches(data, 64, [np.random.default_rng(k) for k in range(2)]))
    assert two[0].shape == (2, 64, 12) and torch.equal(two[0][0], seen[0][0])


@pytest.mark.parametrize(
    "name, done, value",
    [("constant", 0.9, 1.0), ("cosine", 0, 1.0), ("cosine", 0.5, 0.5), ("drop", 0.49, 1), ("drop", 0.5, 0.1)],
)  # fmt: skip
def test_schedules(name, done, value):
    assert relu_network.factor(name, done) == pytest.approx(value)


def test_few_rows_are_one_batch(data, weights):
    few = data.x[:7], data.labels[:7]
    _, history = projected_gradient.train(weights, few, 0.1, epochs=3)
    assert history.steps == [1, 2, 3]
