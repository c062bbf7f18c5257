"""What grading asks beyond the public checks of assignment 3."""

from lth_tutorial.judging import number
from lth_tutorial.tasks import Check, check
from lth_tutorial.weight_pruning.assignment import (
    eta_arguments,
    hard_for_greed,
    judge_affine,
    judge_several,
    one_layer,
    one_weight,
)

# Tolerance -> the measured number that is enough (1500 draws for each n).
ENOUGH = {0.05: 10, 0.02: 11, 0.01: 12}


def _judge_enough(arguments: tuple, value) -> str | None:
    found, measured = number(value, "enough"), ENOUGH[arguments[0]]
    if abs(found - measured) <= 1:
        return None
    few = "few" if found < measured else "many"
    return f"{found:g} is too {few}: with 1500 draws for each n we found another number"


CHECKS = {
    "prune_affine": (
        check("another target", 1, one_weight(60, hard_for_greed), judge_affine),
        check("fewer neurons", 2, one_weight(48, hard_for_greed), judge_affine),
    ),
    "prune_layer": (
        Check(
            name="several inputs", points=2, arguments=one_layer(), judge=judge_several
        ),
        Check(
            name="another shape",
            points=2,
            arguments=one_layer(4, 3),
            judge=judge_several,
        ),
    ),
    "enough": (
        Check(
            name="measured",
            points=2,
            arguments=eta_arguments,
            judge=_judge_enough,
            own=True,
        ),
    ),
}
