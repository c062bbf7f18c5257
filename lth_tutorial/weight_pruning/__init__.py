"""Networks built by pruning alone, chapter 3: sigma(wx) - sigma(-wx) and one subset sum for each weight.

prune_weight    one weight inside a hidden layer of random neurons: two subset sums
prune_network   a target network inside a random network of twice the depth
PrunedNetwork   its matrices, masks and scales, its forward pass, its errors, its counts
bounds          hypotheses of the theorems, propagation of errors, sufficient and necessary sizes
experiments     digits, slopes, tails, one candidate against a subset
claims          what the sources claim, what we measured
"""

from . import bounds, claims, experiments
from .layer import PrunedLayer
from .network import PrunedNetwork, prune_network
from .weight import prune_weight

__all__ = [
    "PrunedLayer",
    "PrunedNetwork",
    "bounds",
    "claims",
    "experiments",
    "prune_network",
    "prune_weight",
]
