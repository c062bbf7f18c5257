"""TITLE. Chapter NUMBER: what a random mask keeps.

spread   how far the rescaled sum of what a random mask keeps is from the whole sum: the theorem
sums     such sums, drawn
claims   what is claimed, what we found
"""

from . import claims
from .masks import spread, sums

__all__ = ["claims", "spread", "sums"]
