"""Tests of strong_ticket.controls."""

import torch

from lth_tutorial.strong_ticket import controls, edge_popup


def test_controls(weights):
    magnitude = controls.magnitude_mask(weights, 0.5)
    for w, m in zip(weights, magnitude.masks, strict=True):
        assert m.sum() == edge_popup.kept(w.numel(), 0.5)
        assert w[m].abs().min() >= w[~m].abs().max()
    noisy = controls.random_perturbation(weights, 0.1, 0)
    moved = torch.cat(
        [(a.double() - b.double()).abs().flatten() for a, b in zip(noisy, weights, strict=True)]
    )
    assert float(moved.max()) <= 0.1 and float(moved.max()) > 0.09
    assert controls.movement(weights, noisy, [1, 1, 1])["largest"] == float(moved.max())
