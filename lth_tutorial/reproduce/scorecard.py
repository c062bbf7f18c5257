"""The claims of all chapters, in reading order: what the scorecard shows and what the tests measure."""

from pathlib import Path
from typing import NamedTuple

from lth_tutorial import (
    gradient_descent,
    magnitude_pruning,
    neuron_pruning,
    perturbed_subset_sum,
    strong_ticket,
    subset_sum,
    teacher_student,
    weight_pruning,
)
from lth_tutorial.claims import Claim

from . import claims, recovery_claims, strong_ticket_claims, ticket_claims


class Chapter(NamedTuple):
    """A chapter's heading on the scorecard, its page, and its claims."""

    title: str
    page: str
    claims: tuple[Claim, ...]


def chapters(results: Path) -> tuple[Chapter, ...]:
    """Chapters 0 to 7 with their claims; results: the folder of the stored results of paper size."""
    return (
        Chapter(
            "Lottery tickets",
            "0-lottery-tickets.ipynb",
            magnitude_pruning.claims.CLAIMS + ticket_claims.all_claims(results),
        ),
        Chapter("Random subset sum", "1-random-subset-sum.ipynb", subset_sum.claims.CLAIMS),
        Chapter(
            "Perturbed subset sum",
            "2-perturbed-subset-sum.ipynb",
            perturbed_subset_sum.claims.CLAIMS
            + claims.covering_sizes(results)
            + claims.smallest_n(results),
        ),
        Chapter(
            "Weight pruning",
            "3-weight-pruning.ipynb",
            weight_pruning.claims.CLAIMS + claims.pruned_network(results),
        ),
        Chapter(
            "Neuron pruning as random features",
            "4-neuron-pruning.ipynb",
            neuron_pruning.claims.CLAIMS + claims.neuron_gap(results),
        ),
        Chapter(
            "Recovering a sparse teacher",
            "5-teacher-student.ipynb",
            teacher_student.claims.CLAIMS + recovery_claims.all_figures(results),
        ),
        Chapter(
            "Perturb, then prune",
            "6-pgd-edge-popup.ipynb",
            strong_ticket.claims.CLAIMS + strong_ticket_claims.pgd_edge_popup(results),
        ),
        Chapter(
            "Does gradient descent find the ticket?",
            "7-does-gradient-descent-find-tickets.ipynb",
            gradient_descent.claims.CLAIMS,
        ),
    )
