"""Tests of teacher_student.recovery."""

import itertools

import numpy as np
import pytest
import torch

from lth_tutorial import teacher_student as ts
from lth_tutorial.teacher_student import (
    Teacher,
    experiments,
)
from lth_tutorial.teacher_student.experiments import Setting


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


def test_the_descent_is_that_of_autograd_on_the_dense_network(trial):
    teacher, x, y, starts = trial
    for step, momentum, start in ((0.5, 0.2, starts[2]), (4.0, 0.8, starts[1])):
        found = ts.recover(x, y, teacher.supports, start, step, momentum, max_iterations=60)
        plain = plain_descent(x, y, teacher.supports, start, step, momentum, 60)
        assert found.status == "cap" and found.iterations == 60
        assert np.abs(found.weights - plain).max() < 1e-12
        assert np.isclose(found.losses, ts.risk(x, y, teacher.supports, found.weights), atol=0)


def test_gradient_against_differences(trial):
    teacher, x, y, starts = trial
    slope, w, h = ts.gradient(x, y, teacher.supports, starts[2]), starts[2], 1e-6
    for j, i in ((0, 0), (2, 5), (1, 3)):
        step = np.zeros_like(w)
        step[j, i] = h
        above, below = (ts.risk(x, y, teacher.supports, w + s * step) for s in (1, -1))
        assert abs((above - below) / (2 * h) - slope[j, i]) < 1e-8


def test_many_trials_and_starts_are_the_single_ones():
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


def test_outputs_may_differ_between_starts(trial):
    teacher, x, y, starts = trial
    ys = np.stack([y, 2 * y, y + 0.1])
    many = ts.recover(x, ys, teacher.supports, starts, 1.0, max_iterations=7)
    for k in range(3):
        one = ts.recover(x, ys[k], teacher.supports, starts[k], 1.0, max_iterations=7)
        assert np.allclose(one.weights, many.weights[k], atol=1e-14)


def test_one_neuron_on_one_feature_by_hand():
    """f(w) = m (w - w*)^2 / 2 for w > 0, so e_{t+1} = (1 + beta - eta m) e_t - beta e_{t-1}."""
    x = np.array([[1.0], [-2.0], [3.0]])
    m, error, before = 10 / 3, 0.5, 0.5
    found = ts.recover(x, [0.7, 0, 2.1], [[0]], [[1.2]], 0.1, 0.3, record=1, max_iterations=9)
    for weights in found.path[:, 0, 0]:
        assert abs(weights - 0.7 - error) < 1e-14
        error, before = 1.3 * error - 0.1 * m * error - 0.3 * before, error


def test_a_negative_start_of_one_neuron_ends_at_zero():
    """For w < 0 the risk is (m_- w^2 + m_+ w*^2) / 2: the start lies outside the basin."""
    x = np.array([[1.0], [-2.0], [3.0]])
    truth = Teacher(np.array([[0.7]]), np.array([[0]]), 1)
    found = ts.recover(x, [0.7, 0, 2.1], [[0]], [[-0.4]], 0.1, truth=truth)
    assert abs(float(found.weights[0, 0])) < 1e-6 and abs(found.errors - 1) < 1e-5


def test_every_ending_has_its_name(trial):
    teacher, x, y, starts = trial
    run = lambda **k: ts.recover(x, y, teacher.supports, starts[1], truth=teacher, **k)  # noqa: E731
    done = run(step=4, momentum=0.8)
    assert done.status == "converged" and done.errors < 1e-7
    assert run(step=4, momentum=0.8, goal=1e-3).status == "reached"
    assert 1e-7 < run(step=4, momentum=0.8, goal=1e-3).errors < 1e-3
    assert run(step=4, max_iterations=3).status == "cap"
    with np.errstate(over="ignore"):
        assert run(step=500).status == "diverged"


def test_noiseless_recovery_from_nearby():
    """10 samples a weight, starts at .3. No failure in 2,000 trials, so a rate below .005 but for 1 in
    20,000; with it, 4 of 20 fail 1 time in 300,000 * 20,000."""
    teacher, x, y, starts = experiments.trials(Setting(50, 3, 5, 150), 20, 0.3, 4)
    found = ts.recover(x, y, teacher.supports, starts, 4, 0.8, truth=teacher)
    assert (found.errors < 1e-6).sum() > 16


def test_float32_stays_and_finds_the_same(trial):
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


def test_tensors_in_tensors_out(trial):
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


def test_a_larger_support_recovers_zeros_and_a_missing_feature_does_not(trial):
    teacher, x, y, starts = trial
    spare = [next(f for f in range(30) if f not in row) for row in teacher.supports]
    wide = np.column_stack([teacher.supports, spare])
    start = np.column_stack([starts[0], np.full(3, 0.05)])
    found = ts.recover(x, y, wide, start, 4, 0.8, truth=teacher)
    assert found.errors < 1e-7 and np.abs(found.weights[:, -1]).max() < 1e-7
    narrow = ts.recover(x, y, teacher.supports[:, 1:], starts[0][:, 1:], 4, 0.8, truth=teacher)
    assert narrow.errors > np.linalg.norm(teacher.weights[:, 0]) / np.linalg.norm(teacher.weights)


def test_padded_supports(trial):
    teacher, x, y, starts = trial
    supports = np.column_stack([teacher.supports, np.full(3, -1)])
    start = np.column_stack([starts[0], np.zeros(3)])
    padded = ts.recover(x, y, supports, start, 4, 0.8, truth=teacher, max_iterations=50)
    plain = ts.recover(x, y, teacher.supports, starts[0], 4, 0.8, truth=teacher, max_iterations=50)
    assert np.allclose(padded.weights[:, :-1], plain.weights, atol=1e-14)
    assert (padded.weights[:, -1] == 0).all() and np.isclose(padded.errors, plain.errors)


def test_disjoint_subsets_take_one_iteration_each(trial):
    teacher, x, y, starts = trial
    found = ts.recover_on_subsets(x, y, teacher.supports, starts[0], 1.0, 0.5, subsets=2)
    first = starts[0] - ts.gradient(x[:100], y[:100], teacher.supports, starts[0])
    second = (
        first - ts.gradient(x[100:], y[100:], teacher.supports, first) + 0.5 * (first - starts[0])
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


def test_weights_whose_squares_do_not_fit_are_not_at_rest(trial):
    teacher, x, y, starts = trial
    huge = (1e30 * starts[0]).astype("f4")
    found = ts.recover(x.astype("f4"), y.astype("f4"), teacher.supports, huge, 1.0)
    assert found.status == "diverged"


def test_one_trial_has_numbers_and_a_word(trial):
    teacher, x, y, starts = trial
    found = ts.recover(x, y, teacher.supports, starts[0], 4.0, 0.8, truth=teacher)
    assert isinstance(found.status, str) and found.status == "converged"
    assert isinstance(found.losses, float) and isinstance(found.errors, float)
    assert isinstance(found.iterations, np.integer)


def test_the_truth_may_be_weights_and_tensors_may_meet_arrays(trial):
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
def test_divergence_is_a_status_and_no_warning(trial):
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
def test_wrong_input_is_named(trial, change, word):
    teacher, x, y, starts = trial
    good = {"x": x, "y": y, "supports": teacher.supports, "initial": starts, "step": 1.0}
    with pytest.raises(ValueError, match=word):
        ts.recover(**(good | change))
