"""Markdown tables that show themselves, in a notebook and on a page; and how sizes are written."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """What `table` returns: its Markdown text."""

    text: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text, "text/markdown": self.text}


def size_text(value: float, form: str = ".1g", least: float = 1e-12) -> str:
    """A size as text, or "below 1e-12": what is smaller is rounding, which differs between processors."""
    if abs(value) >= least or value != value:
        return format(value, form)
    return f"below {least:.0e}".replace("e-0", "e-")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A Markdown table; bars inside cells are kept as text.

    Raises:
        ValueError: a row has another number of cells than the head.
    """
    for row in rows:
        if len(row) != len(head):
            raise ValueError(f"rows must have {len(head)} cells, got {len(row)}: {row}")
    lines = [_line(head), "|" + "---|" * len(head), *(_line(row) for row in rows)]
    return Table("\n".join(lines))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def amount(number: int) -> str:
    """1,172 in full, 10150000000000000000 as 1.0 \u00d7 10^19."""
    if number < 1_000_000:
        return f"{number:,}"
    digits = len(str(number)) - 1
    return f"{number / 10**digits:.1f} \u00d7 10^{digits}"
