"""Execute every notebook of the book in place, and write the pages that are made from the code.

With chapters named, only these are executed and only their claims are measured; the others keep what the
scorecard says of them. A file is written only when its new text differs, and then to a temporary file
first, so an interrupted run leaves whole files. Executing twice gives the same bytes. What needs torch is
skipped where there is none; what fails is left as it was, the rest is done, and the exit status is 1.

Usage: python tools/make_notebooks.py [NUMBER | PACKAGE | NOTEBOOK ...]
"""

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tqdm import tqdm

from lth_tutorial import chapters, tables
from lth_tutorial.claims import VERDICTS
from lth_tutorial.explore import frames

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
KINDS = (
    "theorem", "lemma", "proposition", "corollary", "definition", "example", "algorithm", "conjecture",
)  # fmt: skip
_DIRECTIVE = re.compile(
    rf":::+\{{prf:({'|'.join(KINDS)})\}}[ \t]*(.*?)\n(?:[^\n]*\n)??:label:[ \t]*(\S+)", re.MULTILINE
)


def write(path: Path, text: str) -> bool:
    """Write `text` unless the file holds it already; returns whether it was written."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(path.suffix + ".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    return True


def execute(path: Path) -> bool:
    """Execute one notebook; returns whether its text, or a frame of its figures, changed."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )
    cells = tqdm(total=len(notebook.cells), desc=path.name, leave=False)
    client.on_cell_complete = lambda **_: cells.update()
    with TemporaryDirectory() as folder:
        made = Path(folder) / path.stem
        client.execute(env={**os.environ, "LTH_FRAMES": str(made)})
        cells.close()
        changed = take_frames(made, path.parent / "frames" / path.stem)
    return write(path, as_text(notebook)) or changed


def take_frames(made: Path, place: Path) -> bool:
    """Bring a notebook's files of frames to their place, and remove those of figures that are no more.

    Returns:
        Whether one changed.
    """
    new = {path.name: path.read_text(encoding="utf-8") for path in made.glob("*.js")}
    gone = [path for path in place.glob("*.js") if path.name not in new]
    for path in gone:
        path.unlink()
    written = [name for name, text in new.items() if frames.write_script(place / name, text)]
    return bool(written or gone)


def as_text(notebook) -> str:
    """The notebook without what differs from run to run or from machine to machine."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = merge_streams(cell.outputs)
    return nbformat.writes(notebook) + "\n"


def merge_streams(outputs: list) -> list:
    """Printed text in one piece, however the kernel happened to send it; what is on stderr is gone."""
    merged = []
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            continue
        before = merged[-1] if merged else None
        if before and before.output_type == output.output_type == "stream":
            before.text += output.text
        else:
            merged.append(output)
    return merged


def chosen(names: Sequence[str]) -> list[chapters.Room]:
    """The chapters of these numbers, packages or notebooks, and appendices; all, if none is named.

    Raises:
        ValueError: a name is that of none.
    """
    known = {str(chapter.number): chapter for chapter in chapters.CHAPTERS}
    for room in chapters.NOTEBOOKS:
        known |= dict.fromkeys((room.package, Path(room.notebook).stem), room)
    asked = [Path(name).name.removesuffix(".ipynb") for name in names]
    if unknown := [name for name in asked if name not in known]:
        raise ValueError(
            f"{unknown[0]!r} is no chapter of lth_tutorial/chapters.py; name one by its number "
            f"(0 to {len(chapters.CHAPTERS) - 1}), its package or its notebook"
        )
    wanted = [known[name] for name in asked] or chapters.NOTEBOOKS
    return [room for room in chapters.NOTEBOOKS if room in wanted]


def heading(chapter: chapters.Chapter) -> str:
    """A heading that leads to a chapter, with its number."""
    return f"## [{chapter.number}. {chapter.title}]({chapter.notebook})"


def theorem_index() -> str:
    """A page that lists every numbered statement, chapter by chapter."""
    lines = [
        "# Index of theorems",
        "",
        "Every numbered statement of the book, in reading order. The numbers are the book's own; where it "
        "speaks of another's, it says whose: *Zhang et al.'s Theorem 1*, *the slides' Algorithm 1*.",
        "",
    ]
    for chapter in chapters.CHAPTERS:
        cells = nbformat.read(BOOK / chapter.notebook, as_version=4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        lines += [heading(chapter), "", "| statement | what it is about |", "|---|---|"]
        lines += [
            f"| {{prf:ref}}`{label}` | {name or kind.capitalize()} |"
            for kind, name, label in _DIRECTIVE.findall(text)
        ]
        lines += [""]
    return "\n".join(lines)


def scorecard_page() -> str:
    """A page with the claims of all chapters, measured now."""
    return scorecard({c.number: claims_section(c) for c in chapters.CHAPTERS})


def claims_section(chapter: chapters.Chapter) -> str:
    """The claims of one chapter as a table, measured now."""
    from lth_tutorial.claims import table

    return table(chapters.claims(chapter.package, BOOK / "results")).text


def scorecard(sections: dict[int, str]) -> str:
    """The page with the claims, from each chapter's table."""
    lines = [
        "# Scorecard",
        "",
        "What each source claims, what we found, and how we measured it.",
        "",
        *verdict_counts(sections),
        "",
        "Each row is measured anew by the code when this page is made; where it says *stored result*, it is "
        "read from the paper-size run listed at the end of this page.",
        "",
    ]
    for chapter in chapters.CHAPTERS:
        if chapter.number in sections:
            lines += [heading(chapter), "", sections[chapter.number], ""]
    return "\n".join([*lines, *stored_results(BOOK / "results")])


def verdict_counts(sections: dict[int, str]) -> list[str]:
    """How many rows of the chapters' tables have each verdict, with what it means, as a table."""
    found = Counter(re.findall(r"(?<=\| \*\*)[^*|]+(?=\*\* \|)", "\n".join(sections.values())))
    rows = [(f"**{name}**", found[name], meaning) for name, meaning in VERDICTS.items()]
    return tables.table(("verdict", "rows", "what it means"), rows).text.splitlines()


def sections_as_they_stand(page: str) -> dict[int, str]:
    """Each chapter's table in a scorecard that was made before, by the chapter's number."""
    parts = re.split(r"^## (?:\[\d+\. .*\]\((.*)\)|.*)$", page, flags=re.MULTILINE)
    tables = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {c.number: tables[c.notebook].strip() for c in chapters.CHAPTERS if c.notebook in tables}


def stored_results(results: Path) -> list[str]:
    """Where the numbers of each stored result come from, with the file itself."""
    lines = [
        "## Stored results",
        "",
        "The files behind the figures and the rows above. Each holds every cell with its parameters and "
        "seeds, a summary, and under *provenance* the versions, the machine and a digest of the code. "
        "`python -m lth_tutorial reproduce NAME` makes one again.",
        "",
        "| file | what it is | made |",
        "|---|---|---|",
    ]
    names = [f"{name}{size}" for name in chapters.results() for size in ("", "-page")]
    for path in (results / f"{name}.json" for name in names):
        if path.exists():
            lines.append(_made(json.loads(path.read_text(encoding="utf-8")), path.name))
    return [*lines, ""]


def _made(result: dict, file: str) -> str:
    """One stored result as a row: the file, what it is, when and with what it was made."""
    made = result["provenance"]
    minutes = made["cpu_seconds"] / 60
    took = f"{minutes:.0f} minutes" if minutes >= 2 else f"{made['cpu_seconds']:.0f} s"
    title = result["title"].replace("(Figure ", "(Zhang et al.'s Figure ")
    where = "of one core (cpu)" if made["device"] == "cpu" else f"on one {made['device']}"
    so_far = "" if result.get("complete", True) else " so far"
    return (
        f"| [{Path(file).stem}](results/{file}) | {title}; {result['size']} size, "
        f"{len(result['cells'])} cells{so_far} | {made['date']}, {took} {where}, "
        f"numpy {made['numpy']} |"
    )


def landing_figure():
    """The landing page's picture: the union of intervals that covers the line."""
    import numpy as np

    from lth_tutorial.explore import Axis, explore
    from lth_tutorial.subset_sum import figures

    candidates = np.random.default_rng(5).uniform(-1, 1, 14)
    axis = Axis(range(15), label="random numbers", start=14, play=True)
    return explore(partial(figures.cover, candidates, eta=0.03), n=axis)


def landing_network():
    """The landing page's second picture: a random network whose output is pruned towards a line."""
    from lth_tutorial.explore import Axis, explore
    from lth_tutorial.weight_pruning import figures

    axis = Axis(
        range(1, 9), label="neurons", start=8, texts=[str(2 * n) for n in range(1, 9)], play=True
    )
    return explore(figures.pruned_line, n=axis)


def cover() -> str:
    """The landing page's picture as a page fragment."""
    html = landing_figure().html("index/cover")
    return html.replace("<div ", '<div data-autoplay="" ', 1) + "\n"


def network() -> str:
    """The second picture as a page fragment."""
    return landing_network().html("index/pruned-line") + "\n"


def cover_frames() -> str:
    """The frames of the landing page's picture."""
    return frames.as_script("index/cover", landing_figure().frames)


def network_frames() -> str:
    """The frames of the second picture."""
    return frames.as_script("index/pruned-line", landing_network().frames)


def start_pictures() -> str:
    """The small pictures of the chapters on the landing page."""
    sys.path.insert(0, str(ROOT / "tools"))
    import start_pictures

    return start_pictures.sheet()


def tried(what: str, make: Callable[[], bool]) -> bool:
    """Make one thing and say what came of it; False if it failed, which stops nothing else."""
    try:
        print(f"{what}: {'changed' if make() else 'unchanged'}", flush=True)
    except Exception as error:
        if needs_torch(error):
            print(f"{what}: skipped, needs torch, which `make .venv/.torch` installs")
            return True
        print(f"{what}: FAILED, left as it was\n{error or repr(error)}", file=sys.stderr)
        return False
    return True


def needs_torch(error: Exception) -> bool:
    """Whether torch was asked for and is not there, here or in a notebook's cell."""
    if isinstance(error, CellExecutionError):
        return error.ename == "ModuleNotFoundError" and "'torch'" in error.evalue
    return isinstance(error, ModuleNotFoundError) and error.name == "torch"


def update_scorecard(measured: Sequence[chapters.Room]) -> bool:
    """Measure these chapters' claims, and those that the page has not yet; the others stay as they are."""
    path = BOOK / "scorecard.md"
    sections = sections_as_they_stand(path.read_text(encoding="utf-8") if path.exists() else "")

    def measure(chapter: chapters.Chapter) -> bool:
        before, new = sections.get(chapter.number), claims_section(chapter)
        sections[chapter.number] = new
        return new != before

    due = [c for c in chapters.CHAPTERS if c in measured or c.number not in sections]
    well = [tried(f"claims of chapter {c.number}", partial(measure, c)) for c in due]
    return tried(path.name, lambda: write(path, scorecard(sections))) and all(well)


def update_page(name: str) -> bool:
    """Make one of PAGES anew."""
    put = frames.write_script if name.endswith(".js") else write
    return tried(name, lambda: put(BOOK / name, PAGES[name]()))


def main(names: Sequence[str]) -> int:
    """Make what belongs to these chapters, or everything; returns the exit status."""
    os.environ["LTH_EXPLORE"] = "static"
    try:
        asked = chosen(names)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    well = [tried(c.notebook, partial(execute, BOOK / c.notebook)) for c in asked]
    well += [update_page("theorem-index.md"), update_scorecard(asked)]
    if len(asked) == len(chapters.NOTEBOOKS):
        well += [update_page(name) for name in LANDING]
    return 0 if all(well) else 1


PAGES = {
    "theorem-index.md": theorem_index,
    "scorecard.md": scorecard_page,
    "generated/cover.html": cover,
    "frames/index/cover.js": cover_frames,
    "generated/network.html": network,
    "frames/index/pruned-line.js": network_frames,
    "_static/start.svg": start_pictures,
}
LANDING = tuple(name for name in PAGES if not name.endswith(".md"))

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
