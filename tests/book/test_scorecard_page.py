"""The scorecard's strips, and what pages say of themselves."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from lth_book import page_html, scorecard  # noqa: E402

from lth_tutorial.claims import VERDICTS  # noqa: E402

ROW = "<tr><td><p>{}</p></td><td><p><strong>{}</strong></p></td><td></td></tr>"
LEGEND = "<tr><td><p><strong>{}</strong></p></td><td><p>{}</p></td></tr>"
HEAD = "<thead><tr><th><p>{}</p></th></tr></thead>"


def page() -> str:
    legend = LEGEND.format("not", 1) + LEGEND.format("not testable as published", 1)
    claims = ROW.format("a < b &amp; c", "not") + ROW.format("d", "not testable as published")
    return (
        f"<section id='s'><div><table>{HEAD.format('verdict')}<tbody>{legend}</tbody></table></div>"
        f"<section id='one'><h2>1. One</h2><table>{HEAD.format('the claim')}<tbody>{claims}</tbody></table>"
        f"</section><section id='end'><h2>End</h2><table>{HEAD.format('name')}<tbody></tbody></table>"
        "</section></section>"
    ).replace("a < b", "a &lt; b")


def test_every_row_has_its_mark_and_every_verdict_its_choice():
    html = scorecard.with_strips(page())
    assert html.count('class="lth-mark v-') == 2 and html.count('type="radio"') == 3
    assert 'href="#one-1"' in html and '<tr class="v-not" id="one-1">' in html
    assert 'class="v-not-testable-as-published" id="one-2"' in html
    assert "not testable as published 1</span>" in html and "all 2</span>" in html
    assert html.count("<li>") == 1 and html.index("lth-score") < html.index("<table")
    assert 'title="not: a &lt; b &amp; c"' in html


def test_only_the_scorecard_has_the_style_that_its_choices_need():
    """A browser asks such rules again whenever a figure changes, which took most of a slider's time."""
    contexts = {name: {"body": page()} for name in (scorecard.PAGE, "book/1-random-subset-sum")}
    for name, context in contexts.items():
        scorecard.add_strips(None, name, "", context, None)
    own, other = contexts.values()
    assert own["metatags"].count(":has(#show-v-") == 2 * len(VERDICTS) and "metatags" not in other
    style = (ROOT / "book" / "_static" / "book.css").read_text(encoding="utf-8")
    assert "#show-" not in style and "has(tr" not in style


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("A first sentence that is long. A second one.", "A first sentence that is long. A second one."),
        (f"A first sentence that is long. {'Word ' * 40}.", "A first sentence that is long."),
        (f"What is more than thirty characters: {'Word ' * 40}.", "What is more than thirty characters."),
        ("short. " + "word " * 40, ("short. " + "word " * 40)[:159].rsplit(" ", 1)[0] + "\u2026"),
    ],
)  # fmt: skip
def test_a_description_is_made_of_sentences(text, kept):
    assert page_html.sentences(text) == kept
