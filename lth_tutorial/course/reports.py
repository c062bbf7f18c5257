"""What comes of grading: JSON for Gradescope, a notebook with words in it, tables of marks and of texts."""

import copy
import csv
import hashlib
import io
import re

from .grading import is_untouched
from .submissions import role, source

RUBRIC = ("student", "assignment", "task", "most", "points", "comment", "answer", "how to mark")
TABLE = ("student", "points", "most", "to be read", "notes")
# What a spreadsheet's cell holds, and a picture that was pasted into a text.
MOST_LETTERS = 30_000
PASTED = re.compile(r"data:[\w/+.-]+;base64,[\w+/=%\s]{200,}")


def total(record: dict) -> tuple[float, float]:
    """The points of a record and the most there are; texts count once they were read."""
    read = [task for task in record["tasks"] if task["points"] is not None]
    return sum(task["points"] for task in read), sum(task["most"] for task in record["tasks"])


def unread(record: dict) -> list[dict]:
    """The texts of a record that nobody has read yet."""
    return [task for task in record["tasks"] if task["points"] is None]


def line(check: dict) -> str:
    """One check in a line."""
    words = "right" if check["words"] is None else check["words"]
    return f"{check['name']}: {words} ({check['points']:g} of {check['most']:g})"


# Gradescope


def gradescope(record: dict) -> dict:
    """A record as Gradescope reads it. Texts are left to its own questions until they were read."""
    tests = [_test(task, check) for task in record["tasks"] for check in task["checks"]]
    tests += [
        _read(task) for task in record["tasks"] if not task["checks"] and task["points"] is not None
    ]
    return {
        "score": total(record)[0],
        "output": "\n".join(record["notes"]),
        "output_format": "text",
        "tests": tests,
    }


def _test(task: dict, check: dict) -> dict:
    return {
        "name": f"{task['name']}: {check['name']}",
        "score": check["points"],
        "max_score": check["most"],
        "output": check["words"] or "",
        "visibility": "visible" if check["public"] else "after_published",
    }


def _read(task: dict) -> dict:
    return {
        "name": task["name"],
        "score": task["points"],
        "max_score": task["most"],
        "output": task.get("comment", ""),
        "visibility": "visible",
    }


# The notebook with words in it


def annotated(notebook: dict, record: dict) -> dict:
    """A submission with what was said of each task below its check, and a summary at its top."""
    marks = {task["name"]: task for task in record["tasks"]}
    cells, last = [], {}
    for cell in notebook["cells"]:
        cells.append(copy.deepcopy(cell))
        name = _task_of(cell)
        if name in marks:
            last[name] = len(cells)
    for name in marks:
        last.setdefault(name, len(cells))
    for name in sorted(last, key=lambda name: -last[name]):
        cells.insert(last[name], _said(_task_words(marks[name]), f"marks-{name}"))
    return {**notebook, "cells": [_said(_summary(record), "marks"), *cells]}


def _task_of(cell: dict) -> str | None:
    found = re.search(r"""(?m)^\s*check\(\s*["'](\w+)["']""", source(cell))
    return role(cell).get("task") or (
        found[1] if found and cell.get("cell_type") == "code" else None
    )


def _said(text: str, name: str) -> dict:
    name = re.sub(r"[^\w-]", "-", name)[:60]
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def _task_words(task: dict) -> str:
    if task["points"] is None:
        return f"> **{task['name']}**: a person reads it ({task['most']:g} points)."
    head = f"> **{task['name']}: {task['points']:g} of {task['most']:g} points**"
    if is_untouched(task):
        return f"{head}\n>\n> Nothing was written here."
    lines = [line(check) for check in task["checks"]] or [task.get("comment", "")]
    return "\n>\n".join([head, *(f"> * {_escaped(one)}" for one in lines if one)])


def _summary(record: dict) -> str:
    points, most = total(record)
    waiting = unread(record)
    later = f", {len(waiting)} texts are still to be read" if waiting else ""
    notes = "".join(f"\n* {_escaped(note)}" for note in record["notes"])
    return (
        f"**{record['assignment']}, {record['student']}: {points:g} of {most:g} points**{later}.\n\n"
        f"Graded {record['wall']}.\n{notes}"
    )


def _escaped(text: str) -> str:
    """A text that Markdown and HTML leave as it is, on one line."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_$\[\]|])", r"\\\1", text)


# Tables


def table(records: list[dict]) -> str:
    """The marks of a class, for the screen: one line a student, one column a task."""
    if not records:
        return "nothing was graded"
    names = list(dict.fromkeys(task["name"] for record in records for task in record["tasks"]))
    head = ["student", *names, "points", "of"]
    rows = [_row(record, names) for record in records]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    ]
    return "\n".join(lines)


def _row(record: dict, names: list[str]) -> list[str]:
    marks = {task["name"]: task for task in record["tasks"]}
    points, most = total(record)
    found = [marks.get(name, {}).get("points") for name in names]
    shown = ["to be read" if value is None else f"{value:g}" for value in found]
    shown = [words if name in marks else "" for name, words in zip(names, shown, strict=True)]
    return [record["student"], *shown, f"{points:g}", f"{most:g}"]


def table_csv(records: list[dict]) -> str:
    """The marks of a class as a table for a spreadsheet."""
    rows = []
    for record in records:
        points, most = total(record)
        rows.append(
            {
                "student": record["student"],
                "points": f"{points:g}",
                "most": f"{most:g}",
                "to be read": len(unread(record)),
                "notes": "; ".join(record["notes"]),
                **{
                    t["name"]: "" if t["points"] is None else f"{t['points']:g}"
                    for t in record["tasks"]
                },
            }
        )
    names = dict.fromkeys(name for row in rows for name in row if name not in TABLE)
    return _csv([*TABLE[:1], *names, *TABLE[1:]], rows)


def rubric_csv(records: list[dict], rubrics: dict[tuple[str, str], str], kept: dict) -> str:
    """The texts of a class, to be marked.

    Args:
        rubrics: how each task is marked, by assignment and task.
        kept: points and comments that were filled in before, by student, assignment, task and answer.
    """
    rows = []
    for record in records:
        for task in record["tasks"]:
            if task["kind"] == "text":
                row = _to_mark(record, task, rubrics.get((record["assignment"], task["name"]), ""))
                rows.append(row | kept.get(marked_key(row), {}))
    return _csv(list(RUBRIC), rows)


def _to_mark(record: dict, task: dict, how: str) -> dict:
    return {
        "student": record["student"],
        "assignment": record["assignment"],
        "task": task["name"],
        "most": f"{task['most']:g}",
        "points": "" if task["points"] is None else f"{task['points']:g}",
        "comment": task.get("comment", ""),
        "answer": _in_a_cell(record["texts"].get(task["name"], "")),
        "how to mark": how,
    }


def _in_a_cell(text: str) -> str:
    """An answer as a table's cell holds it; what is left out is in the notebook, its digest here."""
    text = "\n".join(
        "".join(c for c in line if c >= " " or c == "\t") for line in text.splitlines()
    )
    text = PASTED.sub(lambda found: f"(a picture, {_digest(found[0])})", text)
    rest = text[MOST_LETTERS:]
    return f"{text[:MOST_LETTERS]} ... (the rest, {_digest(rest)})" if rest else text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def marked_key(row: dict) -> tuple[str, ...]:
    """What a mark stays with: an answer that was changed is to be read again."""
    answer = "\n".join(row["answer"].removeprefix("'").split())
    return row["student"], row["assignment"], row["task"], answer


def read_rubric(text: str) -> dict[tuple, dict]:
    """The points and comments of a table that was filled in.

    Raises:
        ValueError: points that are no number, or lie outside of what a task is worth; a line without columns.
    """
    kept = {}
    csv.field_size_limit(1 << 30)
    for number, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), 2):
        if None in [row.get(name) for name in RUBRIC[:-1]]:
            raise ValueError(f"rubric, line {number}: the columns must be {', '.join(RUBRIC)}")
        if row["points"].strip() or row["comment"].strip():
            kept[marked_key(row)] = {"points": _points(row, number), "comment": row["comment"]}
    return kept


def _points(row: dict, number: int) -> str:
    said = row["points"].strip().replace(",", ".")
    if not said:
        return ""
    try:
        points = float(said)
    except ValueError:
        raise ValueError(f"rubric, line {number}: points must be a number, got {said!r}") from None
    if not 0 <= points <= float(row["most"]):
        raise ValueError(
            f"rubric, line {number}: points must lie between 0 and {row['most']}, got {said}"
        )
    return f"{points:g}"


def with_variants(records: list[dict]) -> list[dict]:
    """The records; one whose variant is not that of most has a note."""
    found = []
    for record in records:
        same = [one["variant"] for one in records if one["assignment"] == record["assignment"]]
        usual = max(same, key=same.count)
        if record["variant"] != usual:
            words = (
                f"its numbers are of variant {record['variant']}, and most notebooks are of {usual}"
            )
            record = record | {
                "notes": [*record["notes"], f"{words}: --variant {usual} grades all alike"]
            }
        found.append(record)
    return found


def merged(record: dict, kept: dict[tuple, dict]) -> dict:
    """A record with the points of texts that were read."""
    record = copy.deepcopy(record)
    for task in record["tasks"]:
        found = kept.get(marked_key(_to_mark(record, task, "")), {})
        if task["kind"] == "text" and found.get("points"):
            task["points"] = float(found["points"])
        if task["kind"] == "text" and found.get("comment"):
            task["comment"] = found["comment"]
    return record


def _csv(head: list[str], rows: list[dict]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, head, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return written.getvalue()


def _harmless(value):
    """A text that a spreadsheet does not take for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t", "\r") else value
