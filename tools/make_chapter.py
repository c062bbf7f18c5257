"""Begin a chapter from the template: its room, its tests, its notebook, and its lines in the lists.

Everything is written or nothing. What was touched is said, with the command that takes it back.

Usage: python tools/make_chapter.py NUMBER NAME      (or: make chapter NUMBER=8 NAME=random-masks)
"""

import keyword
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from lth_tutorial import chapters

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "tools" / "chapter"
ROOM = ("__init__", "masks", "figures", "claims")
# What `make notebooks` rewrites from the lists.
MAY_BE = ("book/notation.md", "book/references.bib")
DERIVED = ("book/theorem-index.md", "book/scorecard.md")


class New(NamedTuple):
    """The chapter to be made."""

    number: int
    name: str

    @property
    def package(self) -> str:
        """The folder of its room: the name with underscores."""
        return self.name.replace("-", "_")

    @property
    def title(self) -> str:
        """Its heading, until it gets a better one."""
        return self.name.replace("-", " ").capitalize()

    @property
    def stem(self) -> str:
        """The name of its notebook without the ending."""
        return f"{self.number}-{self.name}"

    def fill(self, template: str) -> str:
        """A template's text with this chapter's names."""
        words = {"NUMBER": self.number, "PACKAGE": self.package, "NAME": self.name}
        words["TITLE"] = self.title
        return re.sub("|".join(words), lambda found: str(words[found[0]]), template)


def checked(number: str, name: str) -> New:
    """The chapter to be made, if its number is the next one and its name is free.

    Raises:
        ValueError: it is not, or it is no name.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise ValueError(
            f"NAME must be small letters and digits with single hyphens between words, "
            f"as random-masks, got {name!r}"
        )
    free = len(chapters.CHAPTERS)
    if number != str(free):
        of = {str(c.number): f"; chapter {c.number} is {c.package}" for c in chapters.CHAPTERS}
        raise ValueError(f"NUMBER must be {free}, the next one, got {number!r}{of.get(number, '')}")
    new = New(free, name)
    own = (*places(new), f"lth_tutorial/{new.package}.py")
    taken = [path for path in own if (ROOT / path).exists()]
    if new.package in sys.stdlib_module_names or new.title in {c.title for c in chapters.CHAPTERS}:
        raise ValueError(f"NAME {name} is taken: choose another one")
    if taken:
        raise ValueError(f"NAME {name} is taken: {taken[0]} is there already")
    return new


def places(new: New) -> tuple[str, str, str]:
    """What the chapter has for itself: room, tests, notebook."""
    return f"lth_tutorial/{new.package}", f"tests/{new.package}", f"book/{new.stem}.ipynb"


def new_files(new: New) -> dict[str, str]:
    """The texts of the chapter's own files, by their paths."""
    room, tests, notebook = places(new)
    sources = {f"{room}/{module}.py": TEMPLATES / f"{module}.py" for module in ROOM}
    sources |= {f"{tests}/{name}.py": TEMPLATES / f"{name}.py" for name in ("fakes", "test_masks")}
    sources[notebook] = ROOT / "book" / "_template.ipynb"
    texts = {path: new.fill(read(source)) for path, source in sources.items()}
    return {**texts, f"{tests}/__init__.py": ""}


def read(path: Path) -> str:
    """A file's text."""
    return path.read_text(encoding="utf-8")


def lines(new: New) -> dict[str, tuple[str, str]]:
    """For each list that names the chapters: what the new line follows, and the line."""
    return {
        "lth_tutorial/chapters.py": (
            r"(?s)\nCHAPTERS = \(\n.*?(?=\)\n\n)",
            f'    Chapter(number={new.number}, package="{new.package}", notebook="{new.stem}.ipynb"),\n',
        ),
        "lth_tutorial/__init__.py": (
            r"(?m)^\w+ +chapter \d+: .*\n",
            f"{new.package:<22} chapter {new.number}: {new.title[0].lower()}{new.title[1:]}\n",
        ),
        "_toc.yml": (
            r"(?m)^ +- file: book/\d+-.*\n +title: .*\n",
            f'      - file: book/{new.stem}\n        title: "{new.number}. {new.title}"\n',
        ),
        "book/index.md": (
            r"(?m)^\d+\. \[\*.*\n",
            f"{new.number}. [*{new.title}*]({new.stem}.ipynb): what a random mask keeps.\n",
        ),
        "CHANGELOG.md": (
            r"(?s)\A.*?\n## [^\n]*\n\n",
            f"* Chapter {new.number}, *{new.title}*: a draft.\n",
        ),
    }


def with_line(path: str, after: str, line: str) -> str:
    """The text of a list with the new line after the last place that `after` finds.

    Raises:
        ValueError: it finds none.
    """
    text = read(ROOT / path)
    found = list(re.finditer(after, text))
    if not found:
        raise ValueError(f"{path} has no place that fits for the new line")
    return text[: found[-1].end()] + line + text[found[-1].end() :]


def write_all(texts: dict[str, str], then: Callable[[], None]) -> None:
    """Write every text and do `then`; whatever goes wrong, all is afterwards as it was before."""
    before = {path: read(ROOT / path) for path in texts if (ROOT / path).exists()}
    try:
        for path, text in texts.items():
            (ROOT / path).parent.mkdir(exist_ok=True)
            write(ROOT / path, text)
        then()
    except BaseException:
        for path in texts:
            take_back(ROOT / path, before.get(path))
        raise


def write(path: Path, text: str) -> None:
    """To a temporary file, then rename."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def take_back(path: Path, text: str | None) -> None:
    """The file with the text it had, or gone, with a folder that then holds nothing."""
    path.with_name(path.name + ".part").unlink(missing_ok=True)
    if text is not None:
        write(path, text)
        return
    path.unlink(missing_ok=True)
    if path.parent.exists() and not list(path.parent.iterdir()):
        path.parent.rmdir()


def in_style(paths: list[str]) -> None:
    """Imports sorted and lines broken as `make lint` wants them, which hangs on the names."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--quiet", "--fix", "--select", "I"], ["format", "--quiet"]):
        subprocess.run([*ruff, *command, *paths], cwd=ROOT, check=True)


def make(number: str, name: str) -> tuple[list[str], list[str]]:
    """Make the chapter; returns the paths that are new, and those of the lists that name it now.

    Raises:
        ValueError: the number is not the next one, or the name is none or taken; nothing was written.
    """
    new = checked(number, name)
    files = new_files(new)
    lists = {path: with_line(path, *place) for path, place in lines(new).items()}
    code = [path for path in (*files, *lists) if path.endswith((".py", ".ipynb"))]
    write_all({**files, **lists}, lambda: in_style(code))
    return list(places(new)), list(lists)


def main(arguments: list[str]) -> int:
    """Make a chapter; returns the exit status."""
    if len(arguments) != 2 or not all(arguments):
        print("Say which: make chapter NUMBER=8 NAME=random-masks", file=sys.stderr)
        return 2
    try:
        made, lists = make(*arguments)
    except ValueError as error:
        print(f"{error}. Nothing was written.", file=sys.stderr)
        return 2
    print(f"New: {', '.join(made)}")
    print(f"A line more in: {', '.join(lists)}")
    print("To take it back, with whatever else is not committed in these files:")
    print(f"  git clean -fdxq -- {' '.join(made)}")
    print(f"  git restore -- {' '.join((*lists, *DERIVED))}")
    print(
        f"and, where you wrote there too: git restore -- {' '.join(MAY_BE)} and the chapter before"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
