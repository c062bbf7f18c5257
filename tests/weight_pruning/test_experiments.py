"""Tests of weight_pruning.experiments."""

import numpy as np

from lth_tutorial import target_network
from lth_tutorial.weight_pruning import experiments


def test_digits():
    """Sup errors of the digits' logits, medians of 20 networks: precise with balanced signs, not without.

    Over many groups of 20 networks the medians below spread by less than 10 % (first = 1, n = 12 and 14)
    and less than 30 % (uniform, n = 14) around .017, .004 and .005: the limits are far outside.
    """
    weights, x, labels = experiments.digits_target()
    assert target_network.accuracy(target_network.forward(weights, x), labels) > 0.9
    # Trained here, it is the same network up to what processors round differently.
    again = experiments.train_digits_target()
    assert target_network.accuracy(target_network.forward(again, x), labels) > 0.9
    for stored, trained in zip(weights, again, strict=True):
        assert np.corrcoef(stored.ravel(), trained.ravel())[0, 1] > 0.9
    options = {"signed_input": False, "signs": "stratified"}
    n = (8, 10, 12, 14)
    medians = np.median(
        experiments.sup_errors(weights, x, n, 20, 38, first="ones", **options), axis=1
    )
    assert medians[2] <= 0.06 and medians[3] <= 0.01
    # One bit for each candidate: the spread above moves this slope by less than 0.1.
    assert -1.4 < np.polyfit(n, np.log2(medians), 1)[0] < -0.6
    uniform = np.median(experiments.sup_errors(weights, x, (14,), 20, 38, **options))
    assert uniform <= 0.01
    iid = np.median(experiments.sup_errors(weights, x, (14,), 20, 39, signed_input=False))
    assert iid > 5 * uniform
