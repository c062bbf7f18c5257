"""What the stored sizes of chapter 2 say of the claims about them."""

import math
from functools import partial
from pathlib import Path

from lth_tutorial.claims import Claim, Finding
from lth_tutorial.results import stored_summary

from .numbers import PUBLISHED, RATIOS


def smallest_n(folder) -> tuple[Claim, ...]:
    """The published figure of chapter 2; folder: where `smallest-n.json` lies."""
    return (
        Claim(
            "smallest-n",
            "Xiong et al. 2023, Section 6.1, figure",
            r"the smallest $n$ that serves 397,000 trained weights falls as $\varepsilon / \eta$ grows",
            "Stored result of full size: a network of our own, candidates over its range and over the "
            "published one, ten seeds. Every subset-sum problem is solved exactly.",
            verdict="reproduced",
            measure=partial(measure_smallest_n, Path(folder)),
        ),
        Claim(
            "smallest-n-cause",
            "this chapter",
            "a large part of the candidates in that figure guards against lopsided draws, not against "
            "imprecision",
            "The same, but half of the candidates are positive.",
            verdict="holds",
            measure=partial(measure_cause, Path(folder)),
        ),
    )


def measure_smallest_n(folder: Path) -> Finding:
    """Ours against the published integers: candidates shared by a row, over our range and over theirs."""
    summary = stored_summary(folder, "smallest-n")
    parts, falls, off = [], True, 0
    for eta, theirs in summary["published"].items():
        ours, near = (summary["n"][name][eta] for name in ("shared", "shared, published range"))
        falls &= all(_falls(curve) for curve in (ours, near))
        off = max(off, *(abs(a - b) for a, b in zip(near, theirs, strict=True)))
        parts.append(
            f"At tolerance {eta} the published number falls from {theirs[0]} to {theirs[-1]}, ours from "
            f"{ours[0]} to {ours[-1]}, and with candidates over the published range from {near[0]} to "
            f"{near[-1]}."
        )
    verdict = ("reproduced" if off <= 2 else "partly") if falls else "not"
    return Finding(
        verdict,
        f"This is a trained network of our own. {' '.join(parts)} With this range no number is off by more "
        f"than {off}.",
    )


def _falls(curve) -> bool:
    return curve[0] > curve[-1] and all(a >= b for a, b in zip(curve[:-1], curve[1:], strict=True))


def nearest_share(cells) -> int:
    """Of ten seeds, how many have to succeed so that our n come nearest to the published ones.

    cells: of the stored result `smallest-n`; the seeds over the published range are compared.
    """
    found = {}
    for cell in cells:
        p = cell["parameters"]
        if p["protocol"] == "shared, published range":
            found.setdefault((p["eta"], p["ratio"]), []).append(cell["numbers"]["n"])
    theirs = {
        (eta, r): n for eta, row in PUBLISHED.items() for r, n in zip(RATIOS, row, strict=True)
    }
    away = [sum(abs(sorted(found[at])[k] - n) for at, n in theirs.items()) for k in range(10)]
    return 1 + away.index(min(away))


def measure_cause(folder: Path) -> Finding:
    """What balanced signs save, without moving, at each tolerance."""
    n = stored_summary(folder, "smallest-n")["n"]
    saved = [1 - n["shared, balanced"][eta][0] / n["shared"][eta][0] for eta in n["shared"]]
    return Finding(
        "holds" if min(saved) > 0.15 else "fails",
        f"At radius 0 balanced signs save {min(saved):.0%} to {max(saved):.0%} of the shared candidates.",
    )


def covering_sizes(folder) -> tuple[Claim, ...]:
    """The sizes of chapter 2; folder: where `covering-sizes.json` lies."""
    return (
        Claim(
            "covering-sizes",
            "this chapter's theorem",
            r"to hit all targets exactly takes of the order of $\log \frac1\varepsilon$ candidates, up to "
            r"$\log n$",
            "Stored result: 60 draws for each of seven radii from 0.3 to one millionth.",
            verdict="holds",
            measure=partial(measure_exact_hits, Path(folder)),
        ),
    )


def measure_exact_hits(folder: Path) -> Finding:
    """Slope and straightness of the median size against log2(1 / epsilon)."""
    summary = stored_summary(folder, "covering-sizes")
    exact = [line for line in summary["sizes"] if line["eta"] == 0]
    away = [
        abs(summary["slope"] * -math.log2(line["epsilon"]) + summary["intercept"] - line["half"])
        for line in exact
    ]
    return Finding(
        "holds" if max(away) <= 1 and 0.8 < summary["slope"] < 1.3 else "fails",
        f"Half of the draws need {summary['slope']:.2f} log2(1/\u03b5) + {summary['intercept']:.1f} "
        f"candidates. This is nowhere off by more than {max(away):.1f}.",
    )
