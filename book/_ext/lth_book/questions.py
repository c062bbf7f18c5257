"""Questions that the page answers at once, with an answer for each wrong choice; nothing is sent or kept.

    :::{question} Which of the two grows faster?
    - [ ] The first.

      Why this is wrong.
    - [x] The second.

      Why this is right.
    :::

`{question-number}` asks for a number: its choices are the numbers that are answered, one of them right, and
the last is `anything else`; the option `within` says how far off a number may be. Without a script the
answers open from a line of text; on paper they follow the question.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

MARKS = {"[x] ": True, "[ ] ": False}
LETTERS = "ABCDEF"
OTHERWISE = "anything else"
# What a reader may type: a whole number or a decimal, with a point or a comma.
NUMBER = r"\s*[\-+\u2212]?\d*[.,]?\d+\s*"


class Tag(nodes.General, nodes.TextElement):
    """An element of HTML with its attributes, around other nodes."""


def setup(app):
    """Sphinx: the two directives."""
    app.add_node(Tag, html=(_open, _close))
    app.add_directive("question", Choice)
    app.add_directive("question-number", Number)


def _open(self, node: Tag) -> None:
    self.body.append(self.starttag({}, node["tag"], "", **node["attributes"]))


def _close(self, node: Tag) -> None:
    self.body.append(f"</{node['tag']}>\n")


def tag(name: str, *children: nodes.Node, **attributes) -> Tag:
    """An element; attributes are named as in HTML, `data_x` for `data-x`."""
    attributes = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    return Tag("", "", *children, tag=name, attributes=attributes)


class Question(SphinxDirective):
    """What the two kinds share: they are read alike, and their answers are alike."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The form: a question, its fields, its answers."""
        words, _ = self.parse_inline(self.arguments[0])
        choices = self.choices()
        key = f"question-{self.env.new_serialno('question') + 1}"
        button = tag("button", nodes.Text("Check"), type="submit", disabled="")
        asked = tag(
            "fieldset",
            tag("legend", *words),
            *self.fields(key, choices),
            tag("div", button, class_="lth-check-press"),
            tag("div", class_="lth-verdict", role="status"),
        )
        answers = tag(
            "details",
            tag("summary", nodes.Text("The answers")),
            tag("ul", *(self.answer(k, *choice) for k, choice in enumerate(choices))),
        )
        return [tag("form", asked, answers, class_="lth-check", ids=[key])]

    def choices(self) -> list[tuple[bool, list[nodes.Node], list[nodes.Node]]]:
        """For each choice: whether it is right, its words, and its answer."""
        box = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, box)
        items = [item for item in box.findall(nodes.list_item) if item.parent.parent is box]
        choices = [_choice(item) for item in items]
        if [right for right, *_ in choices].count(True) != 1 or not all(a for _, _, a in choices):
            raise self.error(
                "a question has choices `- [ ] words`, one of them `- [x]`, each with its answer in a "
                "paragraph of its own below, as far in as the words"
            )
        return choices

    def answer(self, k: int, right: bool, words: list, answer: list) -> Tag:
        """An answer: what it answers, whether that is right, and why."""
        verdict = tag("strong", nodes.Text("Right." if right else "No."))
        first, *others = answer
        name = tag("b", *(word.deepcopy() for word in self.called(k, words)))
        first = tag("p", name, nodes.Text(" "), verdict, nodes.Text(" "), *first.children)
        marks = {
            "data_value": self.stands_for(k, words),
            "data_within": self.options.get("within", "0"),
        }
        return tag("li", first, *others, **marks, **({"data_right": ""} if right else {}))


class Choice(Question):
    """One of several sentences."""

    def fields(self, key: str, choices: list) -> list[Tag]:
        """A radio button for each choice."""
        made = []
        for k, (_, words, _) in enumerate(choices):
            button = f'<input type="radio" name="{key}" value="{k}" required>'
            letter = tag("b", nodes.Text(LETTERS[k]))
            inner = [nodes.raw("", button, format="html"), letter, tag("span", *words)]
            made.append(tag("label", *inner, class_="lth-choice"))
        return made

    def called(self, k: int, words: list) -> list[nodes.Node]:
        """What an answer begins with: the choice's letter."""
        return [nodes.Text(LETTERS[k])]

    def stands_for(self, k: int, words: list) -> str:
        """The choice's place, which is its button's value."""
        return str(k)


class Number(Question):
    """A number."""

    option_spec = {"within": directives.unchanged}

    def fields(self, key: str, choices: list) -> list[Tag]:
        """A field for the number."""
        field = (
            f'<input type="text" inputmode="decimal" name="{key}" required autocomplete="off" '
            f'pattern="{NUMBER}" title="a number">'
        )
        words = tag("span", nodes.Text("Your number"))
        return [tag("label", words, nodes.raw("", field, format="html"), class_="lth-number")]

    def called(self, k: int, words: list) -> list[nodes.Node]:
        """What an answer begins with: its number."""
        return [*words, nodes.Text(":")]

    def stands_for(self, k: int, words: list) -> str:
        """The number that is answered; nothing for the answer to all others."""
        text = "".join(word.astext() for word in words)
        return "" if text.lower() == OTHERWISE else str(float(text))


def _choice(item: nodes.list_item) -> tuple[bool, list[nodes.Node], list[nodes.Node]]:
    """Whether an item is the right one, its words, and what stands below them."""
    first, *answer = item.children
    words = list(first.children)
    mark = words[0].astext()[:4] if words else ""
    if mark not in MARKS:
        return False, [], []
    return MARKS[mark], [nodes.Text(words[0].astext()[4:]), *words[1:]], answer
