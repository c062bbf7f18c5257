"""What grading asks beyond the public checks of assignment 6."""

from lth_tutorial.judging import array_of
from lth_tutorial.strong_ticket.assignment import (
    descent_arguments,
    epsilon_arguments,
    judge_descent,
    judge_popup,
    judge_project,
    judge_streams,
    popup_arguments,
    project_arguments,
    stream_arguments,
)
from lth_tutorial.tasks import Check


def _judge_order(arguments: tuple, value) -> str | None:
    still, descended, random, cube = array_of(value, "losses", (4,))
    if descended >= still:
        return "after descent in the balls the pruned loss is smaller than without it, and yours is not"
    if descended >= random:
        return "a random move of the same length does not do as well as descent, and in your numbers it does"
    if cube >= random:
        return "descent in the cube does better than a random move, and in your numbers it does not"
    return None


def _check(name: str, points: float, arguments, judge) -> Check:
    return Check(name=name, points=points, arguments=arguments, judge=judge)


CHECKS = {
    "project_rows": (
        _check("a wide matrix", 1, project_arguments(5, 40, 0.1), judge_project),
    ),
    "descend_in_balls": (
        _check("many steps", 2, descent_arguments(12, 0.1, 5), judge_descent),
    ),
    "popup_by_rows": (
        _check("many steps", 2, popup_arguments(5, 10, 4, 30), judge_popup),
        _check("one of many", 1, popup_arguments(4, 8, 1, 8), judge_popup),
    ),
    "draw_both": (_check("another seed", 1, stream_arguments(30, 90), judge_streams),),
    "losses": (
        Check(
            name="their order",
            points=2,
            arguments=epsilon_arguments,
            judge=_judge_order,
            own=True,
        ),
    ),
}
