"""Claim records: well formed, and measured as the page shows them."""

import importlib
import re

import pytest

from lth_tutorial import chapters, tables
from lth_tutorial.claims import FAILS, OF_SOURCES, Claim, Finding, table

from .building import tool
from .stored import STORED

BY_CHAPTER = {c.package: chapters.claims(c.package, STORED) for c in chapters.CHAPTERS}
CLAIMS = [claim for claims in BY_CHAPTER.values() for claim in claims]
KEYS = [(package, claim.key) for package, claims in BY_CHAPTER.items() for claim in claims]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)
def test_claims_hold(claim):
    assert claim.finding.verdict == claim.verdict


def test_the_scorecard_shows_them():
    """The page is made anew; what is measured at once was measured for the tests above."""
    page = (chapters.BOOK / "scorecard.md").read_text(encoding="utf-8")
    assert tool("make_notebooks").scorecard_page() == page, "run `make notebooks`"


@pytest.mark.parametrize("package, key", KEYS)
def test_another_number_turns_the_verdict(package, key, monkeypatch, tmp_path):
    """A verdict that follows from a number is another one for another number."""
    fakes = importlib.import_module(f"tests.{package}.fakes").FAKES
    assert key in fakes, f"tests/{package}/fakes.py: add a number that turns the verdict of {key}"
    folder = fakes[key].put(monkeypatch, tmp_path)
    (claim,) = (c for c in chapters.claims(package, folder) if c.key == key)
    assert claim.measure().verdict != claim.verdict


@pytest.mark.parametrize("package", BY_CHAPTER)
def test_no_fake_is_of_a_claim_that_is_gone(package):
    fakes = importlib.import_module(f"tests.{package}.fakes").FAKES
    assert set(fakes) == {claim.key for claim in BY_CHAPTER[package]}, f"tests/{package}/fakes.py"


def made(measure, verdict="partly", source="who"):
    return Claim("k", source, "$|x|$", "how", verdict=verdict, measure=measure)


@pytest.mark.parametrize(
    "source, verdict",
    [("this chapter's theorem", verdict) for verdict in OF_SOURCES] + [("the slides", "holds")],
)
def test_only_what_another_claims_is_reproduced_and_only_what_we_say_holds(source, verdict):
    """Neither stands in a record, nor is it found: with the sources' words a page would praise itself."""
    ours = source.startswith("this")
    with pytest.raises(
        ValueError, match=f"must be one of .*, got '{verdict}'.* for 'k' of {source}"
    ):
        made(lambda: None, verdict, source)
    claim = made(lambda: Finding(verdict, "half"), "holds" if ours else "open", source)
    with pytest.raises(
        ValueError, match=f"must be one of .*, got '{verdict}'.* for 'k' of {source}"
    ):
        _ = claim.finding


def test_a_statement_of_the_book_that_fails_is_found_and_never_stands():
    assert made(lambda: Finding(FAILS, "half"), "holds", "this chapter").finding.verdict == FAILS
    with pytest.raises(ValueError, match="got 'fails'"):
        made(lambda: None, FAILS, "this chapter")
    with pytest.raises(ValueError, match="got 'fails'"):
        _ = made(lambda: Finding(FAILS, "half"), "open", "the slides").finding


def test_sources_are_named_so_that_one_knows_whose_number_it_is():
    """The book follows four sources: a bare "review" or "Theorem 1" could be any of several."""
    for claim in CLAIMS:
        assert "review" not in claim.source or "Greenbaum's review of Malach et al." in claim.source
        for numbered in ("Theorem", "Lemma", "Algorithm"):
            before, found, _ = claim.source.partition(numbered)
            assert not found or re.search("s?'s? ", before), f"{claim.key}: whose {claim.source}?"


def test_a_claim_is_measured_once_and_only_when_asked_for():
    measured = []
    claim = made(lambda: measured.append(1) or Finding("partly", "half"))
    assert not measured
    for _ in range(2):
        assert "| **partly** | half |" in table([claim]).text
    assert measured == [1]


def test_claims_are_the_same_ones_for_notebook_scorecard_and_tests():
    """Those measured at once are one record in a process, so that nobody measures them again."""
    first, again = (chapters.claims("subset_sum") for _ in range(2))
    assert all(a is b for a, b in zip(first, again, strict=True)) and len(first) == 5


def test_keys_are_unique():
    assert len({claim.key for claim in CLAIMS}) == len(CLAIMS)


def test_table_keeps_bars_inside_cells():
    claim = made(lambda: Finding("partly", "half"))
    head, rule, row = table([claim]).text.splitlines()
    assert head.count("|") == rule.count("|") == row.count("|") - row.count("\\|")
    assert "**partly**" in row


def test_findings_are_checked():
    with pytest.raises(ValueError, match="verdict must be one of .*, got 'maybe'"):
        Finding("maybe", "x")
    with pytest.raises(ValueError, match="verdict must be one of .*, got 'maybe'"):
        made(lambda: Finding("not", "x"), "maybe")
    with pytest.raises(ValueError, match="figure must say what was measured"):
        Finding("not", " ")


def test_tables_are_checked():
    with pytest.raises(ValueError, match="rows must have 2 cells, got 1"):
        tables.table(("a", "b"), [("1",)])
