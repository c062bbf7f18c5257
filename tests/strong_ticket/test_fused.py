"""The kernels for many runs at once, held to the plain trainings: on a GPU, or in Triton's interpreter.

Triton comes with torch's build for GPUs. On a processor: `pip install triton "numpy<2.4"`, then
`TRITON_INTERPRET=1 pytest tests/strong_ticket/test_fused.py`.
"""

import os
from dataclasses import asdict

import numpy as np
import pytest
import torch

pytest.importorskip("triton", reason="the kernels are Triton's, which comes with torch for GPUs")
if not (torch.cuda.is_available() or os.environ.get("TRITON_INTERPRET")):
    pytest.skip("neither a GPU nor Triton's interpreter", allow_module_level=True)

from lth_tutorial.strong_ticket import (
    authors,
    edge_popup,
    fused,
    many,
    projected_gradient,
    redundant,
    relu_network,
)

DEVICE = "cpu" if os.environ.get("TRITON_INTERPRET") else "cuda"
WIDTHS = (7, 6, 5, 3)
HALF = {"batch": 32, "momentum": 0.9, "decay": 5e-4, "epochs": 1}
SEARCH = {**HALF, "step": 0.1, "schedule": "cosine by epoch"}
DESCENT = {**HALF, "step": 0.03, "schedule": "drop"}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(70, 7)), rng.integers(0, 3, 70)
    return relu_network.as_data((*rows, *(part[:20] for part in rows)))


def networks(many_of: int):
    return [redundant.redundant_weights(WIDTHS, 5, 2.0, k) for k in range(many_of)]


def test_searches_at_once_are_the_searches_one_by_one(data):
    columns, which, shares = networks(2), [0, 1, 1], [0.5, 0.6, 0.3]
    streams = [np.random.default_rng([1, b]) for b in range(3)]
    pairs, histories = fused.search(columns, which, data.to(DEVICE), shares, rngs=streams, **SEARCH)
    for b, (masks, scores) in enumerate(pairs):
        alone, history = edge_popup.search(
            columns[which[b]], data, shares[b],
            rng=np.random.default_rng([1, b]), network="redundant", rest=True, **SEARCH,
        )  # fmt: skip
        assert histories[b].steps == history.steps
        assert np.allclose(histories[b].losses, history.losses, rtol=1e-4)
        for mask, own in zip(masks, alone.masks, strict=True):
            assert int(mask.sum()) == int(own.sum())
            assert (
                float((mask.cpu() != own).float().mean()) < 0.1
            )  # a near tie may go the other way
        for score, own in zip(scores, alone.scores, strict=True):
            assert torch.allclose(score.cpu(), own, atol=1e-3)


def test_descents_at_once_are_the_descents_one_by_one_and_stay_in_their_balls(data):
    weights, radii = networks(2), (0.05, 0.3)
    streams = [np.random.default_rng([2, b]) for b in range(2)]
    found, histories = fused.train(weights, data.to(DEVICE), radii, rngs=streams, **DESCENT)
    for b, radius in enumerate(radii):
        alone, history = projected_gradient.train(
            weights[b], data, radius,
            rng=np.random.default_rng([2, b]), network="redundant", project="epoch", rest=True, **DESCENT,
        )  # fmt: skip
        assert np.allclose(histories[b].losses, history.losses, rtol=1e-4)
        for after, own, start in zip(found[b], alone, weights[b], strict=True):
            assert torch.allclose(after, own, atol=1e-4)
            assert float((after.double() - start.double()).abs().max()) <= radius


def test_a_threshold_is_exact_whether_it_is_near_the_last_one_or_not(data):
    packed = redundant.pack(networks(1)[0])
    layout = fused.Layout.of(packed)
    row = layout.row(packed)[None].to(DEVICE)
    wanted = [[n // 3 for n in layout.sizes]]
    column = torch.zeros(1, dtype=torch.int32, device=DEVICE)
    engine = fused.Engine(layout, row, column, row.clone(), wanted, 0.9, 0.0)
    for factor in (1.0, 1.0001, 50.0, 0.0, float("nan")):
        engine.scores *= factor
        engine.listed.zero_()  # nothing was listed: all are counted
        engine._find()
        for k, values in enumerate(layout.tensors(engine.scores[0])):
            edge = engine.edges.view(torch.float32)[0, k]
            if factor == factor:
                assert edge == values.abs().flatten().sort(descending=True)[0][wanted[0][k] - 1]
            else:
                assert int(engine.widths[0, k]) == -1  # given up: the search has left the range


def test_cells_at_once_are_the_cells_one_by_one(data, monkeypatch):
    monkeypatch.setattr(authors, "WIDTHS", WIDTHS)
    monkeypatch.setattr(authors, "BOUND", 2.0)
    monkeypatch.setattr(authors, "load", lambda images: data)
    runs = [authors.Run(e, s, 70, 2, 1, 0) for e, s in ((0, 0.0), (0, 0.5), (0.3, 0.5), (0.3, 0.0))]
    found = many.numbers([asdict(run) for run in runs], DEVICE)
    for run, numbers in zip(runs, found, strict=True):
        weights, descent = authors.descend(run, data)
        expected = authors.describe(run, weights, data, descent)
        assert numbers.keys() == expected.keys()
        assert np.isclose(numbers["loss"], expected["loss"], rtol=1e-2)
        assert np.allclose(numbers["history"]["losses"], expected["history"]["losses"], rtol=1e-2)
        assert abs(numbers["test"] - expected["test"]) <= 0.05
