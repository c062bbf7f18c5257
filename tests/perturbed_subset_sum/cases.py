"""What several tests of perturbed_subset_sum use."""

from itertools import product

import numpy as np

FAMILIES = {
    "uniform": lambda rng, n: rng.uniform(-1, 1, n),
    "product": lambda rng, n: rng.uniform(-1, 1, n) * rng.uniform(-1, 1, n),
    "one-sided": lambda rng, n: rng.uniform(0, 1, n),
    "eighths": lambda rng, n: rng.integers(-8, 9, n) / 8,
    "copies": lambda rng, n: np.full(n, rng.uniform(-1, 1)),
    "zeros": lambda rng, n: rng.choice([0.0, 0.5, -0.5], n),
    "powers": lambda rng, n: 2.0 ** -rng.integers(0, 12, n),
    "two scales": lambda rng, n: rng.uniform(-1, 1, n) * rng.choice([1.0, 2.0**-20], n),
    "decimal": lambda rng, n: np.round(rng.uniform(-1, 1, n), 1),
    "tiny": lambda rng, n: rng.uniform(-1, 1, n) * 2.0**-300,
}


RADII = {
    "none": lambda rng, n: 0.0,
    "small": lambda rng, n: 10.0 ** -rng.integers(1, 13),
    "dyadic": lambda rng, n: 2.0 ** -rng.integers(0, 12),
    "one": lambda rng, n: 1.0,
    "own": lambda rng, n: rng.uniform(0, 1, n),
    "some": lambda rng, n: rng.choice([0.0, 0.125], n),
    "any": lambda rng, n: rng.uniform(),
}


def instances(per_pair: int, seed: int, most: int = 12):
    rng = np.random.default_rng(seed)
    for draw, radius in product(FAMILIES.values(), RADII.values()):
        for _ in range(per_pair):
            n = int(rng.integers(1, most + 1))
            x = draw(rng, n)
            z = (rng.uniform(-1, 1), rng.integers(-8, 9) / 8, rng.choice(x), 0.0)[rng.integers(4)]
            yield x, float(z), radius(rng, n)


def same(a, b) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(a, b, strict=True))
