"""Random draws of the perturbed problem: when it covers everything, and a network's needs."""

import numpy as np

from lth_tutorial.checks import generator

from .covering import MOST_CANDIDATES, covering_error
from .many import best_masks

# Prefixes up to this long are enumerated for all targets at once; longer ones met in the middle.
_MOST_LISTED = 18
_MOST_NEEDED = 44


def size_to_cover(x, eta: float, epsilon: float) -> int | None:
    """The smallest k for which x[:k] serves every target in [-1/2, 1/2] within eta.

    Adding a candidate never hurts, so the k that suffice are all from some k on: bisection.

    Args:
        x: (n,) candidates, n <= 26.
        eta: tolerance, >= 0; 0 asks for exact hits, which only epsilon > 0 can give.
        epsilon: radius.

    Returns:
        k in 1..n, or None if even all of x do not suffice.
    """
    low, high = 0, 1
    while covering_error(x[:high], epsilon) > eta:
        if high == len(x):
            return None
        # A long prefix costs twice as much as the one before it: no leaps there.
        low, high = high, min(high + (max(1, high // 3) if high < 12 else 1), len(x))
    while high - low > 1:
        middle = (low + high) // 2
        served = covering_error(x[:middle], epsilon) <= eta
        low, high = (low, middle) if served else (middle, high)
    return high


def sizes_to_cover(eta: float, epsilon: float, trials: int, rng, most: int = MOST_CANDIDATES):
    """`size_to_cover` for `trials` draws of `most` candidates Unif[-1, 1]; (trials,) float, nan for None."""
    x = generator("rng", rng).uniform(-1, 1, (trials, most))
    sizes = [size_to_cover(row, eta, epsilon) for row in x]
    return np.array([np.nan if size is None else size for size in sizes], dtype=float)


def quantile_size(sizes: np.ndarray, share: float) -> float:
    """The smallest n that at least `share` of the draws were content with; inf if there is none."""
    ordered = np.sort(np.where(np.isnan(sizes), np.inf, sizes))
    return float(ordered[int(np.ceil(share * len(ordered))) - 1])


def needed_shared(x, targets, eta: float, epsilon: float) -> np.ndarray:
    """For each target the smallest k such that some subset of x[:k], perturbed, comes within eta.

    One set of candidates serves all targets, as in the published experiment. The targets that x[:k]
    serves are those inside some interval [l(s) - eta, r(s) + eta] (see `covering_error`), that is those
    after more left ends than right ends; for long prefixes and few targets left over each is solved apart.

    Args:
        x: (n,) candidates. targets: (m,). eta, epsilon: >= 0.

    Returns:
        (m,) int; n + 1 where even all of x do not suffice.
    """
    x, targets = np.asarray(x, dtype=float), np.asarray(targets, dtype=float)
    needed = np.full(len(targets), len(x) + 1)
    left, right = np.zeros(1), np.zeros(1)
    waiting = np.arange(len(targets))
    for k in range(len(x) + 1):
        z = targets[waiting]
        if k > _MOST_LISTED or (k > 10 and len(z) * 2.0 ** (k / 2) * 8 < 2.0**k):
            served = _errors(np.broadcast_to(x[:k], (len(z), k)), z, epsilon) <= eta
        else:
            if k:
                left = _merged(left, x[k - 1] - epsilon)
                right = _merged(right, x[k - 1] + epsilon)
            begun = np.searchsorted(left, z + eta, side="right")
            served = begun > np.searchsorted(right, z - eta, side="left")
        needed[waiting[served]] = k
        waiting = waiting[~served]
        if not len(waiting):
            break
    return needed


def needed_own(draw, targets, eta: float, epsilon: float, rng) -> tuple[int, dict[int, int]]:
    """How many candidates suffice for all targets when each has candidates of its own.

    Args:
        draw: ``draw(shape, rng)`` gives the candidates.
        targets: (m,).
        eta, epsilon: >= 0.
        rng: Generator or seed.

    Returns:
        the smallest k at which the first k candidates of every target serve it, 45 if 44 do not; and how
        many targets were still missed at the k that were tried.
    """
    targets = np.asarray(targets, dtype=float)
    candidates = draw((len(targets), _MOST_NEEDED), generator("rng", rng))
    waiting = np.flatnonzero(np.abs(targets) > eta)
    missed = {0: len(waiting)}
    k = 0
    while len(waiting):
        # Many are still missed: the largest need lies well beyond the next few k.
        step = 3 if len(waiting) > 2000 and k < 24 else 1
        while True:
            served = _errors(candidates[waiting, : k + step], targets[waiting], epsilon) <= eta
            if step == 1 or not served.all():
                break
            step = 1
        k += step
        waiting = waiting[~served]
        missed[k] = len(waiting)
        if len(waiting) and k == _MOST_NEEDED:
            return k + 1, missed
    return k, missed


def _merged(sums: np.ndarray, value: float) -> np.ndarray:
    both = np.concatenate([sums, sums + value])
    both.sort(kind="stable")
    return both


def _errors(x: np.ndarray, z: np.ndarray, epsilon: float) -> np.ndarray:
    """Best errors of instances with one radius for all, up to rounding; (m,)."""
    masks = best_masks(x, z, np.broadcast_to(np.float64(epsilon), x.shape))
    reach = epsilon * masks.sum(axis=1)
    return np.maximum(np.abs((x * masks).sum(axis=1) - z) - reach, 0)


def worst_errors(draw, n_values, epsilon: float, trials: int, rng) -> np.ndarray:
    """`covering_error` of the first n candidates of each draw; (len(n_values), trials).

    draw: ``draw(shape, rng)`` gives the candidates.
    """
    x = draw((trials, max(n_values)), rng)
    return np.array([[covering_error(row[:n], epsilon) for row in x] for n in n_values])
