"""What several tests of teacher_student are given."""

import numpy as np
import pytest

from lth_tutorial import teacher_student as ts


@pytest.fixture(scope="module")
def trial():
    teacher = ts.sample_teacher(30, 3, 6, 1)
    x, y = ts.sample_data(teacher, 200, rng=2)
    return teacher, x, y, ts.nearby(teacher.weights, np.array([0.1, 0.4, 0.8]), 3)
