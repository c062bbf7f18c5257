"""A trained network of 397,000 weights, found inside a random network and run on all test images."""

import time
from pathlib import Path

import numpy as np

from lth_tutorial import datasets, target_network
from lth_tutorial.results import Result, Slice
from lth_tutorial.target_network import load_target, train_target
from lth_tutorial.weight_pruning import bounds, prune_network
from lth_tutorial.weight_pruning.network import named_missed

from . import claims
from .numbers import PUBLISHED

MAIN = {
    "n": PUBLISHED["n"],
    "signs": "iid",
    "epsilon": 0.0,
    "first": "uniform",
    "rule": "subset",
    "signed_input": True,
}


def cells(size: str) -> list[dict]:
    """The network with random signs and with balanced ones."""
    return [MAIN | {"signs": signs, "seed": 0} for signs in ("iid", "stratified")]


def size_cells(size: str) -> list[dict]:
    """What the number of candidates, their signs, epsilon and the rule change."""
    most = (13, 15, 17, 19, 21, 23, 25) if size == "paper" else (9, 13, 17)
    sizes = [MAIN | {"signs": s, "n": n} for s in ("iid", "stratified") for n in most]
    others = [
        MAIN | {"rule": "nearest"},
        MAIN | {"first": "ones"},
        MAIN | {"signed_input": False},
        MAIN | {"epsilon": 0.01, "n": 9},
        MAIN | {"epsilon": 0.01, "n": 9, "signs": "stratified"},
        MAIN | {"n": 9},
        MAIN | {"n": 9, "signs": "stratified"},
    ]
    return [cell | {"seed": 0} for cell in sizes + others]


def run(parameters: dict, folder: Path) -> dict:
    """Build one pruned network and evaluate it beside its target on all 10,000 test images."""
    target = load_target(folder)
    options = {k: v for k, v in parameters.items() if k not in ("n", "seed")}
    start = time.perf_counter()
    network = prune_network(target, parameters["n"], rng=[3, parameters["seed"]], **options)
    built = time.perf_counter()
    data = datasets.mnist()
    # Without a second half-line inputs must not be negative: plain pixels, for both networks.
    x = datasets.standardised(data.test_images)
    if not parameters["signed_input"]:
        x = data.test_images.reshape(len(x), -1) / 255
    expected, found = target_network.forward(target, x), network.forward(x)
    seconds = {"build": built - start, "evaluate": time.perf_counter() - built}
    errors = network.weight_errors
    return {
        "problems": int(sum(e.size for e in errors)),
        "unreached": int(len(network.unreached)),
        "named": named_missed(network),
        "worst_weight": float(max(e.max() for e in errors)),
        "median_weight": float(np.median(np.concatenate([e.ravel() for e in errors]))),
        "kept": network.kept,
        "candidates": network.candidates,
        "total": network.total,
        "second_matrices_kept": float(
            sum(a.mask.sum() for a in network.layers) / sum(a.mask.size for a in network.layers)
        ),
        "target_accuracy": target_network.accuracy(expected, data.test_labels),
        "pruned_accuracy": target_network.accuracy(found, data.test_labels),
        "labels_that_differ": int(np.sum(expected.argmax(axis=1) != found.argmax(axis=1))),
        "sup_error": float(np.abs(expected - found).max()),
        "largest_logit": float(np.abs(expected).max()),
        "bound_per_unit_of_length": bounds.error_bound(network),
        "longest_input": float(np.linalg.norm(x, axis=1).max()),
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
    }


def summarise(done: list[dict], facts: dict) -> dict:
    """The main numbers by kind of signs, and the smallest n that leaves no weight unreached."""
    lines = [{**cell["parameters"], **cell["numbers"]} for cell in done]
    none_left = {
        signs: min(
            (
                line["n"]
                for line in lines
                if MAIN | {"n": line["n"], "signs": signs, "seed": 0} == _parameters(line)
                and not line["unreached"]
            ),
            default=None,
        )
        for signs in ("iid", "stratified")
    }
    return {"published": PUBLISHED, "smallest_n_that_leaves_none": none_left}


def _parameters(line: dict) -> dict:
    return {key: line[key] for key in (*MAIN, "seed")}


def agrees(found: dict, kept: dict) -> bool:
    """The same problems, nearly as many weights kept and missed, nearly the same accuracy."""
    return (
        found["problems"] == kept["problems"]
        and abs(found["kept"] / kept["kept"] - 1) <= 0.01
        and abs(found["unreached"] - kept["unreached"]) <= 0.2 * kept["unreached"] + 2
        and abs(found["pruned_accuracy"] - kept["pruned_accuracy"]) <= 0.002
    )


_TOLERANCE = "kept weights within 1 %, missed weights within a fifth and two, accuracy within 0.002"
RESULT = Result(
    name="pruned-network",
    title="397,000 trained weights found in a random network by pruning alone",
    cells=cells,
    run=run,
    summarise=summarise,
    prepare=train_target,
    cost="about ninety seconds, the training of the target included",
    claims=claims.pruned_network,
    slice=Slice(chosen=lambda p: p["signs"] == "stratified", agree=agrees, tolerance=_TOLERANCE),
)
SIZES_RESULT = Result(
    name="pruned-network-sizes",
    title="The same with other numbers of candidates, signs, radii and rules",
    cells=size_cells,
    run=run,
    summarise=summarise,
    prepare=train_target,
    cost="about ten minutes",
    slice=Slice(
        chosen=lambda p: p["n"] == 9 and p["signs"] == "iid", agree=agrees, tolerance=_TOLERANCE
    ),
)
RESULTS = (RESULT, SIZES_RESULT)
