"""The notebooks are stored executed, in order and without a trace of the machine."""

import ast
from pathlib import Path

import nbformat
import pytest

BOOK = Path(__file__).resolve().parents[2] / "book"
NOTEBOOKS = sorted(BOOK.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_is_stored_executed(path):
    """Without an execution count nbval would run a cell and compare nothing."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1)), (
        "run `make notebooks`"
    )
    outputs = [output for cell in code for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert notebook.metadata.kernelspec == {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    assert not [cell for cell in notebook.cells if "execution" in cell.metadata]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_holds_calls_not_logic(path):
    """At most ten statements a cell, and none that belongs in the package."""
    assert "_" not in path.name, f"book/{path.name}: hyphens in the name; some builders rewrite _"
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and not cell.source.startswith("%"):
            tree, place = ast.parse(cell.source), f"book/{path.name}, cell {cell.id}"
            assert len(tree.body) <= 10, (
                f"{place}: {len(tree.body)} statements, and a cell has at most ten: cut the cell in two, or "
                "move what it does into a function of the chapter's room"
            )
            assert not [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef | ast.While)], (
                f"{place}: classes and `while` belong into the chapter's room, where tests reach them"
            )
