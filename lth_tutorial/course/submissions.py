"""What was handed in: its cells, its texts, and what it says of itself, which is not taken for granted."""

import ast
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lth_tutorial.chapters import CHAPTERS
from lth_tutorial.messages import legible

MOST_BYTES = 30 << 20


@dataclass
class Submission:
    """A notebook that was handed in.

    Args:
        path: its file.
        cells: the sources of its code cells, in their order.
        tasks: the names of the tasks that these cells were handed out for, empty for others.
        texts: what was written for tasks that a person reads.
        assignment: which one it says it is, if it says so.
        variant: the year's, as it says.
        student: the identifier that was typed into it.
        notes: what is odd about it, in words.
        notebook: as it was handed in; None where the file is no notebook.
    """

    path: Path
    cells: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    assignment: str | None = None
    variant: int | None = None
    student: str = ""
    notes: list[str] = field(default_factory=list)
    notebook: dict | None = None


def read(path: Path) -> Submission:
    """A submission from its file; one that cannot be read has a note that says why, and no cells."""
    found = Submission(Path(path))
    try:
        found.notebook = _notebook(found.path)
    except (OSError, ValueError, RecursionError) as error:
        found.notes.append(f"the file is no notebook that can be read: {error}")
        return found
    cells = found.notebook["cells"]
    code = [cell for cell in cells if cell.get("cell_type") == "code"]
    found.cells = [source(cell) for cell in code]
    found.tasks = [role(cell).get("task", "") for cell in code]
    _read_itself(found)
    _read_texts(found, cells)
    return found


def _notebook(path: Path) -> dict:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES >> 20} MiB; clear its outputs")
    notebook = legible(json.loads(path.read_text(encoding="utf-8")))
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("it has no cells")
    notebook["cells"] = [cell for cell in notebook["cells"] if isinstance(cell, dict)]
    return notebook


def source(cell: dict) -> str:
    """A cell's text, whatever form it is stored in."""
    text = cell.get("source", "")
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def role(cell: dict) -> dict:
    """What a cell was handed out as: its task and its role; nothing where it is the student's own."""
    metadata = cell.get("metadata")
    found = metadata.get("lth") if isinstance(metadata, dict) else None
    found = found.items() if isinstance(found, dict) else ()
    return {name: said for name, said in found if isinstance(said, str)}


def _read_itself(found: Submission) -> None:
    """Which assignment, which year, whose: from the notebook's metadata, else from its first cells."""
    metadata = found.notebook.get("metadata")
    said = metadata.get("lth", {}) if isinstance(metadata, dict) else {}
    said = said if isinstance(said, dict) else {}
    text = "\n".join(found.cells)
    if isinstance(said.get("assignment"), str):
        found.assignment = said["assignment"]
    else:
        found.assignment = _imported(text)
    variant = said.get("variant")
    typed = re.search(r"\bvariant\s*=\s*(\d+)", text)
    if isinstance(variant, int):
        found.variant = variant
    elif typed:
        found.variant = int(typed[1])
    named = re.search(r"""(?m)^STUDENT\s*=\s*["']([^"'\n]*)["']""", text)
    found.student = named[1].strip() if named else ""


def _imported(text: str) -> str | None:
    """The assignment whose checks a notebook imports, where its metadata are gone."""
    room = re.search(r"(?m)^from lth_tutorial\.(\w+)\.assignment import", text)
    names = {chapter.package: Path(chapter.notebook).stem for chapter in CHAPTERS}
    return names.get(room[1]) if room else None


def own_texts(notebook: dict, task: str, handed_out: set[str]) -> list[str]:
    """What a student wrote into text cells of their own behind the one for a task.

    Args:
        handed_out: the texts of the notebook as it was handed out, at the first of which this ends.
    """
    found, behind = [], False
    for cell in notebook["cells"]:
        text = source(cell).strip()
        if behind and cell.get("cell_type") == "markdown" and text:
            if role(cell) or text in handed_out or text.startswith("**`"):
                break
            found.append(text)
        of = role(cell)
        behind = behind or (of.get("task"), of.get("role")) == (task, "answer")
    return found


def _read_texts(found: Submission, cells: list[dict]) -> None:
    for cell in cells:
        of = role(cell)
        if cell.get("cell_type") == "markdown" and of.get("role") == "answer":
            name = str(of.get("task"))
            before = f"{found.texts[name]}\n\n" if name in found.texts else ""
            found.texts[name] = before + source(cell).strip()


def defined_twice(cells: list[str], names: set[str]) -> list[str]:
    """Names of tasks that more than one cell defines, each in a sentence."""
    counted = Counter(name for cell in cells for name in _defined(cell) & names)
    return [
        f"{name} is defined in {count} cells; the last one counts"
        for name, count in counted.items()
        if count > 1
    ]


def _defined(cell: str) -> set[str]:
    try:
        tree = ast.parse(cell)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found
