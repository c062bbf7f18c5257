"""Tests of weight_pruning.published."""

from lth_tutorial import reproduce
from lth_tutorial.weight_pruning.published import claims, numbers, pruned_network

from ..stored import STORED
from ..toys import folders


def test_the_page_size(tmp_path):
    """Every claim of the large network that does not depend on size."""
    written = reproduce.reproduce(pruned_network.RESULT, "page", workers=2, **folders(tmp_path))
    for cell in written["cells"]:
        found = cell["numbers"]
        assert found["problems"] == 2 * 784 * 40 + 400
        assert found["labels_that_differ"] <= 100
        assert found["sup_error"] <= found["bound_per_unit_of_length"] * found["longest_input"]


def test_the_log_of_the_source():
    """21 candidates for each of 397,000 weights; 21.5 hours; and what the table shows of it."""
    log = numbers.PUBLISHED
    assert log["n"] * numbers.WEIGHTS == log["candidates"] == 8_337_000
    table = claims.pruned_network_table(STORED).text
    assert "| 97.19% |" in table and "| 44.7% |" in table
    (claim,) = (c for c in claims.pruned_network(STORED) if c.key == "commercial-solver")
    assert "takes 21.5 hours on 36 cores" in claim.statement
