"""Neuron pruning as random features, chapter 4: keep or drop whole neurons of a random network.

prune_neurons      which neurons to keep so that a two-layer network fits given points
keep_rule          the rule of the proof, unbiased
kernel_coefficients  the proof's coefficients for given points
arc_cosine_kernel  E[relu(w.x) relu(w.y)] in closed form
has_independent_features  whether that kernel's matrix is invertible
draw_weights       first-layer weights on the sphere, in the ball, or Gaussian
relu_features      the neurons' values on given points
separation         one ReLU neuron: random features and neuron masks against weight pruning
experiments        exponents of the selectors, points on the circle, dropped assumptions
claims             what the sources claim, what we measured
"""

from . import claims, experiments, separation
from .kernel import (
    arc_cosine_kernel,
    draw_weights,
    has_independent_features,
    kernel_coefficients,
    relu_features,
)
from .selectors import PrunedNeurons, keep_rule, least_coefficients, prune_neurons

__all__ = [
    "PrunedNeurons",
    "arc_cosine_kernel",
    "claims",
    "draw_weights",
    "experiments",
    "has_independent_features",
    "keep_rule",
    "kernel_coefficients",
    "least_coefficients",
    "prune_neurons",
    "relu_features",
    "separation",
]
