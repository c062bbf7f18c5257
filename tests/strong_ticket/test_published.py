"""Tests of strong_ticket.published."""

import numpy as np
import pytest
import torch

from lth_tutorial import reproduce, strong_ticket
from lth_tutorial.strong_ticket import (
    edge_popup,
    experiments,
    projected_gradient,
)
from lth_tutorial.strong_ticket.published import claims
from lth_tutorial.strong_ticket.published import numbers as published

from ..stored import STORED


def test_published_table():
    assert (
        published.ACCURACY.shape == (9, 11) == (len(published.SPARSITIES), len(published.EPSILONS))
    )
    gain = published.ACCURACY[1:].max(axis=0) - published.ACCURACY[0]
    assert list(np.sign(gain.round(2))) == [1] * 6 + [0, -1, -1, 0, 0]
    assert published.SPARSITIES is strong_ticket.SPARSITIES


def test_gains_use_the_mask_that_validation_chooses():
    """The second mask is better on the test images, the first on those to choose by."""

    def column(seed, first):
        cells = [
            {"test": 0.5},
            {"test": first, "validation_loss": 1},
            {"test": 0.9, "validation_loss": 2},
        ]
        parameters = {"kind": "table", "configuration": "paper", "seed": seed}
        return parameters, {"cells": cells}

    written = {"cells": []}
    for epsilon in published.EPSILONS:
        for parameters, numbers in (column(1, 0.8), column(0, 0.6)):
            written["cells"].append(
                {"parameters": parameters | {"epsilon": epsilon}, "numbers": numbers}
            )
        control = {"kind": "controls", "epsilon": epsilon}
        written["cells"].append({"parameters": control, "numbers": {"longer": 0.7}})
    gains = claims.gains(written)
    assert gains["ours"] == pytest.approx([0.2] * 11)
    assert gains["against longer descent"] == pytest.approx([-0.1] * 11)


def test_one_cell_of_the_page_size_table():
    """The stored cell at radius 0 and sparsity .5, run again: on any machine within .02."""
    (column,) = experiments.columns(experiments.CONFIGURATIONS["page"], [0.0], 0, (0.0, 0.5))
    stored = reproduce.read_json(STORED / "pgd-edge-popup-page.json")
    kept = claims.columns(stored, "page")[0]["cells"]
    assert abs(column["cells"][0]["test"] - kept[0]["test"]) < 0.001 and kept[0]["test"] < 0.2
    assert abs(column["cells"][1]["test"] - kept[5]["test"]) < 0.02
    assert column["moved"]["largest"] == 0 and column["movement"][0] == 1


def test_imaginary_parts_are_refused_not_dropped(data, weights):
    whirled = [w + 1j * w for w in weights]
    for call in (
        lambda: projected_gradient.train(whirled, data, 0.1),
        lambda: edge_popup.search([w.numpy() for w in whirled], data, 0.5),
        lambda: projected_gradient.train(weights, data, 0.1 + 1j),
        lambda: projected_gradient.train(weights, (data.x * 1j, data.labels), 0.1),
    ):
        with pytest.raises(
            ValueError, match=r"(weights\[0\]|epsilon|data.x) must hold real numbers"
        ):
            call()


def test_weights_beyond_float32_are_refused(data, weights):
    large = [w.double() * 1e300 for w in weights]
    for search, share in ((projected_gradient.train, 0.1), (edge_popup.search, 0.5)):
        with pytest.raises(ValueError, match=r"weights\[0\] must lie within the range of float32"):
            search(large, data, share)


def test_short_floats_are_taken_exactly(data, weights):
    short = [w.bfloat16() for w in weights]
    found, _ = projected_gradient.train(short, data, 0.1)
    expected, _ = projected_gradient.train([w.float() for w in short], data, 0.1)
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


def test_a_training_that_diverges_says_so(data, weights):
    """Loss and weights leave float32; the mask has its size all the same, and another cell is chosen."""
    _, calm = projected_gradient.train(weights, data, 0.1)
    assert calm.diverged is False
    lost, history = projected_gradient.train(weights, data, 1e38, step=1e38)
    assert history.diverged is True and not all(torch.isfinite(w).all() for w in lost)
    mask, history = edge_popup.search([1e20 * w for w in weights], data, 0.5, step=1e30)
    assert history.diverged is True
    assert [int(m.sum()) for m in mask.masks] == [
        edge_popup.kept(m.numel(), 0.5) for m in mask.masks
    ]
    with pytest.raises(ValueError, match="perturb: its step must be smaller"):
        strong_ticket.pgd_strong_lth(weights, data, 1e38, perturb={"step": 1e38})
    several = [torch.stack([w, 1e25 * w]) for w in weights]
    _, history = edge_popup.search(several, data, 0.5, rng=[1, 2])
    assert history.diverged == [False, True]


def test_a_loss_that_is_no_number_is_never_the_best():
    cells = [
        strong_ticket.Cell(s, None, loss, 0.0, None) for s, loss in [(0.1, np.nan), (0.2, 3.0)]
    ]
    assert strong_ticket.algorithm._best(cells) is cells[1]


def test_networks_in_a_batch_draw_orders_of_their_own(data, weights):
    """One seed for two networks, or one Generator twice, would tie their orders together."""
    several = [torch.stack([w, w]) for w in weights]
    radii = [torch.tensor([0.1, 0.1])] * len(weights)
    one = np.random.default_rng(0)
    with pytest.raises(ValueError, match="rng must be .* a list of R for R networks"):
        projected_gradient.train(several, data, radii, rng=one)
    with pytest.raises(ValueError, match="rng must hold different Generators"):
        projected_gradient.train(several, data, radii, rng=[one, one])
    with pytest.raises(ValueError, match="rng must hold different Generators"):
        edge_popup.search(several, data, 0.5, rng=[one, one])
    with pytest.raises(ValueError, match="rngs must hold different Generators"):
        strong_ticket.whole_table(weights, data, [0.1, 0.2], (0.0,), rngs=[one, one])
    found, _ = projected_gradient.train(several, data, radii, rng=[1, 2])
    assert not torch.equal(found[0][0], found[0][1])
    for r, seed in enumerate((1, 2)):
        alone, _ = projected_gradient.train(weights, data, 0.1, rng=seed)
        assert all(torch.allclose(w[r], a, atol=1e-6) for w, a in zip(found, alone, strict=True))


@pytest.mark.parametrize("rng", [None, -1, 0.5, "0", True, [], [1, None], np.random])
def test_a_bad_rng_is_named(data, weights, rng):
    for call in (
        lambda: projected_gradient.train(weights, data, 0.1, rng=rng),
        lambda: strong_ticket.pgd_strong_lth(weights, data, 0.1, (0.0,), rng=rng),
    ):
        with pytest.raises(ValueError, match="rng must be"):
            call()
