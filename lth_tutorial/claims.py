"""What a source claims and what we measured: one record a claim, read by pages, tests and scorecard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lth_tutorial import tables
from lth_tutorial.tables import Table

VERDICTS = ("reproduced", "partly", "not")


@dataclass(frozen=True)
class Finding:
    """What a measurement says of a claim.

    Args:
        verdict: one of VERDICTS.
        figure: the numbers behind it, in one sentence, rounded so that they hold on any machine.

    Raises:
        ValueError: an unknown verdict, or no figure.
    """

    verdict: str
    figure: str

    def __post_init__(self):
        if self.verdict not in VERDICTS:
            raise ValueError(f"claims: verdict must be one of {VERDICTS}, got {self.verdict!r}")
        if not self.figure.strip():
            raise ValueError("claims: figure must say what was measured")


@dataclass(frozen=True)
class Claim:
    """A statement of a source that an experiment can speak to.

    Args:
        key: a short name, unique in the book.
        source: whose, with its number.
        statement: the claim in our words, Markdown with LaTeX.
        how: how it is measured.
        measure: makes the finding anew; seconds, not minutes.
    """

    key: str
    source: str
    statement: str
    how: str
    measure: Callable[[], Finding]


HEAD = ("the claim", "verdict", "what we found", "how we measured", "who claims it")


def table(claims: Sequence[Claim]) -> Table:
    """The claims with their findings, measured now, as a Markdown table."""
    return tables.table(HEAD, [_row(claim, claim.measure()) for claim in claims])


def _row(claim: Claim, finding: Finding) -> tuple[str, ...]:
    return claim.statement, f"**{finding.verdict}**", finding.figure, claim.how, claim.source
