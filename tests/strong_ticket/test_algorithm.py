"""Tests of strong_ticket.algorithm."""

import numpy as np
import pytest
import torch

from lth_tutorial import strong_ticket
from lth_tutorial.strong_ticket import controls, relu_network

from .cases import WIDTHS


def test_algorithm_returns_the_smallest_validation_loss(data, weights):
    options = {"batch": 50, "epochs": 2}
    found = strong_ticket.pgd_strong_lth(
        weights, data, 0.1, (0.0, 0.4, 0.8), perturb=options, search=options, rng=9
    )
    assert found.loss == min(cell.loss for cell in found.cells)
    assert [cell.sparsity for cell in found.cells] == [0.0, 0.4, 0.8]
    chosen = found.mask.apply(found.weights)
    assert float(
        relu_network.evaluate(chosen, data.valid_x, data.valid_labels)[0]
    ) == pytest.approx(found.loss)
    for w0, w in zip(weights, found.weights, strict=True):
        assert float((w.double() - w0.double()).abs().max()) <= 0.1


def test_one_batch_is_one_after_the_other(data, weights):
    options = {"batch": 50, "epochs": 1, "step": 0.05}
    arguments = {"perturb": options, "search": options}
    shares, radii = (0.0, 0.3, 0.7), (0.0, 0.02, 0.2)
    many = strong_ticket.whole_table(weights, data, radii, shares, rngs=[3, 4, 5], **arguments)
    for radius, seed, ticket in zip(radii, (3, 4, 5), many, strict=True):
        single = strong_ticket.pgd_strong_lth(weights, data, radius, shares, rng=seed, **arguments)
        assert ticket.sparsity == single.sparsity
        for a, b in zip(ticket.weights, single.weights, strict=True):
            assert torch.allclose(a, b, atol=1e-5)
        for mine, alone in zip(ticket.cells, single.cells, strict=True):
            assert mine.loss == pytest.approx(alone.loss, abs=1e-3)
            assert mine.history.losses == pytest.approx(alone.history.losses, abs=1e-3)


def test_a_batch_without_searches(data, weights):
    options = {"batch": 50, "epochs": 1, "step": 0.05}
    (ticket,) = strong_ticket.whole_table(weights, data, [0.1], (0.0,), perturb=options, rngs=[3])
    single = strong_ticket.pgd_strong_lth(weights, data, 0.1, (0.0,), perturb=options, rng=3)
    assert ticket.sparsity == 0 and ticket.loss == pytest.approx(single.loss, abs=1e-4)


def test_homogeneity_of_radius_and_bound(data):
    """Unif[-1, 1] with radius e, and bounds b_l with radii e b_l, label every row alike."""
    ones = relu_network.uniform_weights(WIDTHS, 1.0, 11)
    bounds = [0.25, 0.5, 0.125]
    scaled = [w * b for w, b in zip(ones, bounds, strict=True)]
    for w, s in zip(
        controls.random_perturbation(ones, 0.125, 1),
        controls.random_perturbation(scaled, [0.125 * b for b in bounds], 1),
        strict=True,
    ):
        assert torch.allclose(
            s / w, torch.full_like(w, float(s.flatten()[0] / w.flatten()[0])), rtol=1e-3
        )
    a, b = relu_network.forward(ones, data.x), relu_network.forward(scaled, data.x)
    assert torch.equal(a * np.prod(bounds), b) and torch.equal(a.argmax(dim=1), b.argmax(dim=1))
