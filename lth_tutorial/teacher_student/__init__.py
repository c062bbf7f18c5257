"""Sparse one-hidden-layer teacher-student recovery, chapter 5."""

from .errors import best_order, function_error, matched_error
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
    "dense",
    "function_error",
    "gradient",
    "joint_diagonalizer",
    "matched_error",
    "nearby",
    "network",
    "on_supports",
    "population_initialization",
    "population_moment_error",
    "recover",
    "recover_on_subsets",
    "risk",
    "sample_data",
    "sample_teacher",
    "tensor_initialization",
]
