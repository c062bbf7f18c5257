"""Chapter 6: perturb within a ball, then prune: Algorithm 1 of Xiong, Liao and Kyrillidis, and its table.

pgd_strong_lth   Algorithm 1 for one radius
whole_table      for several radii in one batch
controls         random masks, magnitude masks, random perturbations
experiments      columns of the table; readings: four readings of a printed radius; examples: by hand
relu_network, projected_gradient, edge_popup   the network, and the two halves of the algorithm
reference        the two searches in plain autograd

It needs torch.
"""

from lth_tutorial.lazy import lazily

__getattr__, __dir__, __all__ = lazily(
    __name__,
    modules=(
        "claims",
        "controls",
        "edge_popup",
        "examples",
        "experiments",
        "projected_gradient",
        "readings",
        "reference",
        "relu_network",
    ),
    names={
        "algorithm": ("SPARSITIES", "Cell", "StrongTicket", "pgd_strong_lth", "whole_table"),
        "redundant": ("redundant_forward", "redundant_weights"),
    },
)
