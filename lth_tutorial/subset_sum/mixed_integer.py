"""Subset sum as a mixed-integer program: what a general solver makes of it."""

import numpy as np

from lth_tutorial.checks import exact_error, finite_array, finite_number, positive

from .best import Subset


def highs_subset(x, z, time_limit: float = 60.0) -> tuple[Subset, str]:
    r"""The subset that scipy's HiGHS returns, at its default tolerances.

        minimise t  subject to  -t <= sum_i s_i x_i - z <= t,  s in {0, 1}^n,  t >= 0

    Args:
        x: (n,) finite candidates.
        z: finite target.
        time_limit: seconds after which the solver gives up.

    Returns:
        (Subset, message): the mask with its exact total and error, and the solver's own words. The
        error is sometimes not the optimum from n = 21 on, and mostly not at 24, although the message
        says "Optimal": the solver stops within about 1e-6 of it.

    Raises:
        ValueError: as `best_subset`; or the solver found no mask in time.
        ImportError: scipy is missing.
    """
    x, z = finite_array("x", x, 1), finite_number("z", z)
    time_limit = positive("time_limit", time_limit)
    from scipy.optimize import Bounds, LinearConstraint, milp

    n = len(x)
    rows = np.array([np.r_[x, -1.0], np.r_[x, 1.0]])
    answer = milp(
        np.r_[np.zeros(n), 1.0],
        integrality=np.r_[np.ones(n), 0],
        bounds=Bounds(0, np.r_[np.ones(n), np.inf]),
        constraints=LinearConstraint(rows, [-np.inf, z], [z, np.inf]),
        options={"time_limit": time_limit},
    )
    if answer.x is None:
        raise ValueError(
            f"highs_subset: no mask within time_limit = {time_limit} s: {answer.message}"
        )
    mask = answer.x[:n] > 0.5
    return Subset(mask, *exact_error(x, mask, z)), answer.message
