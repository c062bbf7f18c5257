"""What grading asks beyond the public checks of assignment 5."""

from lth_tutorial.judging import number
from lth_tutorial.tasks import Check
from lth_tutorial.teacher_student.assignment import (
    descent_arguments,
    gradient_arguments,
    judge_descent,
    judge_gradient,
    judge_supports,
    size_arguments,
    supports_arguments,
)

# Features of a neuron -> the samples with which nine of ten supports are found (300 teachers for each).
ENOUGH = {2: 1000, 3: 2000, 4: 2000}


def _judge_samples(arguments: tuple, value) -> str | None:
    found, measured = number(value, "samples"), ENOUGH[arguments[0]]
    if measured / 2 <= found <= 2 * measured:
        return None
    few = "few" if found < measured else "many"
    return (
        f"{found:g} is too {few}: with the plain means of y x_i x_k, and 300 teachers for "
        "each step, we found another one"
    )


def _check(name: str, points: float, arguments, judge) -> Check:
    return Check(name=name, points=points, arguments=arguments, judge=judge)


CHECKS = {
    "masked_gradient": (
        _check("few samples", 1, gradient_arguments(4, 3, 6), judge_gradient),
        _check("large inputs", 1, gradient_arguments(3, 5, 30, 10.0), judge_gradient),
    ),
    "masked_descent": (
        _check("other masks", 1, descent_arguments(13, 0.7, True), judge_descent),
        _check(
            "many iterations", 2, descent_arguments(60, 0.3, True, 15), judge_descent
        ),
    ),
    "find_supports": (
        _check("three neurons", 1, supports_arguments(12, 3, 3), judge_supports),
        _check("wide neurons", 1, supports_arguments(12, 2, 4), judge_supports),
        _check("noise", 2, supports_arguments(10, 2, 3, 0.5), judge_supports),
    ),
    "samples": (
        Check(
            name="measured",
            points=2,
            arguments=size_arguments,
            judge=_judge_samples,
            own=True,
        ),
    ),
}
