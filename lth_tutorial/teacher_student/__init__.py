"""Sparse one-hidden-layer teacher-student recovery, chapter 5."""

from .errors import best_order, function_error, matched_error
from .model import Teacher, dense, nearby, network, on_supports, sample_data, sample_teacher
from .recovery import Recovery, gradient, recover, recover_on_subsets, risk

__all__ = [
    "Recovery",
    "Teacher",
    "best_order",
    "dense",
    "function_error",
    "gradient",
    "matched_error",
    "nearby",
    "network",
    "on_supports",
    "recover",
    "recover_on_subsets",
    "risk",
    "sample_data",
    "sample_teacher",
]
