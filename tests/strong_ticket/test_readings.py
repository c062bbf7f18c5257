"""Tests of strong_ticket.readings."""

import numpy as np
import pytest

from lth_tutorial.strong_ticket import readings


def test_readings_of_a_radius(small):
    """A relative radius is the share of the bound; at radius 0 all readings leave the weights alone."""
    assert readings.radii(small, 0.5, True) == [0.5 * b for b in small.bounds()]
    assert readings.radii(small, 0.5, False) == [0.5, 0.5]
    rows = [readings.descent_row(small, name, [0.0, 0.05], 0) for name in readings.READINGS]
    assert np.ptp([row[0] for row in rows]) <= 1e-3 and rows[1][1] > rows[0][1]
    assert readings.first_loss(small, "Unif[-1, 1], absolute", 0) > readings.first_loss(
        small, "Kaiming, relative", 0
    )
    with pytest.raises(ValueError, match="reading must be one of .*; got 'relative'"):
        readings.descent_row(small, "relative", [0.1], 0)
