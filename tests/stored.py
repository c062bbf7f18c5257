"""The stored results, for the tests of the chapters that made them."""

from pathlib import Path

from lth_tutorial import chapters, reproduce

STORED = Path(__file__).resolve().parents[1] / "book" / "results"


def slice_agrees(name: str, tmp_path: Path) -> bool:
    """Whether the quick cells of a stored result, run again, give its numbers within its tolerance."""
    (tmp_path / f"{name}.json").write_bytes((STORED / f"{name}.json").read_bytes())
    words = reproduce.check(chapters.results()[name], "paper", tmp_path, tmp_path)
    return f"{name}.json: " in words and "cells run again, they agree" in words


def of_chapter(package: str) -> list[str]:
    """The names of a chapter's results."""
    return [result.name for result in chapters.results_of(package)]
