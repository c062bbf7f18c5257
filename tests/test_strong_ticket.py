"""Chapter 6: descent in a ball, the search for masks, Algorithm 1; the fast code against plain autograd."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lth_tutorial import edge_popup, projected_gradient, relu_network, reproduce, strong_ticket
from lth_tutorial.strong_ticket import (
    controls,
    examples,
    experiments,
    published,
    readings,
    reference,
)

WIDTHS = (12, 9, 7, 4)
LAYERS = tuple(zip(WIDTHS[:-1], WIDTHS[1:], strict=True))
STORED = Path(__file__).resolve().parents[1] / "book" / "results"


@pytest.fixture(scope="module")
def data():
    """Rows whose labels a random network gives, so that there is something to learn."""
    x = np.random.default_rng(1).normal(size=(600, 12))
    teacher = relu_network.uniform_weights(WIDTHS, 1.0, 2)
    labels = relu_network.forward(teacher, torch.as_tensor(x, dtype=torch.float32)).argmax(dim=1)
    return relu_network.split(x, labels, 100, 3)


@pytest.fixture
def weights():
    return relu_network.uniform_weights(WIDTHS, relu_network.kaiming_bounds(WIDTHS), 4)


def batches(data, batch, epochs, rng):
    rng = np.random.default_rng(rng)
    return [pair for _ in range(epochs) for pair in relu_network.batches(data, batch, rng)]


# The network


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


# The ball


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


# What callers may hand over


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


def test_few_rows_are_one_batch(data, weights):
    few = data.x[:7], data.labels[:7]
    _, history = projected_gradient.train(weights, few, 0.1, epochs=3)
    assert history.steps == [1, 2, 3]


def test_parameters_of_a_module_stay_as_they_are(data, weights):
    leaves = [torch.nn.Parameter(w.clone()) for w in weights]
    found, _ = projected_gradient.train(leaves, data, 0.1)
    edge_popup.search(leaves, data, 0.5)
    assert not any(w.requires_grad for w in found) and all(w.grad is None for w in leaves)
    assert all(torch.equal(a, b) for a, b in zip(leaves, weights, strict=True))


# The choice of a mask


def by_sorting(scores, count):
    order = np.argsort(-np.abs(scores.flatten().numpy()), kind="stable")
    mask = np.zeros(scores.numel())
    mask[order[:count]] = 1
    return mask.reshape(scores.shape)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.sampled_from([-2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 1e-40, 3e38]), min_size=1, max_size=30
    ),
    st.floats(0, 1),
)
def test_mask_keeps_the_largest_and_of_equals_the_first(values, share):
    scores = torch.tensor(values)
    count = round(share * len(values))
    mask = edge_popup.select(scores, count)
    assert mask.sum() == count
    assert np.array_equal(mask.numpy(), by_sorting(scores, count))
    if count > 0:
        flat = scores.abs()
        edge = edge_popup.by_bisection(flat[None], torch.tensor([count]))
        threshold, extra = edge_popup.threshold(flat, count)
        assert edge[0] == threshold
        assert extra == int((flat >= threshold).sum()) - count


def test_several_masks_at_once_are_the_single_ones(monkeypatch):
    scores = torch.from_numpy(
        np.random.default_rng(0).integers(-3, 4, (6, 5, 8)).astype(np.float32)
    )
    shares = [0.0, 0.1, 0.33, 0.5, 0.9, 1.0]
    expected = [
        edge_popup.select(s, edge_popup.kept(40, p)) for s, p in zip(scores, shares, strict=True)
    ]
    assert torch.equal(
        edge_popup._select_rows(scores, shares, edge_popup.kept), torch.stack(expected)
    )
    assert torch.equal(
        edge_popup.by_counting(scores, [edge_popup.kept(40, p) for p in shares]),
        torch.stack(expected),
    )


@pytest.mark.parametrize("scope", ["tensor", "global"])
def test_exact_count_and_untouched_weights(data, weights, scope):
    before = copy.deepcopy(weights)
    mask, _ = edge_popup.search(weights, data, 0.35, epochs=1, batch=50, scope=scope, rng=7)
    assert all(torch.equal(a, b) for a, b in zip(before, weights, strict=True))
    counts = [int(m.sum()) for m in mask.masks]
    if scope == "tensor":
        assert counts == [round(0.65 * 108), round(0.65 * 63), round(0.65 * 28)]
    else:
        assert sum(counts) == round(0.65 * 199)
    for pruned, w, m in zip(mask.apply(weights), weights, mask.masks, strict=True):
        assert torch.equal(pruned[m], w[m]) and not pruned[~m].any()


@pytest.mark.parametrize("sparsity", [0.3, 0.8])
@pytest.mark.parametrize("decay", [0.0, 1e-2])
def test_search_is_that_of_autograd(data, weights, sparsity, decay):
    """The same scores up to rounding: few steps, because a choice at the edge may part the two later."""
    for_scores, for_order = np.random.default_rng(8).spawn(2)
    scores = edge_popup.first_scores(weights, for_scores)
    few = relu_network.Data(data.x[:200], data.labels[:200], data.valid_x, data.valid_labels)
    steps = batches(few, 50, 1, for_order)
    expected = reference.search(weights, steps, sparsity, step=0.1, decay=decay, scores=scores)
    mask, _ = edge_popup.search(
        weights,
        few,
        sparsity,
        step=0.1,
        epochs=1,
        batch=50,
        decay=decay,
        schedule="constant",
        rng=8,
    )
    for mine, plain, first in zip(mask.scores, expected, scores, strict=True):
        assert torch.allclose(mine, plain, atol=1e-5) and not torch.allclose(mine, first, atol=1e-3)


def test_scores_are_independent_of_the_weights():
    """392,000 pairs: |correlation| of |score| and |w| above .01 has probability below 1e-9 (6 sigma).

    With one seed for both, it would be 1: a random mask would be a magnitude mask.
    """
    weights, (data, *_) = experiments.start(experiments.CONFIGURATIONS["page"], 0)
    none = {"epochs": 0}
    ticket = strong_ticket.pgd_strong_lth(
        weights, data, 0.0, (0.5,), perturb=none, search=none, rng=np.random.default_rng([6, 0, 0])
    )
    (scores, *_) = ticket.mask.scores
    pair = np.abs([scores.numpy().ravel(), weights[0].numpy().ravel()])
    assert abs(np.corrcoef(pair)[0, 1]) < 0.01
    same = edge_popup.first_scores(weights[:1], 5)[0]
    tied = relu_network.uniform_weights((784, 500), 1.0, 5)[0]
    both = np.abs([same.numpy().ravel(), tied.numpy().ravel()])
    assert np.corrcoef(both)[0, 1] > 0.999


def test_search_beats_random_masks(data, weights):
    """Of 200 random masks none fits the training rows as well: if the search were no better than they,
    this would happen with probability 1/201 for each of three searches, 1e-7 in all."""
    for seed in range(3):
        mask, _ = edge_popup.search(weights, data, 0.5, step=0.3, epochs=20, batch=50, rng=seed)
        loss = relu_network.evaluate(mask.apply(weights), data.x, data.labels)[0]
        streams = np.random.default_rng(100 + seed).spawn(200)
        others = [controls.random_mask(weights, 0.5, s).apply(weights) for s in streams]
        assert loss < min(relu_network.evaluate(w, data.x, data.labels)[0] for w in others)


# Algorithm 1


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


# The table


def test_published_table():
    assert (
        published.ACCURACY.shape == (9, 11) == (len(published.SPARSITIES), len(published.EPSILONS))
    )
    gain = published.ACCURACY[1:].max(axis=0) - published.ACCURACY[0]
    assert list(np.sign(gain.round(2))) == [1] * 6 + [0, -1, -1, 0, 0]
    ours = reproduce.strong_ticket_claims
    assert ours.SPARSITIES == published.SPARSITIES == strong_ticket.SPARSITIES
    assert ours.EPSILONS == published.EPSILONS


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
    gains = reproduce.strong_ticket_claims.gains(written)
    assert gains["ours"] == pytest.approx([0.2] * 11)
    assert gains["against longer descent"] == pytest.approx([-0.1] * 11)


def test_histograms_count_every_weight():
    weights = [torch.tensor([[0.05, -0.2, 0.9, 1.4]]), torch.tensor([[-3.0], [0.01]])]
    masks = [torch.tensor([[True, False, True, True]]), torch.tensor([[True], [False]])]
    share = experiments.mask_histogram(weights, masks, [1.0, 2.0])
    assert share[0] == 0.5 and share[2] == 0.0 and share[9] == 1.0 and share[-1] == 1.0
    moved = experiments.movement_histogram(weights, [w + 0.1 for w in weights], [1.0, 2.0])
    assert sum(moved) == pytest.approx(1, abs=1e-3) and moved[-1] == pytest.approx(4 / 6, abs=1e-3)


# Errors


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda w, d: projected_gradient.train(w, d, -0.1), "epsilon must be 0 or more and finite"),
        (lambda w, d: projected_gradient.train(w, d, [0.1]), "one number or one for each of 3 layers, got 1"),
        (lambda w, d: projected_gradient.train(w, d, "a"), "epsilon must hold real numbers"),
        (lambda w, d: projected_gradient.train(w, d, [[0.1, 0.2]] * 3), "epsilon must be a number for each"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, step="a"), "step must hold real numbers"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, epochs=0, schedule=""), "schedule must be"),
        (lambda w, d: projected_gradient.train(3, d, 0.1), "weights must be a list of matrices, got int"),
        (lambda w, d: projected_gradient.train([w[0][0]], d, 0.1), "weights must be matrices"),
        (lambda w, d: projected_gradient.train(["a"], d, 0.1), r"weights\[0\] must hold real numbers"),
        (lambda w, d: projected_gradient.train([w[0] / 0], d, 0.1), r"weights\[0\] must be finite"),
        (lambda w, d: projected_gradient.train(w, d.x, 0.1), "data must be a Data .* or a pair x, labels"),
        (lambda w, d: edge_popup.search(w, (d.x, d.x), 0.5), r"data.x must be \(N, d\) and data.labels"),
        (lambda w, d: projected_gradient.train(w, (d.x / 0, d.labels), 0.1), "data.x must be finite"),
        (lambda w, d: edge_popup.search(w, (d.x, d.labels + 0.5), 0.1), "labels must be whole numbers"),
        (lambda w, d: edge_popup.search(w, (*d[:2], d.x[:, 1:], d.labels), 0.1), "data.valid_x has 11"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, project="never"), 'must be "step" or "epoch"'),
        (lambda w, d: projected_gradient.train(w, d, 0.1, step=0), "step must be positive, got 0"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, batch=501), "batch must be from 1 to the 500 rows"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, momentum=1), r"must be in \[0, 1\), got 1"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, decay=-1), "decay must be 0 or more, got -1"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, epochs=1.5), "epochs must be a whole number"),
        (lambda w, d: projected_gradient.train(w, d, 0.1, schedule="linear"), "schedule must be"),
        (lambda w, d: projected_gradient.train(w[1:], d, 0.1), "data.x has 12 columns, weights take 9"),
        (lambda w, d: projected_gradient.train([w[0], w[2]], d, 0.1), "weights must be matrices"),
        (lambda w, d: projected_gradient.train(w[:2] + [w[2][:2]], d, 0.1), r"labels must lie in 0 .. 1"),
        (lambda w, d: edge_popup.search(w, d, 1.5), r"the share removed; got 1.5"),
        (lambda w, d: edge_popup.search(w, d, 1), r"sparsity must be in \[0, 1\)"),
        (lambda w, d: edge_popup.search(w, d, [0.1, 0.2]), r"sparsity must have 0 dimension\(s\)"),
        (lambda w, d: edge_popup.search(w, d, 0.5, scope="row"), 'scope must be "tensor" or "global"'),
        (lambda w, d: edge_popup.search(w, d, 0.5, rng=[1, 2]), "rng must be one for one network"),
        (lambda w, d: strong_ticket.pgd_strong_lth(w, d, 0.1, ()), "sparsities must not be empty"),
        (lambda w, d: strong_ticket.pgd_strong_lth(w, d, 0.1, (1.0,)), r"sparsities must be in \[0, 1\)"),
        (lambda w, d: relu_network.split(d.x, d.labels[1:], 3, 0), r"x must be \(N, d\) and labels \(N,\)"),
        (lambda w, d: relu_network.split(d.x, d.labels, 500, 0), "validation must be from 1 to 499, got 500"),
        (lambda w, d: relu_network.uniform_weights((3,), 1.0, 0), "widths must be two or more positive"),
        (lambda w, d: relu_network.uniform_weights((3, 2), 0.0, 0), "bounds must be positive"),
    ],
)  # fmt: skip
def test_errors_name_the_argument(data, weights, call, message):
    with pytest.raises(ValueError, match=message):
        call(weights, data)


# Columns of the table


@pytest.fixture(scope="module")
def small():
    """A configuration of seconds: a narrow network, 600 images."""
    options = {"step": 0.1, "epochs": 1, "batch": 50}
    return experiments.Configuration((784, 30, 10), None, 600, 100, options, options)


def test_columns_in_one_batch_are_the_single_ones(small):
    """The way taken on a GPU ("cpu:0" is not "cpu"), with the draws of the other."""
    single = experiments.columns(small, [0.0, 0.1], 0, (0.0, 0.5))
    batch = experiments.columns(small, [0.0, 0.1], 0, (0.0, 0.5), device="cpu:0")
    for one, many in zip(single, batch, strict=True):
        assert one["epsilon"] == many["epsilon"]
        assert one["movement"] == pytest.approx(many["movement"], abs=0.01)
        for mine, other in zip(one["cells"], many["cells"], strict=True):
            assert mine["test"] == pytest.approx(other["test"], abs=0.02)
            assert mine["losses"] == pytest.approx(other["losses"], abs=0.05)
            assert mine["kept"] == pytest.approx(other["kept"], abs=0.05)


def test_controls_share_the_weights_of_the_table(small):
    """At sparsity 0 both controls are W_T itself, the table's own first row: the same draws."""
    (column,) = experiments.columns(small, [0.05], 0, (0.0,))
    found = experiments.control_columns(small, 0.05, 0, (0.0, 0.5))
    row = column["cells"][0]["test"]
    assert [found["random"][0], found["magnitude"][0]] == pytest.approx([row, row], abs=1e-3)
    assert found["magnitude"][1] > 0.2 and found["longer"] > column["cells"][0]["test"]
    assert 0.3 < found["noise"] < 0.95


def test_seeds_and_radii_draw_their_own_streams(small):
    weights = [experiments.start(small, seed)[0][0] for seed in (0, 1)]
    assert not torch.equal(*weights)
    same = experiments.start(small, 0)[0][0]
    assert torch.equal(weights[0], same)


def test_readings_of_a_radius(small):
    """A relative radius is the share of the bound; at radius 0 all readings leave the weights alone."""
    assert readings.radii(small, 0.5, True) == [0.5 * b for b in small.bounds()]
    assert readings.radii(small, 0.5, False) == [0.5, 0.5]
    rows = [readings.descent_row(small, name, [0.0, 0.05], 0) for name in readings.READINGS]
    assert np.ptp([row[0] for row in rows]) <= 1e-3 and rows[1][1] > rows[0][1]
    assert readings.first_loss(small, "Unif[-1, 1], absolute", 0) > readings.first_loss(
        small, "Kaiming, relative", 0
    )
    with pytest.raises(ValueError, match="reading must be one of .*; got 'relative'"):
        readings.descent_row(small, "relative", [0.1], 0)


def test_examples_by_hand():
    assert np.allclose(examples.one_weight(0.4, 1.0, 0.2, 0.3, 3), [0.4, 0.58, 0.6, 0.6])
    scores, losses = examples.swap((-1.0, 1.0), (0.5, 0.3), 1.0, 0.1, 3)
    assert np.allclose(scores, [[0.5, 0.3], [0.3, 0.5], [0.3, 0.5], [0.3, 0.5]])
    assert np.allclose(losses, [2, 0, 0, 0])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_swaps_descend_to_first_order(seed):
    """For any step of the example that swaps without changes of sign; and the page's second-order bound.

    The scores lie so close together that about half of the steps do swap.
    """
    rng = np.random.default_rng(seed)
    weights, scores = rng.normal(size=2), rng.uniform(1, 1.01, 2)
    path, losses = examples.swap(weights, scores, 1.0, 0.05, 1)
    before, after = path.argmax(axis=1)
    assume((path > 0).all() and before != after)
    slope = weights[before] - 1.0
    change = weights[after] - weights[before]
    assert slope * change <= 0
    assert losses[1] - losses[0] == pytest.approx(slope * change + change**2 / 2)
    assert losses[1] - losses[0] <= slope * change + (weights**2).sum() + 1e-12


def test_one_cell_of_the_page_size_table():
    """The stored cell at radius 0 and sparsity .5, run again: on any machine within .02."""
    (column,) = experiments.columns(experiments.CONFIGURATIONS["page"], [0.0], 0, (0.0, 0.5))
    stored = reproduce.read_json(STORED / "pgd-edge-popup-page.json")
    kept = reproduce.strong_ticket_claims.columns(stored, "page")[0]["cells"]
    assert abs(column["cells"][0]["test"] - kept[0]["test"]) < 0.001 and kept[0]["test"] < 0.2
    assert abs(column["cells"][1]["test"] - kept[5]["test"]) < 0.02
    assert column["moved"]["largest"] == 0 and column["movement"][0] == 1


# Hostile values


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
