"""KaTeX's formulas with fewer elements: every sign stays where it was.

KaTeX raises an exponent in a table of eight elements and gives each sign and each gap an element of its own;
a chapter has a thousand formulas, and a phone builds and lays out every element. Here a stack is a grid of
one cell, in which each part is moved from the common baseline, and a sign that no style speaks of is text.
"""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

# Classes that KaTeX's sheet has no rule for where they stand alone.
_PLAIN = {"mord", "mbin", "mrel", "mopen", "mclose", "mpunct", "minner", "mop", "mtight"}
_BOXES = ("vlist", "delim-size1", "delim-size4")  # whose children the sheet speaks of
_SIZES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.44, 1.728, 2.074, 2.488)  # KaTeX's size1 to size11
_SIZE = re.compile(r"reset-size(\d+) size(\d+)")
_NAMESPACE = re.compile(r' xmlns="[^"]*"')  # HTML knows formulas and drawings without
_END = "</span>"


def lighter(html: str, line: str) -> str:
    """A formula as KaTeX writes it, for eye and ear, with fewer elements.

    Args:
        html: what KaTeX writes.
        line: how the formula reads in a line of text: its ``data-text``, beside its TeX, ``data-tex``.
    """
    root = ElementTree.fromstring(_NAMESPACE.sub("", html))
    formula = root if root.get("class") == "katex" else root[0]
    heard, seen = formula
    tex = _without_semantics(heard[0])
    formula.attrib |= {"data-tex": tex, "data-text": line}
    for element in list(seen.iter())[::-1]:  # what is within comes first
        parts = [_merged(_stack(part)) for part in _parts(element)]
        _set(element, _without_plain(element, _gaps_as_margins(parts)))
    if formula is root and len(seen) == 1:
        _in_one_piece(formula)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def with_trail(formula: str, trail: str) -> str:
    """A formula in a line with the punctuation behind it, on one line with its last part."""
    # Ends of the last part, of what is seen, of the formula; the first two may be one; a sign has the last.
    within = 3 if 'class="katex-base"' in formula else 1 + ("katex-base" in formula)
    ends = _END * within
    return f'{formula.removesuffix(ends)}<span class="lth-trail">{trail}</span>{ends}'


def _without_semantics(math: Element) -> str:
    """The TeX of a formula, which goes from the MathML with what held both together."""
    ((row, tex),) = math
    math[:] = list(row) if row.tag == "mrow" else [row]
    return tex.text or ""


def _in_one_piece(formula: Element) -> None:
    """A formula that no line breaks: one box; a single sign is text, for the eye and for the ear."""
    heard, seen = formula
    (base,) = seen
    strut, *signs = _parts(base)
    token = len(heard[0]) == 1 and not len(heard[0][0]) and len(signs) == 1
    if token and isinstance(signs[0], str):
        only = Element("span", {"class": "katex-html"})
        only.text = signs[0]
        formula[:] = [only]
    elif token and _sign(signs[0]):
        formula[:] = [_with_class(signs[0], "katex-html")]
    else:
        formula[:] = [heard, _with_class(base, "katex-html")]
        base.set("aria-hidden", "true")


def _parts(element: Element) -> list:
    """Texts and elements within an element, in order."""
    parts = [element.text] if element.text else []
    for child in element:
        parts += [child, child.tail] if child.tail else [child]
    return parts


def _set(element: Element, parts: list) -> None:
    """Texts and elements become what an element holds."""
    element[:] = []
    element.text = None
    last = None
    for part in parts:
        if not isinstance(part, str):
            part.tail = None
            element.append(part)
            last = part
        elif last is None:
            element.text = (element.text or "") + part
        else:
            last.tail = (last.tail or "") + part


def _has(part, name: str) -> bool:
    return not isinstance(part, str) and name in part.get("class", "").split()


def _style(element: Element) -> dict[str, str]:
    entries = (entry.split(":", 1) for entry in element.get("style", "").split(";") if entry)
    return {name.strip(): value.strip() for name, value in entries}


def _lengths(element: Element) -> dict[str, float]:
    """The lengths of a style, in em."""
    pairs = ((name, value) for name, value in _style(element).items() if value.endswith("em"))
    return {name: float(value.removesuffix("em")) for name, value in pairs}


def _with_style(element: Element, style: dict[str, str]) -> Element:
    style = {name: value for name, value in style.items() if value not in ("0em", "-0em")}
    return _with(element, "style", ";".join(f"{name}:{value}" for name, value in style.items()))


def _with(element: Element, attribute: str, value: str) -> Element:
    """An element with an attribute, or without where the value is empty."""
    element.attrib.pop(attribute, None)
    if value:
        element.set(attribute, value)
    return element


def _em(length: float) -> str:
    return f"{round(length, 4):g}em"


def _stack(part):
    """KaTeX's table of parts above each other, as a grid of one cell."""
    if not _has(part, "vlist-t"):
        return part
    grid = Element("span", {"class": "lth-stack"})
    grid.extend(_moved(child) for child in part[0][0] if len(child))
    return grid


def _moved(child: Element) -> Element:
    """One part of a stack, moved from the stack's baseline: KaTeX lowers it from above a strut."""
    strut, content = child
    outer, inner = _lengths(child), _style(content)
    outer["top"] += _lengths(strut)["height"]
    style = inner | {name: _em(length / _size(content)) for name, length in outer.items()}
    if "margin-right" in outer.keys() & inner.keys():
        both = outer["margin-right"] / _size(content) + _lengths(content)["margin-right"]
        style["margin-right"] = _em(both)
    if "height" in inner:  # a root's sign: it takes no room where it stands before it is moved
        style["margin-top"] = f"-{inner['height']}"
    return _with_style(_with_class(content, child.get("class", "")), style)


def _size(element: Element) -> float:
    """By which factor an element's signs are larger than those around it."""
    found = _SIZE.search(element.get("class", ""))
    return _SIZES[int(found[2]) - 1] / _SIZES[int(found[1]) - 1] if found else 1


def _merged(part):
    """One element instead of two where one holds the other alone: in a script, a fraction, a sized sign."""
    if isinstance(part, str) or part.text or len(part) != 1 or part[0].tail:
        return part
    child = part[0]
    if _has(child, "lth-stack") and not part.get("style"):
        alone = _has(part, "msupsub") and len(child) == 1
        return (
            _with_class(child[0], "lth-script")
            if alone
            else _with_class(child, part.get("class", ""))
        )
    if _has(part, "katex-sizing") and not part.get("style") and _sign(child):
        return _with_class(child, part.get("class", ""))
    return part


def _sign(element: Element) -> bool:
    """Whether an element is a sign in a face of its own, with nothing but room to its right."""
    return (
        _has(element, "mathnormal")
        and not len(element)
        and _style(element).keys() <= {"margin-right"}
    )


def _with_class(element: Element, name: str) -> Element:
    names = dict.fromkeys(f"{element.get('class', '')} {name}".split())
    return _with(element, "class", " ".join(names))


def _gaps_as_margins(parts: list) -> list:
    """A gap before and one as wide behind an element become its margins."""
    kept = []
    for part in parts:
        kept.append(part)
        if len(kept) > 2 and _gap(part) and _gap(kept[-3]) == _gap(part) and _has_room(kept[-2]):
            kept[-3:] = [_with_style(kept[-2], {"margin": f"0 {_gap(part)}"})]
    return kept


def _gap(part) -> str | None:
    """How wide a gap is: one between signs, or beside a fraction without brackets."""
    if _has(part, "nulldelimiter"):
        return "0.12em"
    return _style(part).get("margin-right") if _has(part, "mspace") else None


def _has_room(part) -> bool:
    return not isinstance(part, str) and not part.get("style") and not _gap(part)


def _is_plain(part) -> bool:
    """Whether an element says nothing that any style speaks of."""
    if isinstance(part, str) or part.tag != "span" or part.get("style"):
        return False
    return set(part.get("class", "").split()) <= _PLAIN


def _without_plain(element: Element, parts: list) -> list:
    """What an element holds, with the content of elements that say nothing in their place."""
    if any(_has(element, name) for name in _BOXES) or any(_has(p, "pstrut") for p in parts):
        return parts
    return [inner for part in parts for inner in (_parts(part) if _is_plain(part) else [part])]
