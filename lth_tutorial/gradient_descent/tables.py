"""A descent step by step, as a table."""

import numpy as np

from lth_tutorial import tables

from .descent import Run, descend, rises

HEAD = ("t", "weights U", "best mask", "E", "F", "E went")


def steps_table(run: Run, most: int = 12) -> tables.Table:
    """The first `most` steps of one run: weights, best mask, both errors, and whether E rose.

    Rows of U are separated by semicolons, as is the mask.

    Raises:
        ValueError: the run holds several runs at once.
    """
    if run.errors.ndim != 1:
        raise ValueError(f"run must be a single one, got shape {run.errors.shape}")
    words = np.concatenate([["-"], [_compare(a, b) for a, b in _pairs(run.errors)]])
    rows = [
        (
            str(t),
            _matrix(run.weights[t], "{:.3g}"),
            _matrix(run.masks[t].astype(int), "{}"),
            f"{_plain(run.errors[t]):.3g}",
            f"{_plain(run.unmasked[t]):.3g}",
            str(words[t]),
        )
        for t in range(min(most + 1, len(run.errors)))
    ]
    return tables.table(HEAD, rows)


def own_experiment(u, w, x, step: float, steps: int = 12) -> tables.Table:
    """`descend` and its table, for the reader's own numbers; errors as `descend`."""
    return steps_table(descend(u, w, x, step, steps), steps)


def _pairs(errors):
    return zip(errors[:-1], errors[1:], strict=True)


def _compare(before: float, after: float) -> str:
    if rises(np.array([before, after]))[0]:
        return "**up**"
    return "down" if rises(np.array([after, before]))[0] else "the same"


def _matrix(rows: np.ndarray, form: str) -> str:
    return "; ".join(" ".join(form.format(_plain(v)) for v in row) for row in rows)


def _plain(value):
    """No minus zero, no rounding dust."""
    return 0.0 if isinstance(value, float) and abs(value) < 1e-12 else value
