"""The command ``python -m lth_tutorial grade``: a class from its folder to its tables.

What was graded is kept in OUT/kept, one record a submission, under a name made of all that it hangs on; a
second run takes it from there. All else in OUT is made anew from the records at the end of every run.
"""

import argparse
import dataclasses
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from lth_tutorial.files import read_json, write_json, write_whole
from lth_tutorial.messages import legible
from lth_tutorial.tasks import identifier

from . import loading, reports, rosters, wall
from .grading import Terms, checks_key, grade, key
from .submissions import read

NO_SECRET = (
    "Without --secret FILE anybody who has read this program can foresee the checks' numbers."
)


def add_to(commands) -> None:
    """Add the command to those of ``python -m lth_tutorial``."""
    command = commands.add_parser(
        "grade",
        help="grade notebooks of the course",
        description="Grade notebooks of the course, each in a process behind a wall if there is one.",
    )
    option = command.add_argument
    option(
        "files", nargs="*", type=Path, metavar="FILE-OR-FOLDER", help="notebooks, folders of them"
    )
    option("--out", type=Path, required=True, help="the folder for all that is written")
    option(
        "--secret",
        type=Path,
        help="a file with a secret, from which the numbers of checks are made",
    )
    option("--private", type=Path, help="a folder with tasks and checks of your own")
    option("--roster", type=Path, help="an export of Canvas or Moodle, which comes back filled in")
    option("--column", help="the column of Canvas's gradebook (the assignment's name)")
    option("--assignment", help="the name of the assignment (as the notebooks say)")
    option("--variant", type=int, help="the year's number (as the notebooks say)")
    option("--student", help="whose the one notebook is (the roster, or the file's name, says it)")
    option(
        "--keep", choices=["best", "last"], default="last", help="of several hand-ins (%(default)s)"
    )
    option("--workers", type=int, help="notebooks at a time (as many as cores)")
    option("--merge", type=Path, metavar="RUBRIC", help="a rubric.csv that was filled in")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade, and write what there is to read; returns the exit status."""
    try:
        return _run(options)
    except (ValueError, OSError, wall.NoWall) as error:
        print(error, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    if options.merge is None and not options.files:
        raise ValueError("grade needs a FILE or a FOLDER, or --merge RUBRIC")
    secret = options.secret.read_bytes() if options.secret else b""
    terms = Terms(secret, options.private, options.variant, options.assignment)
    roster = rosters.read(options.roster) if options.roster else None
    options.out.mkdir(parents=True, exist_ok=True)
    if options.files:
        if not secret:
            print(NO_SECRET)
        print(f"Graded {wall.best().words}.")
        work = list(owned(options.files, roster, options.student, options.out))
        _grade_all(work, terms, options)
    records = list(chosen(options.out, options.keep))
    records = write_reports(options.out, records, terms, options.merge)
    if roster:
        _fill(roster, records, options)
    print(reports.table(records))
    return 0


# Whose is it


def owned(
    files: Iterable[Path], roster: rosters.Roster | None, student: str | None, out: Path
) -> Iterator[tuple[Path, str]]:
    """Every notebook with its student's identifier: the roster's, else the file's name."""
    for path in _notebooks(files, out):
        who = student or (roster.owner(path) if roster else by_name(path))
        if who:
            yield path, identifier(who)
        else:
            print(f"{path} belongs to nobody on the roster, and was not graded", file=sys.stderr)


def _notebooks(files: Iterable[Path], out: Path) -> Iterator[Path]:
    for path in files:
        if not path.exists():
            raise ValueError(f"there is no {path}")
        found = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        inside = [p for p in found if not p.resolve().is_relative_to(out.resolve())]
        yield from (p for p in inside if ".ipynb_checkpoints" not in p.parts)


def by_name(path: Path) -> str:
    """Whose a file is by its name: ada.ipynb, ada_1-name.ipynb, ada_1-name_2.ipynb, ada/1-name.ipynb.

    The site calls its notebooks assignment-1.ipynb.
    """
    names = "|".join([*map(re.escape, loading.names()), r"assignment-\d"])
    rest = re.sub(rf"[_\- ]*(?:{names}).*$", "", path.stem)
    return rest or path.parent.name


# Grading


def _grade_all(work: list[tuple[Path, str]], terms: Terms, options: argparse.Namespace) -> None:
    kept = options.out / "kept"
    named = [(path, student, _with(terms, name)) for path, student, name in _named(work, terms)]
    all_of_them = [
        (path, student, of, kept / f"{key(path, student, terms, of.assignment)}.json")
        for path, student, of in named
    ]
    todo = [one for one in all_of_them if not one[-1].exists()]
    if len(todo) < len(named):
        print(f"{len(named) - len(todo)} of {len(named)} were graded before, and are kept.")
    for words in _bar(_each(todo, options.workers), len(todo)):
        _complain(words)


def _named(work: list[tuple[Path, str]], terms: Terms) -> Iterator[tuple[Path, str, str]]:
    """Every file with its assignment: what the terms say, or the notebook, or else most of the others."""
    found = [(path, student, read(path)) for path, student in work]
    said = Counter(one.assignment for *_, one in found if one.assignment in loading.names())
    usual = next((name for name, _ in said.most_common(1)), None)
    for path, student, one in found:
        name = terms.assignment or one.assignment
        if name is None and usual:
            name = usual
            _complain("; ".join([f"{path} is graded as {usual}, as others are", *one.notes]))
        if name in loading.names():
            yield path, student, name
        else:
            words = [f"{path} is of no assignment that there is: {name}; say --assignment NAME"]
            _complain("; ".join([*words, *one.notes]))


def _with(terms: Terms, name: str) -> Terms:
    return dataclasses.replace(terms, assignment=name)


def _complain(words: str | None) -> None:
    if words:
        print(legible(words), file=sys.stderr)


def _each(todo: list[tuple], workers: int | None) -> Iterator:
    if len(todo) < 2 or workers == 1:
        yield from (grade_file(*one) for one in todo)
        return
    import os

    from lth_tutorial.parallel import run_all, usable_workers

    yield from run_all(grade_file, todo, usable_workers(workers or os.cpu_count() or 1), "loky")


def _bar(done: Iterator, total: int) -> Iterator:
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return done
    return iter(tqdm(done, total=total, unit="notebook", disable=total < 2))


def grade_file(path: Path, student: str, terms: Terms, file: Path) -> str | None:
    """Grade one notebook and keep the record; words on why there is none, so that the others are graded."""
    try:
        _grade_file(path, student, terms, file)
    except (OSError, wall.NoWall):  # this machine's fault, not the notebook's
        raise
    except Exception as error:
        return f"{path} could not be graded: {type(error).__name__}: {error}"
    return None


def _grade_file(path: Path, student: str, terms: Terms, file: Path) -> None:
    submission = read(path)
    record = grade(submission, student, terms, wall.best())
    name = record["assignment"]
    record["handed in"], record["graded"] = path.stat().st_mtime, time.time()
    record["checks"] = checks_key(terms, name)
    record["notebook"] = submission.notebook
    write_json(file, record)


def chosen(out: Path, keep: str) -> Iterator[dict]:
    """Of each student's records of an assignment the last handed in, or the one with the most points."""
    found: dict[tuple, list[dict]] = {}
    for record in _kept(out):
        found.setdefault((record["assignment"], record["student"]), []).append(record)
    for _, records in sorted(found.items()):
        newest = max(records, key=lambda record: record["graded"])["checks"]
        same = [record for record in records if record["checks"] == newest]
        if keep == "best":
            yield max(same, key=lambda record: (reports.total(record)[0], record["handed in"]))
        else:
            yield max(same, key=lambda record: record["handed in"])


def _kept(out: Path) -> Iterator[dict]:
    for path in sorted((out / "kept").glob("*.json")):
        try:
            yield legible(read_json(path))
        except ValueError as error:
            _complain(str(error))


# Writing


def write_reports(out: Path, records: list[dict], terms: Terms, merge: Path | None) -> list[dict]:
    """Write what students, lecturers and Gradescope read; returns the records with the texts' points."""
    rubric = out / "rubric.csv"
    kept = {}
    for file in (rubric, merge):
        if file and file.exists():
            kept |= reports.read_rubric(file.read_text(encoding="utf-8-sig"))
    records = [reports.merged(record, kept) for record in reports.with_variants(records)]
    how = {}
    for name in {record["assignment"] for record in records}:
        parts = loading.master(name, terms.private).parts.values()
        how |= {(name, part.name): part.rubric for part in parts}
    _write(rubric, reports.rubric_csv(records, how, kept))
    _write(out / "table.csv", reports.table_csv(records))
    for record in records:
        _write_for(record, out)
    return records


def _write_for(record: dict, out: Path) -> None:
    """What one student reads; a notebook with which that cannot be made is named, and spoils no other's."""
    folder = out / "students" / _file_name(record["student"]) / record["assignment"]
    try:
        write_json(folder / "results.json", reports.gradescope(record))
        if record["notebook"]:
            write_json(folder / "annotated.ipynb", reports.annotated(record["notebook"], record))
    except OSError:
        raise
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        _complain(
            f"{record['file']} of {record['student']}: nothing for the student to read; {words}"
        )


def _write(path: Path, text: str) -> None:
    write_whole(path, text.encode("utf-8"))


def _file_name(student: str) -> str:
    return re.sub(r"[^\w.@-]", "_", student).strip(".") or "nobody"


def _fill(roster: rosters.Roster, records: list[dict], options: argparse.Namespace) -> None:
    for name in sorted({record["assignment"] for record in records}):
        of = [record for record in records if record["assignment"] == name]
        marks = {r["student"]: (*reports.total(r), _in_short(r)) for r in of}
        text = rosters.filled(roster, marks, options.column or name)
        path = options.out / f"{name}-{options.roster.name}"
        _write(path, text)
        missing = [who for who in roster.students() if who not in marks]
        print(
            f"{path.name}: {len(marks)} marks"
            + (f"; nothing from {', '.join(missing)}" if missing else "")
        )


def _in_short(record: dict) -> str:
    marks = (
        f"{task['name']} {'to be read' if task['points'] is None else format(task['points'], 'g')}"
        f" of {task['most']:g}"
        for task in record["tasks"]
    )
    return "; ".join(marks)
