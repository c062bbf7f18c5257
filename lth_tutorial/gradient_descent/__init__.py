"""Does gradient descent find the ticket? Chapter 7: the best mask along a descent, exactly.

descend           gradient descent on all weights, in closed form, with the best mask at every step
descend_masked    the repaired descent: the mask inside the gradient
best_masks        the best mask of each column, free or of a given size
stability_limit   the largest step at which the descent still converges
rises             at which steps the error goes up
shift             one column: the error as a function of the shift that all its weights share
experiments       random starts and data, how often the error rises
tables            a descent step by step, for the reader's own numbers
claims            what the source asks, what we found
"""

from . import claims, experiments, shift, tables
from .descent import Run, descend, rises, stability_limit
from .masked import descend_masked, masked_stability_limit
from .masks import Masks, best_masks

__all__ = [
    "Masks",
    "Run",
    "best_masks",
    "claims",
    "descend",
    "descend_masked",
    "experiments",
    "masked_stability_limit",
    "rises",
    "shift",
    "stability_limit",
    "tables",
]
