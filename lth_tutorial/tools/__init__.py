"""The mathematics that the proofs take for granted, in small examples. The appendix *Tools*.

product_area    the area under the density of a product of two uniform numbers
later_mean      the mean of a number that coins halve, once some of the coins are seen
heads_tail      how likely it is that three quarters of some coins show heads, and two bounds
union_length    how much of the line some intervals of one length cover
packed          points of a disc that keep a distance, as many as fit one after the other
"""

from .examples import heads_tail, later_mean, packed, product_area, union_length

__all__ = ["heads_tail", "later_mean", "packed", "product_area", "union_length"]
