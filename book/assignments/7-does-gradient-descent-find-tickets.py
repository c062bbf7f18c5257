"""What grading asks beyond the public checks of assignment 7."""

from lth_tutorial.gradient_descent.assignment import (
    along_arguments,
    best_arguments,
    empty_is_best,
    judge_along,
    judge_best,
    peaks_arguments,
)
from lth_tutorial.judging import number
from lth_tutorial.tasks import Check

# Rows and relative step -> the mean number of peaks in 60 steps (1500 columns each).
PEAKS = {
    (6, 0.1): 6.05,
    (6, 0.2): 3.81,
    (6, 0.3): 2.70,
    (8, 0.1): 10.42,
    (8, 0.2): 6.01,
    (8, 0.3): 4.12,
    (10, 0.1): 14.38,
    (10, 0.2): 8.07,
    (10, 0.3): 5.38,
}


def _judge_peaks(arguments: tuple, value) -> str | None:
    found, measured = number(value, "peaks"), PEAKS[arguments]
    if abs(found - measured) <= 0.12 * measured:
        return None
    few = "few" if found < measured else "many"
    return f"{found:g} peaks are too {few}: with 1500 columns we found another mean"


def _check(name: str, points: float, arguments, judge) -> Check:
    return Check(name=name, points=points, arguments=arguments, judge=judge)


CHECKS = {
    "best_pruned": (
        _check("an empty column", 1, best_arguments(3, 4, empty_is_best), judge_best),
        _check("many rows", 1, best_arguments(12, 2), judge_best),
    ),
    "errors_along": (
        _check(
            "inputs that do not mix",
            1,
            along_arguments(5, 3, 3, mixed=False),
            judge_along,
        ),
        _check("more steps", 1, along_arguments(6, 2, 4, steps=25), judge_along),
    ),
    "peaks": (
        Check(
            name="measured",
            points=2,
            arguments=peaks_arguments,
            judge=_judge_peaks,
            own=True,
        ),
    ),
}
