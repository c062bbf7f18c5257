"""What must turn the verdicts of chapter 7."""

import numpy as np

from lth_tutorial.gradient_descent import claims, experiments

from ..fakes import Instead, always

NO_RISE = Instead(claims, {"rises": lambda errors: np.zeros_like(errors[..., 1:], dtype=bool)})
RISES = Instead(claims, {"rises": lambda errors: np.ones_like(errors[..., 1:], dtype=bool)})

FAKES = {
    "descent-question": NO_RISE,
    "descent-end": Instead(
        experiments, {"without_the_trivial": always((np.ones(400), np.ones(400)))}
    ),
    "descent-count": Instead(experiments, {"predicted_rises": always(1e9)}),
    "descent-one-row": RISES,
    "descent-small-start": RISES,
    "descent-masked": Instead(claims, {"_version_rises": always((1, 180))}),
    "descent-masked-any-data": Instead(claims, {"_version_rises": always((0, 180))}),
    "descent-fixed-size": Instead(claims, {"_version_rises": always((1, 180))}),
}
