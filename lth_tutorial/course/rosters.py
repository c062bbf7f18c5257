"""The exports of Canvas and of Moodle: whose a file is, and the same export with the marks filled in.

Each has its own format: Canvas a gradebook with a column for each assignment and a second line of points
possible, Moodle a grading worksheet of one assignment with columns for the grade and for words.
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from lth_tutorial.tasks import identifier

CANVAS, MOODLE = "Canvas", "Moodle"
GRADE, WORDS, HIGHEST = "Grade", "Feedback comments", "Maximum Grade"
POSSIBLE = "points possible"


@dataclass
class Roster:
    """A class as an export lists it.

    Args:
        kind: whose export it is.
        head: the names of its columns.
        rows: of its students, each a dictionary.
        above: lines between the head and the students (Canvas's points possible).
    """

    kind: str
    head: list[str]
    rows: list[dict]
    above: list[dict] = field(default_factory=list)

    def students(self) -> list[str]:
        """The identifiers of the class, in the order of the export."""
        return [self.identifier(row) for row in self.rows]

    def identifier(self, row: dict) -> str:
        """What a student writes into the notebook: the login, or what stands for it.

        Canvas: the SIS login, else the SIS user's id, else Canvas's own. Moodle: the ID number, else what
        stands before the @ of the address, else the participant's number.
        """
        if self.kind == CANVAS:
            names = ("SIS Login ID", "SIS User ID", "ID")
            return identifier(next((row[n] for n in names if row.get(n, "").strip()), ""))
        number, mail = row.get("ID number", ""), row.get("Email address", "").partition("@")[0]
        return identifier(number.strip() or mail.strip() or _participant(row))

    def owner(self, path: Path) -> str | None:
        """Whose a file is, by the name that the platform, or the student's identifier, gives it."""
        for row in self.rows:
            if _is_of(self.kind, row, self.identifier(row), path):
                return self.identifier(row)
        return None


def _participant(row: dict) -> str:
    return re.sub(r"\D", "", row.get("Identifier", ""))


def plain(text: str) -> str:
    """A name as platforms put it into file names: small letters, nothing else."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", letters.lower())


def _is_of(kind: str, row: dict, who: str, path: Path) -> bool:
    names = [path.name, *(parent.name for parent in path.parents)][:3]
    if who and any(_begins(name, who) for name in names):
        return True
    if kind == CANVAS:
        # lastnamefirstname_12345_67890_notebook.ipynb, with LATE in between for some.
        found = re.match(r"[^_]*_(?:LATE_)?(\d+)_\d+_", path.name)
        return bool(found) and found[1] == row.get("ID")
    # Full Name_12345_assignsubmission_file/notebook.ipynb
    number = _participant(row)
    return bool(number) and any(re.search(rf"_{number}_assignsubmission", name) for name in names)


def _begins(name: str, who: str) -> bool:
    """Whether a file or folder is called as a student, with nothing or a mark behind the name."""
    low = name.lower()
    return low.startswith(who) and not re.match(r"[\w@-]", low[len(who) :].replace("_", " ") or " ")


def read(path: Path) -> Roster:
    """A roster from its file.

    Raises:
        ValueError: it is no export of Canvas or Moodle.
    """
    text = Path(path).read_text(encoding="utf-8-sig")
    lines = csv.DictReader(io.StringIO(text))
    head, rows = list(lines.fieldnames or ()), [*lines]
    if {"Student", "ID"} <= {*head}:
        above = [row for row in rows if (row["Student"] or "").strip().lower() == POSSIBLE]
        return Roster(CANVAS, head, [r for r in rows if r not in above and r["ID"]], above)
    if {"Identifier", GRADE} <= {*head}:
        return Roster(MOODLE, head, rows)
    raise ValueError(
        f"{Path(path).name} is no export of Canvas (columns Student, ID) or Moodle (Identifier, {GRADE}); "
        f"its columns are {', '.join(head[:6])}"
    )


def filled(roster: Roster, marks: dict[str, tuple[float, float, str]], column: str) -> str:
    """The export with marks in it, as text; students without a mark keep what they had.

    Args:
        marks: by identifier the points, the most points there are, and words for the student.
        column: of Canvas's gradebook, by its name or the beginning of it; a new one where there is none.
    """
    fill = _fill_canvas if roster.kind == CANVAS else _fill_moodle
    head = fill(roster, marks, column)
    written = io.StringIO()
    writer = csv.DictWriter(written, head, lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows([*roster.above, *roster.rows])
    return written.getvalue()


def _fill_canvas(roster: Roster, marks: dict, column: str) -> list[str]:
    there = next((name for name in roster.head if name.startswith(column)), None)
    head = roster.head if there else [*roster.head, column]
    name = there or column
    possible = next((_number(row.get(name)) for row in roster.above), None)
    for row in roster.rows:
        if roster.identifier(row) in marks:
            points, most, _ = marks[roster.identifier(row)]
            row[name] = _scaled(points, most, possible)
    return head


def _fill_moodle(roster: Roster, marks: dict, column: str) -> list[str]:
    for row in roster.rows:
        if roster.identifier(row) in marks:
            points, most, words = marks[roster.identifier(row)]
            row[GRADE] = _scaled(points, most, _number(row.get(HIGHEST)))
            if WORDS in row:
                row[WORDS] = words
    return roster.head


def _number(text: str | None) -> float | None:
    try:
        return float(str(text).replace(",", "."))
    except ValueError:
        return None


def _scaled(points: float, most: float, possible: float | None) -> str:
    """Points in the platform's own scale, where it has one."""
    value = points if possible is None or not most else points / most * possible
    return f"{value:.2f}".rstrip("0").rstrip(".")
