"""Tests of perturbed_subset_sum.experiments."""

import numpy as np

from lth_tutorial.perturbed_subset_sum import (
    best_subsets,
    covering_error,
    exhaustive_search,
    experiments,
)


def test_size_to_cover_is_the_first_that_covers():
    rng = np.random.default_rng(11)
    for epsilon, eta in ((0.1, 0.0), (0.01, 0.0), (0.01, 0.005), (0.0, 0.02)):
        x = rng.uniform(-1, 1, 16)
        size = experiments.size_to_cover(x, eta, epsilon)
        errors = [covering_error(x[:k], epsilon) for k in range(1, 17)]
        first = next((k + 1 for k, e in enumerate(errors) if e <= eta), None)
        assert size == first
    assert experiments.size_to_cover(np.full(5, 0.25), 0.0, 1e-6) is None


def test_needed_shared_is_the_first_that_serves(monkeypatch):
    rng = np.random.default_rng(12)
    x, targets = rng.uniform(-0.5, 0.5, 13), rng.uniform(-0.6, 0.6, 40)
    for eta, epsilon in ((0.05, 0.0), (0.01, 0.0), (0.001, 0.003)):
        expected = []
        for z in targets:
            errors = [abs(z)] + [exhaustive_search(x[:k], z, epsilon).error for k in range(1, 14)]
            expected.append(next((k for k, e in enumerate(errors) if e <= eta), 14))
        for most_listed in (18, 2):
            monkeypatch.setattr(experiments, "_MOST_LISTED", most_listed)
            found = experiments.needed_shared(x, targets, eta, epsilon)
            assert found.tolist() == expected


def test_needed_own_is_the_first_that_serves():
    def draw(shape, rng):
        return rng.uniform(-1, 1, shape)

    targets = np.random.default_rng(13).uniform(-0.5, 0.5, 60)
    k, missed = experiments.needed_own(draw, targets, 0.02, 0.01, 14)
    x = draw((60, 44), np.random.default_rng(14))
    for size, expected in ((k, 0), (k - 1, missed[k - 1])):
        errors = best_subsets(x[:, :size], targets, 0.01).errors
        assert np.sum(errors > 0.02) == expected
    assert missed[k] == 0 < missed[k - 1]
    few = targets[:3]
    hopeless, missed = experiments.needed_own(lambda s, rng: np.ones(s), few, 1e-3, 0.0, 1)
    assert hopeless == 45 and missed[44] == np.sum(np.abs(few) > 1e-3) == 3
