"""Claims of the sources that stored results of paper size speak to."""

import math
from functools import partial
from pathlib import Path

from lth_tutorial import tables
from lth_tutorial.claims import Claim, Finding
from lth_tutorial.files import read_json
from lth_tutorial.neuron_pruning import separation


def smallest_n(folder) -> tuple[Claim, ...]:
    """The published figure of chapter 2; folder: where `smallest-n.json` lies."""
    return (
        Claim(
            "smallest-n",
            "Xiong et al. 2023, Section 6.1, figure",
            r"the smallest $n$ that serves 397,000 trained weights falls as $\varepsilon / \eta$ grows",
            "stored result of full size: a network of our own, candidates over its range and over the "
            "published one, ten seeds, exact solver",
            partial(measure_smallest_n, Path(folder)),
        ),
        Claim(
            "smallest-n-cause",
            "this chapter",
            "most of those candidates guard against lopsided draws, not against imprecision",
            "the same, with half of the candidates positive",
            partial(measure_cause, Path(folder)),
        ),
    )


def measure_smallest_n(folder: Path) -> Finding:
    """Ours against the published integers: candidates shared by a row, over our range and over theirs."""
    summary = read_json(folder / "smallest-n.json")["summary"]
    parts, falls, off = [], True, 0
    for eta, theirs in summary["published"].items():
        ours, near = (summary["n"][name][eta] for name in ("shared", "shared, published range"))
        falls &= all(_falls(curve) for curve in (ours, near))
        off = max(off, *(abs(a - b) for a, b in zip(near, theirs, strict=True)))
        parts.append(
            f"tolerance {eta}: published {theirs[0]} to {theirs[-1]}, ours {ours[0]} to {ours[-1]}, with "
            f"candidates over the published range {near[0]} to {near[-1]}"
        )
    verdict = ("reproduced" if off <= 2 else "partly") if falls else "not"
    return Finding(verdict, f"{'; '.join(parts)}, where no number is off by more than {off}")


def _falls(curve) -> bool:
    return curve[0] > curve[-1] and all(a >= b for a, b in zip(curve[:-1], curve[1:], strict=True))


def measure_cause(folder: Path) -> Finding:
    """What balanced signs save, without moving, at each tolerance."""
    n = read_json(folder / "smallest-n.json")["summary"]["n"]
    saved = [1 - n["shared, balanced"][eta][0] / n["shared"][eta][0] for eta in n["shared"]]
    return Finding(
        "reproduced" if min(saved) > 0.15 else "partly",
        f"balanced signs save {min(saved):.0%} to {max(saved):.0%} of the candidates at radius 0",
    )


def covering_sizes(folder) -> tuple[Claim, ...]:
    """The sizes of chapter 2; folder: where `covering-sizes.json` lies."""
    return (
        Claim(
            "covering-sizes",
            "this chapter's theorem",
            r"exact hits of all targets take $\Theta(\log \frac1\varepsilon)$ candidates, up to $\log n$",
            "stored result: 60 draws for each of seven radii from 0.3 to one millionth",
            partial(measure_exact_hits, Path(folder)),
        ),
    )


def measure_exact_hits(folder: Path) -> Finding:
    """Slope and straightness of the median size against log2(1 / epsilon)."""
    summary = read_json(folder / "covering-sizes.json")["summary"]
    exact = [line for line in summary["sizes"] if line["eta"] == 0]
    away = [
        abs(summary["slope"] * -math.log2(line["epsilon"]) + summary["intercept"] - line["half"])
        for line in exact
    ]
    return Finding(
        "reproduced" if max(away) <= 1 and 0.8 < summary["slope"] < 1.3 else "not",
        f"half of the draws: {summary['slope']:.2f} log2(1/\u03b5) + {summary['intercept']:.1f}, nowhere off "
        f"by more than {max(away):.1f} candidates",
    )


def pruned_network(folder) -> tuple[Claim, ...]:
    """Chapter 3's network of 397,000 weights; folder: where `pruned-network.json` lies."""
    return (
        Claim(
            "pruned-network",
            "Pensia et al. 2020, experiment",
            "21 candidates for each of 397,000 trained weights reach every weight within 0.01",
            "stored result of full size: candidates of their own for each weight and half-line",
            partial(measure_reached, Path(folder)),
        ),
        Claim(
            "pruned-accuracy",
            "Pensia et al. 2020, experiment",
            "the pruned network is as accurate as its target",
            "stored result: the pruned network itself, run on 10,000 test images",
            partial(measure_accuracy, Path(folder)),
        ),
        Claim(
            "commercial-solver",
            "Pensia et al. 2020, public log",
            "the experiment takes 21.5 hours on 36 cores with a commercial solver",
            "stored result: all problems solved to optimality by meeting in the middle",
            partial(measure_time, Path(folder)),
        ),
    )


_ROWS = (
    ("candidates for each weight and half-line", "n", "d"),
    ("weights off by more than 0.01", "unreached", ","),
    ("error of the worst weight", "worst_weight", ".1e"),
    ("largest output difference", "sup_error", ".1e"),
    ("labels that differ, of 10,000", "labels_that_differ", ","),
    ("accuracy of the target", "target_accuracy", ".2%"),
    ("accuracy of the pruned network", "pruned_accuracy", ".2%"),
    ("random weights", "total", ","),
    ("of these in blocks (candidates)", "candidates", ","),
    ("kept", "kept", ","),
    ("kept share of the second matrices", "second_matrices_kept", ".1%"),
    ("processor seconds", "cpu_seconds", ",.0f"),
)


def pruned_network_table(folder) -> tables.Table:
    """The numbers of chapter 3's large network, by kind of signs, beside the published experiment's."""
    lines = _cells(Path(folder))
    theirs = read_json(Path(folder) / "pruned-network.json")["summary"]["published"]
    published = {
        "n": f"{theirs['n']}, shared by a row, no half-lines",
        "unreached": "0",
        "worst_weight": f"at most {theirs['precision']:g}",
        "target_accuracy": "97.19%",
        "candidates": f"{theirs['candidates']:,}",
        "kept": f"{theirs['kept']:,}",
        "second_matrices_kept": f"{theirs['kept'] / theirs['candidates']:.1%}",
        "cpu_seconds": f"{theirs['seconds']:,} on each of {theirs['cores']} cores",
    }
    head = ("measured", "signs as they fall", "half positive", "Pensia et al. 2020")
    rows = [
        (
            label,
            *(format(lines[signs][key], form) for signs in ("iid", "stratified")),
            published.get(key, "not built"),
        )
        for label, key, form in _ROWS
    ]
    return tables.table(head, rows)


def missed_weights(folder) -> str:
    """The weights that the large network misses with signs as they fall, in words."""
    missed = _cells(Path(folder))["iid"]
    return "\n".join(
        f"layer {w['layer'] + 1}, from input {w['input']} to output {w['output']}, "
        f"{('positive', 'negative')[w['half']]} half: target {w['target']:.3f}, off by {w['error']:.4f}; "
        f"{w['own_sign']} of its {missed['n']} candidates have its sign"
        for w in missed["named"]
    )


def _cells(folder: Path) -> dict[str, dict]:
    cells = read_json(folder / "pruned-network.json")["cells"]
    return {
        cell["parameters"]["signs"]: cell["numbers"]
        | {"n": cell["parameters"]["n"], "cpu_seconds": cell["seconds"]}
        for cell in cells
    }


def measure_reached(folder: Path) -> Finding:
    """Weights that are missed by more than 0.01, by kind of signs."""
    cells = _cells(folder)
    iid, stratified = cells["iid"], cells["stratified"]
    return Finding(
        "partly" if iid["unreached"] else "reproduced",
        f"of {iid['problems']:,} problems {iid['unreached']} missed with random signs (worst weight "
        f"{iid['worst_weight']:.3f}), {stratified['unreached']} with half of the candidates positive",
    )


def measure_accuracy(folder: Path) -> Finding:
    """Accuracies of target and pruned network."""
    iid = _cells(folder)["iid"]
    return Finding(
        "reproduced" if iid["labels_that_differ"] <= 20 else "not",
        f"target {iid['target_accuracy']:.2%}, pruned network {iid['pruned_accuracy']:.2%}; largest "
        f"difference of any output {iid['sup_error']:.3f}, where outputs reach {iid['largest_logit']:.0f}",
    )


def measure_time(folder: Path) -> Finding:
    """Wall time of the whole command."""
    result = read_json(folder / "pruned-network.json")
    seconds = sum(cell["seconds"] for cell in result["cells"]) / len(result["cells"])
    return Finding(
        "partly",
        f"{seconds:.0f} CPU-seconds for one network, exact, on both half-lines; the hours are those of "
        "minimising by a general solver, not of the problem",
    )


def neuron_gap(folder) -> tuple[Claim, ...]:
    """Chapter 4's separation; folder: where `neuron-gap.json` lies."""
    return (
        Claim(
            "neuron-gap",
            "Malach et al. 2020, part 2; review: weight pruning is stronger",
            "weight pruning is stronger than neuron pruning",
            "stored result: one ReLU neuron of 50 inputs, relative errors, medians of five draws",
            partial(measure_gap, Path(folder)),
        ),
        Claim(
            "random-features",
            "Yehudai and Shamir 2019",
            "random features need size or weights exponential in $d$ for a single ReLU neuron",
            "stored result: features needed up to dimension 50, for a neuron of length 1 without bias",
            partial(measure_random_features, Path(folder)),
        ),
    )


def measure_gap(folder: Path) -> Finding:
    """Errors at d = 50: 2,000 neurons against the weight pruning that has fewer weights."""
    line = read_json(folder / "neuron-gap.json")["summary"]["dimensions"][-1]
    k, d = line["mask"]["k"][-1], line["d"]
    mask, pruned = line["mask"]["error"][-1], line["stratified"]
    at = pruned["n"].index(12)
    curve = zip(line["features"]["k"], line["features"]["error"], strict=True)
    features = math.floor(100 * max(error for width, error in curve if width >= k)) / 100
    ratio = features / pruned["error"][at]
    return Finding(
        "reproduced" if ratio >= 10 else "not",
        f"at {d} inputs {k * (d + 1):,} weights in {k:,} neurons leave {mask:.2f} relative error with the "
        f"best mask found and more than {features:.2f} with any; {pruned['weights'][at]:,} single weights "
        f"leave {pruned['error'][at]:.4f}",
    )


def measure_random_features(folder: Path) -> Finding:
    """Features needed for each tolerance: the growth with d on doubly logarithmic axes."""
    lines = read_json(folder / "neuron-gap.json")["summary"]["dimensions"]
    parts = []
    for tolerance in ("0.2", "0.1"):
        needs = [(line["d"], line["needed"][tolerance]["features"]) for line in lines]
        d, k = zip(*((d, k) for d, k in needs if d >= 4 and k), strict=True)
        power = math.log(k[-1] / k[0]) / math.log(d[-1] / d[0])
        parts.append(f"d^{power:.1f} features for error {tolerance} (d = {d[0]} to {d[-1]})")
    least = math.log10(lines[-1]["needed"]["0.02"]["bound"])
    return Finding(
        "partly",
        f"another target than theirs: our neuron has no bias and length 1: {', '.join(parts)}, polynomial; "
        f"but at d = {lines[-1]['d']} an error of 0.02 takes at least 10^{least:.0f} features of any kind, "
        "by a theorem of this chapter",
    )


def neuron_gap_table(folder) -> tables.Table:
    """What each relative error of one neuron of 50 inputs costs, in features and in single weights."""
    line = read_json(Path(folder) / "neuron-gap.json")["summary"]["dimensions"][-1]
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
        f"weights in blocks: as many serve all at once, with probability {1 - failure:g}",
        "neurons: fewer never serve all",
        f"{width:,} random neurons serve a given one with probability at most",
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


def amount(number: int) -> str:
    """1,172 in full, 10150000000000000000 as 1.0 \u00d7 10^19."""
    if number < 1_000_000:
        return f"{number:,}"
    digits = len(str(number)) - 1
    return f"{number / 10**digits:.1f} \u00d7 10^{digits}"
