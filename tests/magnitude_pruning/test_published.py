"""Tests of magnitude_pruning.published."""

import subprocess
import sys

from lth_tutorial import reproduce
from lth_tutorial.magnitude_pruning.published import lottery_tickets

from ..stored import STORED, slice_agrees


def test_nothing_else_of_the_book_needs_torch_to_be_imported():
    code = (
        "import sys, lth_tutorial.chapters, lth_tutorial.magnitude_pruning.figures; "
        "lth_tutorial.chapters.results(); "
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_slice_of_the_stored_tickets_is_what_the_code_gives(tmp_path):
    assert slice_agrees("lottery-tickets", tmp_path)


def test_a_slice_of_the_stored_lenet_5_is_what_the_code_gives():
    """Weights left by layer follow from the rate alone; a page-size run trains the same network."""
    for cell in reproduce.read_json(STORED / "lenet5.json")["cells"]:
        first, *others = cell["numbers"]["kept"]
        assert first == [150, 2400, 48000, 10080, 840]
        for row, after in zip([first, *others], others, strict=False):
            assert after == [count - round(0.2 * count) for count in row]
    (page,) = lottery_tickets.lenet_5_cells("page")
    found = lottery_tickets.run_lenet_5(page, None)
    assert found["kept"] == cell["numbers"]["kept"][:4]
    assert min(accuracy[-1] for accuracy in found["accuracy"]) > 0.8
