"""Lottery tickets, chapter 0: masks by magnitude, rewinding, and their controls, for any torch module.

iterative_magnitude_pruning   train, remove the smallest weights, rewind, train again
Masked, train_masked          training in which pruned weights stay exactly 0
prune, random_masks           one round of pruning by magnitude; as many weights at random places
networks, training            the two networks and the training of the chapter
controls                      what of a ticket matters: mask, magnitudes, signs
experiments                   the measurements behind the chapter's figures

It needs torch.
"""

from lth_tutorial.lazy import lazily

__getattr__, __dir__, __all__ = lazily(
    __name__,
    modules=("claims", "controls", "experiments", "networks", "training"),
    names={
        "masked": ("Masked",),
        "masks": (
            "apply",
            "copy_of",
            "kept",
            "prunable",
            "prune",
            "random_masks",
            "restore",
            "sparsity",
            "whole",
        ),
        "tickets": ("Tickets", "iterative_magnitude_pruning", "train_masked"),
    },
)
