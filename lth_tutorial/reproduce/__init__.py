"""The published results, made again: ``python -m lth_tutorial reproduce NAME``.

Each result is a list of independent cells. They run in parallel, are kept one by one, so that a killed
run goes on where it was, and end in ``book/results/NAME.json`` with parameters, seeds, versions,
duration and numbers. The pages draw the paper-size figures from these files.
"""

from lth_tutorial.files import read_json
from lth_tutorial.results import Result

from . import (
    authors_network,
    claims,
    covering_sizes,
    lottery_tickets,
    neuron_pruning,
    pruned_network,
    recovery,
    recovery_claims,
    smallest_n,
    strong_ticket,
    strong_ticket_claims,
    ticket_claims,
)
from .engine import check, reproduce

RESULTS = {
    result.name: result
    for result in (
        smallest_n.RESULT,
        covering_sizes.RESULT,
        pruned_network.RESULT,
        pruned_network.SIZES_RESULT,
        neuron_pruning.RESULT,
        *recovery.RESULTS,
        *strong_ticket.RESULTS,
        authors_network.RESULT,
        *lottery_tickets.RESULTS,
    )
}

# A week of two cores, or a GPU: not part of "all".
ONLY_BY_NAME = ("redundant-blocks", "redundant-blocks-gpu")

__all__ = [
    "ONLY_BY_NAME",
    "RESULTS",
    "claims",
    "recovery_claims",
    "strong_ticket_claims",
    "ticket_claims",
    "Result",
    "check",
    "read_json",
    "reproduce",
]
