"""Tests of magnitude_pruning.published."""

import subprocess
import sys


def test_nothing_else_of_the_book_needs_torch_to_be_imported():
    code = (
        "import sys, lth_tutorial.chapters, lth_tutorial.magnitude_pruning.figures; "
        "lth_tutorial.chapters.results(); "
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
