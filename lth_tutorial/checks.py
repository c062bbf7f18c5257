"""Argument checks, shared by all chapters: a ValueError names the argument and the rule it broke.

What is accepted as numbers: real ones, in anything that numpy makes an array of, and in torch tensors, which
are detached and moved to the CPU. What is refused, because an answer would be about something else: complex
numbers, truth values, texts, masked arrays, NaN and infinity.

It needs numpy alone: a tensor is known by torch being loaded, and asked by its own methods.
"""

import math
import sys
from collections.abc import Iterable, Mapping
from numbers import Integral, Real

import numpy as np

# Arrays of more numbers than this are not made: a misplaced argument is likelier than 64 GiB of memory.
MOST_NUMBERS = 1 << 33
_SHOWN = 80


def shown(value) -> str:
    """`value` as an error message shows it: short, whatever it is."""
    try:
        text = repr(value)
    except Exception:  # a message must not fail over the value that it is about
        text = f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


# Arrays


def is_tensor(value) -> bool:
    """Whether `value` is a torch tensor; torch is not loaded to find out."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, getattr(torch, "Tensor", ()))


def real_tensor(name: str, tensor):
    """A tensor of real numbers without its gradient; floats shorter than float32 become float32, exactly.

    Raises:
        ValueError: it is complex, boolean or quantized, or not a dense tensor with data.
    """
    if tensor.is_complex() or tensor.is_quantized or str(tensor.dtype) == "torch.bool":
        raise ValueError(f"{name} must hold real numbers, got {tensor.dtype}")
    if str(tensor.layout) != "torch.strided" or tensor.is_meta or tensor.is_nested:
        raise ValueError(f"{name} must be a dense tensor, in rows of one length")
    tensor = tensor.detach().resolve_neg()
    short = tensor.is_floating_point() and tensor.element_size() < 4
    return tensor.float() if short else tensor


def real_array(name: str, values) -> np.ndarray:
    """`values` as an array of real numbers, floats or integers in the machine's own byte order.

    Objects are accepted if each is a real number (fractions, whole numbers of any size); they become
    float64, rounded once.

    Raises:
        ValueError: something is complex, boolean, masked, no number, or rows differ in length.
    """
    try:
        array = np.asarray(_plain(name, values))
        if array.dtype.kind == "O":
            array = _from_objects(name, array)
    except (_Refused, MemoryError):
        raise
    except OverflowError as error:
        raise ValueError(f"{name} must hold real numbers that fit into a float") from error
    except Exception as error:  # whatever an object's own conversion raises
        raise ValueError(f"{name} must hold real numbers, in rows of one length") from error
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must hold real numbers, got {array.dtype}")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


class _Refused(ValueError):
    """A refusal in our own words, to be told from numpy's errors."""


def _plain(name: str, values):
    """`values` with tensors as arrays, also inside lists; masked arrays are refused there, too."""
    if isinstance(values, np.ma.MaskedArray):
        raise _Refused(
            f"{name} must not be masked: numpy forgets the mask; choose the entries first"
        )
    if is_tensor(values):
        try:
            return real_tensor(name, values).cpu().numpy()
        except ValueError as error:
            raise _Refused(*error.args) from None
    if isinstance(values, list | tuple):
        return [_plain(name, value) for value in values]
    return values


def _from_objects(name: str, array: np.ndarray) -> np.ndarray:
    for value in array.ravel():
        if not isinstance(value, Real) or isinstance(value, bool):
            raise _Refused(f"{name} must hold real numbers, got a {type(value).__name__}")
    return array.astype(float)


def finite_array(name: str, values, ndim: int | tuple[int, ...]) -> np.ndarray:
    """`values` as float64 of `ndim` dimensions (or of one of several), finite and not empty; a copy."""
    with np.errstate(over="ignore"):  # beyond the largest float64 is said below
        array = real_array(name, values).astype(float)
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if array.ndim not in allowed:
        wanted = " or ".join(map(str, allowed))
        raise ValueError(f"{name} must have {wanted} dimension(s), got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, but holds NaN or infinity")
    return array


def moderate(name: str, values: np.ndarray, most: float = 1e100) -> np.ndarray:
    """Finite `values`, if squares and products of a few of them are floats as well."""
    if np.abs(values).max() > most:
        raise ValueError(f"{name} must not exceed {most:g} in size, for its squares to be floats")
    return values


def listed(name: str, values, what: str) -> list:
    """The members of a list, tuple, generator, array or tensor; `what` says what they are to be."""
    if isinstance(values, np.ma.MaskedArray):
        raise ValueError(f"{name} must be a list of {what}, got a masked array")
    if (
        not isinstance(values, Iterable)
        or isinstance(values, str | bytes | Mapping)
        or getattr(values, "ndim", 1) == 0
    ):
        raise ValueError(f"{name} must be a list of {what}, got {type(values).__name__}")
    return list(values)


# Numbers


def finite_number(name: str, value) -> float:
    """`value` as a finite float."""
    return float(finite_array(name, value, 0))


def positive(name: str, value) -> float:
    """`value` as a finite float above 0."""
    value = finite_number(name, value)
    if value <= 0:
        raise ValueError(f"{name} must be positive, got {value}")
    return value


def not_negative(name: str, value) -> float:
    """`value` as a finite float that is not below 0."""
    value = finite_number(name, value)
    if value < 0:
        raise ValueError(f"{name} must be finite and not negative, got {value}")
    return value


def inside(name: str, value, low: float = 0, high: float = 1) -> float:
    """`value` as a float strictly between `low` and `high`: a probability or a rate, say."""
    value = finite_number(name, value)
    if not low < value < high:
        raise ValueError(f"{name} must lie in ({low}, {high}), got {value}")
    return value


def whole(name: str, value, low: int | None = None, high: int | None = None) -> int:
    """`value` as an int, from `low` to `high`; a truth value or a float is no whole number."""
    number = isinstance(value, Integral) and not isinstance(value, bool)
    if number and (low is None or value >= low) and (high is None or value <= high):
        return int(value)
    limits = "," if low is None else f", at least {low};"
    limits = limits if high is None else f" from {low} to {high},"
    raise ValueError(f"{name} must be a whole number{limits} got {shown(value)}")


def at_most(name: str, n: int, most: int, needs: str) -> None:
    """Refuse more than `most` candidates, saying what `n` of them would take."""
    if n > most:
        raise ValueError(f"{name} holds {n:,} candidates, at most {most} are served: {needs}")


def affordable(name: str, numbers: int) -> None:
    """Refuse an argument that asks for an array of more than MOST_NUMBERS."""
    if numbers > MOST_NUMBERS:
        raise ValueError(f"{name} must be smaller: it asks for {gibibytes(math.log2(numbers))}")


def gibibytes(bits: float, factor: float = 1.0) -> str:
    """The memory of `factor` times 2^`bits` 64-bit numbers, for a reader; also where no float holds it."""
    bits += math.log2(factor * 8) - 30
    return f"{2.0**bits:,.3g} GiB" if bits < 50 else f"10^{bits * math.log10(2):,.0f} GiB"


def count_of_subsets(n: int) -> str:
    """2^n, written for a reader; any n."""
    return (
        f"{2**n:,}" if n < 50 else f"{2.0**n:.1e}" if n < 1000 else f"10^{n * math.log10(2):,.0f}"
    )


# Words, switches, randomness


def choice(name: str, value, known) -> str:
    """`value`, if it is one of the `known` words."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}; got {shown(value)}")
    return value


def switch(name: str, value) -> bool:
    """`value` as a bool: True, False, 1 or 0, and nothing that merely counts as true."""
    if isinstance(value, np.bool_ | Integral) and value in (0, 1):
        return bool(value)
    raise ValueError(f"{name} must be True or False, got {shown(value)}")


def generator(name: str, rng) -> np.random.Generator:
    """A Generator from a Generator or a seed: a whole number of at least 0, or several.

    None is no seed: a result that nobody can repeat is not asked for by accident.

    Raises:
        ValueError: something else.
    """
    if isinstance(rng, np.random.Generator | np.random.BitGenerator | np.random.SeedSequence):
        return np.random.default_rng(rng)
    seeds = rng.tolist() if isinstance(rng, np.ndarray) and rng.dtype.kind in "iu" else rng
    seeds = seeds if isinstance(seeds, list | tuple) else [seeds]
    if seeds and all(_is_seed(seed) for seed in seeds):
        return np.random.default_rng(rng)
    raise ValueError(
        f"{name} must be a numpy Generator or a seed, a whole number of at least 0; got {shown(rng)}"
    )


def _is_seed(value) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and value >= 0


def generators(name: str, rngs, count: int) -> list[np.random.Generator]:
    """Generators for `count` networks, from a list of Generators or seeds.

    Raises:
        ValueError: no list, another number of them, or one Generator that stands there twice: what a network
            draws would then depend on the others.
    """
    rngs = listed(name, rngs, f"{count} Generators or seeds")
    if len(rngs) != count:
        raise ValueError(f"{name} must hold {count} Generators or seeds, got {len(rngs)}")
    found = [generator(f"{name}[{k}]", rng) for k, rng in enumerate(rngs)]
    if len({id(one.bit_generator) for one in found}) != len(found):
        raise ValueError(
            f"{name} must hold different Generators, one for each; one stands there twice"
        )
    return found


# Answers


def exact_error(x: np.ndarray, mask: np.ndarray, z: float) -> tuple[float, float]:
    """The sum of x[mask] and its distance from z, each rounded once from its exact value."""
    chosen = x[mask].tolist()
    return math.fsum(chosen), abs(math.fsum([*chosen, -z]))
