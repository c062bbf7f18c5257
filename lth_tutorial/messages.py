"""Values on their way between the two processes of the grader: one line of JSON a message.

Nothing that arrives is ever executed: what is no number, text, list, set, dictionary or array arrives as
words on what it is. A notebook's own checks send its answers the same way: they judge what grading will see.
This file stands alone: the child has it, and nothing else of the package.
"""

import base64
import json
import sys
from collections.abc import MappingView
from numbers import Real

MOST_BYTES = 32 << 20
MOST_DEPTH = 20


class Other:
    """What a value was that cannot travel; its words are its text."""

    def __init__(self, words: str):
        self.words = words

    def __repr__(self) -> str:
        return self.words


class Malformed(ValueError):
    """What arrived is no message."""


def encode(value, depth: int = 0):
    """A value in what JSON has."""
    import numpy as np

    if depth > MOST_DEPTH:
        return {"other": "a value nested too deeply"}
    if value is None or isinstance(value, bool | float | str):
        return value if type(value) in (type(None), bool, float, str) else _plainly(value)
    if isinstance(value, int):
        return int(value) if abs(int(value)) < 1 << 4000 else {"other": "an enormous whole number"}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, np.generic):
        value = np.asarray(value)
    if _is_tensor(value):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        return _array(value, np, depth)
    if isinstance(value, list | tuple | range | MappingView):
        return {"list": [encode(one, depth + 1) for one in value]}
    if isinstance(value, set | frozenset):
        return {"set": [encode(one, depth + 1) for one in value]}
    if isinstance(value, dict):
        pairs = [[encode(k, depth + 1), encode(v, depth + 1)] for k, v in value.items()]
        return {"dict": pairs}
    if isinstance(value, Real):  # a fraction
        return float(value)
    return {"other": what(value)}


def travelled(value):
    """A value as it arrives."""
    try:
        return decode(encode(value))
    except Exception as error:  # whatever a value's own methods raise
        return Other(f"a value that cannot be read: {type(error).__name__}")


def _plainly(value):
    for kind in (bool, float, str):
        if isinstance(value, kind):
            return kind(value)
    return None


def _is_tensor(value) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, getattr(torch, "Tensor", ()))


def _array(value, np, depth: int):
    if value.dtype.kind not in "biufc":
        return (
            {"list": [encode(one, depth + 1) for one in value.tolist()]}
            if value.ndim
            else {"other": "text"}
        )
    if value.nbytes > MOST_BYTES // 2:
        return {"other": f"an array of {value.size} numbers, which is too large"}
    data = np.ascontiguousarray(value.astype(value.dtype.newbyteorder("<")))
    text = base64.b64encode(data.tobytes()).decode()
    return {"array": text, "dtype": data.dtype.str, "shape": list(value.shape)}


def what(value) -> str:
    """What a value is, in words."""
    name = type(value).__name__
    article = "an" if name[:1].lower() in "aeiou" else "a"
    return f"{article} {name}"


def decode(value):
    """The value of what `encode` made.

    Raises:
        Malformed: it is nothing that `encode` makes.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if not isinstance(value, dict) or not value:
        raise Malformed("neither a number nor a marked value")
    kind = next(iter(value))
    try:
        return _KINDS[kind](value)
    except Malformed:
        raise
    except Exception as error:
        raise Malformed(f"a damaged {kind}: {error}") from None


def _decode_array(value):
    import numpy as np

    dtype = np.dtype(str(value["dtype"]))
    if dtype.kind not in "biufc" or dtype.hasobject:
        raise Malformed("an array of something else than numbers")
    data = base64.b64decode(value["array"])
    return np.frombuffer(data, dtype).reshape([int(n) for n in value["shape"]]).copy()


def _decode_dict(value):
    return {_hashable(decode(k)): decode(v) for k, v in value["dict"]}


def _hashable(key):
    return tuple(map(_hashable, key)) if isinstance(key, list) else key


_KINDS = {
    "array": _decode_array,
    "list": lambda value: [decode(one) for one in value["list"]],
    "set": lambda value: {_hashable(decode(one)) for one in value["set"]},
    "dict": _decode_dict,
    "other": lambda value: Other(str(value["other"])[:200]),
    "ellipsis": lambda value: Ellipsis,
}


def is_placeholder(function) -> bool:
    """Whether a function does nothing at all, as it was handed out; a finished one may lack its `return`."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_freevars:  # what stands for a value
        return True
    said = [one for one in code.co_consts if not isinstance(one, str | None | type(...))]
    given = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4)
    return not code.co_names and not said and code.co_nlocals == given


def line(message: dict) -> bytes:
    """A message as one line."""
    return json.dumps(message).encode() + b"\n"


def read_line(data: bytes) -> dict:
    """A message from its line.

    Raises:
        Malformed: it is none.
    """
    try:
        message = json.loads(data)
        if b"\\ud" in data.lower() or not data.isascii():
            message = legible(message)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"no message: {error}") from None
    if not isinstance(message, dict):
        raise Malformed("a message that is no dictionary")
    return message


def legible(value):
    """What came as JSON, without halves of characters, which no file can hold."""
    text = json.dumps(value, ensure_ascii=False)
    return value if text.isascii() else json.loads(text.encode("utf-8", "replace"))
