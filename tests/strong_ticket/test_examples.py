"""Tests of strong_ticket.examples."""

import numpy as np

from lth_tutorial.strong_ticket import examples


def test_examples_by_hand():
    assert np.allclose(examples.one_weight(0.4, 1.0, 0.2, 0.3, 3), [0.4, 0.58, 0.6, 0.6])
    scores, losses = examples.swap((-1.0, 1.0), (0.5, 0.3), 1.0, 0.1, 3)
    assert np.allclose(scores, [[0.5, 0.3], [0.3, 0.5], [0.3, 0.5], [0.3, 0.5]])
    assert np.allclose(losses, [2, 0, 0, 0])
