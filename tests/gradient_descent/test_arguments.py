"""Arguments of gradient_descent that are refused, with the words."""

import numpy as np
import pytest

from lth_tutorial import gradient_descent as gd
from lth_tutorial.gradient_descent import experiments, shift
from lth_tutorial.gradient_descent.experiments import Setting

GOOD = {"u": [[0.3, 0.1], [0.9, 0.2]], "w": [0.3, 0.1], "x": [[1.0, 0.0]], "step": 0.1, "steps": 2}


BAD = [
    ({"u": [0.3, 0.9]}, r"u must have 2 or 3 dimension\(s\), got shape \(2,\)"),
    ({"w": [0.3]}, r"w must have d = 2 columns as u has, got shape \(1,\)"),
    ({"x": [[1.0]]}, r"x must have d = 2 columns as u has, got shape \(1, 1\)"),
    ({"x": [[1.0, np.nan]]}, "x must be finite"),
    (
        {"u": np.zeros((2, 3, 2)), "w": np.zeros((4, 2))},
        r"agree on the number of runs, got \[2, 4\]",
    ),
    ({"step": 0.0}, "step must be positive, got 0.0"),
    ({"step": np.nan}, "step must be finite"),
    ({"w": [0.3, np.inf]}, "w must be finite"),
    ({"steps": -1}, "steps must be a whole number, 0 or more, got -1"),
    ({"steps": 1.5}, "steps must be a whole number, 0 or more, got 1.5"),
]


@pytest.mark.parametrize(("wrong", "message"), BAD)
@pytest.mark.parametrize("go", [gd.descend, gd.descend_masked])
def test_wrong_arguments(go, wrong, message):
    with pytest.raises(ValueError, match=message):
        go(**GOOD | wrong)


def test_more_wrong_arguments():
    with pytest.raises(ValueError, match="step: the descent leaves the range of floats"):
        gd.descend(**GOOD | {"step": 1e9, "steps": 100})
    with pytest.raises(ValueError, match="x must have full column rank to be divided out"):
        gd.descend_masked(**GOOD, precondition=True)
    with pytest.raises(ValueError, match="size must be a whole number from 0 to n = 2, got 3"):
        gd.descend_masked(**GOOD, size=3)
    with pytest.raises(ValueError, match="x must not be all zero"):
        gd.stability_limit([[0.0, 0.0]], 2)
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        gd.stability_limit([[1.0]], 0)
    with pytest.raises(ValueError, match="kept must hold a positive count"):
        gd.masked_stability_limit([[1.0]], [0])
    with pytest.raises(ValueError, match="x must not be all zero"):
        gd.masked_stability_limit([[0.0]], 1)
    with pytest.raises(
        ValueError, match="u must hold at most 20 weights to list all masks, got 21"
    ):
        shift.crossed(np.ones(21), 0.5)
    with pytest.raises(ValueError, match="u must be finite"):
        shift.crossed([0.1, np.nan], 0.5)
    with pytest.raises(ValueError, match="u must hold at least 2 weights, got 1"):
        shift.pruned_error([1.0], 0.5)
    with pytest.raises(ValueError, match="start must be one of"):
        experiments.draw(Setting(2, start="warm"), 1, 0)
    with pytest.raises(ValueError, match="name must be one of"):
        experiments.descend_as("poster", **GOOD)
    with pytest.raises(ValueError, match="data must be one of"):
        experiments.draw(Setting(2, data="real"), 1, 0)


def test_limits():
    x = np.array([[1.0, 0.0], [0.0, 2.0]])
    assert gd.stability_limit(x, 5) == 1 / 20 and gd.masked_stability_limit(x, [1, 3]) == 1 / 12
    assert gd.stability_limit(np.stack([x, 2 * x]), 5).tolist() == [1 / 20, 1 / 80]
    assert experiments.enough_steps(10, 0.5, 0.9) == 10 and experiments.enough_steps(10, 1.0) == 1
    assert np.isclose(experiments.predicted_rises(10, 0.5), 5)
