"""What the stored gap between neuron and weight pruning says of the claims, and its tables."""

import math
from functools import partial
from pathlib import Path

import numpy as np

from lth_tutorial import tables
from lth_tutorial.claims import Claim, Finding
from lth_tutorial.neuron_pruning import separation
from lth_tutorial.results import stored_summary
from lth_tutorial.tables import amount


def neuron_gap(folder) -> tuple[Claim, ...]:
    """Chapter 4's separation; folder: where `neuron-gap.json` lies."""
    return (
        Claim(
            "neuron-gap",
            "Malach et al. 2020, part 2; Greenbaum's review of Malach et al.: weight pruning is stronger",
            "weight pruning is stronger than neuron pruning",
            "a stored result has the relative errors for one ReLU neuron of 50 inputs, medians of five draws",
            verdict="reproduced",
            measure=partial(measure_gap, Path(folder)),
        ),
        Claim(
            "random-features",
            "Yehudai and Shamir 2019",
            "random features need size or weights exponential in $d$ for a single ReLU neuron",
            "a stored result has the number of features needed, in up to 50 dimensions",
            verdict="open",
            measure=partial(measure_random_features, Path(folder)),
        ),
    )


def measure_gap(folder: Path) -> Finding:
    """Errors at d = 50: 2,000 neurons against the weight pruning that has fewer weights."""
    line = stored_summary(folder, "neuron-gap")["dimensions"][-1]
    k, d = line["mask"]["k"][-1], line["d"]
    mask, pruned = line["mask"]["error"][-1], line["stratified"]
    at = pruned["n"].index(12)
    curve = zip(line["features"]["k"], line["features"]["error"], strict=True)
    features = math.floor(100 * max(error for width, error in curve if width >= k)) / 100
    ratio = features / pruned["error"][at]
    return Finding(
        "reproduced" if ratio >= 10 else "not",
        f"at {d} inputs {k:,} neurons with {k * (d + 1):,} weights leave a relative error of {mask:.2f} with "
        f"the best mask found, and more than {features:.2f} with any mask. Weight pruning with "
        f"{pruned['weights'][at]:,} weights leaves {pruned['error'][at]:.4f}",
    )


def measure_random_features(folder: Path) -> Finding:
    """Features needed for each tolerance: straighter in d or in log d, and the bound beside 2^d."""
    lines = stored_summary(folder, "neuron-gap")["dimensions"]
    parts, exponential = [], []
    for tolerance in ("0.2", "0.1"):
        needs = [(line["d"], line["needed"][tolerance]["features"]) for line in lines]
        d, k = np.array([(d, k) for d, k in needs if d >= 4 and k]).T
        exponential.append(_straight(d, np.log(k)) > _straight(np.log(d), np.log(k)))
        power = math.log(k[-1] / k[0]) / math.log(d[-1] / d[0])
        parts.append(
            f"an error of {tolerance} takes about d^{power:.1f} features (d = {d[0]} to {d[-1]})"
        )
    d, least = lines[-1]["d"], lines[-1]["needed"]["0.02"]["bound"]
    exponential.append(least > 2**d)
    return Finding(
        "partly" if all(exponential) else "open",
        f"another target than theirs: our neuron has no bias and length 1. For it {' and '.join(parts)}: "
        f"powers of d. But at d = {d} an error of 0.02 takes at least 10^{math.log10(least):.0f} features of "
        "any kind, by a theorem of this chapter",
    )


def _straight(x, y) -> float:
    """How straight y is in x: the square of their correlation."""
    return float(np.corrcoef(x, y)[0, 1] ** 2)


def neuron_gap_table(folder) -> tables.Table:
    """What each relative error of one neuron of 50 inputs costs, in features and in single weights."""
    line = stored_summary(folder, "neuron-gap")["dimensions"][-1]
    head = (
        f"relative error at {line['d']} inputs",
        "random features, measured",
        "features of any kind, at least",
        "weight pruning, weights in blocks",
        "weight pruning, all weights",
    )
    rows = [
        (
            tolerance,
            "more than 3,000" if needs["features"] is None else f"{needs['features']:,}",
            amount(needs["bound"]),
            f"{needs['block_weights']:,}",
            f"{needs['all_weights']:,}",
        )
        for tolerance, needs in line["needed"].items()
    ]
    return tables.table(head, rows)


def separation_table(d: int = 50, width: int = 3000, failure: float = 0.01) -> tables.Table:
    """What is proven of one neuron of d inputs: weights that suffice, neurons that do not; no measurement."""
    head = (
        f"relative error at {d} inputs",
        "weights that are enough",
        "neurons that are needed",
        f"chance of {width:,} neurons, at most",
    )
    rows = []
    for tolerance in (0.2, 0.1, 0.02):
        share = separation.served_share(tolerance, width, d)
        rows.append(
            (
                f"{tolerance:g}",
                f"{separation.sufficient_weights(tolerance, d, failure):,}",
                amount(separation.least_features(tolerance, d)),
                "1" if share == 1 else f"{share:.3f}" if share > 1e-3 else _small(share),
            )
        )
    return tables.table(head, rows)


def _small(share: float) -> str:
    digits, power = f"{share:.0e}".split("e")
    return f"{digits} \u00d7 10^\u2212{abs(int(power))}"
