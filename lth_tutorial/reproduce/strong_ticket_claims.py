"""What the table of PGD + Edge-Popup says of its source."""

from pathlib import Path


def pgd_edge_popup(folder: Path) -> tuple:
    return ()
