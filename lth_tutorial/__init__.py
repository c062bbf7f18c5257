"""The strong lottery ticket hypothesis, from random subset sums to whole networks: the book's package.

magnitude_pruning      chapter 0: lottery tickets by iterative magnitude pruning (torch)
subset_sum             chapter 1: exact subset sums, the covering error, the growth of the hit volume
perturbed_subset_sum   chapter 2: the same when every candidate may move by epsilon
weight_pruning         chapter 3: a whole network inside a random one, by pruning alone
neuron_pruning         chapter 4: keep or drop whole neurons; the kernel; one neuron's price
teacher_student        chapter 5: recovering a sparse teacher; Hessians, starts, pruning
strong_ticket          chapter 6: Algorithm 1: descent in a ball, then Edge-Popup (torch)
gradient_descent       chapter 7: the best mask along gradient descent
tools                  appendix: the mathematics that the proofs take for granted

datasets, target_network   images, and networks trained on them
claims, tables             what a source claims, what we measured
style, explore             the look of figures; controls for them, alive in a kernel and on a page
checks                     what arguments must be
tasks, judging, sketch     assignments as data; what judges of answers share; their small pictures
reproduce                  the engine that makes results of paper size

chapters                   the one list of all chapters, with their claims and results
results, cells, parallel   what a result is made of; its finished cells; the processes that run them
digests, files             the code behind a number; files that are there whole or not at all
extras                     libraries that may be missing, and the extra that brings them
course                     from masters to assignments, and the grader

A chapter is one room: its mathematics, which imports with numpy alone and knows nothing of plotting, widgets
or files; figures, its pictures; claims; and published, what is made at paper size. A chapter uses earlier
ones at most; the ground floor, claims to reproduce in the list above, knows none.
"""

from lth_tutorial import extras

extras.install()

__version__ = "0.1.0"
