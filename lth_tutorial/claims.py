"""What a source claims and what we measured: one record a claim, read by pages, tests and scorecard.

A source's claim is measured and gets one of five verdicts. A statement of the book's own, which a page proves
or finds, is no claim of a source: that the measurement agrees is what one expects, and it says "holds".
"""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property

from lth_tutorial import tables
from lth_tutorial.tables import Table

# The verdicts on what a source claims, and what each of them means.
OF_SOURCES = {
    "reproduced": "a source's claim that came out as stated; where it was not measured on the source's "
    "network, data or training, the first words under *what we found* say so",
    "partly": "a source's claim that holds only as qualified under *what we found*",
    "not": "a source's claim, tested as published and not found",
    "not testable as published": "a source's claim whose test needs something that is not published or not "
    "free",
    "open": "a source's claim that is not decided: we did not find it, but what we tested is not what the "
    "source speaks of",
}
# Of the book's own statements; and what a measurement says that contradicts one, which no page shows.
OF_OURS = {
    "holds": "a statement of this book's own, which its measurement bears out; not counted as reproduced"
}
FAILS = "fails"
VERDICTS = OF_SOURCES | OF_OURS


def is_ours(source: str) -> bool:
    """Whether the source of a claim is the book itself: it begins with "this chapter"."""
    return source.startswith("this chapter")


@dataclass(frozen=True)
class Finding:
    """What a measurement says of a claim.

    Args:
        verdict: one of VERDICTS, or FAILS where it contradicts a statement of the book's own.
        figure: the numbers behind it, in one sentence, rounded so that they hold on any machine. Where the
            network, the data or the training are not the claim's, its first words say so.

    Raises:
        ValueError: an unknown verdict, or no figure.
    """

    verdict: str
    figure: str

    def __post_init__(self):
        _check_verdict(self.verdict, (*VERDICTS, FAILS))
        if not self.figure.strip():
            raise ValueError("claims: figure must say what was measured")


def _check_verdict(verdict: str, known: Sequence[str], of: str = "") -> None:
    if verdict not in known:
        raise ValueError(f"claims: verdict must be one of {tuple(known)}, got {verdict!r}{of}")


@dataclass(frozen=True)
class Claim:
    """A statement, a source's or the book's own, that an experiment can speak to.

    Args:
        key: a short name, unique in the book.
        source: whose, with its number; of the book's own it begins with "this chapter".
        statement: the claim in our words, Markdown with LaTeX.
        how: how it is measured.
        verdict: one of OF_SOURCES or, of the book's own, of OF_OURS, as we stand by it; a test holds it to
            what `measure` finds.
        measure: makes the finding anew; seconds, not minutes.

    Raises:
        ValueError: an unknown verdict, or one that such a source cannot have.
    """

    key: str
    source: str
    statement: str
    how: str
    _: KW_ONLY
    verdict: str
    measure: Callable[[], Finding]

    def __post_init__(self):
        known = OF_OURS if is_ours(self.source) else OF_SOURCES
        _check_verdict(self.verdict, known, f" for {self.key!r} of {self.source}")

    @cached_property
    def finding(self) -> Finding:
        """What `measure` finds, measured when first asked for.

        Raises:
            ValueError: a verdict that such a source cannot have.
        """
        found = self.measure()
        known = (*OF_OURS, FAILS) if is_ours(self.source) else OF_SOURCES
        _check_verdict(found.verdict, known, f" found for {self.key!r} of {self.source}")
        return found


HEAD = ("the claim", "verdict", "what we found", "how we measured", "who claims it")


def table(claims: Sequence[Claim]) -> Table:
    """The claims with their findings, each measured once, as a Markdown table."""
    return tables.table(HEAD, [_row(claim) for claim in claims])


def _row(claim: Claim) -> tuple[str, ...]:
    found = claim.finding
    return claim.statement, f"**{found.verdict}**", found.figure, claim.how, claim.source
