"""Tests of gradient_descent.tables."""

import pytest

from lth_tutorial import gradient_descent as gd


def test_tables():
    run = gd.descend([[0.3], [0.9]], [0.3], [[1.0]], 0.05, 6)
    lines = gd.tables.steps_table(run, 2).text.splitlines()
    assert lines[2:] == [
        "| 0 | 0.3; 0.9 | 1; 0 | 0 | 0.9 | - |",
        "| 1 | 0.21; 0.81 | 1; 0 | 0.09 | 0.72 | **up** |",
        "| 2 | 0.138; 0.738 | 1; 0 | 0.162 | 0.576 | **up** |",
    ]
    assert gd.tables.own_experiment([[0.3], [0.9]], [0.3], [[1.0]], 0.05, 6).text.endswith("down |")
    assert "the same" in gd.tables.own_experiment([[0.5]], [0.5], [[1.0]], 0.1, 1).text
    with pytest.raises(ValueError, match="run must be a single one, got shape"):
        gd.tables.steps_table(gd.descend([[[0.3]]], [0.3], [[1.0]], 0.05, 6))
