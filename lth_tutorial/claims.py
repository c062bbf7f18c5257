"""What a source claims and what we measured: one record a claim, read by pages, tests and scorecard."""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property

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
        _check_verdict(self.verdict)
        if not self.figure.strip():
            raise ValueError("claims: figure must say what was measured")


def _check_verdict(verdict: str) -> None:
    if verdict not in VERDICTS:
        raise ValueError(f"claims: verdict must be one of {VERDICTS}, got {verdict!r}")


@dataclass(frozen=True)
class Claim:
    """A statement of a source that an experiment can speak to.

    Args:
        key: a short name, unique in the book.
        source: whose, with its number.
        statement: the claim in our words, Markdown with LaTeX.
        how: how it is measured.
        verdict: one of VERDICTS, as we stand by it; a test holds it to what `measure` finds.
        measure: makes the finding anew; seconds, not minutes.

    Raises:
        ValueError: an unknown verdict.
    """

    key: str
    source: str
    statement: str
    how: str
    _: KW_ONLY
    verdict: str
    measure: Callable[[], Finding]

    def __post_init__(self):
        _check_verdict(self.verdict)

    @cached_property
    def finding(self) -> Finding:
        """What `measure` finds, measured when first asked for."""
        return self.measure()


HEAD = ("the claim", "verdict", "what we found", "how we measured", "who claims it")


def table(claims: Sequence[Claim]) -> Table:
    """The claims with their findings, each measured once, as a Markdown table."""
    return tables.table(HEAD, [_row(claim) for claim in claims])


def _row(claim: Claim) -> tuple[str, ...]:
    found = claim.finding
    return claim.statement, f"**{found.verdict}**", found.figure, claim.how, claim.source
