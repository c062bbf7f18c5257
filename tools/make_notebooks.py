"""Execute every notebook of the book in place, and write the pages that are made from the code.

A notebook is written only when its new text differs, and then to a temporary file first, so an
interrupted run leaves whole files. Executing twice gives the same bytes.

Usage: python tools/make_notebooks.py [NOTEBOOK ...]
"""

import json
import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from tqdm import tqdm

from lth_tutorial import chapters

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
KINDS = ("theorem", "lemma", "proposition", "corollary", "definition", "example", "algorithm")
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
    """Execute one notebook; returns whether its text changed."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )
    cells = tqdm(total=len(notebook.cells), desc=path.name, leave=False)
    client.on_cell_complete = lambda **_: cells.update()
    client.execute()
    cells.close()
    return write(path, as_text(notebook))


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


def notebooks() -> list[Path]:
    """The notebooks of the book in reading order."""
    return [BOOK / chapter.notebook for chapter in chapters.CHAPTERS]


def heading(chapter: chapters.Chapter) -> str:
    """A heading that leads to a chapter, with its number."""
    return f"## [{chapter.number}. {chapter.title}]({chapter.notebook})"


def theorem_index() -> str:
    """A page that lists every numbered statement, chapter by chapter."""
    lines = [
        "# Index of theorems",
        "",
        "Every numbered statement of the book, in reading order.",
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
    from lth_tutorial.claims import table

    results = BOOK / "results"
    lines = [
        "# Scorecard",
        "",
        "What each source claims, how we measured it, and what we found. *Reproduced* means that the "
        "claim held as stated; *partly*, that it holds only as qualified under *what we found*; *not*, "
        "that it did not hold. Each row is measured anew by the code when this page is made; where it says "
        "*stored result*, it is read from the paper-size run listed at the end of this page.",
        "",
    ]
    for chapter in chapters.CHAPTERS:
        records = chapters.claims(chapter.package, results)
        lines += [heading(chapter), "", table(records).text, ""]
    return "\n".join([*lines, *stored_results(results)])


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
    so_far = "" if result.get("complete", True) else " so far"
    return (
        f"| [{Path(file).stem}](results/{file}) | {result['title']}; {result['size']} size, "
        f"{len(result['cells'])} cells{so_far} | {made['date']}, {took} of one core ({made['device']}), "
        f"numpy {made['numpy']} |"
    )


def cover() -> str:
    """The landing page's picture: the union of intervals that covers the line, as a page fragment."""
    from functools import partial

    import numpy as np

    from lth_tutorial.explore import Axis, explore
    from lth_tutorial.subset_sum import figures

    candidates = np.random.default_rng(5).uniform(-1, 1, 14)
    axis = Axis(range(15), label="random numbers", start=0, play=True)
    html = explore(partial(figures.cover, candidates, eta=0.03), n=axis).html()
    return html.replace("<div ", '<div data-autoplay="" ', 1) + "\n"


def main(names: list[str]) -> None:
    """Execute the named notebooks, or all, and write the pages made from code."""
    os.environ["LTH_EXPLORE"] = "static"
    for path in [Path(name) for name in names] or notebooks():
        print(f"{path.name}: {'changed' if execute(path) else 'unchanged'}")
    for file, make in PAGES.items():
        print(f"{file}: {'changed' if write(BOOK / file, make()) else 'unchanged'}")


PAGES = {
    "theorem-index.md": theorem_index,
    "scorecard.md": scorecard_page,
    "generated/cover.html": cover,
}

if __name__ == "__main__":
    main(sys.argv[1:])
