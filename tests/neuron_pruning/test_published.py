"""Tests of neuron_pruning.published."""

from lth_tutorial import reproduce
from lth_tutorial.neuron_pruning.published import gap

from ..stored import slice_agrees
from ..toys import folders


def test_a_slice_of_the_stored_gap_is_what_the_code_gives(tmp_path):
    assert slice_agrees("neuron-gap", tmp_path)


def test_the_gap_at_page_size(tmp_path):
    """More features never hurt, no mask beats the features that it is made of."""
    written = reproduce.reproduce(gap.RESULT, "page", workers=2, **folders(tmp_path))
    for line in written["summary"]["dimensions"]:
        errors = dict(zip(line["features"]["k"], line["features"]["error"], strict=True))
        assert sorted(errors.values(), reverse=True) == list(errors.values())
        for k, error in zip(line["mask"]["k"], line["mask"]["error"], strict=True):
            assert errors[max(w for w in errors if w <= 300)] <= error <= 1 and k <= 300
        needs = [line["needed"][t]["features"] for t in ("0.2", "0.1", "0.02")]
        known = [k for k in needs if k is not None]
        assert known == sorted(known) and known
