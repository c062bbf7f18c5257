"""What grading asks beyond the public checks of assignment 4."""

import numpy as np

from lth_tutorial.judging import array_of
from lth_tutorial.neuron_pruning.assignment import (
    gap_arguments,
    judge_gap,
    judge_power,
    mean_below,
    rate_arguments,
    rule_arguments,
)
from lth_tutorial.tasks import Check


def constant_of_rate(power: int) -> float:
    """sqrt(n) times the root mean square on the circle, with a = 2 u_1 and the u uniform on the circle.

    Over the output weights, given the u: the mean over inputs of relu(u x)^2 is 1/4.
    """
    share = np.abs(np.cos(np.linspace(0, np.pi, 20_001)))
    whole = mean_below(1, power)
    second = (power + 1) / (2 * (power + 3)) * share ** ((power + 3) / (power + 2))
    spread = second - (whole * share) ** 2
    return float(np.sqrt((2 / whole) ** 2 * spread.mean() / 4))


def _judge_constant(arguments: tuple, value) -> str | None:
    (power,) = arguments
    _, found = array_of(value, "rate", (2,))
    right = constant_of_rate(power)
    if abs(found / right - 1) < 0.2:
        return None
    high = "large" if found > right else "small"
    return (
        f"sqrt(n) times the error is not {found:.3g} for your law: that is too {high}"
    )


def _check(name: str, points: float, arguments, judge) -> Check:
    return Check(name=name, points=points, arguments=arguments, judge=judge)


CHECKS = {
    "keep": (
        _check("both signs", 1, rule_arguments(2, 1.0, signs=True), judge_power),
        _check("another law", 1, rule_arguments(3), judge_power),
        _check("all of it", 1, rule_arguments(None, 0.7, signs=True), judge_power),
    ),
    "keep_gap": (
        _check("a larger bound", 1, gap_arguments(0.3, 2.5), judge_gap),
        _check("another gap", 2, gap_arguments(None), judge_gap),
    ),
    "rate": (
        Check(
            name="the constant",
            points=2,
            arguments=rate_arguments,
            judge=_judge_constant,
            own=True,
        ),
    ),
}
