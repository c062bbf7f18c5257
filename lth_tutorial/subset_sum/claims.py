"""Chapter 1's claims, each beside the code that measures it."""

import numpy as np

from lth_tutorial.claims import Claim, Finding

from . import experiments, hit_volume


def measure_logarithm() -> Finding:
    """The smallest n that serves all targets, against log2(1 / eta); and failures against n."""
    n_values = np.arange(1, 19)
    errors = experiments.errors_by_n(experiments.all_target_errors, n_values, 60, rng=21)
    bits = np.arange(3, 10)
    needed = [experiments.smallest_n(n_values, errors, 2.0**-k, 0.5) for k in bits]
    slope, intercept = np.polyfit(bits, needed, 1)
    straight = np.corrcoef(bits, needed)[0, 1] ** 2
    failing = np.array(
        [np.mean(experiments.all_target_errors(n, 800, 26 + n) > 0.1) for n in range(6, 12)]
    )
    per_candidate = float(np.exp(-np.polyfit(np.arange(6, 12), np.log(failing), 1)[0]))
    good = straight > 0.97 and 1 < slope < 1.6 and per_candidate > 1.3
    verdict = "reproduced" if good else "not"
    figure = (
        f"for half of the draws it takes about {slope:.1f} log2(1/tolerance) "
        f"{'+' if intercept >= 0 else '-'} {abs(intercept):.0f} candidates; this line fits with R squared "
        f"{straight:.2f} (1 is a perfect fit). At tolerance 0.1 each further candidate divides the share of "
        f"draws that fail by {per_candidate:.1f}"
    )
    return Finding(verdict, figure)


def measure_mean_growth() -> Finding:
    """Mean of (v_{t+1} - v_t) / (v_t (1 - v_t) / 2) over many steps, which should be 1."""
    volumes = hit_volume.simulate_hit_volumes(12, 0.01, 2000, rng=22)
    now, growth = volumes[:, :-1], np.diff(volumes, axis=1)
    excess = growth - now * (1 - now) / 2
    score = excess.mean() / (excess.std() / np.sqrt(excess.size))
    ratio = growth.sum() / (now * (1 - now) / 2).sum()
    return Finding(
        "holds" if abs(score) < 5 else "fails",
        f"over {excess.size:,} steps the measured growth is {ratio:.2f} times the predicted one",
    )


def measure_constants() -> Finding:
    """Share of draws of the proven size that cover all targets."""
    eta, failure, trials = 0.05, 0.1, 200
    n = hit_volume.sufficient_n(eta, failure)
    x = np.random.default_rng(23).uniform(-1, 1, (trials, n))
    # A draw succeeds already when its first 16 candidates cover everything: more never hurt.
    errors = np.array([experiments.covering_error(row[:16]) for row in x])
    covered = int(np.sum(errors <= eta))
    return Finding(
        "holds" if covered >= (1 - failure) * trials else "fails",
        f"the theorem asks for n = {n} at tolerance {eta:g}. The first 16 candidates alone serve every "
        f"target in {covered} of {trials} draws, so its constant is generous",
    )


def measure_every_target() -> Finding:
    """Share of draws of 13 candidates that serve all near targets, and that reach the target z = 5 at all."""
    x = experiments.draw_candidates("uniform", (4000, 13), 24)
    near = float(np.mean([experiments.covering_error(row) <= 0.01 for row in x[:200]]))
    far = float(np.mean(experiments.out_of_reach(x, np.full(4000, 5.0)) <= 0.01))
    served = [share >= 0.9 for share in (near, far)]
    return Finding(
        "reproduced" if all(served) else "partly" if served[0] else "not",
        f"it is true for |z| \u2264 1/2: in {near:.0%} of draws 13 candidates serve all of these targets "
        f"within 0.01. But the target z = 5 is within their reach in only {far:.0%} of draws",
    )


def measure_poisson() -> Finding:
    """The median best error in units of sqrt(n) 2^-n, against the heuristic's constant."""
    n, trials = 18, 3000
    errors = experiments.tail_errors(n, 1.0, trials, rng=25)
    ratio = float(np.median(errors)) / (np.sqrt(n) * 2.0**-n) / experiments.poisson_constant()
    return Finding(
        "holds" if 0.8 < ratio < 1.25 else "fails",
        f"at n = {n} the measured median is {ratio:.1f} times the predicted one",
    )


CLAIMS = (
    Claim(
        "lueker",
        "Lueker 1998, as quoted by Pensia et al. 2020",
        r"$n \ge C \log\frac{2}{\min(\eta, \delta)}$ candidates serve every target in $[-\frac12, \frac12]$",
        "we computed the worst error over all targets for 60 draws at each n up to 18, and for 800 at each n "
        "from 6 to 11",
        verdict="reproduced",
        measure=measure_logarithm,
    ),
    Claim(
        "mean-growth",
        "this chapter's lemma, after da Cunha et al. 2023, who have another interval and another constant",
        r"the hit volume grows on average by the factor $1 + \frac{1 - v_t}{2}$",
        "we simulated 2,000 draws of 12 candidates",
        verdict="holds",
        measure=measure_mean_growth,
    ),
    Claim(
        "constants",
        "this chapter's theorem",
        r"$\ln\frac{2}{\eta^2\delta} / \ln\frac43$ candidates suffice",
        "we made 200 draws, at tolerance 0.05 and failure probability 0.1",
        verdict="holds",
        measure=measure_constants,
    ),
    Claim(
        "every-target",
        "the slides, Lueker's guarantee",
        r'with $n = O(\log\eta^{-1})$ candidates "all $z$" have an $\eta$-approximation',
        "we made 4,000 draws of 13 candidates for the far target, and took 200 of them for all targets up to "
        "1/2",
        verdict="partly",
        measure=measure_every_target,
    ),
    Claim(
        "poisson",
        "this chapter's heuristic",
        r"the median best error is $0.378 \sqrt n\, 2^{-n}$",
        "we took 3,000 targets in [-1, 1] at n = 18",
        verdict="holds",
        measure=measure_poisson,
    ),
)
