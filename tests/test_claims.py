"""Claim records: well formed, and measured as the page shows them."""

import pytest

from lth_tutorial.claims import Claim, Finding, table
from lth_tutorial.subset_sum.claims import CLAIMS


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)
def test_claims_of_chapter_1_hold(claim):
    expected = {"every-target": "partly"}
    finding = claim.measure()
    assert finding.verdict == expected.get(claim.key, "reproduced")


def test_keys_are_unique():
    assert len({claim.key for claim in CLAIMS}) == len(CLAIMS)


def test_table_keeps_bars_inside_cells():
    claim = Claim("k", "who", "$|x|$", "how", lambda: Finding("partly", "half"))
    head, rule, row = table([claim]).text.splitlines()
    assert head.count("|") == rule.count("|") == row.count("|") - row.count("\\|")
    assert "**partly**" in row


def test_findings_are_checked():
    with pytest.raises(ValueError, match="verdict must be one of .*, got 'maybe'"):
        Finding("maybe", "x")
    with pytest.raises(ValueError, match="figure must say what was measured"):
        Finding("not", " ")
