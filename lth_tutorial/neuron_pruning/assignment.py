"""The assignment of chapter 4: the keep rule when the output weights have another law.

The laws: density proportional to |v|^power on [-1, 1], and uniform on low <= |v| <= 1. A rule is judged by
the means that it makes, over many neurons with the same coefficient, whatever it looks like.
"""

import numpy as np

from lth_tutorial.judging import (
    all_masks,
    array_of,
    drawn,
    mask_of,
    number,
    parts_of,
    positions_of,
    size,
)
from lth_tutorial.sketch import number_line
from lth_tutorial.tasks import Assignment, Task, check, own

NEAR = 1e-9
ROUNDED = 6e-4


# The law with density proportional to |v|^power


def draw_power(rng: np.random.Generator, n: int, power: int) -> np.ndarray:
    """n output weights with density proportional to |v|^power on [-1, 1]."""
    return rng.random(n) ** (1 / (power + 1)) * rng.choice([-1, 1], n)


def mean_below(limit, power: int):
    """The mean of v over 0 < v <= limit, all else counting as 0."""
    return (power + 1) / (2 * (power + 2)) * np.asarray(limit, float) ** (power + 2)


def draw_gap(rng: np.random.Generator, n: int, low: float) -> np.ndarray:
    """n output weights, uniform on low <= |v| <= 1."""
    return rng.uniform(low, 1, n) * rng.choice([-1, 1], n)


def mean_gap(limit, low: float):
    """The mean of v over low <= v <= limit, all else counting as 0."""
    limit = np.maximum(np.asarray(limit, float), low)
    return (limit**2 - low**2) / (4 * (1 - low))


# The student's own numbers


def numbers(seed: int) -> dict:
    """A law, a picture, and a coefficient with its largest size and a number of neurons."""
    rng = np.random.default_rng(seed)
    power = int(rng.integers(1, 4))
    share, bound, neurons = _by_hand(seed)
    return {
        "power": power,
        "picture": _picture(*_pictured(seed)[:2]),
        "share": share,
        "bound": bound,
        "neurons": neurons,
    }


def _power(seed: int) -> int:
    return int(np.random.default_rng(seed).integers(1, 4))


def _pictured(seed: int) -> tuple:
    """Coefficients and output weights of six neurons; the rule for the uniform law keeps others."""
    power = _power(seed)

    def draw(rng):
        a = rng.integers(10, 90, 6) / 100 * rng.choice([-1, 1], 6)
        a[0] = np.sign(a[0])  # the largest
        return a, rng.integers(10, 97, 6) / 100 * rng.choice([-1, 1], 6)

    def good(a, v):
        limits = [np.abs(a) ** (1 / (p + 2)) for p in (power, 0)]
        clear = min(np.abs(np.abs(v) - limit).min() for limit in limits) > 0.05
        agree = a * v > 0
        kept = [agree & (np.abs(v) <= limit) for limit in limits]
        signless = np.abs(v) <= limits[0]
        return (
            clear
            and 1 < kept[0].sum() < 5
            and (kept[0] != kept[1]).any()
            and (signless != kept[0]).any()
        )

    a, v = drawn(seed, draw, good)
    return a, v, power


def _picture(a, v):
    rows = [
        (f"neuron {k}", [tuple(sorted((0.0, x))), y])
        for k, (x, y) in enumerate(zip(a, v, strict=True))
    ]
    title = "Of each neuron the coefficient a (a bar from 0) and the output weight v (a mark)."
    return number_line(rows, -1.0, 1.0, 0.1, title)


def _by_hand(seed: int) -> tuple[float, float, int]:
    rng = np.random.default_rng(seed + 1)
    share, bound = rng.choice([0.1, 0.2, 0.3, 0.5]), rng.choice([1.5, 2.0, 2.5, 3.0])
    return float(share), float(bound), int(rng.choice([50, 80, 120, 200]))


# 1. Read a picture


def _judge_kept(arguments: tuple, value) -> str | None:
    a, v, power = arguments
    found = set(positions_of(value, "kept"))
    agree = a * v > 0

    def kept(limit, which=agree):
        return {int(k) for k in np.flatnonzero(which & (np.abs(v) <= limit))}

    right = kept(np.abs(a) ** (1 / (power + 2)))
    if found == right:
        return None
    if found == kept(np.sqrt(np.abs(a))):
        return "these are kept by the rule for uniform output weights; your law has another limit"
    if found == kept(np.abs(a) ** (1 / (power + 2)), np.ones(6, bool)):
        return "a neuron whose output weight has the other sign than its coefficient is dropped"
    if found == kept(np.abs(a)):
        return "the limit is not |a| itself"
    wrong = min(found ^ right)
    return f"neuron {wrong} is {'not kept' if wrong in found else 'kept'} by the rule for your law"


# 2. By hand


def _hand_arguments(seed: int) -> tuple:
    return (_power(seed), *_by_hand(seed))


def _judge_limit(arguments: tuple, value) -> str | None:
    power, share, _, _ = arguments
    limit, _ = array_of(value, "by_hand", (2,))
    if abs(limit - share ** (1 / (power + 2))) < ROUNDED:
        return None
    if abs(limit - share**0.5) < ROUNDED:
        return f"{limit:g} is the limit for uniform output weights"
    return f"the mean of what is kept, as a share of its largest, is not {share:g} with the limit {limit:g}"


def _judge_scale(arguments: tuple, value) -> str | None:
    power, _, bound, neurons = arguments
    _, scale = array_of(value, "by_hand", (2,))
    right = 2 * (power + 2) * bound / ((power + 1) * neurons)
    if abs(scale - right) < ROUNDED * max(1, right):
        return None
    if abs(scale - 4 * bound / neurons) < ROUNDED:
        return f"{scale:g} is the scale for uniform output weights"
    if abs(scale * bound - right) < ROUNDED:
        return "the largest coefficient is missing in the scale"
    return f"with the scale {scale:g} the mean of the output is not that of the model"


# 3. The variance


def _own_power(seed: int) -> tuple:
    return (_power(seed),)


def variance_constant(power: int) -> float:
    """The C with which the variance at |x| <= 1 is at most C bound^2 / n."""
    return 2 * (power + 2) ** 2 / ((power + 1) * (power + 3))


def _judge_constant(arguments: tuple, value) -> str | None:
    (power,) = arguments
    found, right = number(value, "constant"), variance_constant(power)
    if abs(found - right) < ROUNDED * 2:
        return None
    if abs(found - 8 / 3) < ROUNDED * 2:
        return "that is the constant for uniform output weights"
    if abs(found - (power + 1) / (2 * (power + 3))) < ROUNDED:
        return (
            "that is the largest mean of (s v)^2; the scale enters squared, and there are n terms"
        )
    return (
        f"{found:g} is not the constant: the mean of (s v)^2 times the square of the scale, n times"
    )


# 4. The rule


SHARES = np.array([0.05, 0.15, 0.25, 0.35, 0.5, 0.65, 0.8, 1.0])
EACH = 16_000


def rule_arguments(power: int | None, bound: float = 1.0, signs: bool = False):
    """seed -> (coefficients, output weights, power): many neurons for each of a few coefficients."""

    def arguments(seed: int) -> tuple:
        rng = np.random.default_rng(seed)
        which = int(rng.integers(1, 4)) if power is None else power
        a = np.repeat(bound * SHARES, EACH)
        a = a * np.repeat(np.where(np.arange(8) % 2, -1, 1), EACH) if signs else a
        return a, draw_power(rng, len(a), which).astype(np.float32), which

    return arguments


def _made(arguments: tuple, value) -> tuple[np.ndarray, np.ndarray]:
    """The coefficient that a rule makes of each coefficient, on average, and those that were asked for."""
    a, v, _ = arguments
    mask, scale = parts_of(value, 2, "the mask and the scale")
    mask = mask_of(mask, len(a)).reshape(8, EACH)
    kept = (
        number(scale, "the scale")
        * len(a)
        * (mask * np.asarray(v, float).reshape(8, EACH)).mean(axis=1)
    )
    return kept, a.reshape(8, EACH)[:, 0]


def _judge_rule(arguments: tuple, value, mistaken) -> str | None:
    a, v, law = arguments
    made, wanted = _made(arguments, value)
    bound = np.abs(a).max()
    close = 0.05 * bound
    if np.abs(made - wanted).max() <= close:
        return _wasteful(arguments, value)
    for words, wrong in mistaken(np.abs(wanted) / bound, law, bound).items():
        if np.abs(made - np.sign(wanted) * wrong).max() <= close:
            return words
    mask = mask_of(value[0], len(a))
    if (mask & (a * v < 0)).any():
        return "a kept neuron has an output weight of the other sign than its coefficient"
    k = int(np.abs(made - wanted).argmax())
    return f"neurons with the coefficient {wanted[k]:.2f} contribute as if it were {made[k]:.2f}, on average"


def _wasteful(arguments: tuple, value) -> str | None:
    """Whether large output weights are kept where small ones give the same mean with less variance."""
    a, v, _ = arguments
    mask = mask_of(value[0], len(a)).reshape(8, EACH)
    sizes = np.abs(np.asarray(v, float)).reshape(8, EACH)
    for kept, its in zip(mask[:5], sizes, strict=False):
        if kept.any() and its[kept].max() > 0.999 and its[kept].min() > 1.1 * its.min() + 0.02:
            return "the means are right, but the large output weights are kept: small ones have less variance"
    return None


def _mistaken_power(share, power, bound) -> dict[str, np.ndarray]:
    """What the usual mistakes make of coefficients, for the law with a power."""
    whole = mean_below(1, power)
    scale = bound / whole
    square = scale * mean_below(np.sqrt(share), power)
    right = scale * mean_below(share ** (1 / (power + 2)), power)
    unit = np.minimum(1, (share * bound)) ** (1 / (power + 2))
    return {
        "the limit is that for uniform output weights, a square root": square,
        "the scale is that for uniform output weights": right * 4 * whole,
        "limit and scale are those for uniform output weights": square * 4 * whole,
        "coefficients are to be divided by the largest, which is not 1": scale
        * mean_below(unit, power),
        "the scale lacks the largest coefficient": right / bound,
    }


def judge_power(arguments: tuple, value) -> str | None:
    """Whether the mean of what is kept is the coefficient, for every coefficient."""
    return _judge_rule(arguments, value, _mistaken_power)


# 5. A law with a gap


def gap_arguments(low: float | None, bound: float = 1.0):
    """seed -> (coefficients, output weights, low)."""

    def arguments(seed: int) -> tuple:
        rng = np.random.default_rng(seed)
        which = float(rng.choice([0.2, 0.3, 0.5])) if low is None else low
        a = np.repeat(bound * SHARES, EACH)
        return a, draw_gap(rng, len(a), which).astype(np.float32), which

    return arguments


def _mistaken_gap(share, low, bound) -> dict[str, np.ndarray]:
    """What the usual mistakes make of coefficients, for the law with a gap."""
    whole = mean_gap(1, low)
    scale = bound / whole
    right = scale * (share * whole)
    return {
        "the limit is a square root, as if output weights began at 0": scale
        * mean_gap(np.sqrt(share), low),
        "the limit grows in proportion to the coefficient; its square does": scale
        * mean_gap(low + (1 - low) * share, low),
        "the scale is that for uniform output weights": right * 4 * whole,
        "the scale lacks the largest coefficient": right / bound,
    }


def judge_gap(arguments: tuple, value) -> str | None:
    """Whether the mean of what is kept is the coefficient, for every coefficient."""
    return _judge_rule(arguments, value, _mistaken_gap)


# 6. Break the rule


def _neurons(value) -> tuple[np.ndarray, np.ndarray]:
    a, v = parts_of(value, 2, "six coefficients and six output weights")
    return array_of(a, "the coefficients", (6,)), array_of(v, "the output weights", (6,))


def _judge_six(arguments: tuple, value) -> str | None:
    a, v = _neurons(value)
    if np.abs(a).max() > 1 + NEAR or np.abs(a).max() < 1 - NEAR:
        return "the largest coefficient should be 1 in size"
    if np.abs(v).max() > 1 or np.abs(v).min() < 0.05:
        return "output weights should lie between 0.05 and 1 in size"
    return None


def _outputs(weights: np.ndarray) -> np.ndarray:
    """At the first input neurons 0, 1 and 2 have the value 1 and the others 0, at the second one reversed."""
    return weights.reshape(*weights.shape[:-1], 2, 3).sum(axis=-1)


def _judge_off(arguments: tuple, value) -> str | None:
    (power,) = arguments
    a, v = _neurons(value)
    kept = (a * v > 0) & (np.abs(v) <= np.abs(a) ** (1 / (power + 2)))
    scale = 2 * (power + 2) / ((power + 1) * 6)
    off = np.abs(scale * _outputs(kept * v) - _outputs(a) / 6).max()
    return (
        None
        if off >= 0.3
        else f"the rule is off by {size(off)} at the worst input; 0.3 is asked for"
    )


def _judge_exact(arguments: tuple, value) -> str | None:
    if words := _judge_off(arguments, value):
        return words
    a, v = _neurons(value)
    target = _outputs(a) / 6
    sums = _outputs(all_masks(6) * v)
    scales = (sums @ target) / np.maximum((sums**2).sum(axis=1), NEAR)
    off = np.abs(np.maximum(scales, 0)[:, None] * sums - target).max(axis=1).min()
    return (
        None
        if off < 1e-6
        else f"the best mask with the best scale is off by {size(off)}, and should be exact"
    )


# 7. The rate


def rate_arguments(seed: int) -> tuple:
    """The student's own law."""
    return _own_power(seed)


def _judge_slope(arguments: tuple, value) -> str | None:
    slope, _ = array_of(value, "rate", (2,))
    if -0.58 <= slope <= -0.42:
        return None
    if 0.42 <= slope <= 0.58:
        return "the error falls with n: the exponent is negative"
    if -1.15 <= slope <= -0.85:
        return f"{slope:g} is the exponent of the mean square; its root falls half as fast"
    return f"an exponent of {slope:g} is not what the variance of n independent terms gives"


ASSIGNMENT = Assignment(
    numbers,
    (
        Task(
            name="kept", title="Read a picture", kind="value",
            checks=(own("the neurons", 2, _pictured, _judge_kept),),
        ),
        Task(
            name="by_hand", title="By hand", kind="value",
            checks=(
                own("the limit", 1, _hand_arguments, _judge_limit),
                own("the scale", 1, _hand_arguments, _judge_scale),
            ),
        ),
        Task(
            name="constant", title="The variance", kind="value",
            checks=(own("its constant", 2, _own_power, _judge_constant),),
        ),
        Task(name="variance_proof", title="The variance", kind="text", points=5),
        Task(
            name="keep", title="The rule for another law", more=3,
            checks=(
                check("the mean", 2, rule_arguments(2), judge_power),
                check("a larger bound", 1, rule_arguments(1, 2.5), judge_power),
            ),
        ),
        Task(
            name="keep_gap", title="A law with a gap", more=2,
            checks=(
                check("the mean", 2, gap_arguments(0.4), judge_gap),
            ),
        ),
        Task(
            name="rule_fails", title="Break the rule", kind="value",
            checks=(
                own("six neurons", 1, _own_power, _judge_six),
                own("the rule is off", 1, _own_power, _judge_off),
                own("another mask is exact", 2, _own_power, _judge_exact),
            ),
        ),
        Task(
            name="rate", title="The rate", kind="value", more=1,
            checks=(own("the exponent", 1, rate_arguments, _judge_slope),),
        ),
        Task(name="explanation", title="The rate", kind="text", points=6),
    ),
)  # fmt: skip
