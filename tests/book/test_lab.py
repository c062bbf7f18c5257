"""`make lab` opens copies that are the reader's own."""

import json
from pathlib import Path

import pytest

from ..building import tool

NAME = "1-a.ipynb"


@pytest.fixture
def places(tmp_path) -> tuple[Path, Path]:
    (tmp_path / "site" / "notebooks").mkdir(parents=True)
    return tmp_path / "site", tmp_path / "lab"


def publish(site: Path, text: str) -> None:
    cells = [{"id": "install", "source": "%pip"}, {"id": "a", "source": text}]
    (site / "notebooks" / NAME).write_text(json.dumps({"cells": cells}), "utf-8")


def texts(lab: Path) -> dict[str, str]:
    found = {
        path.name: json.loads(path.read_text("utf-8"))["cells"] for path in lab.glob("*.ipynb")
    }
    return {name: " ".join(cell["source"] for cell in cells) for name, cells in found.items()}


def test_what_nobody_changed_follows_the_book(places):
    site, lab = places
    for text in ("one", "two"):
        publish(site, text)
        assert tool("lab").bring(site, lab) == []
        assert texts(lab) == {NAME: text}


def test_what_the_reader_changed_stays_and_the_books_lies_beside_it(places):
    site, lab = places
    publish(site, "one")
    tool("lab").bring(site, lab)
    (lab / NAME).write_text(json.dumps({"cells": [{"source": "mine"}]}), "utf-8")
    assert tool("lab").bring(site, lab) == []
    assert texts(lab) == {NAME: "mine"}
    for text, name in (("two", "1-a-2.ipynb"), ("three", "1-a-3.ipynb")):
        publish(site, text)
        (said,) = tool("lab").bring(site, lab)
        assert said == f"{NAME} was changed by you and stays; {name} is the book's."
        assert tool("lab").bring(site, lab) == []
    assert texts(lab) == {NAME: "mine", "1-a-2.ipynb": "two", "1-a-3.ipynb": "three"}
