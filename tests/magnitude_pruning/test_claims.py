"""Tests of magnitude_pruning.claims."""

from lth_tutorial import magnitude_pruning as mp


def test_claims_are_measured_on_this_machine():
    assert all(claim.finding.verdict == "holds" for claim in mp.claims.CLAIMS)
