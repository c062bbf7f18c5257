"""Neuron pruning as random features, chapter 4: keep or drop whole neurons of a random network.

prune_neurons      which neurons to keep so that a two-layer network fits given points
keep_rule          the rule of the proof, unbiased
arc_cosine_kernel  E[relu(w.x) relu(w.y)] in closed form
draw_weights       first-layer weights on the sphere, in the ball, or Gaussian
relu_features      the neurons' values on given points
separation         one ReLU neuron: random features and neuron masks against weight pruning
"""

from . import separation
from .kernel import arc_cosine_kernel, draw_weights, relu_features
from .selectors import PrunedNeurons, keep_rule, least_coefficients, prune_neurons

__all__ = [
    "PrunedNeurons",
    "arc_cosine_kernel",
    "draw_weights",
    "keep_rule",
    "least_coefficients",
    "prune_neurons",
    "relu_features",
    "separation",
]
