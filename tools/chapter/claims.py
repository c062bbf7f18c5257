"""Chapter NUMBER's claims, each beside the code that measures it."""

import numpy as np

from lth_tutorial.claims import Claim, Finding

from .masks import spread, sums


def measure_spread() -> Finding:
    """The measured spread over the theorem's, for three probabilities."""
    weights = np.random.default_rng(1).uniform(-1, 1, 50)
    ratios = [_ratio(weights, p) for p in (0.2, 0.5, 0.8)]
    holds = min(ratios) > 0.95 and max(ratios) < 1.05
    return Finding(
        "holds" if holds else "fails",
        f"measured over predicted: {min(ratios):.2f} to {max(ratios):.2f}",
    )


def _ratio(weights, p: float) -> float:
    errors = sums(weights, p, 20_000, 2) - weights.sum()
    return float(np.sqrt(np.mean(errors**2)) / spread(weights, p))


CLAIMS = (
    Claim(
        key="NAME-spread",
        source="this chapter's theorem",
        statement=r"a rescaled random mask is off by $\sqrt{\frac{1 - p}{p}} \, \lVert w \rVert_2$",
        how="50 uniform weights, 20,000 masks for each of p = 0.2, 0.5, 0.8",
        verdict="holds",
        measure=measure_spread,
    ),
)
