"""Random subset sums, chapter 1: which targets are a sum of some of the candidates?

best_subset        the best subset for one target, exact, by meeting in the middle
best_subsets       the same for many instances at once
exhaustive_search  the same by trying all subsets: slow, obviously right
highs_subset       the same as a mixed-integer program, for a lesson in tolerances
errors_by_size     the best error for each number of candidates that may be kept
covering_error     the worst best-error over all targets of an interval, exact
subset_sums        all 2^n sums
rounding_unit      whether 64-bit integers can hold an instance, and what is lost if not
hit_volume         the process behind the proof that O(log 1/eta) candidates suffice
experiments        random draws, success rates, tails
claims             what the sources claim, what we measured
"""

from . import claims, experiments, hit_volume
from .best import Subset, best_subset, exhaustive_search, subset_sums
from .by_size import errors_by_size
from .covering import covering_error
from .grid import rounding_unit
from .many import Subsets, best_subsets
from .mixed_integer import highs_subset

__all__ = [
    "Subset",
    "Subsets",
    "best_subset",
    "best_subsets",
    "claims",
    "covering_error",
    "errors_by_size",
    "exhaustive_search",
    "experiments",
    "highs_subset",
    "hit_volume",
    "rounding_unit",
    "subset_sums",
]
