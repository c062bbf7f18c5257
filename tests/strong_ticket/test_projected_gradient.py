"""Tests of strong_ticket.projected_gradient."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import strong_ticket
from lth_tutorial.strong_ticket import (
    edge_popup,
    projected_gradient,
    reference,
    relu_network,
)

from .cases import WIDTHS, batches

LAYERS = tuple(zip(WIDTHS[:-1], WIDTHS[1:], strict=True))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-7, 1e-3, 0.01, 0.3, 7.0]))
def test_ball_is_rounded_inwards(seed, epsilon):
    """Its ends are within, and the next float32 numbers outside (or the ends are exact)."""
    (w,) = relu_network.uniform_weights((40, 5), 0.5, seed)
    ((low, high),) = projected_gradient.ball([w], epsilon)
    for end, sign in ((low, -1), (high, 1)):
        away = torch.nextafter(end, torch.full_like(end, sign * torch.inf))
        assert bool(((end.double() - w.double()).abs() <= epsilon).all())
        assert bool(((away.double() - w.double()).abs() > epsilon).all())


@pytest.mark.parametrize("project", ["step", "epoch"])
def test_descent_stays_in_the_ball_exactly(data, weights, project):
    before = copy.deepcopy(weights)
    radii = [0.05, 0.02, 0.3]
    found, history = projected_gradient.train(
        weights, data, radii, step=0.5, epochs=2, batch=50, project=project, decay=1e-3, rng=5
    )
    for w0, w, r in zip(before, found, radii, strict=True):
        moved = (w.double() - w0.double()).abs()
        assert float(moved.max()) <= r
        assert float((moved > 0.999 * r).double().mean()) > 0.05
    assert all(torch.equal(a, b) for a, b in zip(before, weights, strict=True))
    assert history.losses[-1] < history.losses[0] and len(history.accuracies) == 2


def test_radius_zero_moves_nothing(data, weights):
    found, _ = projected_gradient.train(weights, data, 0.0, step=0.5, epochs=1, batch=50)
    assert all(torch.equal(a, b) for a, b in zip(found, weights, strict=True))


def test_between_projections_an_epoch_leaves_the_ball(data, weights, monkeypatch):
    """The two rules differ, and by the projection alone."""
    outside = []
    plain = relu_network.descend

    def watched(parameter, *rest):
        outside.append(
            float((parameter - weights[0]).abs().max()) if parameter.shape == (9, 12) else 0
        )
        plain(parameter, *rest)

    monkeypatch.setattr(relu_network, "descend", watched)
    options = {"step": 0.5, "epochs": 1, "batch": 50, "rng": 5}
    projected_gradient.train(weights, data, 0.01, project="epoch", **options)
    assert max(outside) > 0.011
    outside.clear()
    projected_gradient.train(weights, data, 0.01, project="step", **options)
    assert 0 < max(outside) <= 0.010001


@pytest.mark.parametrize("epsilon", [0.02, 0.5])
@pytest.mark.parametrize("decay", [0.0, 1e-2])
def test_descent_is_that_of_autograd(data, weights, epsilon, decay):
    steps = batches(data, 50, 2, 6)
    expected = reference.train(weights, steps, epsilon, step=0.2, decay=decay)
    found, _ = projected_gradient.train(
        weights,
        data,
        epsilon,
        step=0.2,
        epochs=2,
        batch=50,
        decay=decay,
        schedule="constant",
        rng=6,
    )
    for mine, plain in zip(found, expected, strict=True):
        assert torch.allclose(mine, plain, atol=2e-5)


@pytest.mark.parametrize("epsilon", [0.0, 1e-12, 0.01])
def test_ball_around_float64_weights(data, epsilon):
    """Exactly within the radius, or where that is below float32's rounding, the nearest float32 numbers."""
    exact = [np.random.default_rng(k).uniform(-0.5, 0.5, (o, i)) for k, (i, o) in enumerate(LAYERS)]
    found, _ = projected_gradient.train(exact, data, epsilon, step=0.5, batch=50, rng=5)
    for w0, w in zip(exact, found, strict=True):
        moved = np.abs(w.numpy().astype(float) - w0)
        nearest = np.abs(w0.astype(np.float32).astype(float) - w0)
        assert (moved <= np.maximum(epsilon, nearest)).all()


def test_pairs_and_arrays_stand_for_data(data, weights):
    """A pair is both what is trained on and what chooses; arrays of any layout are as good as tensors."""
    own = relu_network.Data(data.x, data.labels, data.x, data.labels)
    pair = data.x.numpy()[::-1][::-1], data.labels.numpy().astype(np.uint8)
    pair[1].setflags(write=False)
    arrays = [np.asfortranarray(w.numpy()) for w in weights]
    options = {"step": 0.1, "epochs": 1, "rng": 0}
    for search, share in ((projected_gradient.train, 0.1), (edge_popup.search, 0.5)):
        expected, history = search(weights, own, share, **options)
        found, same = search(arrays, pair, share, **options)
        assert same.steps == history.steps
        assert same.losses == pytest.approx(history.losses, rel=1e-4)
        for a, b in zip(
            getattr(found, "masks", found), getattr(expected, "masks", expected), strict=True
        ):
            assert torch.isclose(a.double(), b.double(), atol=1e-5).double().mean() > 0.99
    tickets = [
        strong_ticket.pgd_strong_lth(weights, d, 0.1, (0.0, 0.5), rng=1) for d in (own, pair)
    ]
    assert tickets[0].loss == pytest.approx(tickets[1].loss, rel=1e-3)


def test_parameters_of_a_module_stay_as_they_are(data, weights):
    leaves = [torch.nn.Parameter(w.clone()) for w in weights]
    found, _ = projected_gradient.train(leaves, data, 0.1)
    edge_popup.search(leaves, data, 0.5)
    assert not any(w.requires_grad for w in found) and all(w.grad is None for w in leaves)
    assert all(torch.equal(a, b) for a, b in zip(leaves, weights, strict=True))
