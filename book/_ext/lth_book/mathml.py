"""The MathML of a formula: whether it is whole, and how it reads in a line of text."""

from xml.etree import ElementTree

# Elements whose children have a meaning by their place, so that their number is fixed.
CHILDREN = {
    "mfrac": 2,
    "mroot": 2,
    "msub": 2,
    "msup": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}
_APPLIED = "\u2061"
_RELATIONS = (
    "=<>\u2264\u2265\u2248\u2260\u2208\u2209\u2286\u2192\u21a6\u223c\u221d\u27f9\u21d2\u2261"
)
_PRIMES = "\u2032\u2033\u2034"
_WRITTEN = {
    "mfrac": "{}/{}",
    "msub": "{}_{}",
    "msup": "{}^{}",
    "munder": "{}_{}",
    "mover": "{}^{}",
    "msubsup": "{}_{}^{}",
    "munderover": "{}_{}^{}",
    "mroot": "{}^(1/{})",
}


def line(math: str, tex: str) -> str:
    r"""A formula in a line of text, as a reader would type it: ``2^n``, ``1/(m+1)``, ``max_S``.

    Args:
        math: a ``<math>`` element.
        tex: the formula, for the message.

    Raises:
        ValueError: an element of fixed arity has another number of children.
    """
    tree = ElementTree.fromstring(math)
    for element in tree.iter():
        children = CHILDREN.get(_name(element), len(element))
        if len(element) != children:
            raise ValueError(
                f"<{_name(element)}> has {len(element)} children, not {children}, in: {tex}"
            )
    return " ".join(_read(tree).split())


def _name(element) -> str:
    return element.tag.rpartition("}")[2]


def _read(element) -> str:
    name = _name(element)
    if name == "annotation":
        return ""
    parts = [_read(child) for child in element]
    if element.get("accent") == "true" or (name == "msup" and parts[1] in _PRIMES):
        return "".join(parts)
    if name in _WRITTEN:
        first = _one(parts[0]) if name in ("mfrac", "mroot") else parts[0].strip()
        apart = " " if parts[0].endswith(" ") or _name(element[0]) == "mo" else ""
        return _WRITTEN[name].format(first, *map(_one, parts[1:])) + apart
    if name == "msqrt":
        return f"\u221a{_one(''.join(parts))}"
    if name == "mo" and element.text and element.text in _RELATIONS:
        return f" {element.text} "
    between = " " if name in ("mtr", "mtable") else ""
    return (element.text or "").replace(_APPLIED, " ") + between.join(parts)


def _one(text: str) -> str:
    """In brackets unless it is one thing."""
    text = text.strip()
    return text if len(text) <= 1 or text.isalnum() or text.startswith("(") else f"({text})"
