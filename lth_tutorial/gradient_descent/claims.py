"""Chapter 7's claims, each beside the code that measures it."""

import numpy as np

from lth_tutorial.claims import Claim, Finding

from . import experiments
from .descent import descend, rises
from .experiments import Setting


def measure_question() -> Finding:
    """The slides' question: the smallest counterexample, and the share of early steps that rise."""
    small = descend([[0.3], [0.9]], [0.3], [[1.0]], 0.05, 3).errors
    shares = [
        experiments.share(
            experiments.runs(Setting(10, d, "uniform", data), 60, [71, d], 150), 10
        ).early
        for d, data in (
            (1, "orthonormal"),
            (5, "orthonormal"),
            (5, "Gaussian"),
            (5, "ill conditioned"),
        )
    ]
    fails = rises(small).all() and min(shares) > 0.4
    return Finding(
        "not" if fails else "partly",
        f"It does not. With two weights E goes {', '.join(f'{e:.2g}' for e in small[:3])}, ... With n = 10, "
        f"E rises in {100 * min(shares):.0f} to {100 * max(shares):.0f} % of the early steps, on all three "
        "kinds of data.",
    )


def measure_end() -> Finding:
    """Does the descent approximate w? E at the end, what is kept, and what masks that prune would do."""
    setting = Setting(10, 5, "uniform", "Gaussian", 1.0)
    run = experiments.runs(setting, 40, 72, 3000)
    small, full = run.errors[:, -1] < 1e-6, (run.kept[:, -1] == 10).all(axis=1)
    first, last = experiments.without_the_trivial(Setting(10, 1), 400, 73)
    factor = float(np.median(last) / np.median(first))
    return Finding(
        "partly" if small.all() and full.all() and 0.2 < factor < 1 else "not",
        f"E ends below 1e-6 in {small.sum()} of 40 runs. But in {full.sum()} of them the best mask then "
        f"keeps every weight. The best mask that prunes gains only a factor of about {1 / factor:.1f} "
        "(median, n = 10, one column).",
    )


def measure_count() -> Finding:
    """Rises in a run over half of the steps that take F down by 2^n."""
    ratios = []
    for n, step in ((12, 0.05), (12, 0.5), (16, 0.2), (16, 1.5)):
        run = experiments.runs(Setting(n, 1, "uniform", "orthonormal", step), 100, [74, n])
        measured = experiments.share(run, n).mean_rises
        ratios.append(measured / experiments.predicted_rises(n, step))
    good = min(ratios) > 0.8 and max(ratios) < 1.25
    return Finding(
        "holds" if good else "fails",
        f"In the four settings the measured number is {min(ratios):.1f} to {max(ratios):.1f} times the "
        "predicted one.",
    )


def measure_one_row() -> Finding:
    """Rises with one row: orthonormal and Gaussian data."""
    shares = {}
    for data in ("orthonormal", "Gaussian"):
        run = experiments.runs(Setting(1, 5, "uniform", data, 0.5), 300, 75, 60)
        shares[data] = rises(run.errors).any(axis=1).mean()
    return Finding(
        "holds" if shares["orthonormal"] == 0 and shares["Gaussian"] > 0.2 else "fails",
        f"On orthonormal data E rises in {300 * shares['orthonormal']:.0f} of 300 runs, on Gaussian data in "
        f"about {shares['Gaussian']:.1f} of the runs.",
    )


def measure_small_start() -> Finding:
    """Rises from small starts, orthonormal data."""
    found = [
        int(rises(experiments.runs(Setting(n, 5, "small"), 100, [76, n]).errors).any(axis=1).sum())
        for n in (1, 2, 4, 8, 12)
    ]
    return Finding(
        "fails" if any(found) else "holds",
        f"E rises in {sum(found)} of {100 * len(found)} runs.",
    )


def _version_rises(name: str, data: str) -> tuple[int, int]:
    """Runs with a rise, of how many: n = 2, 4, 8."""
    count, trials = 0, 60
    for n in (2, 4, 8):
        errors = experiments.version_errors(
            Setting(n, 5, "uniform", data, 0.5), trials, 60, [77, n]
        )[name]
        count += int(rises(errors).any(axis=1).sum())
    return count, 3 * trials


def measure_masked() -> Finding:
    """The mask inside the gradient: orthonormal data, any data with X divided out."""
    plain, of = _version_rises("masked", "orthonormal")
    divided, _ = _version_rises("masked, X divided out", "ill conditioned")
    return Finding(
        "holds" if plain == divided == 0 else "fails",
        f"E rises in {plain} of {of} runs on orthonormal data, and in {divided} of {of} on ill-conditioned "
        "data with X divided out.",
    )


def measure_masked_any_data() -> Finding:
    """The mask inside the gradient, Gaussian data."""
    count, of = _version_rises("masked", "Gaussian")
    return Finding(
        "holds" if count > 0.1 * of else "fails",
        f"On Gaussian data E rises at some step in about {count / of:.1f} of the runs (n = 2, 4, 8).",
    )


def measure_fixed_size() -> Finding:
    """The mask inside the gradient, equally many weights kept in every column."""
    count, of = _version_rises("masked, fixed size", "ill conditioned")
    return Finding(
        "holds" if count == 0 else "fails",
        f"On ill-conditioned data E rises in {count} of {of} runs.",
    )


CLAIMS = (
    Claim(
        "descent-question",
        "the slides, next steps: a question",
        r"The error with the best mask, $E_t = \lVert w - (U_t \odot M_t)^\top \mathbf{1} \rVert_2$, falls "
        r"at every step.",
        r"One counterexample by hand. Then 60 uniform starts for each kind of data; early are the steps with "
        r"$F_t > 10 \cdot 2^{-n}$.",
        verdict="not",
        measure=measure_question,
    ),
    Claim(
        "descent-end",
        "the slides, next steps: the title",
        "Gradient descent approximates a single vector $w$.",
        "We made 40 runs of 3,000 steps on Gaussian data, and took 400 columns for the masks that prune.",
        verdict="partly",
        measure=measure_end,
    ),
    Claim(
        "descent-count",
        "this chapter's heuristic",
        r"A run has about $n \ln 2 / (-2 \ln \lvert 1 - \kappa \rvert)$ rises.",
        "We made 100 runs in each of four settings: one column, uniform starts, n = 12 or 16, relative steps "
        "from 0.05 to 1.5.",
        verdict="holds",
        measure=measure_count,
    ),
    Claim(
        "descent-one-row",
        "this chapter's theorem",
        r"With one row E never rises if $X^\top X$ is diagonal (steps up to $1 / \lambda$). It can rise if "
        r"$X^\top X$ is not diagonal.",
        "We made 300 runs on each kind of data, with five columns and the relative step 0.5.",
        verdict="holds",
        measure=measure_one_row,
    ),
    Claim(
        "descent-small-start",
        "this chapter's theorem",
        r"E never rises from starts within $\lvert w_j \rvert / (2n)$, if $X^\top X = a I$ and "
        r"$\kappa \le 1$.",
        "We made 100 runs each for n = 1, 2, 4, 8, 12, with five columns and the relative step 0.2.",
        verdict="holds",
        measure=measure_small_start,
    ),
    Claim(
        "descent-masked",
        "this chapter's theorem",
        r"With the mask inside the gradient E never rises if $X^\top X = a I$, or if $X$ is "
        r"divided out (steps up to the limit).",
        "We made 60 runs of 60 steps each for n = 2, 4, 8, with five columns.",
        verdict="holds",
        measure=measure_masked,
    ),
    Claim(
        "descent-masked-any-data",
        "this chapter, on the hypothesis of its theorem",
        "With the mask inside the gradient E can rise if the data are not orthonormal.",
        "We made the same runs on Gaussian data.",
        verdict="holds",
        measure=measure_masked_any_data,
    ),
    Claim(
        "descent-fixed-size",
        "this chapter's theorem",
        r"With $k$ weights kept in every column E never rises, for all data (steps up to $1 / (k \lambda)$).",
        "We made the same runs on ill-conditioned data, with half of the weights kept.",
        verdict="holds",
        measure=measure_fixed_size,
    ),
)
