"""Claim records: well formed, and measured as the page shows them."""

from pathlib import Path

import pytest

from lth_tutorial import reproduce, tables
from lth_tutorial.claims import Claim, Finding, table
from lth_tutorial.reproduce.scorecard import chapters

STORED = Path(__file__).resolve().parents[1] / "book" / "results"
CLAIMS = [claim for chapter in chapters(STORED) for claim in chapter.claims]
PARTLY = {
    "mask-alone",
    "every-target",
    "abstract",
    "slides",
    "poster",
    "perturbed-network",
    "pruned-network",
    "commercial-solver",
    "random-features",
    "convex-region",
    "tensor-start",
    "recovery-radius-paper",
    "recovery-noise",
    "descent-end",
    "good-perturbation",
    "descent-dominates",
}
NOT = {
    "hessian-gram",
    "descent-question",
    "descent-masked-any-data",
    "untrained-best",
    "corner",
}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)
def test_claims_hold(claim):
    expected = "partly" if claim.key in PARTLY else "not" if claim.key in NOT else "reproduced"
    assert claim.measure().verdict == expected


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


def test_tables_are_checked():
    with pytest.raises(ValueError, match="rows must have 2 cells, got 1"):
        tables.table(("a", "b"), [("1",)])


def test_tables_of_the_recoveries():
    """Their rows are those of the stored summaries."""
    made = reproduce.recovery_claims
    radius, rate, samples = (
        table.text.splitlines()
        for table in (
            made.radius_table(STORED),
            made.rate_table(STORED),
            made.samples_table(STORED),
        )
    )
    assert len(radius) == 2 + 12 and len(rate) == 2 + 9 and len(samples) == 2 + 8
    assert "| 225 | always | 6 | always | 10 |" in radius
    lines = reproduce.read_json(STORED / "recovery-samples.json")["summary"]["lines"]
    (line,) = (x for x in lines if (x["step"], x["support"]) == (4.0, 20))
    assert samples[5].startswith(f"| 20 | {line['half_per_weight'][1]:.2f} |")
