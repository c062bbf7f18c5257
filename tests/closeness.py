"""Equality of what was computed twice, perhaps on two processors: last digits are left out."""

import math
from numbers import Real


def differences(found, kept, rel: float = 1e-9, least: float = 1e-12, place: str = "") -> list[str]:
    """Where two nests of lists, dicts and values differ: numbers by more than rel of their size, or else.

    Numbers below `least` count as 0. A whole number below 1 / rel has to be the same.
    """
    if isinstance(found, dict) and isinstance(kept, dict) and found.keys() == kept.keys():
        pairs = [(f"{place}.{key}", found[key], kept[key]) for key in kept]
    elif isinstance(found, list) and isinstance(kept, list) and len(found) == len(kept):
        pairs = [(f"{place}[{k}]", *pair) for k, pair in enumerate(zip(found, kept, strict=True))]
    elif _number(found) and _number(kept):
        close = math.isclose(found, kept, rel_tol=rel, abs_tol=least)
        same = close or (math.isnan(found) and math.isnan(kept))
        return [] if same else [f"{place}: {found} is not {kept}"]
    else:
        same = type(found) is type(kept) and found == kept
        return [] if same else [f"{place}: {found!r} is not {kept!r}"]
    return [line for where, a, b in pairs for line in differences(a, b, rel, least, where)]


def _number(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
