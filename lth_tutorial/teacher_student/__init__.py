"""Recovering a sparse teacher, chapter 5: the weights of a one-hidden-layer network from its outputs.

sample_teacher, sample_data   the teacher of the paper, its inputs and outputs
recover                       accelerated descent on the supports, many trials and starts at once
tensor_initialization         starting weights from moments of the data
matched_error, function_error how far two networks are apart
hessian, population_hessian   the curvature of the data's risk and of the population's
pruning                       supports by magnitude, from a dense student
bounds                        rates, convex radii and samples, as theory has them
eigenvalues, experiments, starts, breaks   the measurements behind the chapter's figures
"""

from . import bounds, breaks, claims, eigenvalues, experiments, pruning, starts
from .errors import best_order, function_error, matched_error
from .hessian import hessian, population_hessian, population_risk
from .initialization import (
    RELU_MOMENTS,
    joint_diagonalizer,
    population_initialization,
    population_moment_error,
    tensor_initialization,
)
from .model import Teacher, dense, nearby, network, on_supports, sample_data, sample_teacher
from .recovery import Recovery, gradient, recover, recover_on_subsets, risk

__all__ = [
    "RELU_MOMENTS",
    "Recovery",
    "Teacher",
    "best_order",
    "bounds",
    "breaks",
    "claims",
    "dense",
    "eigenvalues",
    "experiments",
    "function_error",
    "gradient",
    "hessian",
    "joint_diagonalizer",
    "matched_error",
    "nearby",
    "network",
    "on_supports",
    "population_hessian",
    "population_initialization",
    "population_moment_error",
    "population_risk",
    "pruning",
    "recover",
    "recover_on_subsets",
    "risk",
    "sample_data",
    "sample_teacher",
    "starts",
    "tensor_initialization",
]
