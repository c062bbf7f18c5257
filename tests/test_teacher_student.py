import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import teacher_student as ts
from lth_tutorial.teacher_student import (
    Teacher,
    bounds,
    breaks,
    eigenvalues,
    experiments,
    pruning,
    starts,
    summaries,
)
from lth_tutorial.teacher_student.errors import _assignment
from lth_tutorial.teacher_student.experiments import Setting
from lth_tutorial.teacher_student.hessian import hessian, population_hessian, population_risk


def plain_network(x, supports, weights):
    total = np.zeros(len(x))
    for support, w in zip(supports, weights, strict=True):
        for k, feature in enumerate(support):
            assert feature >= 0 or w[k] == 0
        total += np.maximum(x[:, support] @ w, 0)
    return total / len(weights)


def plain_descent(x, y, supports, start, step, momentum, iterations):
    """Algorithm 1 on all data, with torch's gradient of the dense masked network."""
    mask = torch.tensor(ts.dense(supports, np.ones_like(start), x.shape[1]))
    w = torch.tensor(ts.dense(supports, start, x.shape[1]))
    x, y, before = torch.tensor(x), torch.tensor(y), w
    for _ in range(iterations):
        w = w.detach().requires_grad_()
        loss = ((torch.relu(x @ (w * mask).T).mean(1) - y) ** 2).mean() / 2
        (slope,) = torch.autograd.grad(loss, w)
        w, before = w.detach() - step * slope + momentum * (w.detach() - before), w.detach()
    return ts.on_supports(w.numpy(), supports)


@pytest.fixture(scope="module")
def trial():
    teacher = ts.sample_teacher(30, 3, 6, 1)
    x, y = ts.sample_data(teacher, 200, rng=2)
    return teacher, x, y, ts.nearby(teacher.weights, np.array([0.1, 0.4, 0.8]), 3)


class TestModel:
    def test_the_network_is_the_mean_of_relus_on_supports(self, trial):
        teacher, x, y, _ = trial
        assert np.allclose(
            ts.network(x, *teacher[1::-1]), plain_network(x, *teacher[1::-1]), atol=1e-14
        )
        assert np.array_equal(y, ts.network(x, teacher.supports, teacher.weights))

    def test_supports_are_distinct_features_and_weights_half_at_most(self):
        teacher = ts.sample_teacher(9, 4, 9, 0)
        assert np.array_equal(teacher.supports, np.tile(np.arange(9), (4, 1)))
        teacher = ts.sample_teacher(40, 50, 7, 0)
        assert all(len(set(row)) == 7 for row in teacher.supports)
        assert np.abs(teacher.weights).max() <= 0.5

    def test_every_feature_is_as_likely(self):
        """5,000 supports of 2 of 5: each feature in 2,000 +- 6 standard deviations; fails 1 time in 10^8."""
        counts = np.bincount(ts.sample_teacher(5, 5000, 2, 7).supports.ravel(), minlength=5)
        assert np.abs(counts - 2000).max() <= 6 * math.sqrt(5000 * 0.4 * 0.6)

    def test_noise_has_the_stated_level_and_leaves_inputs_alone(self, trial):
        """100,000 normals: the root mean square is within 6 / sqrt(200,000) of 1, but 1 time in 10^8."""
        teacher = trial[0]
        x, y = ts.sample_data(teacher, 100_000, rng=5)
        same, noisy = ts.sample_data(teacher, 100_000, noise=0.3, rng=5)
        assert np.array_equal(x, same)
        level = np.sqrt(np.mean((noisy - y) ** 2) / np.mean(y**2))
        assert abs(level / 0.3 - 1) < 6 / math.sqrt(200_000)

    def test_dense_and_back_with_missing_features(self):
        supports, weights = np.array([[2, 0, -1], [1, 3, 2]]), np.array([[5.0, 6, 9], [1, 2, 3]])
        full = ts.dense(supports, weights, 4)
        assert np.array_equal(full, [[6, 0, 5, 0], [0, 1, 3, 2]])
        assert np.array_equal(ts.on_supports(full, supports), [[5, 6, 0], [1, 2, 3]])

    def test_starts_lie_at_their_distance(self, trial):
        teacher, *_, starts = trial
        away = np.linalg.norm(starts - teacher.weights, axis=(1, 2)) / np.linalg.norm(
            teacher.weights
        )
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
    def test_wrong_teachers_are_named(self, arguments, word):
        with pytest.raises(ValueError, match=word):
            ts.sample_teacher(*arguments)

    def test_wrong_data_are_named(self, trial):
        with pytest.raises(ValueError, match="samples"):
            ts.sample_data(trial[0], 0)
        with pytest.raises(ValueError, match="noise"):
            ts.sample_data(trial[0], 5, noise=-1)
        with pytest.raises(ValueError, match="noise must be finite"):
            ts.sample_data(trial[0], 5, noise=np.inf)
        with pytest.raises(ValueError, match="teacher must be a Teacher, got ndarray"):
            ts.sample_data(trial[0].weights, 5)


class TestRecover:
    def test_the_descent_is_that_of_autograd_on_the_dense_network(self, trial):
        teacher, x, y, starts = trial
        for step, momentum, start in ((0.5, 0.2, starts[2]), (4.0, 0.8, starts[1])):
            found = ts.recover(x, y, teacher.supports, start, step, momentum, max_iterations=60)
            plain = plain_descent(x, y, teacher.supports, start, step, momentum, 60)
            assert found.status == "cap" and found.iterations == 60
            assert np.abs(found.weights - plain).max() < 1e-12
            assert np.isclose(found.losses, ts.risk(x, y, teacher.supports, found.weights), atol=0)

    def test_gradient_against_differences(self, trial):
        teacher, x, y, starts = trial
        slope, w, h = ts.gradient(x, y, teacher.supports, starts[2]), starts[2], 1e-6
        for j, i in ((0, 0), (2, 5), (1, 3)):
            step = np.zeros_like(w)
            step[j, i] = h
            above, below = (ts.risk(x, y, teacher.supports, w + s * step) for s in (1, -1))
            assert abs((above - below) / (2 * h) - slope[j, i]) < 1e-8

    def test_many_trials_and_starts_are_the_single_ones(self):
        """Also after those that are done have been dropped: they end at very different iterations."""
        teacher, x, y, starts = experiments.trials(Setting(40, 3, 5, 60), 4, [0.1, 0.9, 3.0], 11)
        steps = np.array([0.5, 4.0, 2.0])[:, None]
        many = ts.recover(
            x, y, teacher.supports, starts, steps, 0.5, truth=teacher, max_iterations=2000
        )
        assert many.weights.shape == (3, 4, 3, 5) and many.status.shape == (3, 4)
        for s, b in itertools.product(range(3), range(4)):
            truth = Teacher(teacher.weights[b], teacher.supports[b], 40)
            one = ts.recover(
                x[b],
                y[b],
                truth.supports,
                starts[s, b],
                steps[s, 0],
                0.5,
                truth=truth,
                max_iterations=2000,
            )
            assert one.status == many.status[s, b]
            if one.status == "converged":  # the last bits decide at which iteration the rule is met
                assert abs(int(one.iterations) - many.iterations[s, b]) <= 3
                assert abs(one.errors - many.errors[s, b]) < 1e-7
                assert abs(one.losses - many.losses[s, b]) < 1e-12
        assert len(set(many.iterations.ravel())) > 4

    def test_outputs_may_differ_between_starts(self, trial):
        teacher, x, y, starts = trial
        ys = np.stack([y, 2 * y, y + 0.1])
        many = ts.recover(x, ys, teacher.supports, starts, 1.0, max_iterations=7)
        for k in range(3):
            one = ts.recover(x, ys[k], teacher.supports, starts[k], 1.0, max_iterations=7)
            assert np.allclose(one.weights, many.weights[k], atol=1e-14)

    def test_one_neuron_on_one_feature_by_hand(self):
        """f(w) = m (w - w*)^2 / 2 for w > 0, so e_{t+1} = (1 + beta - eta m) e_t - beta e_{t-1}."""
        x = np.array([[1.0], [-2.0], [3.0]])
        m, error, before = 10 / 3, 0.5, 0.5
        found = ts.recover(x, [0.7, 0, 2.1], [[0]], [[1.2]], 0.1, 0.3, record=1, max_iterations=9)
        for weights in found.path[:, 0, 0]:
            assert abs(weights - 0.7 - error) < 1e-14
            error, before = 1.3 * error - 0.1 * m * error - 0.3 * before, error

    def test_a_negative_start_of_one_neuron_ends_at_zero(self):
        """For w < 0 the risk is (m_- w^2 + m_+ w*^2) / 2: the start lies outside the basin."""
        x = np.array([[1.0], [-2.0], [3.0]])
        truth = Teacher(np.array([[0.7]]), np.array([[0]]), 1)
        found = ts.recover(x, [0.7, 0, 2.1], [[0]], [[-0.4]], 0.1, truth=truth)
        assert abs(float(found.weights[0, 0])) < 1e-6 and abs(found.errors - 1) < 1e-5

    def test_every_ending_has_its_name(self, trial):
        teacher, x, y, starts = trial
        run = lambda **k: ts.recover(x, y, teacher.supports, starts[1], truth=teacher, **k)  # noqa: E731
        done = run(step=4, momentum=0.8)
        assert done.status == "converged" and done.errors < 1e-7
        assert run(step=4, momentum=0.8, goal=1e-3).status == "reached"
        assert 1e-7 < run(step=4, momentum=0.8, goal=1e-3).errors < 1e-3
        assert run(step=4, max_iterations=3).status == "cap"
        with np.errstate(over="ignore"):
            assert run(step=500).status == "diverged"

    def test_noiseless_recovery_from_nearby(self):
        """10 samples a weight, starts at .3. No failure in 2,000 trials, so a rate below .005 but for 1 in
        20,000; with it, 4 of 20 fail 1 time in 300,000 * 20,000."""
        teacher, x, y, starts = experiments.trials(Setting(50, 3, 5, 150), 20, 0.3, 4)
        found = ts.recover(x, y, teacher.supports, starts, 4, 0.8, truth=teacher)
        assert (found.errors < 1e-6).sum() > 16

    def test_float32_stays_and_finds_the_same(self, trial):
        teacher, x, y, starts = trial
        single = ts.recover(
            x.astype("f4"),
            y.astype("f4"),
            teacher.supports,
            starts.astype("f4"),
            4,
            0.8,
            truth=teacher,
            goal=1e-4,
        )
        double = ts.recover(x, y, teacher.supports, starts, 4, 0.8, truth=teacher, goal=1e-4)
        assert single.weights.dtype == np.float32 and (single.status == "reached").all()
        assert np.abs(single.iterations - double.iterations).max() <= 1

    def test_tensors_in_tensors_out(self, trial):
        teacher, x, y, starts = trial
        ours = ts.recover(x, y, teacher.supports, starts, 4, 0.8, truth=teacher, record=20)
        theirs = ts.recover(
            *(torch.tensor(a) for a in (x, y, teacher.supports, starts)),
            4,
            0.8,
            truth=teacher,
            record=20,
        )
        assert isinstance(theirs.weights, torch.Tensor) and isinstance(theirs.path, torch.Tensor)
        assert np.abs(ours.weights - theirs.weights.numpy()).max() < 1e-12
        assert np.array_equal(ours.status, theirs.status)

    def test_a_larger_support_recovers_zeros_and_a_missing_feature_does_not(self, trial):
        teacher, x, y, starts = trial
        spare = [next(f for f in range(30) if f not in row) for row in teacher.supports]
        wide = np.column_stack([teacher.supports, spare])
        start = np.column_stack([starts[0], np.full(3, 0.05)])
        found = ts.recover(x, y, wide, start, 4, 0.8, truth=teacher)
        assert found.errors < 1e-7 and np.abs(found.weights[:, -1]).max() < 1e-7
        narrow = ts.recover(x, y, teacher.supports[:, 1:], starts[0][:, 1:], 4, 0.8, truth=teacher)
        assert narrow.errors > np.linalg.norm(teacher.weights[:, 0]) / np.linalg.norm(
            teacher.weights
        )

    def test_padded_supports(self, trial):
        teacher, x, y, starts = trial
        supports = np.column_stack([teacher.supports, np.full(3, -1)])
        start = np.column_stack([starts[0], np.zeros(3)])
        padded = ts.recover(x, y, supports, start, 4, 0.8, truth=teacher, max_iterations=50)
        plain = ts.recover(
            x, y, teacher.supports, starts[0], 4, 0.8, truth=teacher, max_iterations=50
        )
        assert np.allclose(padded.weights[:, :-1], plain.weights, atol=1e-14)
        assert (padded.weights[:, -1] == 0).all() and np.isclose(padded.errors, plain.errors)

    def test_disjoint_subsets_take_one_iteration_each(self, trial):
        teacher, x, y, starts = trial
        found = ts.recover_on_subsets(x, y, teacher.supports, starts[0], 1.0, 0.5, subsets=2)
        first = starts[0] - ts.gradient(x[:100], y[:100], teacher.supports, starts[0])
        second = (
            first
            - ts.gradient(x[100:], y[100:], teacher.supports, first)
            + 0.5 * (first - starts[0])
        )
        assert np.allclose(found, second, atol=1e-15)
        for change, word in (
            ({"subsets": 201}, "subsets must lie in 1 .. 200"),
            ({"subsets": 1.5}, "subsets must be a whole number"),
            ({"step": -1}, "step must be positive"),
            ({"initial": starts}, "x, y and initial must be .* one trial"),
        ):
            given = {"initial": starts[0], "step": 1.0, "subsets": 2} | change
            with pytest.raises(ValueError, match=word):
                ts.recover_on_subsets(x, y, teacher.supports, **given)
        with pytest.raises(ValueError, match="asks for supports and weights"):
            ts.risk(x, y, teacher.supports, starts[0][:, 1:])

    def test_weights_whose_squares_do_not_fit_are_not_at_rest(self, trial):
        teacher, x, y, starts = trial
        huge = (1e30 * starts[0]).astype("f4")
        found = ts.recover(x.astype("f4"), y.astype("f4"), teacher.supports, huge, 1.0)
        assert found.status == "diverged"

    def test_one_trial_has_numbers_and_a_word(self, trial):
        teacher, x, y, starts = trial
        found = ts.recover(x, y, teacher.supports, starts[0], 4.0, 0.8, truth=teacher)
        assert isinstance(found.status, str) and found.status == "converged"
        assert isinstance(found.losses, float) and isinstance(found.errors, float)
        assert isinstance(found.iterations, np.integer)

    def test_the_truth_may_be_weights_and_tensors_may_meet_arrays(self, trial):
        teacher, x, y, starts = trial
        good = {"supports": teacher.supports, "step": 4.0, "momentum": 0.8, "max_iterations": 30}
        plain = ts.recover(x, y, initial=starts, truth=teacher, **good)
        found = ts.recover(x, torch.tensor(y), initial=starts, truth=teacher.weights, **good)
        assert isinstance(found.weights, torch.Tensor)
        assert np.allclose(found.weights, plain.weights, atol=1e-12)
        assert np.allclose(found.errors, plain.errors, atol=1e-12)
        single = ts.recover(x, y, initial=torch.tensor(starts, dtype=torch.float32), **good)
        assert single.weights.dtype == torch.float32

    @pytest.mark.filterwarnings("error")
    def test_divergence_is_a_status_and_no_warning(self, trial):
        teacher, x, y, starts = trial
        found = ts.recover(x, y, teacher.supports, starts, 1e4, 0.5)
        assert (found.status == "diverged").all()

    @pytest.mark.parametrize(
        "change, word",
        [
            ({"step": 0}, "step"),
            ({"step": np.inf}, "step must be finite"),
            ({"max_iterations": 1.5}, "max_iterations must be a whole number"),
            ({"truth": np.zeros((3, 5))}, "truth must be a Teacher or .* like supports"),
            ({"x": torch.full((200, 30), torch.nan)}, "x must be finite"),
            ({"y": torch.zeros(0)}, "y must be finite and not empty"),
            ({"truth": ts.sample_teacher(31, 3, 6, 1)}, "30 features .* 3 neurons .* got 31 and 3"),
            ({"truth": ts.sample_teacher(30, 2, 6, 1)}, "30 features .* 3 neurons .* got 30 and 2"),
            ({"step": [1.0, 2.0]}, r"the same starts .* initial \(\d+,\), y \(\), step \(2,\)"),
            ({"momentum": 1.0}, "momentum"),
            ({"tolerance": -1}, "tolerance"),
            ({"max_iterations": 0}, "max_iterations"),
            ({"record": -1}, "record"),
            ({"goal": 0.1}, "goal"),
            ({"y": np.zeros(7)}, "y must"),
            ({"x": np.full((200, 30), np.nan)}, "x must be finite"),
            ({"initial": np.zeros((3, 5))}, "supports and initial"),
            ({"supports": np.full((3, 6), 30)}, "0 .. 29"),
            ({"supports": np.zeros((3, 6), int)}, "twice"),
            ({"supports": np.zeros((3, 6))}, "integers"),
        ],
    )
    def test_wrong_input_is_named(self, trial, change, word):
        teacher, x, y, starts = trial
        good = {"x": x, "y": y, "supports": teacher.supports, "initial": starts, "step": 1.0}
        with pytest.raises(ValueError, match=word):
            ts.recover(**(good | change))


class TestErrors:
    def test_order_does_not_matter(self, trial):
        teacher = trial[0]
        turned = Teacher(teacher.weights[[2, 0, 1]], teacher.supports[[2, 0, 1]], 30)
        assert ts.matched_error(turned, teacher) == 0
        assert list(ts.best_order(turned, teacher)) == [1, 2, 0]

    @given(st.integers(1, 5), st.integers(0, 10**6))
    @settings(max_examples=60, deadline=None)
    def test_the_assignment_is_the_best_of_all_orders(self, k, seed):
        costs = np.random.default_rng(seed).uniform(size=(k, k))
        index = np.arange(k)
        best = min(costs[index, list(order)].sum() for order in itertools.permutations(index))
        assert math.isclose(costs[index, _assignment(costs)].sum(), best, abs_tol=1e-12)

    def test_near_the_truth_no_digits_are_lost(self, trial):
        teacher = trial[0]
        near = Teacher(teacher.weights * (1 + 1e-12), teacher.supports, 30)
        assert abs(ts.matched_error(near, teacher) / 1e-12 - 1) < 1e-2

    def test_function_error_against_monte_carlo(self, trial):
        """400,000 inputs; a mean of squares with relative spread below 3 a sample: 6 sigma is 3 %."""
        teacher, *_, starts = trial
        student = Teacher(starts[2], teacher.supports, 30)
        x, y = ts.sample_data(teacher, 400_000, rng=9)
        away = ts.network(x, student.supports, student.weights) - y
        measured = np.sqrt(np.mean(away**2) / np.mean(y**2))
        assert abs(measured / ts.function_error(student, teacher) - 1) < 0.03

    def test_networks_that_do_not_compare(self, trial):
        with pytest.raises(ValueError, match="neurons"):
            ts.matched_error(Teacher(np.ones((2, 2)), np.array([[0, 1]] * 2), 30), trial[0])


class TestHessian:
    def test_population_hessian_against_differences(self):
        """Overlapping supports, away from the teacher; the formula asks for below 1e-8."""
        teacher = ts.sample_teacher(6, 2, 4, 5)
        w = teacher.weights + 0.3 * np.random.default_rng(6).normal(size=(2, 4))
        exact = population_hessian(teacher, teacher.supports, w)
        rough = ts.claims.difference_hessian(
            lambda at: population_risk(teacher, teacher.supports, at), w
        )
        assert np.abs(exact - rough).max() < 1e-8

    def test_differences_of_a_quadratic_are_exact(self):
        matrix = np.array([[2.0, 0.5], [0.5, -1.0]])
        rough = ts.claims.difference_hessian(lambda w: w @ matrix @ w / 2, np.array([0.3, -0.2]))
        assert np.abs(rough - matrix).max() < 1e-8

    def test_population_and_data_agree(self):
        """100,000 samples: entries have spread below 1 / sqrt(N) / K^2 each; 7 of it."""
        teacher = ts.sample_teacher(8, 3, 4, 1)
        x, _ = ts.sample_data(teacher, 100_000, rng=3)
        data = hessian(x, teacher.supports, teacher.weights)
        exact = population_hessian(teacher, teacher.supports, teacher.weights)
        assert np.abs(data - exact).max() < 7 / math.sqrt(100_000) / 9 * math.sqrt(3)

    def test_data_hessian_is_the_derivative_of_the_gradient_and_never_negative(self, trial):
        teacher, x, y, starts = trial
        w, h = starts[2], 1e-7
        matrix = hessian(x, teacher.supports, w)
        step = np.zeros_like(w)
        step[1, 2] = h
        above, below = (ts.gradient(x, y, teacher.supports, w + s * step) for s in (1, -1))
        assert np.abs((above - below).ravel() / (2 * h) - matrix[8]).max() < 1e-6
        rng = np.random.default_rng(0)
        for _ in range(20):
            far = hessian(x, teacher.supports, rng.normal(size=(3, 6)) * 10 ** rng.uniform(-2, 2))
            assert np.linalg.eigvalsh(far)[0] > -1e-12

    def test_fewer_samples_than_weights_leave_a_flat_direction(self, trial):
        teacher, x, *_ = trial
        assert np.linalg.eigvalsh(hessian(x[:17], teacher.supports, teacher.weights))[0] < 1e-14

    @given(st.floats(0.05, 3), st.floats(0.01, 3.1))
    @settings(max_examples=50, deadline=None)
    def test_one_neuron(self, length, angle):
        teacher = Teacher(np.array([[0.7, 0, 0, 0]]), np.arange(4)[None], 4)
        w = 0.7 * length * np.array([[math.cos(angle), 0, math.sin(angle), 0]])
        least = np.linalg.eigvalsh(population_hessian(teacher, teacher.supports, w))[0]
        assert math.isclose(least, bounds.one_neuron_least_eigenvalue(length, angle), abs_tol=1e-12)

    def test_one_neuron_radius_against_a_search(self):
        angle = np.linspace(0.001, math.pi, 200_001)
        length = 2 / math.pi * np.sin(angle)
        nearest = np.sqrt(1 + length**2 - 2 * length * np.cos(angle)).min()
        assert abs(nearest - bounds.one_neuron_convex_radius()) < 1e-9

    def test_the_name_that_callers_rely_on_is_the_function(self, trial):
        teacher, x, *_ = trial
        ours = ts.hessian(x, teacher.supports, teacher.weights)
        assert ours.shape == (18, 18) and ts.population_hessian is population_hessian

    def test_data_hessian_names_what_does_not_fit(self, trial):
        teacher, x, *_ = trial
        for change, word in (
            ({"x": x[0]}, "x must have 2 dimension"),
            ({"supports": teacher.supports + 30}, "supports must hold features"),
            ({"weights": teacher.weights[:2]}, "asks for supports and weights"),
        ):
            good = {"x": x, "supports": teacher.supports, "weights": teacher.weights}
            with pytest.raises(ValueError, match=word):
                ts.hessian(**(good | change))
        tensors = torch.tensor(x), torch.tensor(teacher.supports), torch.tensor(teacher.weights)
        ours = ts.hessian(x, teacher.supports, teacher.weights)
        assert np.allclose(ts.hessian(*tensors), ours, rtol=1e-12, atol=1e-14)

    def test_a_neuron_at_zero_is_refused(self, trial):
        teacher = trial[0]
        with pytest.raises(ValueError, match=r"weights must be \(3, 6\) like supports"):
            population_hessian(teacher, teacher.supports, np.ones((3, 5)))
        with pytest.raises(ValueError, match="0"):
            population_hessian(teacher, teacher.supports, np.zeros((3, 6)))


class TestEigenvalues:
    @pytest.mark.parametrize("neurons, r", [(1, 3), (2, 1), (3, 4), (7, 2)])
    def test_without_overlap_only_the_number_of_neurons_counts(self, neurons, r):
        supports = np.random.default_rng(1).permutation(neurons * r + 3)[: neurons * r]
        weights = np.random.default_rng(2).normal(size=(neurons, r)) * 10
        teacher = Teacher(weights, supports.reshape(neurons, r), neurons * r + 3)
        values = np.linalg.eigvalsh(population_hessian(teacher, teacher.supports, weights))
        assert np.allclose(values[[0, -1]], bounds.disjoint_extremes(neurons), atol=1e-14)

    def test_extremes_are_those_of_the_two_matrices(self):
        """At the teacher and 20,000 samples data and population differ by 0.002 and 0.005 (standard deviation
        over 100 seeds), away from it by more, as the kinks are in the population's matrix only."""
        setting = Setting(12, 3, 4, 20_000)
        found = eigenvalues.extremes(setting, 0.0, 5)
        assert found.shape == (len(eigenvalues.NAMES),)
        assert np.allclose(found[[0, 2]], found[[1, 3]], atol=0.04)
        alone = eigenvalues.extremes(setting._replace(neurons=1, samples=1), 0.0, 5)
        assert np.allclose(alone[[1, 3]], 0.5) and abs(alone[0]) < 1e-12

    def test_sweep_takes_medians(self):
        settings = [Setting(8, 2, r, 50) for r in (2, 4)]
        found = eigenvalues.sweep(settings, 0.1, 3, 7)
        each = [eigenvalues.extremes(settings[1], 0.1, [7, k]) for k in range(3)]
        medians = [found[name][1] for name in eigenvalues.NAMES]
        assert medians == pytest.approx(np.median(each, axis=0), rel=1e-9, abs=1e-12)


class TestBounds:
    @given(st.floats(1e-3, 3), st.floats(0, 0.95))
    @settings(max_examples=100, deadline=None)
    def test_heavy_ball_against_the_matrix(self, strength, momentum):
        matrix = np.array([[1 + momentum - strength, -momentum], [1, 0]])
        radius = np.abs(np.linalg.eigvals(matrix)).max()
        assert abs(bounds.heavy_ball_rate(strength, 1.0, momentum) - radius) < 1e-6

    def test_stable_exactly_below_the_limit(self):
        for momentum in (0.0, 0.2, 0.8):
            limit = 2 * (1 + momentum)
            assert bounds.heavy_ball_rate(limit * 0.999, 1, momentum) < 1
            assert bounds.heavy_ball_rate(limit * 1.001, 1, momentum) > 1

    def test_best_momentum(self):
        step, momentum, rate = bounds.best_momentum(0.01, 1.0)
        at_ends = bounds.heavy_ball_rate([0.01, 0.1, 1.0], step, momentum)
        assert np.allclose(at_ends, rate, atol=1e-6)

    def test_a_run_near_the_truth_has_the_rate_of_its_slowest_mode(self, trial):
        teacher, x, y, _ = trial
        start = ts.nearby(teacher.weights, 1e-6, 5)
        path = ts.recover(
            x, y, teacher.supports, start, 2, 0.5, record=50, max_iterations=201, tolerance=0
        ).path
        away = np.linalg.norm(path - teacher.weights, axis=(1, 2))
        measured = (away[4] / away[2]) ** (1 / 100)
        least = np.linalg.eigvalsh(hessian(x, teacher.supports, teacher.weights))[0]
        assert abs(measured - bounds.heavy_ball_rate(least, 2, 0.5)) < 2e-4

    @pytest.mark.parametrize("bad", [{"step": 0, "momentum": 0}, {"step": 1, "momentum": 1}])
    def test_wrong_rules_are_named(self, bad):
        with pytest.raises(ValueError, match="step must be positive"):
            bounds.heavy_ball_rate(1.0, **bad)
        with pytest.raises(ValueError, match="least"):
            bounds.best_momentum(2, 1)


class TestPruning:
    def test_the_largest_in_absolute_value_stay(self):
        weights = np.array([[0.1, -3.0, 0.2], [2.0, -0.05, 0.0]])
        assert np.array_equal(pruning.largest_supports(weights, 3), [[1, 2], [0, -1]])
        assert np.array_equal(pruning.largest_supports(weights, 1), [[1], [-1]])
        with pytest.raises(ValueError, match="count"):
            pruning.largest_supports(weights, 7)
        with pytest.raises(ValueError, match="rounds must leave a weight of 6; got 9 at rate 0.5"):
            pruning.iterative_pruning(
                np.ones((3, 3)), np.ones(3), weights, 1, 0, rounds=9, rate=0.5
            )

    def test_negative_weights_move_and_pruned_ones_are_gone(self):
        """A well-known public implementation freezes every negative weight."""
        teacher = Teacher(np.array([[-0.5, 0.4], [0.3, -0.45]]), np.array([[0, 1], [2, 3]]), 6)
        x, y = ts.sample_data(teacher, 400, rng=1)
        start = ts.nearby(ts.dense(teacher.supports, teacher.weights, 6), 0.3, 2)
        levels = pruning.iterative_pruning(x, y, start, 2.0, 0.5, rounds=5)
        assert [round(level.remaining * 12) for level in levels] == [12, 10, 8, 6, 5, 4]
        last = levels[-1]
        assert np.array_equal(last.supports, teacher.supports)
        assert np.abs(last.weights - teacher.weights).max() < 1e-6

    def test_enough_iterations_finds_the_support(self):
        """Section 4.1 with the measured rate in the max norm."""
        teacher = ts.sample_teacher(20, 2, 4, 3)
        x, y = ts.sample_data(teacher, 3000, rng=1)
        whole = np.tile(np.arange(20), (2, 1))
        full = ts.dense(teacher.supports, teacher.weights, 20)
        start = ts.nearby(full, 0.5, 2)
        least = np.linalg.eigvalsh(hessian(x, whole, full))[0]
        rate = float(bounds.heavy_ball_rate(least, 1.0, 0.2))
        largest, smallest = np.abs(teacher.weights).max(), np.abs(teacher.weights).min()
        t = pruning.enough_iterations(largest, smallest, rate)
        found = ts.recover(x, y, whole, start, 1.0, 0.2, max_iterations=t)
        assert np.array_equal(pruning.largest_supports(found.weights, 8), teacher.supports)

    def test_enough_iterations_by_hand(self):
        assert pruning.enough_iterations(0.5, 0.26, 0.5) == 2  # log2(1 / 0.26) = 1.94
        with pytest.raises(ValueError, match="smallest"):
            pruning.enough_iterations(0.1, 0.2, 0.5)
        with pytest.raises(ValueError, match="rounds"):
            pruning.iterative_pruning(np.ones((3, 2)), np.ones(3), np.ones((1, 2)), 1, 0, rounds=-1)


class TestExperiments:
    def test_rates_of_exact_powers(self):
        errors = 0.99 ** np.arange(0, 1501, 50)
        assert abs(experiments.rates(errors, 50, (1000, 1500)) - 0.01) < 1e-12

    def test_noise_is_predicted_by_the_curvature(self):
        """K r / N = 1/8, 60 trials: the mean of the squares is as predicted within 6 / sqrt(60 * 40 / 2)."""
        errors, predicted, _ = experiments.noisy_errors(
            Setting(30, 4, 10, 320), 60, (1e-4,), 4, 0.8, 0.1, 3, 400
        )
        ratio = np.mean(errors**2 / predicted**2)
        assert abs(ratio - 1) < 6 / math.sqrt(60 * 40 / 2)

    def test_crossing_and_straight(self):
        assert summaries.crossing([1, 2, 3], [1, 0.75, 0.25]) == 2.5
        assert summaries.crossing([1, 2], [1, 0.9]) is None
        fit = summaries.straight([1, 2, 3], [3, 5, 7])
        assert np.allclose([fit["slope"], fit["intercept"], fit["r_squared"]], [2, 1, 1])


class TestBands:
    @pytest.mark.parametrize(
        "n, k", [(1, 1), (4, 1), (5, 1), (6, 1), (8, 1), (9, 2), (20, 6), (100, 40)]
    )
    def test_median_band_takes_the_published_ranks(self, n, k):
        """Tables of the sign test: n = 9, 20 and 100 have the ranks 2, 6 and 40 from either end at 95 %."""
        values = np.random.default_rng(n).permutation(np.arange(1, n + 1))
        assert summaries.median_band(values) == (k, n + 1 - k)

    def test_median_band_covers_the_median(self):
        """2,000 samples of 12: 96.1 % cover it; a standard deviation is 0.43 %, and 6 of them are asked."""
        draws = np.random.default_rng(1).exponential(size=(2000, 12))
        bands = np.array([summaries.median_band(row) for row in draws])
        covered = (bands[:, 0] <= math.log(2)) & (math.log(2) <= bands[:, 1])
        exact = 1 - 2 * sum(math.comb(12, heads) for heads in range(3)) / 2**12
        assert abs(covered.mean() - exact) < 6 * math.sqrt(exact * (1 - exact) / 2000)

    def test_half_band_holds_the_crossing_and_narrows(self):
        at, share = [1, 2, 3, 4], [1.0, 0.75, 0.25, 0.0]
        bands = [summaries.half_band(at, share, trials) for trials in (8, 80, 800)]
        assert all(low < 2.5 < high for low, high in bands)
        assert bands[0][0] < bands[1][0] < bands[2][0] and bands[2][1] < bands[1][1] < bands[0][1]

    def test_two_trials_say_nothing_and_six_say_which_side(self):
        for trials, ends in ((2, (0, math.inf)), (6, (math.inf, math.inf))):
            assert summaries.half_band([1, 2], [1, 1], trials) == ends
        assert summaries.half_band([1, 2], [0, 0], 6) == (0, 0)
        assert summaries.half_band([1, 2], [0, 0], 2) == (0, math.inf)

    def test_endings_count_every_trial_once(self):
        cell = {
            "parameters": {"step": 1.0, "support": 2, "distances": [0.1, 0.5]},
            "numbers": {
                "status": [["reached", "cap"], ["cap", "diverged"]],
                "errors": [[1e-5, 5e-3], [0.3, math.inf]],
            },
        }
        (line,) = summaries.endings([cell])
        assert line["trials"] == 2 and line["distances"] == [0.1, 0.5]
        assert [line[name] for name in ("recovered", "near", "far")] == [[1, 0], [1, 0], [0, 2]]

    def test_trials_in_words(self):
        assert summaries.trials_text([{"trials": 4}, {"trials": 4}]) == "4 trials"
        assert summaries.trials_text([{"trials": 40}, {"trials": 4}]) == "4 to 40 trials"


class TestStartsAndBreaks:
    def test_errors_by_samples_and_floors(self):
        errors = starts.errors_by_samples([500, 50_000], 8, 2, 4, 5, 1)
        assert np.median(errors["union"][1]) < np.median(errors["union"][0]) / 3
        floors = starts.floors_by_overlap(2, 4, 5, 2)
        assert all(values[0] < 1e-6 for values in floors.values())
        assert floors["union"].max() < 1e-5 and floors["support"][-1] > 0.3

    def test_equal_neurons_stay_equal(self):
        """At r = d the second moment of each support is the same: nothing can be recovered from it."""
        assert starts.recovered("support", 6, 2, 6, 600, 4, 3) == 0

    @pytest.mark.parametrize("assumption", breaks.ASSUMPTIONS)
    def test_dropping_changes_what_it_says(self, assumption):
        errors, matched = breaks.dropped(assumption, 0)
        assert len(errors) == 41 and matched <= errors[-1] + 1e-12
        fails = assumption in ("a support misses a feature", "inputs without negatives")
        assert (matched > 1e-3) == fails

    def test_unknown_assumptions_are_named(self):
        with pytest.raises(ValueError, match="assumption must be one of"):
            breaks.dropped("nonsense")


def test_pairs_compare_the_very_same_starts():
    """Seed 0 has two trials: the slow rule fails one of them at distance 1, where the fast one succeeds."""
    common = {"support": 3, "seed": 0, "momentum": 0.0}
    cells = [
        {
            "parameters": common | {"step": 0.5, "distances": [0.5, 1.0]},
            "numbers": {
                "status": [["reached", "reached"], ["cap", "cap"]],
                "errors": [[0, 0], [1, 1]],
            },
        },
        {
            "parameters": common | {"step": 4.0, "distances": [1.0, 2.0]},
            "numbers": {"status": [["reached", "cap"], ["cap", "cap"]], "errors": [[0, 1], [1, 1]]},
        },
    ]
    found = summaries.radius(cells, {})["paired"]
    assert found == [{"support": 3, "failed": 2, "recovered_by_the_other": 1}]
