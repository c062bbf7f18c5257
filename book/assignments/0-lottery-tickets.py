"""What grading asks beyond the public checks of assignment 0."""

from lth_tutorial.magnitude_pruning.assignment import (
    adam_arguments,
    control_arguments,
    judge_held,
    judge_learned,
    judge_prune,
    judge_rows,
    judge_signs,
    prune_arguments,
)
from lth_tutorial.tasks import Check


def _check(name: str, points: float, arguments, judge) -> Check:
    return Check(name=name, points=points, arguments=arguments, judge=judge)


CHECKS = {
    "prune_by_growth": (
        _check("a high rate", 1, prune_arguments((4, 9), 0.7, 0.6), judge_prune),
        _check("one row", 1, prune_arguments((1, 20), 0.8, 0.2), judge_prune),
    ),
    "train_under_mask": (
        _check("many steps stay 0", 1, adam_arguments(40, 60), judge_held),
        _check("many steps learn", 1, adam_arguments(40, 60, d=9), judge_learned),
    ),
    "exchange_signs": (
        _check("a larger layer", 1, control_arguments(20, 40, 0.2), judge_signs),
    ),
    "other_places": (
        _check("a larger layer", 1, control_arguments(20, 40, 0.2), judge_rows),
    ),
}
