"""Random starts, targets and data; how often the error rises, and where."""

import math
from dataclasses import dataclass

import numpy as np

from lth_tutorial.checks import generator

from .descent import Run, descend, gram, rises
from .masked import descend_masked
from .shift import crossed, pruned_error

STARTS = ("uniform", "divided by n", "small", "near the target")
DATA = ("orthonormal", "Gaussian", "ill conditioned")
# Ill conditioned: the ratio of the largest to the smallest eigenvalue of X'X.
CONDITION = 30.0


@dataclass(frozen=True)
class Setting:
    """One regime: n rows, d columns, how U_0 and X are drawn, and the step in units of its limit.

    relative_step: kappa = 2 alpha n lambda, in (0, 2); the stiffest direction's residual is multiplied by
    1 - kappa at every step.
    """

    n: int
    d: int = 1
    start: str = "uniform"
    data: str = "orthonormal"
    relative_step: float = 0.2


def draw_start(setting: Setting, w: np.ndarray, rng) -> np.ndarray:
    """U_0 for targets w (b, d): (b, n, d).

    "uniform": on [-1, 1]. "divided by n": the same over n. "small": uniform within |w_j| / (2n).
    "near the target": uniform, then shifted so that the residual is 0.01 in every column.
    """
    if setting.start not in STARTS:
        raise ValueError(f"start must be one of {STARTS}, got {setting.start!r}")
    n = setting.n
    u = generator("rng", rng).uniform(-1, 1, (len(w), n, w.shape[1]))
    if setting.start == "divided by n":
        return u / n
    if setting.start == "small":
        return u * np.abs(w)[:, None, :] / (2 * n)
    if setting.start == "near the target":
        return u - ((u.sum(axis=1) - w - 0.01) / n)[:, None, :]
    return u


def draw_data(kind: str, d: int, trials: int, rng) -> np.ndarray:
    """X for each run: (trials, m, d); "Gaussian" has m = 2d inputs, the others m = d.

    "ill conditioned": eigenvalues of X'X from 1 down to 1/30, spaced evenly in the logarithm, in a random
    basis.
    """
    rng = generator("rng", rng)
    if kind == "orthonormal":
        return np.broadcast_to(np.eye(d), (trials, d, d)).copy()
    if kind == "Gaussian":
        return rng.normal(size=(trials, 2 * d, d))
    if kind == "ill conditioned":
        basis = np.linalg.qr(rng.normal(size=(trials, d, d)))[0]
        return np.geomspace(1, CONDITION**-0.5, d)[:, None] * basis
    raise ValueError(f"data must be one of {DATA}, got {kind!r}")


def draw(setting: Setting, trials: int, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """u (trials, n, d), w (trials, d) uniform on [-1/2, 1/2], x; from independent streams."""
    for_target, for_start, for_data = generator("rng", rng).spawn(3)
    w = for_target.uniform(-0.5, 0.5, (trials, setting.d))
    x = draw_data(setting.data, setting.d, trials, for_data)
    return draw_start(setting, w, for_start), w, x


def enough_steps(n: int, relative_step: float, beyond: float = 100.0) -> int:
    """Steps until the unmasked error has shrunk by 2^n * beyond, at the factor |1 - kappa| a step."""
    factor = abs(1 - relative_step)
    return math.ceil((n * math.log(2) + math.log(beyond)) / -math.log(factor)) if factor else 1


def runs(setting: Setting, trials: int, rng, steps: int | None = None) -> Run:
    """Descents of one regime; each run's step is its own, relative to its own limit.

    A common step serves all runs because the data are first divided by the root of their largest
    eigenvalue, which changes nothing else.
    """
    u, w, x = draw(setting, trials, rng)
    steps = enough_steps(setting.n, setting.relative_step) if steps is None else steps
    x = _normal(x)
    return descend(u, w, x, setting.relative_step / (2 * setting.n), steps)


def _normal(x: np.ndarray) -> np.ndarray:
    """Data whose X'X has largest eigenvalue 1."""
    return x / np.sqrt(np.linalg.eigvalsh(gram(x))[:, -1, None, None])


@dataclass(frozen=True)
class Share:
    """How often E rose: of the steps taken while F 2^n > 10 ("early"), while F 2^n < 1/10 ("late").

    steps_early, rises_early, steps_late, rises_late: counts over all runs. runs_with_rise: share of runs.
    mean_rises: rises in a run, on average.
    """

    steps_early: int
    rises_early: int
    steps_late: int
    rises_late: int
    runs_with_rise: float
    mean_rises: float

    @property
    def early(self) -> float:
        """Share of early steps that rise; nan if there are none."""
        return self.rises_early / self.steps_early if self.steps_early else math.nan

    @property
    def late(self) -> float:
        """Share of late steps that rise; nan if there are none."""
        return self.rises_late / self.steps_late if self.steps_late else math.nan


def share(run: Run, n: int) -> Share:
    """Count the rises of many runs (b, T + 1)."""
    up, scaled = rises(run.errors), run.unmasked[:, :-1] * 2.0**n
    early, late = scaled > 10, scaled < 0.1
    return Share(
        int(early.sum()),
        int((up & early).sum()),
        int(late.sum()),
        int((up & late).sum()),
        float(up.any(axis=1).mean()),
        float(up.sum(axis=1).mean()),
    )


def share_by_distance(setting: Setting, trials: int, rng, edges, most: int = 800) -> np.ndarray:
    """Share of steps that rise, by log2(F_t 2^n) between `edges`; nan where fewer than 50 steps are.

    The runs go on for `most` steps, or until the stiffest direction of orthonormal data is done.
    """
    n = setting.n
    steps = enough_steps(n, setting.relative_step) if setting.data == "orthonormal" else most
    run = runs(setting, trials, rng, steps)
    place = np.log2(np.maximum(run.unmasked[:, :-1], 1e-300)) + n
    up = rises(run.errors)
    found = []
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        inside = (place >= low) & (place < high)
        found.append(up[inside].mean() if inside.sum() >= 50 else math.nan)
    return np.array(found)


def predicted_rises(n: int, relative_step: float) -> float:
    """Half of the steps until F has shrunk by 2^n: n log 2 / (-2 log|1 - kappa|)."""
    return n * math.log(2) / (-2 * math.log(abs(1 - relative_step)))


def rises_per_row(n: int, relative_step: float, trials: int, rng) -> np.ndarray:
    """Rises in a run over n, for `trials` runs of one column: u uniform on [-1, 1], w = 1/2; (trials,).

    Chapter 7 asks whether they tend to `predicted_rises(1, relative_step)` as n grows. Each run goes on until
    F has shrunk by 100 2^n, and costs O(2^(n/2) n^2).
    """
    u = generator("rng", rng).uniform(-1, 1, (trials, n, 1))
    steps = enough_steps(n, relative_step)
    run = descend(u, [0.5], [[1.0]], relative_step / (2 * n), steps)
    return rises(run.errors).sum(axis=1) / n


def mean_crossed(n: int, scale: float, trials: int, rng) -> np.ndarray:
    """How many zeros each of `trials` columns crosses on its way; u uniform within scale, w = 1/2."""
    u = generator("rng", rng).uniform(-scale, scale, (trials, n))
    return np.array([len(crossed(row, 0.5)[0]) for row in u])


def spread_regimes(n: int, scales, trials: int, rng, relative_step: float = 0.2) -> dict:
    """For starts uniform within scale / n around 0, w = 1/2, one column: how often runs and steps rise.

    The same unit draws are scaled, so that neighbouring scales differ by the scale alone.

    Returns:
        "runs" (share of runs with a rise), "early" (share of steps with F 2^n > 10 that rise), (k,) each.
    """
    unit = generator("rng", rng).uniform(-1, 1, (trials, n, 1))
    w, x = np.full((trials, 1), 0.5), np.ones((1, 1))
    steps = enough_steps(n, relative_step)
    found = [share(descend(unit * s / n, w, x, relative_step / (2 * n), steps), n) for s in scales]
    return {
        "runs": np.array([f.runs_with_rise for f in found]),
        "early": np.array([f.early for f in found]),
    }


def without_the_trivial(setting: Setting, trials: int, rng) -> tuple[np.ndarray, np.ndarray]:
    """Best error among masks that prune in every column, at the start and at the end; (trials,) each.

    The end is the limit of the descent, U_0 + 1 (w - U_0'1)' / n.
    """
    u, w, _ = draw(setting, trials, rng)
    limit = u + ((w - u.sum(axis=1)) / setting.n)[:, None, :]
    first, last = (pruned_error(np.swapaxes(v, 1, 2), w) for v in (u, limit))
    return np.linalg.norm(first, axis=1), np.linalg.norm(last, axis=1)


VERSIONS = ("slides", "masked", "masked, X divided out", "masked, fixed size")


def descend_as(name: str, u, w, x, step: float, steps: int) -> Run:
    """A descent by its name in `VERSIONS`; arguments as `descend`.

    "fixed size" keeps n / 2 weights of each column, rounded up.

    Raises:
        ValueError: no such name; or as `descend_masked`.
    """
    if name not in VERSIONS:
        raise ValueError(f"name must be one of {VERSIONS}, got {name!r}")
    if name == "slides":
        return descend(u, w, x, step, steps)
    size = (np.shape(u)[-2] + 1) // 2 if name == "masked, fixed size" else None
    divide = name == "masked, X divided out"
    return descend_masked(u, w, x, step, steps, size=size, precondition=divide)


def version_errors(setting: Setting, trials: int, steps: int, rng) -> dict:
    """E_t of all `VERSIONS` from the same starts; name -> (trials, steps + 1).

    All take the same step, kappa / (2n) on data of largest eigenvalue 1.
    """
    u, w, x = draw(setting, trials, rng)
    x, step = _normal(x), setting.relative_step / (2 * setting.n)
    return {name: descend_as(name, u, w, x, step, steps).errors for name in VERSIONS}


def furthest_moved(run: Run) -> np.ndarray:
    """The largest change of any weight between start and end; (...,)."""
    return np.abs(run.weights[..., -1, :, :] - run.weights[..., 0, :, :]).max(axis=(-1, -2))
