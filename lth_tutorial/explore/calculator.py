"""A formula of a page with fields to fill in, computed in the page itself."""

from dataclasses import dataclass
from html import escape
from importlib.resources import files

from . import page


@dataclass(frozen=True)
class Field:
    """A field of a calculator: what its script calls it, its label, and what stands in it at first."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class Calculator:
    """What a chapter's function returns; as the last line of a cell it shows itself.

    name: the formula's in ``calculators.js``, and the form's in the page. says: the answer for what stands in
    the fields at first, in the words of the script, which a test holds to it.
    """

    name: str
    fields: tuple[Field, ...]
    says: str

    def html(self) -> str:
        """The form, with its first answer."""
        rows = "".join(
            f'<div class="lth-control"><label for="{self.name}-{f.name}">{escape(f.label)}</label>'
            f'<input type="text" autocomplete="off" id="{self.name}-{f.name}" '
            f'name="{f.name}" value="{escape(f.value)}"></div>'
            for f in self.fields
        )
        return (
            f'<form class="lth-calculator" id="{self.name}">{rows}'
            f'<p class="lth-says" role="status">{escape(self.says)}</p></form>'
        )

    def live_html(self) -> str:
        """The form with its style and script, for a notebook's output."""
        static = files("lth_tutorial.explore") / "static"
        style = (static / "explore.css").read_text(encoding="utf-8")
        script = (static / "calculators.js").read_text(encoding="utf-8")
        return f"<style>{style}</style>{self.html()}<script>{script}</script>"

    def _ipython_display_(self):
        plain = f"Calculator({self.name})"
        if page.is_page():
            page.show(page.stored(self.html(), page.as_markdown(self.says), plain))
        else:
            page.show({"text/html": self.live_html(), "text/plain": plain})
