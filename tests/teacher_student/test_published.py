"""Tests of teacher_student.published."""

import math
import re

import numpy as np
import pytest

from lth_tutorial import reproduce
from lth_tutorial.teacher_student import experiments
from lth_tutorial.teacher_student.hessian import hessian
from lth_tutorial.teacher_student.published import claims, figures, shapes, summaries, tables

from ..stored import STORED, of_chapter, slice_agrees


@pytest.mark.parametrize(
    "n, k", [(1, 1), (4, 1), (5, 1), (6, 1), (8, 1), (9, 2), (20, 6), (100, 40)]
)
def test_median_band_takes_the_published_ranks(n, k):
    """Tables of the sign test: n = 9, 20 and 100 have the ranks 2, 6 and 40 from either end at 95 %."""
    values = np.random.default_rng(n).permutation(np.arange(1, n + 1))
    assert summaries.median_band(values) == (k, n + 1 - k)


def test_median_band_covers_the_median():
    """2,000 samples of 12: 96.1 % cover it; a standard deviation is 0.43 %, and 6 of them are asked."""
    draws = np.random.default_rng(1).exponential(size=(2000, 12))
    bands = np.array([summaries.median_band(row) for row in draws])
    covered = (bands[:, 0] <= math.log(2)) & (math.log(2) <= bands[:, 1])
    exact = 1 - 2 * sum(math.comb(12, heads) for heads in range(3)) / 2**12
    assert abs(covered.mean() - exact) < 6 * math.sqrt(exact * (1 - exact) / 2000)


def test_half_band_holds_the_crossing_and_narrows():
    at, share = [1, 2, 3, 4], [1.0, 0.75, 0.25, 0.0]
    bands = [summaries.half_band(at, share, trials) for trials in (8, 80, 800)]
    assert all(low < 2.5 < high for low, high in bands)
    assert bands[0][0] < bands[1][0] < bands[2][0] and bands[2][1] < bands[1][1] < bands[0][1]


def test_two_trials_say_nothing_and_six_say_which_side():
    for trials, ends in ((2, (0, math.inf)), (6, (math.inf, math.inf))):
        assert summaries.half_band([1, 2], [1, 1], trials) == ends
    assert summaries.half_band([1, 2], [0, 0], 6) == (0, 0)
    assert summaries.half_band([1, 2], [0, 0], 2) == (0, math.inf)


def test_endings_count_every_trial_once():
    cell = {
        "parameters": {"step": 1.0, "support": 2, "distances": [0.1, 0.5]},
        "numbers": {
            "status": [["reached", "cap"], ["cap", "diverged"]],
            "errors": [[1e-5, 5e-3], [0.3, math.inf]],
        },
    }
    (line,) = summaries.endings([cell])
    assert line["trials"] == 2 and line["distances"] == [0.1, 0.5]
    assert [line[name] for name in ("recovered", "near", "far")] == [[1, 0], [1, 0], [0, 2]]


def test_trials_in_words():
    assert summaries.trials_text([{"trials": 4}, {"trials": 4}]) == "4 trials"
    assert summaries.trials_text([{"trials": 40}, {"trials": 4}]) == "4 to 40 trials"


def test_pairs_compare_the_very_same_starts():
    """Seed 0 has two trials: the slow rule fails one of them at distance 1, where the fast one succeeds."""
    common = {"support": 3, "seed": 0, "momentum": 0.0}
    cells = [
        {
            "parameters": common | {"step": 0.5, "distances": [0.5, 1.0]},
            "numbers": {
                "status": [["reached", "reached"], ["cap", "cap"]],
                "errors": [[0, 0], [1, 1]],
            },
        },
        {
            "parameters": common | {"step": 4.0, "distances": [1.0, 2.0]},
            "numbers": {"status": [["reached", "cap"], ["cap", "cap"]], "errors": [[0, 1], [1, 1]]},
        },
    ]
    found = summaries.radius(cells, {})["paired"]
    assert found == [{"support": 3, "failed": 2, "recovered_by_the_other": 1}]


@pytest.mark.parametrize("name", of_chapter("teacher_student"))
def test_a_slice_of_the_stored_recoveries_is_what_the_code_gives(name, tmp_path):
    assert slice_agrees(name, tmp_path)


def test_tables_of_the_recoveries():
    """Their rows are those of the stored summaries, and bands lie around what they are bands of."""
    made = (tables.radius_table, tables.rate_table, tables.samples_table, tables.noise_table)
    radius, rate, samples, noise = (table(STORED).text.splitlines() for table in made)
    assert [len(rows) for rows in (radius, rate, samples, noise)] == [2 + 12, 2 + 9, 2 + 8, 2 + 4]
    lines = {name: stored_lines(name) for name in ("radius", "samples")}
    paper, tuned = (
        next(x for x in lines["radius"] if (x["step"], x["support"]) == (step, 225))
        for step in (0.5, 4.0)
    )
    row = next(row for row in radius if row.startswith("| 225 |")).split("|")
    assert (row[3].strip(), row[5].strip()) == (str(paper["trials"]), str(tuned["trials"]))
    # Two trials of which none succeeds leave every distance open, four do not.
    cells = {row.split("|")[1].strip(): row.split("|")[2].strip() for row in radius[2:]}
    assert (cells["350"], cells["400"]) == ("none", "none (anything)")
    (line,) = (x for x in lines["samples"] if (x["step"], x["support"]) == (4.0, 20))
    assert samples[5].startswith(f"| 20 | {line['half_per_weight'][1]:.2f} (")
    for row in rate[2:] + samples[2:] + noise[2:]:
        for median, low, high in re.findall(r"([\d.]+) \(([\d.]+) to ([\d.]+)\)", row):
            assert float(low) <= float(median) <= float(high)


def stored_lines(name: str) -> list[dict]:
    return reproduce.read_json(STORED / f"recovery-{name}.json")["summary"]["lines"]


def test_reach_of_all_stops_at_the_first_exception():
    shares = {20: [1, 1], 50: [1, 0.5], 100: [1, 1], 200: [0, 0], 300: [0.5, 0], 400: [0, 0]}
    lines = [{"support": r, "reached": share} for r, share in shares.items()]
    assert claims.reach_of_all(lines) == (20, 400)
    assert claims.reach_of_all(lines[1:2]) == (0, math.inf)


def cells_of_shape(d, neurons, support, reached):
    """Two cells for each number of samples: from 0.1 all succeed, from 0.5 the shares named."""
    for samples, share in reached.items():
        status = ["reached"] * round(10 * share) + ["cap"] * round(10 * (1 - share))
        for seed in (0, 1):
            shape = {"d": d, "neurons": neurons, "support": support}
            yield {
                "parameters": shape | {"samples": samples, "trials": 10, "seed": seed},
                "numbers": {"status": [["reached"] * 10, status], "iterations": []},
            }


def test_shapes_are_counted_for_each_weight():
    """One neuron on five features: half of the trials at 10 samples are two for each weight, as counted."""
    (line,) = summaries.shapes(list(cells_of_shape(50, 1, 5, {8: 0.2, 12: 0.8, 20: 1.0})), {})[
        "lines"
    ]
    assert (line["trials"], line["counting"]) == (20, 2.0)
    assert line["half_per_weight"][0] is None and abs(line["half_per_weight"][1] - 2) < 1e-12
    low, high = line["band"][1]
    assert 8 / 5 < low < 2 < high < 12 / 5 and line["band"][0] == [0.0, 0.0]


def test_bands_without_an_end_are_none():
    (line,) = summaries.shapes(list(cells_of_shape(50, 1, 5, {8: 0.0, 12: 0.5})), {})["lines"]
    assert line["band"][1][1] is None


def test_the_table_and_the_pictures_of_other_shapes():
    text = tables.shapes_table(STORED).text.splitlines()
    assert [row.split("|")[1].strip() for row in text[2:]] == ["1", "2", "3", "5", "8"]
    summary = reproduce.read_json(STORED / "recovery-shapes.json")["summary"]
    said = {figures.shapes(summary, vary).lth_says for vary in figures.VARIED}
    assert len(said) == 3 and all("samples for each weight" in words for words in said)


def test_the_rule_of_other_shapes_is_the_tuned_one_at_five_neurons_and_stable_at_all():
    """eta < 2 (1 + beta) / L at the teacher, with as few samples as are tried."""
    fewest: dict = {}
    for cell in shapes.cells("paper"):
        shape = cell["d"], cell["neurons"], cell["support"]
        if cell["samples"] <= fewest.setdefault(shape, cell)["samples"]:
            fewest[shape] = cell
    for (d, neurons, support), cell in fewest.items():
        assert cell["step"] == pytest.approx(0.8 * neurons)
        setting = experiments.Setting(d, neurons, support, cell["samples"])
        teacher, x, _, _ = experiments.trials(setting, 1, 0.5, 1)
        curvature = hessian(x[0], teacher.supports[0], teacher.weights[0])
        assert cell["step"] < 2 * (1 + cell["momentum"]) / np.linalg.eigvalsh(curvature)[-1]
