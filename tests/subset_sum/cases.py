"""What several tests of subset_sum use."""

import itertools
from fractions import Fraction

import numpy as np

FAMILIES = {
    "uniform": lambda rng, n: (rng.uniform(-1, 1, n), rng.uniform(-1, 1)),
    "one-signed": lambda rng, n: (rng.uniform(0, 1, n), rng.uniform(-2, n)),
    "duplicates": lambda rng, n: (rng.choice([0.3, -0.7, 0.1], n), rng.choice([0.4, 0.2, 9.0])),
    "zeros": lambda rng, n: (rng.choice([0.0, 0.0, 0.5, -0.5], n), rng.choice([0.0, 0.25])),
    "integers": lambda rng, n: (rng.integers(-4, 5, n) * 1.0, rng.integers(-9, 9) / 2),
    "powers": lambda rng, n: (2.0 ** rng.integers(-30, 30, n), 2.0 ** rng.integers(-30, 30)),
    "tiny": lambda rng, n: (rng.uniform(-1, 1, n) * 1e-300, rng.uniform(-1, 1) * 1e-300),
    "denormal": lambda rng, n: (rng.integers(-9, 9, n) * 5e-324, rng.integers(-9, 9) * 5e-324),
    "huge": lambda rng, n: (rng.uniform(-1, 1, n) * 1e300, rng.uniform(-1, 1) * 1e300),
    "far": lambda rng, n: (rng.uniform(-1, 1, n), rng.choice([-50.0, 50.0])),
    "planted": lambda rng, n: _planted(rng, n),
}


def _planted(rng, n):
    x = rng.uniform(-1, 1, n)
    return x, float(np.sum(x[rng.random(n) < 0.5]))


def by_fractions(x, z):
    """Mask and error by exact rational arithmetic over all masks in lexicographic order."""
    xs, target = [Fraction(v) for v in x], Fraction(z)
    masks = itertools.product([False, True], repeat=len(x))
    best = min(masks, key=lambda m: abs(sum(itertools.compress(xs, m), Fraction(0)) - target))
    return list(best), float(abs(sum(itertools.compress(xs, best), Fraction(0)) - target))
