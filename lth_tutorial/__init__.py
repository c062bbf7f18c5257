"""The strong lottery ticket hypothesis, from random subset sums to whole networks: the book's package.

subset_sum   chapter 1: exact subset sums, the covering error, the growth of the hit volume
claims       what a source claims, what we measured
explore      controls for figures, alive in a kernel and on a page
figures      the book's pictures

A chapter's module imports with numpy alone and knows nothing of plotting, widgets or files.
"""

__version__ = "0.1.0"
