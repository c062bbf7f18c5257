"""Matplotlib's SVG made small: numbers short, colours the page's own, no element that says nothing."""

import re

from lth_tutorial.style import COLOURS

_NUMBER = re.compile(r"-?\d+\.\d+")


def tidy(svg: str, prefix: str) -> str:
    """Matplotlib's SVG without what a page does not need, coloured by the page's own variables."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"(?s)<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg)
    svg = re.sub(r"<[^>]*>", lambda tag: _NUMBER.sub(lambda m: _short(m.group()), tag.group()), svg)
    svg = rename_ids(svg, prefix)
    for name, value in COLOURS.items():
        svg = re.sub(value, f"var(--lth-{name}, {value})", svg, flags=re.IGNORECASE)
    svg = re.sub(r"#000000|(?<=[ :])black(?=[;\"])", "currentColor", svg)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    svg = rename_ids(fewer_elements(re.sub(r"\s*\n\s*", "\n", svg)), prefix)
    head = re.match(r"<svg[^>]*>", svg).group()
    view = re.search(r'viewBox="([^"]*)"', head).group(1)
    root = (
        f'<svg viewBox="{view}" xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" aria-hidden="true" focusable="false" '
        'fill="currentColor" font-family="inherit" stroke-linejoin="round">'
    )
    return root + svg[len(head) :].strip()


def fewer_elements(svg: str) -> str:
    """The same picture in fewer elements: a browser styles and lays out each anew when a control moves."""
    return _alike_as_one(_clipped_alone(_marks_as_paths(_without_idle_elements(svg))))


_GROUP = re.compile(r"<g\b[^>]*>|</g>")


def _without_idle_elements(svg: str) -> str:
    """No group that says nothing, no path without ink, no turn by nothing."""
    within = []  # of each open group, whether it says something

    def group(tag: re.Match) -> str:
        if tag[0] == "</g>":
            return tag[0] if within.pop() else ""
        within.append(tag[0] != "<g>")
        return tag[0] if within[-1] else ""

    svg = re.sub(r'<path d="[^"]*"(?: clip-path="[^"]*")? style="fill: none"\s*/>', "", svg)
    svg = re.sub(r' transform="rotate\(-?0[ ,][^)]*\)"', "", svg)
    return _without_gaps(_GROUP.sub(group, re.sub(r"<g\b[^>]*/>", "", svg)))


def _without_gaps(svg: str) -> str:
    return re.sub(r"\n{2,}", "\n", re.sub(r"<defs>\s*</defs>", "", svg))


_SHAPE = re.compile(r'<path id="([^"]+)" d="([MLCQz\d.\s-]*)"(?: style="([^"]*)")?\s*/>')
_LINES = re.compile(r"(?:M \S+ \S+\nL \S+ \S+\n)+")
_MARK = re.compile(r'<use xlink:href="#([^"]+)" x="([^"]*)" y="([^"]*)"(?: style="([^"]*)")?\s*/>')
_PIECE = re.compile(r"<use\b[^>]*>|<text\b[^>]*>[^<]*</text>")
_MARKS = re.compile(rf"<use\b[^>]*>(?:\s*(?:{_PIECE.pattern}))*")


def _marks_as_paths(svg: str) -> str:
    """Every mark drawn where it stands, like marks that follow each other as one path.

    Matplotlib draws a mark once and uses it at each of its places. To a browser each use is a tree of its
    own, which it styles anew when the mark moves.
    """
    shapes = {
        name: (outline, _style(own) | ({"fill": "none"} if _LINES.fullmatch(outline) else {}))
        for name, outline, own in _SHAPE.findall(svg)
    }

    def drawn(marks: re.Match) -> str:
        pieces, latest = [], None
        for piece in _PIECE.findall(marks[0]):
            mark = _MARK.fullmatch(piece)
            if mark is None or mark[1] not in shapes:
                pieces.append(piece)
                continue
            outline, own = shapes[mark[1]]
            like = (outline, _style(mark[4]) | own)
            if latest is None or latest[0] != like or not _flat(like[1]):
                latest = (like, [])
                pieces.append(latest)
            latest[1].append((float(mark[2]), float(mark[3])))
        return "\n".join(one if isinstance(one, str) else _at(*one[0], one[1]) for one in pieces)

    svg = _MARKS.sub(drawn, svg)
    used = set(re.findall(r'xlink:href="#([^"]+)', svg))
    return _without_gaps(_SHAPE.sub(lambda m: m[0] if m[1] in used else "", svg))


def _style(text: str | None) -> dict[str, str]:
    """The declarations of a style; a fill that cannot be seen is none."""
    style = dict(one.strip().split(": ", 1) for one in (text or "").split(";") if one.strip())
    if style.get("fill-opacity") == "0":
        del style["fill-opacity"]
        style["fill"] = "none"
    return style


def _flat(style: dict[str, str]) -> bool:
    """Whether shapes of this style look the same drawn one over the other or at once."""
    fill, stroke = style.get("fill", "currentColor"), style.get("stroke", "none")
    return not any("opacity" in name for name in style) and (
        "none" in (fill, stroke) or fill == stroke
    )


_DISC = re.compile(r"M 0 ([\d.]+)\n(?:C [^\n]*\n){8}z\s*")


def _at(outline: str, style: dict[str, str], places: list[tuple[float, float]]) -> str:
    """A path that draws the outline at each of the places."""
    if disc := _DISC.fullmatch(outline):
        outline, style = _circle(float(disc[1]), style)
    outlines = "\n".join(_moved(outline.strip(), *place) for place in places)
    declared = "; ".join(f"{name}: {value}" for name, value in style.items())
    return f'<path d="{outlines}\n" style="{declared}"/>'


def _circle(radius: float, style: dict[str, str]) -> tuple[str, dict[str, str]]:
    """A circle as two arcs; a disc of one colour as the round end of a line without length."""
    if (
        _flat(style)
        and style.get("fill") != "none"
        and style.keys() <= {"fill", "stroke", "stroke-width"}
    ):
        edge = float(style.get("stroke-width", 1)) if style.get("stroke", "none") != "none" else 0
        width, colour = _short(str(2 * radius + edge)), style.get("fill", "currentColor")
        dot = {"fill": "none", "stroke": colour, "stroke-width": width, "stroke-linecap": "round"}
        return "M 0 0 h 0", dot
    r, across = _short(str(radius)), _short(str(2 * radius))
    return f"M -{r} 0 a {r} {r} 0 1 0 {across} 0 a {r} {r} 0 1 0 -{across} 0", style


def _moved(outline: str, x: float, y: float) -> str:
    """The outline with its coordinates, those of capital letters, moved by (x, y)."""

    def move(command: re.Match) -> str:
        return re.sub(r"(-?[\d.]+)\s+(-?[\d.]+)", pair, command[0])

    def pair(numbers: re.Match) -> str:
        return f"{_short(str(float(numbers[1]) + x))} {_short(str(float(numbers[2]) + y))}"

    return re.sub(r"[MLCQ][^A-Za-z]*", move, outline)


_CLIPPED = re.compile(r'<g (clip-path="[^"]*")>\s*(<path d="[^"]*")( style="[^"]*"\s*/>)\s*</g>')


def _clipped_alone(svg: str) -> str:
    """A group around one path that only clips it gives way to the path."""
    return _CLIPPED.sub(r"\2 \1\3", svg)


_ALIKE = re.compile(r'(<path d="[^"]*)"((?![^>]*(?:opacity|\bid=))[^>]*/>)(?:\n<path d="[^"]*"\2)+')


def _alike_as_one(svg: str) -> str:
    """Paths in a row that differ in their outlines alone, and may lie over each other, are one."""

    def one(paths: re.Match) -> str:
        style = re.search(r'style="([^"]*)"', paths[2])
        if style and not _flat(_style(style[1])):
            return paths[0]
        outlines = re.findall(r'<path d="([^"]*)"', paths[0])
        return '<path d="' + "\n".join(line.strip("\n") for line in outlines) + '\n"' + paths[2]

    return _ALIKE.sub(one, svg)


def rename_ids(svg: str, prefix: str) -> str:
    """Keep only ids that something refers to, numbered under `prefix`."""
    used = dict.fromkeys(re.findall(r'(?:xlink:href="#|url\(#)([^")]+)', svg))
    short = {old: f"{prefix}-{k}" for k, old in enumerate(used)}
    svg = re.sub(
        r' id="([^"]+)"', lambda m: f' id="{short[m.group(1)]}"' if m.group(1) in short else "", svg
    )
    return re.sub(r'((?:xlink:href="#|url\(#))([^")]+)', lambda m: m[1] + short[m[2]], svg)


def _short(number: str) -> str:
    return (
        f"{float(number):.2f}".rstrip("0")
        .rstrip(".")
        .replace("-0", "0", number.startswith("-0.00"))
    )
