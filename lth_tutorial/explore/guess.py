"""A question that the reader answers before the answer appears."""

from dataclasses import dataclass
from html import escape

from . import page


@dataclass(frozen=True)
class Guess:
    """What `guess` returns; as the last line of a cell it shows itself."""

    name: str
    question: str
    answer: float
    explanation: str
    low: int
    high: int

    def html(self) -> str:
        """A form whose answer lies in a template until the reader commits to a number."""
        key = f"{self.name}-guess"
        return (
            f'<form class="lth-guess" id="{self.name}" data-answer="{self.answer:g}">'
            f'<p class="lth-question"><label for="{key}">{escape(self.question)}</label></p>'
            f'<div class="lth-control"><input type="range" id="{key}" min="{self.low}" '
            f'max="{self.high}" value="{(self.low + self.high) // 2}">'
            f'<output for="{key}">{(self.low + self.high) // 2}</output>'
            '<button type="submit">Commit to this guess</button></div>'
            '<p class="lth-verdict" role="status"></p>'
            f"<template>{escape(self.explanation)}</template></form>"
        )

    def verdict(self, guessed: float) -> str:
        """What the reader is told after committing to `guessed`."""
        return f"You said {guessed:g}; the answer is {self.answer:g}. {self.explanation}"

    def widget(self):
        """The same question as stock ipywidgets."""
        import ipywidgets

        middle = (self.low + self.high) // 2
        slider = ipywidgets.IntSlider(value=middle, min=self.low, max=self.high)
        button = ipywidgets.Button(description="Commit to this guess", layout={"width": "14em"})
        shown = ipywidgets.HTML()

        def commit(_):
            slider.disabled = button.disabled = True
            shown.value = escape(self.verdict(slider.value))

        button.on_click(commit)
        question = ipywidgets.HTML(escape(self.question))
        return ipywidgets.VBox([question, ipywidgets.HBox([slider, button]), shown])

    def _ipython_display_(self):
        if page.is_page():
            words = f"**{page.as_markdown(self.question)}** Run the cell to commit to a guess."
            page.show(page.stored(self.html(), words, f"Guess({self.name})"))
        else:
            from IPython.display import display

            display(self.widget())


def guess(name: str, question: str, answer: float, explanation: str, low: int, high: int) -> Guess:
    """A question with a whole number between `low` and `high` as its answer.

    Args:
        name: the form's address on the page.
        question: one sentence.
        answer: computed by the caller, not typed.
        explanation: what the reader is told beside the answer.
        low, high: the ends of the slider.

    Raises:
        ValueError: the answer lies outside [low, high].
    """
    if not low <= answer <= high:
        raise ValueError(f"guess: answer {answer} must lie in [low, high] = [{low}, {high}]")
    return Guess(name, question, answer, explanation, low, high)
