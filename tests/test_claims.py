"""Claim records: well formed, and measured as the page shows them."""

from pathlib import Path

import pytest

from lth_tutorial import (
    neuron_pruning,
    perturbed_subset_sum,
    reproduce,
    subset_sum,
    tables,
    teacher_student,
    weight_pruning,
)
from lth_tutorial.claims import Claim, Finding, table

STORED = Path(__file__).resolve().parents[1] / "book" / "results"
CLAIMS = (
    *subset_sum.claims.CLAIMS,
    *perturbed_subset_sum.claims.CLAIMS,
    *reproduce.claims.covering_sizes(STORED),
    *reproduce.claims.smallest_n(STORED),
    *weight_pruning.claims.CLAIMS,
    *reproduce.claims.pruned_network(STORED),
    *neuron_pruning.claims.CLAIMS,
    *reproduce.claims.neuron_gap(STORED),
    *teacher_student.claims.CLAIMS,
    *reproduce.recovery_claims.all_figures(STORED),
)
PARTLY = {
    "every-target",
    "abstract",
    "slides",
    "poster",
    "smallest-n",
    "perturbed-network",
    "pruned-network",
    "commercial-solver",
    "random-features",
    "convex-region",
    "tensor-start",
    "recovery-radius-paper",
    "recovery-noise",
}
NOT = {"hessian-gram"}


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
