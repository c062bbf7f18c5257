"""How high a section will be, reckoned from its text: a browser lays it out only when it comes near.

Until then the scroll bar and a return to an old place go by the reckoning, so it may be wrong by a little.
"""

import re

# What is not seen at first.
_UNSEEN = re.compile(
    r"(?s)<template\b.*?</template>|<math\b.*?</math>|<script\b.*?</script>|<summary\b.*?</summary>"
    r"|<details\b.*?</details>|<svg\b.*?</svg>"
    r'|class="solution dropdown admonition.*?(?=<div class="exercise admonition|<h2|\Z)'
)
_PRINTED = re.compile(r"(?s)<pre\b.*?</pre>")
_TAG = re.compile(r"(?s)<[^>]*>")
_SECTION = re.compile(r"<section\b[^>]*>|</section>")
LETTERS = 66  # in a line
# Heights in rem: a line, what is between paragraphs, a formula by itself, a figure's picture and controls.
LINE, PARAGRAPH, DISPLAY, FIGURE, PRINTED_LINE, BOX, HEADING = 1.76, 1.0, 3.6, 25.0, 1.4, 2.5, 4.0


def height(html: str) -> float:
    """The height of a section in rem, on a phone; on a wide screen it is a sixth less."""
    boxes = html.count('<div class="exercise admonition') + html.count('<div class="proof ')
    seen = _UNSEEN.sub("", html)
    printed = sum(block.count("\n") + 1 for block in _PRINTED.findall(seen))
    blocks = len(_PRINTED.findall(seen))
    text = _TAG.sub("", _PRINTED.sub("", seen))
    return (
        LINE * len(re.sub(r"\s+", " ", text)) / LETTERS
        + (PARAGRAPH + LINE / 2) * seen.count("<p")
        + DISPLAY * seen.count('class="lth-scroll"')
        + FIGURE * seen.count('class="lth-stage"')
        + PRINTED_LINE * printed
        + BOX * (blocks + boxes)
        + HEADING * len(re.findall("<h[23]", seen))
    )


def with_heights(html: str) -> str:
    """A page whose sections say how high each will be."""
    begin, depth, pieces, at = html.find('<article class="bd-article"'), 0, [], 0
    opened = None
    for tag in _SECTION.finditer(html, max(begin, 0)) if begin >= 0 else ():
        if tag[0] == "</section>":
            if depth == 2:
                pieces += [html[at : opened.end()], html[opened.end() : tag.start()]]
                pieces[-2] = _said(pieces[-2], height(pieces[-1]))
                at = tag.start()
            depth -= 1
        else:
            depth += 1
            opened = tag if depth == 2 else opened
    return "".join(pieces) + html[at:]


def _said(before: str, rem: float) -> str:
    """A text that ends with a section's tag, which then says the height."""
    if before.endswith('rem">'):
        return before
    return f'{before[:-1]} style="--lth-height: {rem:.0f}rem">'
