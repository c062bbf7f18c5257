"""Subset sums whose members may move by epsilon, chapter 2: what does a little freedom buy?

best_subset        the best mask and perturbation for one target, exact, by meeting in the middle
best_subsets       the same for many instances at once
exhaustive_search  the same by trying all masks: slow, obviously right
covering_error     the worst best-error over all targets of an interval, exact
bounds             the published versions of the theorem, and this chapter's
experiments        when everything is hit exactly; how many candidates a network's weights need
claims             what the sources claim, what we measured
"""

from . import bounds, claims, experiments
from .best import PerturbedSubset, best_subset, exhaustive_search
from .covering import covering_error
from .many import PerturbedSubsets, best_subsets

__all__ = [
    "PerturbedSubset",
    "PerturbedSubsets",
    "best_subset",
    "best_subsets",
    "bounds",
    "claims",
    "covering_error",
    "exhaustive_search",
    "experiments",
]
