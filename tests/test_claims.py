"""Claim records: well formed, and measured as the page shows them."""

import math
import re
from pathlib import Path

import pytest

from lth_tutorial import chapters, reproduce, tables
from lth_tutorial.claims import Claim, Finding, table
from lth_tutorial.teacher_student.published import claims
from lth_tutorial.teacher_student.published import tables as published

STORED = Path(__file__).resolve().parents[1] / "book" / "results"
CLAIMS = [
    claim for chapter in chapters.CHAPTERS for claim in chapters.claims(chapter.package, STORED)
]
PARTLY = {
    "mask-alone",
    "every-target",
    "abstract",
    "slides",
    "poster",
    "parameters",
    "perturbed-network",
    "pruned-network",
    "commercial-solver",
    "random-features",
    "rates-in-neurons",
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
    """Their rows are those of the stored summaries, and bands lie around what they are bands of."""
    made = published
    tables_ = (made.radius_table, made.rate_table, made.samples_table, made.noise_table)
    radius, rate, samples, noise = (table(STORED).text.splitlines() for table in tables_)
    assert [len(rows) for rows in (radius, rate, samples, noise)] == [2 + 12, 2 + 9, 2 + 8, 2 + 4]
    lines = {name: stored_lines(name) for name in ("radius", "samples")}
    paper, tuned = (
        next(x for x in lines["radius"] if (x["step"], x["support"]) == (step, 225))
        for step in (0.5, 4.0)
    )
    row = next(row for row in radius if row.startswith("| 225 |")).split("|")
    assert (row[3].strip(), row[5].strip()) == (str(paper["trials"]), str(tuned["trials"]))
    (line,) = (x for x in lines["samples"] if (x["step"], x["support"]) == (4.0, 20))
    assert samples[5].startswith(f"| 20 | {line['half_per_weight'][1]:.2f} (")
    for row in rate[2:] + samples[2:] + noise[2:]:
        for median, low, high in re.findall(r"([\d.]+) \(([\d.]+) to ([\d.]+)\)", row):
            assert float(low) <= float(median) <= float(high)


def stored_lines(name: str) -> list[dict]:
    return reproduce.read_json(STORED / f"recovery-{name}.json")["summary"]["lines"]


def test_reach_of_all_stops_at_the_first_exception():
    shares = {20: [1, 1], 50: [1, 0.5], 100: [1, 1], 200: [0, 0], 300: [0.5, 0], 400: [0, 0]}
    lines = [{"support": r, "reached": share} for r, share in shares.items()]
    assert claims.reach_of_all(lines) == (20, 400)
    assert claims.reach_of_all(lines[1:2]) == (0, math.inf)
