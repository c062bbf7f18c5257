"""Candidates to switch on and off by hand: the one control that computes in the page itself."""

from dataclasses import dataclass
from html import escape
from importlib.resources import files

from . import page


@dataclass(frozen=True)
class Playground:
    """What `playground` returns; as the last line of a cell it shows itself."""

    candidates: int
    seed: int

    def html(self) -> str:
        """The container that ``playground.js`` fills."""
        return (
            f'<div class="lth-playground" id="playground" data-candidates="{self.candidates}" '
            f'data-seed="{self.seed}"><noscript>{escape(_WITHOUT_SCRIPT)}</noscript></div>'
        )

    def live_html(self) -> str:
        """The container with its style and script, for a notebook's output."""
        static = files("lth_tutorial.explore") / "static"
        style = (static / "explore.css").read_text(encoding="utf-8")
        script = (static / "playground.js").read_text(encoding="utf-8")
        return f"<style>{style}</style>{self.html()}<script>{script}</script>"

    def _ipython_display_(self):
        plain = f"Playground({self.candidates} candidates)"
        if page.is_page():
            words = f"{self.candidates} candidates to switch on and off: run the cell to play."
            page.show(page.stored(self.html(), words, plain))
        else:
            page.show({"text/html": self.live_html(), "text/plain": plain})


_WITHOUT_SCRIPT = "The playground needs JavaScript; everything else on this page does without."


def playground(candidates: int = 10, seed: int = 1) -> Playground:
    """Up to 20 random candidates, switched on and off by hand, against a target.

    The page's own small solver (``playground.js``) works on whole millionths, so that its sums
    are exact; it follows the same tie rule as `lth_tutorial.subset_sum.best_subset`.

    Raises:
        ValueError: candidates is not between 1 and 20.
    """
    if not 1 <= candidates <= 20:
        raise ValueError(f"playground: candidates must lie in [1, 20], got {candidates}")
    return Playground(candidates, seed)
