"""One ReLU neuron, by random features, by neuron pruning and by weight pruning, in dimensions 2 to 50."""

from pathlib import Path

import numpy as np

from lth_tutorial.neuron_pruning import draw_weights, separation
from lth_tutorial.results import Result, Slice, agree_within

from . import claims

TOLERANCES = (0.2, 0.1, 0.02)
DIMENSIONS = {"page": (2, 4, 8), "paper": (2, 3, 4, 6, 8, 12, 16, 24, 32, 50)}
MOST = {"page": 300, "paper": 3000}
MASKS = {"page": (30, 100, 300), "paper": (10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000)}
CANDIDATES = tuple(range(2, 19, 2))
SIGNS = ("iid", "stratified")


def cells(size: str) -> list[dict]:
    """Three kinds, each dimension, five seeds."""
    most, dimensions = MOST[size], DIMENSIONS[size]
    return [
        *({"kind": "features", "d": d, "seed": s, "most": most} for d in dimensions for s in range(5)),
        *({"kind": "mask", "d": d, "seed": s, "k": k}
          for d in dimensions for s in range(5) for k in MASKS[size]),
        *({"kind": "weights", "d": d, "seed": s, "signs": signs}
          for d in dimensions for s in range(5) for signs in SIGNS),
    ]  # fmt: skip


def widths(most: int) -> list[int]:
    """1, 2, 3, 5, 7, 10, ... up to most: the widths at which errors are kept."""
    return sorted({int(round(10 ** (e / 6))) for e in range(24) if 10 ** (e / 6) < most} | {most})


def run(parameters: dict, folder: Path) -> dict:
    """Errors of one draw; its directions, output weights and target neuron are those of (d, seed)."""
    d, kind = parameters["d"], parameters["kind"]
    for_w, for_v, for_target, for_network = np.random.default_rng([d, parameters["seed"]]).spawn(4)
    target = draw_weights("sphere", 1, d, for_target)[0]
    if kind == "features":
        errors = separation.nested_errors(
            draw_weights("sphere", parameters["most"], d, for_w), target
        )
        kept = widths(parameters["most"])
        return {
            "k": kept,
            "errors": [_rounded(errors[k - 1]) for k in kept],
            "needed": {str(t): separation.first_at_most(errors, t) for t in TOLERANCES},
        }
    if kind == "mask":
        w = draw_weights("sphere", parameters["k"], d, for_w)
        return {
            "error": _rounded(
                separation.mask_error(w, for_v.uniform(-1, 1, parameters["k"]), target)
            )
        }
    errors = [
        separation.weight_pruning_error(target, n, stream, signs=parameters["signs"])[0]
        for n, stream in zip(CANDIDATES, for_network.spawn(len(CANDIDATES)), strict=True)
    ]
    return {"n": list(CANDIDATES), "errors": [_rounded(e) for e in errors]}


def _rounded(error: float) -> float:
    """Four digits: what processors agree on."""
    return float(f"{error:.3e}")


def summarise(done: list[dict], facts: dict) -> dict:
    """For each dimension medians over seeds: curves, and what each tolerance needs."""
    lines = [{**cell["parameters"], **cell["numbers"]} for cell in done]
    return {"dimensions": [_dimension(d, lines) for d in sorted({line["d"] for line in lines})]}


def _dimension(d: int, lines: list[dict]) -> dict:
    features = [line for line in lines if line["d"] == d and line["kind"] == "features"]
    masks = [line for line in lines if line["d"] == d and line["kind"] == "mask"]
    sizes = sorted({line["k"] for line in masks})
    curves = {
        "features": {
            "k": features[0]["k"],
            "error": _median([line["errors"] for line in features]),
        },
        "mask": {
            "k": sizes,
            "error": [
                float(np.median([line["error"] for line in masks if line["k"] == k])) for k in sizes
            ],
        },
    }
    for signs in SIGNS:
        chosen = [
            line
            for line in lines
            if (line["d"], line["kind"], line.get("signs")) == (d, "weights", signs)
        ]
        curves[signs] = {
            "n": chosen[0]["n"],
            "weights": [separation.block_weights(n, d)[0] for n in chosen[0]["n"]],
            "error": _median([line["errors"] for line in chosen]),
        }
    return {
        "d": d,
        **curves,
        "needed": {str(t): _needed(str(t), d, features, curves) for t in TOLERANCES},
    }


def _median(rows: list[list[float]]) -> list[float]:
    return np.median(rows, axis=0).tolist()


def _needed(tolerance: str, d: int, features: list[dict], curves: dict) -> dict:
    """Medians; null where the draws were not long enough, or no width of the masks reaches the tolerance."""
    found = [line["needed"][tolerance] for line in features]
    k = None
    if sum(value is not None for value in found) > len(found) / 2:
        k = int(np.median([np.inf if value is None else value for value in found]))
    masked = _least(curves["mask"], "k", tolerance)
    n = _least(curves["stratified"], "n", tolerance)
    return {
        "features": k,
        "feature_weights": None if k is None else separation.neuron_weights(k, d),
        "mask": masked,
        "mask_weights": None if masked is None else separation.neuron_weights(masked, d),
        "bound": separation.least_features(float(tolerance), d),
        "candidates": n,
        "block_weights": None if n is None else separation.block_weights(n, d)[0],
        "all_weights": None if n is None else separation.block_weights(n, d)[1],
    }


def _least(curve: dict, key: str, tolerance: str) -> int | None:
    """The least size on a curve whose error is at most the tolerance."""
    sizes = zip(curve[key], curve["error"], strict=True)
    return min((size for size, error in sizes if error <= float(tolerance)), default=None)


def is_quick(p: dict) -> bool:
    """The cells of small dimension and width, and one in fifty dimensions."""
    small = p["d"] == 4 and p.get("k", 0) <= 1000 and "most" not in p
    return p["seed"] == 1 and (small or (p["d"], p.get("k")) == (50, 1000))


RESULT = Result(
    name="neuron-gap",
    title="One ReLU neuron by random features, by neuron pruning and by weight pruning",
    cells=cells,
    run=run,
    summarise=summarise,
    cost="about four minutes on one core",
    claims=claims.neuron_gap,
    # Errors below 0.001 hang on roundings.
    slice=Slice(
        chosen=is_quick,
        agree=agree_within(2e-3, 1e-5),
        tolerance="errors within 0.2 % or 0.00001",
    ),
)
RESULTS = (RESULT,)
