"""The shared argument checks, and what each chapter makes of hostile values: the words a reader is told."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from lth_tutorial import (
    checks,
    gradient_descent,
    neuron_pruning,
    perturbed_subset_sum,
    subset_sum,
    teacher_student,
    weight_pruning,
)
from lth_tutorial.perturbed_subset_sum import bounds
from lth_tutorial.subset_sum import hit_volume


def test_masked_arrays_are_refused_everywhere():
    """A masked 99 would be chosen to reach 99."""
    masked = np.ma.array([0.5, 0.3, 99.0], mask=[0, 0, 1])
    for call in (
        lambda: subset_sum.best_subset(masked, 99),
        lambda: perturbed_subset_sum.best_subset([0.5, 0.3, 0.1], 1, np.ma.array([0.1] * 3)),
        lambda: weight_pruning.prune_network([np.ma.masked_array(np.ones((2, 2)))], 4),
        lambda: neuron_pruning.arc_cosine_kernel([masked, masked]),
        lambda: teacher_student.hessian(np.ma.ones((5, 2)), [[0, 1]], [[0.1, 0.2]]),
    ):
        with pytest.raises(ValueError, match="must not be masked"):
            call()


@pytest.mark.parametrize("n", [53, 2048, 10**5])
def test_too_many_candidates_are_told_what_they_would_take(n):
    x = np.ones(n)
    for call in (
        lambda: subset_sum.best_subset(x, 1),
        lambda: subset_sum.best_subsets(x, [1.0]),
        lambda: subset_sum.exhaustive_search(x, 1),
        lambda: subset_sum.subset_sums(x),
        lambda: subset_sum.covering_error(x),
        lambda: perturbed_subset_sum.best_subset(x, 1, 0.1),
        lambda: perturbed_subset_sum.best_subsets(x, [1.0], 0.1),
        lambda: perturbed_subset_sum.exhaustive_search(x, 1, 0.1),
        lambda: perturbed_subset_sum.covering_error(x, 0.1),
    ):
        with pytest.raises(
            ValueError, match=rf"x holds {n:,} candidates, at most \d+ are served: "
        ):
            call()


def test_memory_in_words():
    assert checks.gibibytes(30) == "8 GiB"
    assert checks.gibibytes(30, 3) == "24 GiB"
    # 2^2048 numbers of 8 bytes: 2^2021 GiB, log10 of which is 608.4.
    assert checks.gibibytes(2048) == "10^608 GiB"
    assert checks.count_of_subsets(27) == "134,217,728"
    assert checks.count_of_subsets(10**4) == "10^3,010"


def test_fractions_and_whole_numbers_of_any_size_are_rounded_once():
    values = [Fraction(1, 3), 2**70 + 1, 0.5]
    assert checks.finite_array("x", values, 1).tolist() == [1 / 3, 2.0**70, 0.5]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_tensors_that_learn_are_taken_as_they_are(dtype):
    """Exactly: every short float is a float64, and a gradient is nobody's business here."""
    x = torch.tensor([0.5, -0.25, 0.875], dtype=dtype, requires_grad=True)
    found = subset_sum.best_subset(x, x[0])
    assert found.mask.tolist() == [True, False, False] and found.error == 0
    assert np.array_equal(
        neuron_pruning.arc_cosine_kernel(x[None]), neuron_pruning.arc_cosine_kernel([x.tolist()])
    )


def test_a_models_parameters_are_a_target():
    """What a user would write; a generator, read once, also where weights are needed twice."""
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 4, bias=False), torch.nn.Linear(4, 2, bias=False)
    )
    arrays = [p.detach().numpy() for p in model.parameters()]
    found = weight_pruning.prune_network(model.parameters(), 6)
    expected = weight_pruning.prune_network(arrays, 6)
    assert all(np.array_equal(a, b) for a, b in zip(found.masks, expected.masks, strict=True))
    scaled, factor = weight_pruning.bounds.normalised(model.parameters())
    assert len(scaled) == 2 and factor == weight_pruning.bounds.normalised(arrays)[1]
    assert weight_pruning.bounds.entry_tolerance(model.parameters(), 0.1) > 0
    with pytest.raises(ValueError, match=r"weights\[1\] must have 2 dimension"):
        weight_pruning.prune_network(torch.nn.Linear(3, 4).parameters(), 6)


def test_bfloat16_in_chapter_5_is_computed_as_float32():
    rng = np.random.default_rng(0)
    x, y = torch.tensor(rng.normal(size=(40, 3))).bfloat16(), torch.tensor(rng.normal(size=40))
    arguments = [[0, 1], [1, 2]], np.full((2, 2), 0.25), 0.5
    found = teacher_student.recover(x, y, *arguments, max_iterations=20)
    assert found.weights.dtype == torch.float32
    expected = teacher_student.recover(x.double(), y, *arguments, max_iterations=20)
    assert torch.allclose(found.weights.double(), expected.weights, atol=1e-5)


@pytest.mark.parametrize("goal", [np.nan, -1, 0, 1j, np.inf])
def test_a_goal_is_a_positive_number(goal):
    teacher = teacher_student.sample_teacher(4, 2, 2)
    x, y = teacher_student.sample_data(teacher, 30)
    with pytest.raises(ValueError, match="goal must"):
        teacher_student.recover(
            x, y, teacher.supports, teacher.weights, 0.5, truth=teacher, goal=goal
        )


def test_errors_relative_to_a_zero_teacher_are_refused():
    teacher = teacher_student.sample_teacher(4, 2, 2)
    x, y = teacher_student.sample_data(teacher, 30)
    zero = teacher._replace(weights=0 * teacher.weights)
    for truth in (zero, zero.weights):
        with pytest.raises(ValueError, match=r"truth must not be 0 \(errors are relative"):
            teacher_student.recover(x, y, teacher.supports, teacher.weights, 0.5, truth=truth)
    for error in (teacher_student.matched_error, teacher_student.function_error):
        with pytest.raises(ValueError, match="truth must not be 0"):
            error(teacher, zero)
    # A teacher that is 0 has outputs all the same.
    assert not teacher_student.sample_data(zero, 30)[1].any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weights": np.array([[np.nan, 1.0], [0.0, 1.0]])}, r"teacher.weights must be finite"),
        ({"supports": np.array([[0, 9], [0, 1]])}, r"teacher.supports must hold features 0 .. 3"),
        ({"supports": np.array([[0, 0], [0, 1]])}, r"teacher.supports must not name a feature"),
        ({"features": 1.5}, "teacher.features must be a whole number"),
        ({"weights": np.ones((3, 2))}, "teacher must be one network"),
    ],
)
def test_a_teacher_is_looked_at(change, words):
    teacher = teacher_student.sample_teacher(4, 2, 2)._replace(**change)
    with pytest.raises(ValueError, match=words):
        teacher_student.sample_data(teacher, 5)
    with pytest.raises(ValueError, match=words):
        teacher_student.population_initialization(teacher)


def test_noise_beside_large_outputs():
    """The root mean square of outputs of 1e200 is no float, and times a noise of 0 it is not asked for."""
    large = teacher_student.Teacher(np.array([[1e200]]), np.array([[0]]), 1)
    assert np.isfinite(teacher_student.sample_data(large, 5)[1]).all()
    with pytest.raises(ValueError, match="teacher and noise must be smaller"):
        teacher_student.sample_data(large, 5, noise=0.1)


# Numbers of candidates


def slow_poster_n(epsilon, failure):
    """The definition: every n, every quarter."""
    n = 1
    while min(bounds.poster_failure(n, k / 4, epsilon) for k in range(4 * n + 1)) > failure:
        n += 1
    return n


@pytest.mark.parametrize("epsilon", [0.0, 0.1, 1.0, 2.5, 2.999])
@pytest.mark.parametrize("failure", [0.9, 0.5, 0.1, 1e-3])
def test_posters_number_is_the_least(epsilon, failure):
    assert bounds.poster_n(epsilon, failure) == slow_poster_n(epsilon, failure)


def test_posters_number_for_any_failure():
    with pytest.raises(ValueError, match=r"failure must lie in \(0, 1\), got 0"):
        bounds.poster_n(0.1, 0)
    n = bounds.poster_n(0.1, 1e-300)
    # About K = ln(2 / failure) for the one exponential, and as much over the rate for the other.
    rate = 1.1**2 / (8 * 2.9)
    assert n == pytest.approx(math.log(1e300) * (1 + 1 / rate), rel=0.01)


def test_sufficient_number_for_any_tolerance():
    """tau^2 is no float at 1e-200; its logarithm is."""
    demand = (math.log(80) + 400 * math.log(10) - 2 * math.log(2)) / math.log(4 / 3)
    assert bounds.sufficient_n(1e-200, 1e-200, 0.1) == 5 + math.ceil(demand)
    assert bounds.sufficient_n(1e-3, 1e-3, 5e-324) > bounds.sufficient_n(1e-3, 1e-3, 1e-300)
    for eta, epsilon, failure in [(0.01, 0.02, 0.1), (1e-6, 1e-3, 0.01), (0.3, 0.4, 0.25)]:
        tau = min(eta + epsilon, 0.5)
        written = math.ceil(math.log2(2 / failure)) + math.ceil(
            math.log(8 / (tau**2 * failure)) / math.log(4 / 3)
        )
        assert bounds.sufficient_n(eta, epsilon, failure) == written


def test_necessary_number_for_any_tolerance():
    assert bounds.necessary_n(5e-324, 0) == 1073  # 2^1073 * 2 * 2^-1074 = 1
    assert bounds.necessary_n(1e-3, 1e-3) == next(
        n for n in range(99) if 2.0**n * (2e-3 + n * 1e-3) >= 1
    )
    assert hit_volume.necessary_n(5e-324) == 1073


def test_a_share_of_failure_that_no_float_holds():
    few = weight_pruning.bounds.subset_candidates(0.01, 1e3, 1e-300)
    assert weight_pruning.bounds.subset_candidates(0.01, 1e300, 1e-300) > few


# Randomness


SEEDED = {
    "prune_network": lambda rng: weight_pruning.prune_network(np.ones((2, 2)), 3, rng=rng),
    "prune_neurons": lambda rng: neuron_pruning.prune_neurons(
        np.ones((1, 3)), [1.0], np.ones(3), "herding", rng
    ),
    "draw_weights": lambda rng: neuron_pruning.draw_weights("ball", 2, 2, rng),
    "sample_teacher": lambda rng: teacher_student.sample_teacher(3, 2, 2, rng),
    "sample_data": lambda rng: teacher_student.sample_data(
        teacher_student.sample_teacher(3, 2, 2), 5, rng=rng
    ),
    "hit volumes": lambda rng: hit_volume.simulate_hit_volumes(3, 0.1, 2, rng),
    "draw_candidates": lambda rng: subset_sum.experiments.draw_candidates("uniform", 3, rng),
    "draw_data": lambda rng: gradient_descent.experiments.draw_data("gaussian", 2, 3, rng),
}


@pytest.mark.parametrize("name", SEEDED)
@pytest.mark.parametrize("rng", [None, -1, 0.5, "0", True, [], [None], np.random])
def test_a_bad_rng_is_named(name, rng):
    with pytest.raises(ValueError, match="rng must be a numpy Generator or a seed"):
        SEEDED[name](rng)


@pytest.mark.parametrize("rng", [3, np.int64(3), [3], np.random.SeedSequence(3)])
def test_seeds_are_numpys(rng):
    assert checks.generator("rng", rng).random() == np.random.default_rng(3).random()


def test_generators_of_several_networks_are_different_objects():
    one = np.random.default_rng(0)
    with pytest.raises(ValueError, match="rngs must hold different Generators"):
        checks.generators("rngs", [one, np.random.default_rng(one)], 2)
    with pytest.raises(ValueError, match=r"rngs\[1\] must be a numpy Generator or a seed"):
        checks.generators("rngs", [one, None], 2)
    with pytest.raises(ValueError, match="rngs must hold 3 Generators or seeds, got 2"):
        checks.generators("rngs", [1, 2], 3)
