"""Tests of teacher_student.model."""

import math

import numpy as np
import pytest

from lth_tutorial import teacher_student as ts


def plain_network(x, supports, weights):
    total = np.zeros(len(x))
    for support, w in zip(supports, weights, strict=True):
        for k, feature in enumerate(support):
            assert feature >= 0 or w[k] == 0
        total += np.maximum(x[:, support] @ w, 0)
    return total / len(weights)


def test_the_network_is_the_mean_of_relus_on_supports(trial):
    teacher, x, y, _ = trial
    assert np.allclose(
        ts.network(x, *teacher[1::-1]), plain_network(x, *teacher[1::-1]), atol=1e-14
    )
    assert np.array_equal(y, ts.network(x, teacher.supports, teacher.weights))


def test_supports_are_distinct_features_and_weights_half_at_most():
    teacher = ts.sample_teacher(9, 4, 9, 0)
    assert np.array_equal(teacher.supports, np.tile(np.arange(9), (4, 1)))
    teacher = ts.sample_teacher(40, 50, 7, 0)
    assert all(len(set(row)) == 7 for row in teacher.supports)
    assert np.abs(teacher.weights).max() <= 0.5


def test_every_feature_is_as_likely():
    """5,000 supports of 2 of 5: each feature in 2,000 +- 6 standard deviations; fails 1 time in 10^8."""
    counts = np.bincount(ts.sample_teacher(5, 5000, 2, 7).supports.ravel(), minlength=5)
    assert np.abs(counts - 2000).max() <= 6 * math.sqrt(5000 * 0.4 * 0.6)


def test_noise_has_the_stated_level_and_leaves_inputs_alone(trial):
    """100,000 normals: the root mean square is within 6 / sqrt(200,000) of 1, but 1 time in 10^8."""
    teacher = trial[0]
    x, y = ts.sample_data(teacher, 100_000, rng=5)
    same, noisy = ts.sample_data(teacher, 100_000, noise=0.3, rng=5)
    assert np.array_equal(x, same)
    level = np.sqrt(np.mean((noisy - y) ** 2) / np.mean(y**2))
    assert abs(level / 0.3 - 1) < 6 / math.sqrt(200_000)


def test_dense_and_back_with_missing_features():
    supports, weights = np.array([[2, 0, -1], [1, 3, 2]]), np.array([[5.0, 6, 9], [1, 2, 3]])
    full = ts.dense(supports, weights, 4)
    assert np.array_equal(full, [[6, 0, 5, 0], [0, 1, 3, 2]])
    assert np.array_equal(ts.on_supports(full, supports), [[5, 6, 0], [1, 2, 3]])


def test_starts_lie_at_their_distance(trial):
    teacher, *_, starts = trial
    away = np.linalg.norm(starts - teacher.weights, axis=(1, 2)) / np.linalg.norm(teacher.weights)
    assert np.allclose(away, [0.1, 0.4, 0.8])
    assert ts.nearby(teacher.weights, 0.2, 1).shape == (3, 6)


@pytest.mark.parametrize(
    "arguments, word",
    [
        ((5, 0, 2), "neurons"),
        ((5, 2, 6), "support"),
        ((5, 2, 0), "support"),
        ((5.5, 2, 2), "d must be a whole number, got 5.5"),
        ((5, 2, "a"), "support must be a whole number, got 'a'"),
    ],
)
def test_wrong_teachers_are_named(arguments, word):
    with pytest.raises(ValueError, match=word):
        ts.sample_teacher(*arguments)


def test_wrong_data_are_named(trial):
    with pytest.raises(ValueError, match="samples"):
        ts.sample_data(trial[0], 0)
    with pytest.raises(ValueError, match="noise"):
        ts.sample_data(trial[0], 5, noise=-1)
    with pytest.raises(ValueError, match="noise must be finite"):
        ts.sample_data(trial[0], 5, noise=np.inf)
    with pytest.raises(ValueError, match="teacher must be a Teacher, got ndarray"):
        ts.sample_data(trial[0].weights, 5)
