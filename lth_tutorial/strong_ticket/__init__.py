"""Chapter 6: perturb within a ball, then prune: Algorithm 1 of Xiong, Liao and Kyrillidis, and its table.

pgd_strong_lth   Algorithm 1 for one radius
whole_table      for several radii in one batch
controls         random masks, magnitude masks, random perturbations
experiments      columns of the table; readings: four readings of a printed radius; examples: by hand
published        the source's table
reference        the two searches in plain autograd
"""

from . import claims, controls, examples, experiments, published, readings, reference
from .algorithm import SPARSITIES, Cell, StrongTicket, pgd_strong_lth, whole_table
from .redundant import redundant_forward, redundant_weights

__all__ = [
    "SPARSITIES",
    "Cell",
    "StrongTicket",
    "claims",
    "controls",
    "examples",
    "experiments",
    "pgd_strong_lth",
    "published",
    "readings",
    "reference",
    "redundant_forward",
    "redundant_weights",
    "whole_table",
]
