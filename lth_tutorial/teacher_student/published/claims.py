"""What the stored Figures 2 to 6 of the sample-complexity paper say of its claims."""

import itertools
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from lth_tutorial.claims import Claim, Finding
from lth_tutorial.results import stored_summary
from lth_tutorial.teacher_student.bounds import counting_samples, theorem_samples

from .numbers import PAPER, TUNED
from .tables import noise_table, radius_table, rate_table, samples_table, shapes_table

__all__ = [
    "noise",
    "noise_table",
    "pruning",
    "radius",
    "radius_table",
    "rate",
    "rate_table",
    "reach_of_all",
    "samples",
    "samples_table",
    "shapes",
    "shapes_table",
]

_TUNED, _PAPER = TUNED["step"], PAPER["step"]


def _lines(folder: Path, name: str) -> list[dict]:
    return stored_summary(folder, f"recovery-{name}")["lines"]


def _of(lines: list[dict], step: float) -> list[dict]:
    return [line for line in lines if line["step"] == step]


def radius(folder) -> tuple[Claim, ...]:
    """Figure 2; folder: where the stored results lie."""
    return (
        Claim(
            "recovery-radius-paper",
            "Zhang et al.'s Figure 2 (2021)",
            r"the radius of the convex region falls linearly in $\sqrt r$",
            "stored result with the paper's step, $N = 3000$, $d = 500$, $K = 5$",
            verdict="partly",
            measure=partial(measure_radius_paper, Path(folder)),
        ),
        Claim(
            "recovery-radius-tuned",
            "Zhang et al.'s Section 3 (2021)",
            "the region from which descent succeeds is smaller for larger $r$",
            "stored result for the same networks with the tuned step",
            verdict="reproduced",
            measure=partial(measure_radius_tuned, Path(folder)),
        ),
    )


def measure_radius_paper(folder: Path) -> Finding:
    """Do the failures at the paper's step come from the landscape, or from 10,000 iterations being few?"""
    summary = stored_summary(folder, "recovery-radius")
    lines = _of(summary["lines"], _PAPER)
    always, never = reach_of_all(lines)
    late = next(line for line in lines if line["support"] == 300)
    failed, saved = (
        sum(pair[key] for pair in summary["paired"]) for key in ("failed", "recovered_by_the_other")
    )
    # Linear in the root of r, or as far as 10,000 iterations go? Falling at all is "partly".
    slow, falls = saved > failed / 10, always < never < math.inf
    return Finding(
        "not" if not falls else "partly" if slow else "reproduced",
        f"up to r = {always} all starts up to distance 3 succeed, and from r = {never} on none does. At "
        f"r = 300 most trials are cut off on their way, with a median error of {max(late['error']):.2g} or "
        f"less. Of {failed} failures the tuned step recovers {saved} from the same start. So the picture "
        "shows slowness as well as the region",
    )


def reach_of_all(lines: list[dict]) -> tuple[int, float]:
    """Up to which r all trials at all distances succeed, and from which r on none does; lines by r.

    0 and infinity where there is no such r.
    """
    certain = itertools.takewhile(lambda line: min(line["reached"]) == 1, lines)
    hopeless = itertools.takewhile(lambda line: max(line["reached"]) == 0, reversed(lines))
    always, never = ([line["support"] for line in part] for part in (certain, hopeless))
    return always[-1] if always else 0, never[-1] if never else math.inf


def measure_radius_tuned(folder: Path) -> Finding:
    """The distance at which half of the starts succeed, with the tuned step."""
    lines = _of(_lines(folder, "radius"), _TUNED)
    halves = {line["support"]: line["half"] for line in lines}
    numbers = {r: half for r, half in halves.items() if isinstance(half, float)}
    falls = all(np.diff(list(numbers.values())) < 0.3) and len(numbers) >= 3
    text = ", ".join(f"{half:.1f} (r = {r})" for r, half in numbers.items())
    return Finding(
        "reproduced" if falls and min(numbers.values()) < max(numbers.values()) - 1 else "partly",
        f"half of the trials succeed from a distance of {text}",
    )


def rate(folder) -> tuple[Claim, ...]:
    """Figure 3."""
    return (
        Claim(
            "recovery-rate",
            "Zhang et al.'s Figure 3 (b) (2021)",
            r"the rate of convergence is almost linear in $\sqrt r$",
            "stored result for $N = 3000$, $d = 300$, $K = 5$: iterations 1,000 to 1,500 from distance 0.5",
            verdict="reproduced",
            measure=partial(measure_rate, Path(folder)),
        ),
        Claim(
            "recovery-momentum",
            "Zhang et al.'s Figure 3 and Theorem 2 (2021)",
            "accelerated descent converges faster than plain descent",
            "the same trials with momentum 0.2 and 0",
            verdict="reproduced",
            measure=partial(measure_momentum, Path(folder)),
        ),
        Claim(
            "recovery-max-norm",
            "Zhang et al.'s Equation (10) (2021)",
            "the error falls at the same rate in the maximum norm",
            "the same trials in the maximum norm and in the Frobenius norm",
            verdict="reproduced",
            measure=partial(measure_max_norm, Path(folder)),
        ),
    )


def _main_rates(folder: Path) -> list[dict]:
    return [line for line in _lines(folder, "rate") if line["distance"] == 0.5]


def measure_rate(folder: Path) -> Finding:
    """The line of 1 - rate in sqrt(r)."""
    fit = stored_summary(folder, "recovery-rate")["fit"]
    lines = _main_rates(folder)
    return Finding(
        "reproduced" if fit["r_squared"] >= 0.98 else "partly",
        f"1 minus the rate, a median of {lines[0]['trials']} trials, falls from "
        f"{lines[0]['frobenius_momentum']:.5f} at r = {lines[0]['support']} to "
        f"{lines[-1]['frobenius_momentum']:.5f} at r = {lines[-1]['support']}. A line in the root of r fits "
        f"with R squared {fit['r_squared']:.3f}",
    )


def measure_momentum(folder: Path) -> Finding:
    """By how much momentum 0.2 raises 1 - rate."""
    ratios = [line["frobenius_ratio"] for line in _main_rates(folder)]
    inside = min(ratios) >= 1.1 and max(ratios) <= 1.3
    return Finding(
        "reproduced" if inside else "partly",
        f"with momentum 1 minus the rate is {min(ratios):.2f} to {max(ratios):.2f} times as large; theory "
        "promises 1 / (1 - 0.2) = 1.25 times for small steps",
    )


def measure_max_norm(folder: Path) -> Finding:
    """Rates in both norms."""
    away = [
        abs(line["max_momentum"] / line["frobenius_momentum"] - 1) for line in _main_rates(folder)
    ]
    return Finding(
        "reproduced" if max(away) < 0.1 else "partly",
        f"1 minus the rate differs by at most {max(away):.0%} between the two norms",
    )


def samples(folder) -> tuple[Claim, ...]:
    """Figure 4."""
    return (
        Claim(
            "recovery-samples",
            "Zhang et al.'s Figure 4 (2021)",
            "the number of samples needed is linear in $r$",
            "stored result for $d = 100$, $K = 5$: half of the trials succeed from distance 0.5",
            verdict="reproduced",
            measure=partial(measure_samples, Path(folder)),
        ),
        Claim(
            "recovery-samples-theorem",
            "Zhang et al.'s Equation (8) (2021)",
            r"$N = \Omega(K^8 r \log d)$ samples are enough",
            "the same result beside the formula with the constant 1",
            verdict="reproduced",
            measure=partial(measure_theorem, Path(folder)),
        ),
    )


def measure_samples(folder: Path) -> Finding:
    """N50 / (r K) for the tuned and for the paper's step."""
    found = {
        step: [line["half_per_weight"][1] for line in _of(_lines(folder, "samples"), step)]
        for step in (_TUNED, _PAPER)
    }
    tuned = [value for value in found[_TUNED] if value]
    theirs = [value for value in found[_PAPER] if value]
    inside = len(tuned) == len(found[_TUNED]) and min(tuned) >= 1.1 and max(tuned) <= 1.5
    return Finding(
        "reproduced" if inside else "partly",
        f"for r = 5 to 60 the tuned step needs {min(tuned):.2f} to {max(tuned):.2f} samples for each of the "
        f"rK weights, and the paper's step {min(theirs):.2f} to {max(theirs):.2f}",
    )


def measure_theorem(folder: Path) -> Finding:
    """The theorem's number at each r beside the measured one; shown at r = 20."""
    half = {line["support"]: line["half"][1] for line in _of(_lines(folder, "samples"), _TUNED)}
    enough = all(
        need is not None and need <= theorem_samples(5, r, 100) for r, need in half.items()
    )
    return Finding(
        "reproduced" if enough else "not",
        f"at r = 20 the formula asks for {theorem_samples(5, 20, 100):.1e} samples, and {half[20]:.0f} are "
        "enough in half of the trials",
    )


def shapes(folder) -> tuple[Claim, ...]:
    """Other numbers of neurons and of features."""
    return (
        Claim(
            "recovery-samples-neurons",
            "this chapter, beside Zhang et al.'s Equation (8) (2021)",
            r"the number of samples grows like $rK / (1 - 2^{-K})$, not like $K^8$",
            "stored result of the same kind for $d = 100$, $r = 10$ and $20$",
            verdict="holds",
            measure=partial(measure_neurons, Path(folder)),
        ),
        Claim(
            "recovery-samples-features",
            "Zhang et al.'s Section 4 (2021)",
            r"$\Theta(r \log d)$ samples are required, which is order-wise optimal in $r$",
            "stored result of the same kind for $K = 3$, $r = 10$ and several $d$",
            verdict="partly",
            measure=partial(measure_features, Path(folder)),
        ),
        Claim(
            "recovery-samples-dense",
            "Zhang et al.'s Section 4 (2021)",
            r"a pruned network needs far fewer samples than a dense one, which needs $\Theta(d \log d)$",
            "stored result of the same kind without a mask, $K = 3$, $r = d$, from distance 0.1",
            verdict="reproduced",
            measure=partial(measure_dense, Path(folder)),
        ),
    )


def _halves(folder: Path, name: str, chosen: Callable[[dict], bool], start: int = 1) -> dict:
    """N50 / (r K) of the shapes chosen, by a parameter and r; from distance 0.5, or from 0.1 at start 0."""
    lines = [line for line in _lines(folder, "shapes") if chosen(line)]
    return {(line[name], line["support"]): line["half_per_weight"][start] for line in lines}


def measure_neurons(folder: Path) -> Finding:
    """N50 against the count of samples that an active neuron sees, for all K."""
    found = _halves(folder, "neurons", lambda line: line["d"] == 100)
    above = [half / (counting_samples(k, r) / (k * r)) for (k, r), half in found.items()]
    good = min(above) > 0.9 and max(above) < 1.3
    return Finding(
        "holds" if good else "fails",
        f"for K = 1 to 8 half of the trials succeed with {min(above):.2f} to {max(above):.2f} times as many "
        f"samples. For each weight that is {found[1, 10]:.1f} at K = 1 and {found[8, 10]:.1f} at K = 8",
    )


def measure_features(folder: Path) -> Finding:
    """Whether N50 grows with d at a fixed r, where supports hardly overlap."""
    found = _halves(folder, "d", lambda line: (line["neurons"], line["support"]) == (3, 10))
    wide = [half for (d, _), half in sorted(found.items()) if d >= 100]
    growth, logs = wide[-1] / wide[0], math.log(5000) / math.log(100)
    return Finding(
        "partly" if growth < 1.15 else "reproduced" if growth < 1.15 * logs else "not",
        f"the number is linear in r. From d = 100 to 5,000 log d grows {logs:.1f}-fold, and yet the samples "
        f"for each weight stay between {min(wide):.2f} and {max(wide):.2f}",
    )


def measure_dense(folder: Path) -> Finding:
    """N50 / (d K) without a mask, beside that with one, from 0.1."""
    dense = _halves(folder, "d", lambda line: line["d"] == line["support"], 0)
    masked = _halves(folder, "neurons", lambda line: line["d"] == 100, 0)[3, 10]
    halves = list(dense.values())
    good = all(0.8 < half / masked < 1.5 for half in halves)
    return Finding(
        "reproduced" if good else "partly",
        f"without a mask it takes {min(halves):.2f} to {max(halves):.2f} samples for each of the dK weights, "
        f"and with one {masked:.2f} for each of the rK weights. So a mask saves a share of about 1 - r/d",
    )


def noise(folder) -> tuple[Claim, ...]:
    """Figure 5."""
    return (
        Claim(
            "recovery-noise",
            "Zhang et al.'s Figure 5 (2021)",
            r"the error is linear in $\sqrt r$ and proportional to the noise",
            r"stored result for $N = 1000$, $K = 10$, $d = 300$ and four levels of noise, beside the "
            r"prediction $\tau^2 \operatorname{tr} H^{-1} / N$ of the squared error",
            verdict="partly",
            measure=partial(measure_noise, Path(folder)),
        ),
    )


def measure_noise(folder: Path) -> Finding:
    """Measured over predicted while rK / N <= 1/2, and error / sqrt(r) at both ends."""
    lines = [line for line in _of(_lines(folder, "noise"), _TUNED) if line["support"] <= 50]
    ratios = [ratio for line in lines for ratio in line["ratio"]]
    first, last = lines[0], lines[-1]
    bend = (last["errors"][0] / last["support"] ** 0.5) / (
        first["errors"][0] / first["support"] ** 0.5
    )
    inside = min(ratios) >= 0.9 and max(ratios) <= 1.1
    # Proportional to the noise, as the prediction is; and as the root of r.
    holds = [inside, bend <= 1.1]
    return Finding(
        "reproduced" if all(holds) else "partly" if any(holds) else "not",
        f"up to rK / N = 1/2 the error is {min(ratios):.2f} to {max(ratios):.2f} times the prediction at all "
        f"levels{', so it is proportional to the noise' if inside else ''}. It bends upward from a line in "
        f"the root of r, by a factor of {bend:.1f} from r = {first['support']} to {last['support']}",
    )


def pruning(folder) -> tuple[Claim, ...]:
    """Figure 6."""
    return (
        Claim(
            "recovery-pruning",
            "Zhang et al.'s Figure 6 (2021)",
            "with enough samples the error falls as weights are removed, until fewer are left than the "
            "teacher has",
            "stored result for $K = 5$, $d = 100$, $r^* = 20$, noise level 0.001, ten rounds that each "
            "remove 20 % of the weights left",
            verdict="reproduced",
            measure=partial(measure_pruning, Path(folder)),
        ),
    )


def measure_pruning(folder: Path) -> Finding:
    """Dense, at 21 % and at 17 % for N = 1000, and for N = 100."""
    summary = stored_summary(folder, "recovery-pruning")
    left = [round(100 * share) for share in summary["remaining"]]
    errors = {
        line["samples"]: dict(zip(left, line["function"], strict=True)) for line in summary["lines"]
    }
    many, few = errors[1000], errors[100]
    good = many[21] <= many[100] / 2 and many[17] >= 50 * many[21]
    return Finding(
        "reproduced" if good else "partly",
        f"with 1,000 samples the error is {many[100]:.1g} with all weights, {many[21]:.1g} with 21 % and "
        f"{many[17]:.1g} with 17 % of them. With 100 samples it is {few[100]:.1g}, {few[21]:.1g} and "
        f"{few[17]:.1g}",
    )
