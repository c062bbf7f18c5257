"""From the cells of Figures 2 to 6 to the numbers that the pages show."""

import math

import numpy as np

from lth_tutorial.subset_sum.experiments import wilson_interval
from lth_tutorial.teacher_student.experiments import rates

# Figure 3: nu is read off between these two iterations.
WINDOW = (1000, 1500)
_RECORD = 50
# Figure 2: a failure that ends nearer than this was cut off on its way.
NEAR = 0.01


def _groups(cells: list[dict], *names: str) -> dict:
    """Cells by the values of some of their parameters, in their order."""
    groups: dict = {}
    for cell in cells:
        groups.setdefault(tuple(cell["parameters"][name] for name in names), []).append(cell)
    return groups


def _joined(cells: list[dict], name: str, axis: int) -> np.ndarray:
    """A number of all trials of a group, trials along `axis`."""
    return np.concatenate([np.array(cell["numbers"][name]) for cell in cells], axis=axis)


def _shares(status: np.ndarray) -> dict:
    """Share of successes and of trials that ran out of iterations, along the last axis."""
    return {
        "reached": (status == "reached").mean(-1).round(3).tolist(),
        "cap": (status == "cap").mean(-1).round(3).tolist(),
    }


def crossing(at, share, level: float = 0.5) -> float | None:
    """Where a share that is read at increasing places `at` first falls (or rises) through `level`.

    Linear between the two places; None if it does not.
    """
    share = np.asarray(share, dtype=float) - level
    for a, b, left, right in zip(at, at[1:], share, share[1:], strict=False):
        if left * right <= 0 and left != right:
            return float(a + (b - a) * left / (left - right))
    return None


def half_band(at, share, trials: int) -> tuple[float, float]:
    """Between which places a share that falls along `at` passes one half, at 95 % confidence in each share.

    Where Wilson's two bounds of the share pass one half; 0 and infinity where a bound lies below, or above,
    one half at all places.
    """
    ends = []
    for bound in wilson_interval(np.rint(np.multiply(share, trials)), trials):
        place = crossing(at, bound)
        ends.append((0.0 if bound[0] < 0.5 else math.inf) if place is None else place)
    return ends[0], ends[1]


def median_band(values) -> tuple[float, float]:
    """Two of the n values that have the median of their law between them, at 95 % confidence, for any law.

    The k-th value from below and from above: the k-th lies above the median only if fewer than k of n fair
    coins show heads, and k is the largest for which that has a probability of 2.5 % at most. With fewer than
    6 values it is the whole range, and the confidence 1 - 2^(1 - n).
    """
    ordered, n = np.sort(np.asarray(values, dtype=float)), len(values)
    tails = np.cumsum([math.comb(n, heads) / 2**n for heads in range(n)])
    k = max(int(np.sum(tails <= 0.025)), 1)
    return float(ordered[k - 1]), float(ordered[n - k])


def trials_text(lines: list[dict]) -> str:
    """How many trials the lines stand for: one number, or the smallest and the largest."""
    counts = sorted({line["trials"] for line in lines})
    return f"{counts[0]} to {counts[-1]} trials" if len(counts) > 1 else f"{counts[0]} trials"


def endings(cells: list[dict]) -> list[dict]:
    """Figure 2, how the trials end: recovered, near (cut off with an error below NEAR) or far, in counts."""
    lines = []
    for (step, support), group in _groups(cells, "step", "support").items():
        done = _joined(group, "status", 1) == "reached"
        near = ~done & (_joined(group, "errors", 1) < NEAR)
        lines.append(
            {
                "step": step,
                "support": support,
                "trials": done.shape[1],
                "distances": group[0]["parameters"]["distances"],
                "recovered": done.sum(1).tolist(),
                "near": near.sum(1).tolist(),
                "far": (~done & ~near).sum(1).tolist(),
            }
        )
    return lines


def radius(cells: list[dict], facts: dict) -> dict:
    """Figure 2: success for each rule, support and distance; the distance at which half of them succeed.

    "never" and "always" say that the share stays below, or above, one half at all distances tried. error:
    the median over trials of the relative error at the end, also of those that did not succeed.
    """
    lines = []
    for (step, momentum, support), group in _groups(cells, "step", "momentum", "support").items():
        status, distances = _joined(group, "status", 1), group[0]["parameters"]["distances"]
        shares = _shares(status)
        half = crossing(distances, shares["reached"])
        if half is None:
            half = "always" if shares["reached"][0] >= 0.5 else "never"
        lines.append(
            {
                "step": step,
                "momentum": momentum,
                "support": support,
                "trials": status.shape[1],
                "distances": distances,
                **shares,
                "half": half,
                "error": [
                    float(f"{e:.2g}") for e in np.median(_joined(group, "errors", 1), axis=1)
                ],
            }
        )
    return {"lines": lines, "paired": _paired(cells)}


def _paired(cells: list[dict]) -> list[dict]:
    """Trials that both rules ran from the very same start: what becomes of those that the slow rule failed.

    A seed gives the same teacher, data and direction to both; starts agree where distances do.
    """
    ways = {
        (p["step"], p["support"], p["seed"], distance): row
        for cell in cells
        for p in [cell["parameters"]]
        for distance, row in zip(p["distances"], cell["numbers"]["status"], strict=True)
    }
    slow = min((step for step, *_ in ways), default=0)
    counts: dict = {}
    for (step, *rest), row in ways.items():
        same = ways.get((slow, *rest))
        if step != slow and same is not None:
            count = counts.setdefault(rest[0], [0, 0])
            for ours, theirs in zip(row, same, strict=False):
                count[0] += theirs != "reached"
                count[1] += theirs != "reached" and ours == "reached"
    return [
        {"support": support, "failed": failed, "recovered_by_the_other": recovered}
        for support, (failed, recovered) in counts.items()
    ]


def rate(cells: list[dict], facts: dict) -> dict:
    """Figure 3: medians of 1 - nu over trials, for gradient descent and momentum, and lines in sqrt(r)."""
    lines = []
    for (support, distance), group in _groups(cells, "support", "distance").items():
        line = {"support": support, "distance": distance}
        for name in ("frobenius", "max"):
            curves = _curves(group, name)
            slow, fast = rates(curves, _RECORD, WINDOW)
            line |= {
                "trials": len(fast),
                f"{name}_descent": float(np.median(slow)),
                f"{name}_momentum": float(np.median(fast)),
                f"{name}_spread": [float(q) for q in np.quantile(fast, (0.1, 0.9))],
                f"{name}_ratio": float(np.median(fast / slow)),
                f"{name}_curves": [
                    [float(f"{e:.4g}") for e in np.median(curves[:, k], axis=1)] for k in (0, 1)
                ],
            }
        lines.append(line)
    main = [line for line in lines if line["distance"] == 0.5]
    fit = straight(
        [line["support"] ** 0.5 for line in main], [line["frobenius_momentum"] for line in main]
    )
    return {"lines": lines, "fit": fit, "window": list(WINDOW)}


def _curves(cells: list[dict], name: str) -> np.ndarray:
    """Errors (records, 2, trials), without momentum and with it."""
    return np.moveaxis(_joined(cells, name, 1), -1, 0)


def rates_of(cells: list[dict]) -> np.ndarray:
    """Figure 3: 1 - nu in the Frobenius norm of every trial of some cells; (2, trials)."""
    return rates(_curves(cells, "frobenius"), _RECORD, WINDOW)


def straight(x, y) -> dict:
    """Least squares y ~ intercept + slope x, and R^2 = 1 - residual over total variance."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    slope, intercept = np.polyfit(x, y, 1)
    left = y - intercept - slope * x
    return {
        "slope": float(slope),
        "intercept": float(intercept),
        "r_squared": float(1 - (left**2).sum() / ((y - y.mean()) ** 2).sum()),
    }


def samples(cells: list[dict], facts: dict) -> dict:
    """Figure 4: success for each rule, support and N from starts at .1 and .5; N50 / (r K)."""
    lines = []
    for (step, support), group in _groups(cells, "step", "support").items():
        table = [
            {"samples": n, "trials": status.shape[1], **_shares(status)}
            for (n,), part in _groups(group, "samples").items()
            for status in [_joined(part, "status", 1)]
        ]
        sizes = [row["samples"] for row in table]
        halves = [crossing(sizes, [row["reached"][k] for row in table]) for k in (0, 1)]
        lines.append(
            {
                "step": step,
                "support": support,
                "table": table,
                "half": halves,
                "half_per_weight": [None if n is None else n / (5 * support) for n in halves],
            }
        )
    return {"lines": lines, "distances": [0.1, 0.5]}


def shapes(cells: list[dict], facts: dict) -> dict:
    """For each network: success at each N from starts at .1 and .5; N50 / (r K), with its 95 % band.

    counting: r K / (1 - 2^-K) for each weight, below which a sample for each of them is missing.
    """
    lines = []
    for (d, k, r), group in _groups(cells, "d", "neurons", "support").items():
        parts = _groups(group, "samples")
        status = {n: _joined(part, "status", 1) for (n,), part in parts.items()}
        sizes, trials = [n / (k * r) for n in status], next(iter(status.values())).shape[1]
        reached = np.array([(rows == "reached").mean(-1) for rows in status.values()]).T
        lines.append(
            {
                "d": d,
                "neurons": k,
                "support": r,
                "trials": trials,
                "samples": list(status),
                "reached": reached.round(3).tolist(),
                "half_per_weight": [crossing(sizes, share) for share in reached],
                "band": [_finite(half_band(sizes, 1 - share, trials)) for share in reached],
                "counting": 1 / (1 - 2.0**-k),
            }
        )
    return {"lines": lines, "distances": [0.1, 0.5]}


def _finite(band: tuple[float, float]) -> list[float | None]:
    """A band as JSON has it: None where it has no end."""
    return [end if end < math.inf else None for end in band]


def noise(cells: list[dict], facts: dict) -> dict:
    """Figure 5: median error and median prediction for each rule, support and level."""
    lines = []
    for (step, support), group in _groups(cells, "step", "support").items():
        errors, predicted = (_joined(group, name, 1) for name in ("errors", "predicted"))
        lines.append(
            {
                "step": step,
                "support": support,
                "trials": errors.shape[1],
                "errors": np.median(errors, axis=1).tolist(),
                "predicted": np.median(predicted, axis=1).tolist(),
                "ratio": np.median(errors / predicted, axis=1).round(4).tolist(),
                "at_rest": np.mean([cell["numbers"]["at_rest"] for cell in group], axis=0)
                .round(3)
                .tolist(),
            }
        )
    return {"lines": lines, "levels": [0.001, 0.01, 0.03, 0.1]}


def pruning(cells: list[dict], facts: dict) -> dict:
    """Figure 6: median and tenth and ninetieth percentile of the function's error after each round."""
    lines = []
    for (n,), group in _groups(cells, "samples").items():
        function, weights = (_joined(group, name, 0) for name in ("function", "weights"))
        low, median, high = np.quantile(function, (0.1, 0.5, 0.9), axis=0)
        lines.append(
            {
                "samples": n,
                "trials": len(function),
                "function": [float(f"{e:.3g}") for e in median],
                "low": [float(f"{e:.3g}") for e in low],
                "high": [float(f"{e:.3g}") for e in high],
                "weights": [float(f"{e:.3g}") for e in np.median(weights, axis=0)],
            }
        )
    return {"lines": lines, "remaining": cells[0]["numbers"]["remaining"]}
