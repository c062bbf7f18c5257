"""The corner taken apart: what a search is compared with, and the other order of the two halves."""

import dataclasses

import numpy as np
import pytest
import torch

from lth_tutorial import strong_ticket
from lth_tutorial.strong_ticket import (
    authors,
    controls,
    corner,
    edge_popup,
    networks,
    prune_first,
    redundant,
    reference,
    relu_network,
)
from lth_tutorial.strong_ticket.published import authors_network
from lth_tutorial.strong_ticket.published import corner as published

RUN = authors.Run(epsilon=0.3, sparsity=0.8, images=128, perturb_epochs=1, search_epochs=2, seed=0)


@pytest.fixture(scope="module")
def few():
    """128 images, 300 of the test images."""
    data = authors.load(128)
    return data._replace(valid_x=data.valid_x[:300], valid_labels=data.valid_labels[:300])


@pytest.fixture(scope="module")
def weights():
    return strong_ticket.redundant_weights((7, 6, 5, 3), 4, 0.5, 1)


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(2)
    return relu_network.as_data((rng.normal(size=(100, 7)), rng.integers(0, 3, 100)))


@pytest.mark.parametrize("network", ["redundant", "dense"])
def test_the_unchanged_run_is_the_sources(few, network):
    """With nothing changed the accuracy is that of the table's cell; a dense network has a track as well."""
    none = corner.CHANGES["none"]
    descended, _ = corner.descend(RUN, network, none, few)
    found = corner.describe(RUN, network, none, descended, few)
    assert len(found["track"]["test"]) == len(found["track"]["overlap"]) == 2
    assert {len(part) for part in found["track"]["moved"]} == {len(found["scale"])}
    if network == "redundant":
        plain, history = authors.descend(RUN, few)
        assert all(torch.equal(a, b) for a, b in zip(plain, descended, strict=True))
        cell = authors.describe(RUN, plain, few, history)
        assert found["test"] == cell["test"] and found["loss"] == cell["loss"]
        assert found["track"]["overlap"][-1] == pytest.approx(cell["overlap"], abs=1e-3)
        assert found["track"]["moved"][-1] == pytest.approx(cell["moved"], rel=1e-3)
        assert found["start"]["loss"] == cell["start"]["loss"]


def test_rescaled_weights_start_with_the_logits_of_untrained_ones(few):
    none = corner.CHANGES["none"]
    run = dataclasses.replace(RUN, perturb_epochs=0)
    start = corner.initial(run, "redundant")
    smaller = [0.7 * w for w in start]
    mask = edge_popup.select_layers(
        networks.named("redundant").first_scores(start, 1), 0.8, kept=redundant.kept
    )
    again = corner.rescaled(smaller, start, mask, "redundant", few)
    assert all(torch.allclose(a, b, rtol=1e-3) for a, b in zip(again, start, strict=True))
    assert none == corner.Change()


def test_scores_a_tenth_are_a_larger_step_and_less_decay(weights, rows):
    """Scores s/10 with step a and decay l choose the masks of scores s with step 10 a and decay l/10."""
    batches = list(relu_network.batches(rows, 50, np.random.default_rng(3)))
    scores = redundant.first_scores(weights, 4)
    options = {"momentum": 0.9, "network": "redundant"}
    small = reference.search(
        weights, batches, 0.5, scores=[s / 10 for s in scores], step=0.1, decay=5e-4, **options
    )
    large = reference.search(weights, batches, 0.5, scores=scores, step=1.0, decay=5e-5, **options)
    for one, other in zip(small, large, strict=True):
        assert torch.allclose(10 * one, other, atol=1e-5)
    change = corner.CHANGES["first scores a tenth"].search
    assert change["step"] == 10 * authors.SEARCH["step"]
    assert change["decay"] == authors.SEARCH["decay"] / 10


def test_pruned_first_is_plain_autograd_with_the_mask_on(weights, rows):
    rng = np.random.default_rng(5)
    masks = [torch.from_numpy(rng.random(w.shape) > 0.5) for w in weights]
    found, history = prune_first.train_masked(
        weights, masks, rows, 0.02, step=0.03, decay=5e-4, epochs=2, batch=50, rng=6,
        network="redundant",
    )  # fmt: skip
    assert len(history.accuracies) == 2
    order, leaves = np.random.default_rng(6), [w.clone().requires_grad_() for w in weights]
    optimizer = torch.optim.SGD(leaves, lr=0.03, momentum=0.9, weight_decay=5e-4)
    for _ in range(2):
        for x, labels in relu_network.batches(rows, 50, order):
            masked = [w * m for w, m in zip(leaves, masks, strict=True)]
            optimizer.zero_grad()
            reference.cross_entropy(masked, x, labels, "redundant").backward()
            optimizer.step()
        with torch.no_grad():
            for leaf, start in zip(leaves, weights, strict=True):
                leaf.copy_(start + (leaf - start).clamp(-0.02, 0.02))
    for own, leaf, mask, start in zip(found, leaves, masks, weights, strict=True):
        assert torch.allclose(own, leaf.detach() * mask, atol=1e-6)
        assert not own[~mask].any() and not torch.equal(own, start * mask)
        assert float((own.double() - (start * mask).double()).abs().max()) <= 0.02


def test_masks_that_do_not_fit_are_named(weights, rows):
    with pytest.raises(ValueError, match="masks must be shaped as the weights of one network"):
        prune_first.train_masked(
            weights, weights[:-1], rows, 0.1, step=0.1, epochs=1, network="redundant"
        )


def test_one_number_a_tensor_moves_all_its_weights_alike(weights):
    """Each shift within half of the radius; a mean five deviations off has probability below 1e-6."""
    shifts = []
    for seed in range(100):
        moved = controls.one_number_a_tensor(weights, 1.0, seed)
        for before, after in zip(weights, moved, strict=True):
            shift = after - before
            assert torch.allclose(shift, shift.flatten()[0].expand(shift.shape), atol=1e-6)
            shifts.append(float(shift.mean()))
    shifts = np.array(shifts[: 100 * len(weights)])
    assert np.abs(shifts).max() <= 0.5 and np.abs(shifts).max() > 0.45
    assert abs(shifts.mean()) < 5 * np.sqrt(1 / 12 / len(shifts))
    with pytest.raises(ValueError, match="epsilon must be"):
        controls.one_number_a_tensor(weights, -1.0, 0)


def test_all_99_cells_at_page_size_and_the_open_columns_first():
    cells = authors_network.cells("page")
    pairs = [(c["epsilon"], c["sparsity"]) for c in cells]
    assert len(set(pairs)) == 99 and {e for e, _ in pairs[:18]} == {0.0, 0.3}
    assert {c["images"] for c in cells} == {8_000}
    middle = authors_network.middle_cells("paper")
    assert len(middle) == 99 and {c["perturb_epochs"] for c in middle} == {10}


@pytest.mark.parametrize("size", ["page", "paper"])
def test_cells_of_the_corner_are_different_ones(size):
    cells = published.cells(size)
    assert len({tuple(c.values()) for c in cells}) == len(cells)
    changes = {c["change"] for c in cells + published.full_cells(size)}
    assert changes == set(corner.CHANGES)
