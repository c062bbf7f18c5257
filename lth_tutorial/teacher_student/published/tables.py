"""Tables of the stored Figures 2 to 5, each number with its trials and its 95 % band."""

import math
from pathlib import Path

import numpy as np

from lth_tutorial import tables
from lth_tutorial.files import read_json

from . import summaries
from .numbers import PAPER, TUNED
from .summaries import trials_text

_TUNED, _PAPER = TUNED["step"], PAPER["step"]


def _stored(folder, name: str) -> dict:
    return read_json(Path(folder) / f"recovery-{name}.json")


def _by_step(lines: list[dict]) -> dict:
    """step -> support -> line."""
    return {
        step: {line["support"]: line for line in lines if line["step"] == step}
        for step in (_TUNED, _PAPER)
    }


def radius_table(folder) -> tables.Table:
    """How far half of the starts succeed, for each r that both rules ran, with the number of trials."""
    both = _by_step(_stored(folder, "radius")["summary"]["lines"])
    rows = [
        (str(r), *(text for step in (_PAPER, _TUNED) for text in _reach(both[step][r])))
        for r in both[_TUNED]
    ]
    head = (
        "features per neuron",
        "the paper's step: half succeed up to",
        "trials",
        "the tuned step: half succeed up to",
        "trials, tuned",
    )
    return tables.table(head, rows)


def _reach(line: dict) -> tuple[str, str]:
    """The distance with its band, where that says more than the distance; the trials."""
    half = line["half"]
    low, high = summaries.half_band(line["distances"], line["reached"], line["trials"])
    text = {"always": "every", "never": "none"}.get(half) or f"{half:.1f}"
    sure = {"always": low == math.inf, "never": high == 0}.get(half, False)
    band = f"{low:.1f} or more" if high == math.inf else f"{low:.1f} to {high:.1f}"
    if low == 0 and high == math.inf:
        band = "anything"
    return text if sure else f"{text} ({band})", str(line["trials"])


def rate_table(folder, supports=(20, 100, 300)) -> tables.Table:
    """1000 (1 - rate) with momentum for some r and all starting distances, and its ratio to plain descent."""
    stored = _stored(folder, "rate")
    rows = [
        (
            str(line["support"]),
            f"{line['distance']:g}",
            str(line["trials"]),
            _with_band(1000 * line["frobenius_momentum"], 1000 * _rates(stored["cells"], line), 2),
            f"{line['frobenius_ratio']:.2f}",
        )
        for line in stored["summary"]["lines"]
        if line["support"] in supports
    ]
    head = (
        "features per neuron",
        "start at",
        "trials",
        "1000 (1 - rate)",
        "over that without momentum",
    )
    return tables.table(head, rows)


def _rates(cells: list[dict], line: dict) -> np.ndarray:
    """1 - rate with momentum of every trial of a line."""
    same = [c for c in cells if all(c["parameters"][k] == line[k] for k in ("support", "distance"))]
    return summaries.rates_of(same)[1]


def _with_band(median: float, values, digits: int) -> str:
    low, high = summaries.median_band(values)
    return f"{median:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def samples_table(folder) -> tables.Table:
    """Samples for each weight at which half of the trials succeed from distance 0.5, for both rules."""
    both = _by_step(_stored(folder, "samples")["summary"]["lines"])
    rows = [(str(r), *(_half_per_weight(both[step][r]) for step in both)) for r in both[_TUNED]]
    counts = {
        step: trials_text([cell for line in both[step].values() for cell in line["table"]])
        for step in both
    }
    head = (
        "features per neuron",
        f"samples per weight, tuned, {counts[_TUNED]}",
        f"with the paper's step, {counts[_PAPER]}",
    )
    return tables.table(head, rows)


def _half_per_weight(line: dict) -> str:
    """N50 / (r K) from distance 0.5; the share of failures falls along N."""
    sizes = [cell["samples"] / (5 * line["support"]) for cell in line["table"]]
    failed = [1 - cell["reached"][1] for cell in line["table"]]
    low, high = summaries.half_band(sizes, failed, line["table"][0]["trials"])
    return f"{line['half_per_weight'][1]:.2f} ({low:.2f} to {high:.2f})"


def shapes_table(folder) -> tables.Table:
    """Samples for each weight at which half of the trials succeed from 0.5, against K; d = 100."""
    lines = [x for x in _stored(folder, "shapes")["summary"]["lines"] if x["d"] == 100]
    found = {(line["neurons"], line["support"]): line for line in lines}
    rows = [
        (
            str(k),
            f"{found[k, 10]['counting']:.2f}",
            *(_with_ends(found[k, r]) if (k, r) in found else "" for r in (10, 20)),
        )
        for k in sorted({k for k, _ in found})
    ]
    trials = trials_text(lines)
    head = ("neurons K", "by counting", f"r = 10, {trials}", f"r = 20, {trials}")
    return tables.table(head, rows)


def _with_ends(line: dict) -> str:
    """N50 / (r K) from distance 0.5 with its band; None in a band is no end."""
    low, high = line["band"][1]
    top = "or more" if high is None else f"to {high:.2f}"
    return f"{line['half_per_weight'][1]:.2f} ({low:.2f} {top})"


def noise_table(folder, supports=(5, 20, 50, 70)) -> tables.Table:
    """Measured over predicted error: the smallest and the largest noise, and the paper's step."""
    stored = _stored(folder, "noise")
    both = _by_step(stored["summary"]["lines"])
    levels = stored["summary"]["levels"]
    wanted = ((_TUNED, 0), (_TUNED, len(levels) - 1), (_PAPER, 0))
    rows = [
        (str(r), *(_ratio(stored["cells"], both[step][r], level) for step, level in wanted))
        for r in supports
    ]
    names = {
        _TUNED: f"tuned, {trials_text(list(both[_TUNED].values()))}",
        _PAPER: f"the paper's step, {trials_text(list(both[_PAPER].values()))}",
    }
    head = [f"noise {levels[level]:g}, {names[step]}" for step, level in wanted]
    return tables.table(("features per neuron", *head), rows)


def _ratio(cells: list[dict], line: dict, level: int) -> str:
    same = [c for c in cells if all(c["parameters"][k] == line[k] for k in ("step", "support"))]
    ratios = np.concatenate(
        [np.divide(c["numbers"]["errors"], c["numbers"]["predicted"])[level] for c in same]
    )
    return _with_band(line["ratio"][level], ratios, 2)
