"""The assignment of chapter 3: targets with a bias, served by random neurons that have random biases.

A neuron computes v relu(u x + c). Pruning may cross out each of u, c and v; nothing is changed. Whatever is
answered are masks: the forward pass that judges them stands here.
"""

import numpy as np

from lth_tutorial.judging import all_masks, apart, array_of, drawn, mask_of, number, parts_of, size
from lth_tutorial.sketch import number_line
from lth_tutorial.tasks import Assignment, Task, check, own

NEAR = 1e-9
ROUNDED = 6e-4
CLOSE = 0.01  # what one weight may be off
LOOSE = 0.05  # what a weight of a layer may be off


def relu(x: np.ndarray) -> np.ndarray:
    """The positive part."""
    return np.maximum(x, 0)


def forward(layer, masks, x: np.ndarray) -> np.ndarray:
    """(V M_V) relu((U M_U) x + c m_c) for every row of x.

    Args:
        layer: U (m, d), c (m,), V (o, m).
        masks: of the same shapes.
        x: (k, d).
    """
    (first, bias, second), (kept_first, kept_bias, kept_second) = layer, masks
    hidden = relu(x @ (first * kept_first).T + bias * kept_bias)
    return hidden @ (second * kept_second).T


# The student's own numbers


def numbers(seed: int) -> dict:
    """A picture, six neurons with a target, the widths of a network, and a tolerance."""
    rng = np.random.default_rng(seed)
    w, b, u, c, v = _by_hand(seed)
    return {
        "picture": _picture(*_pictured(seed)),
        "w": w,
        "b": b,
        "u": u,
        "c": c,
        "v": v,
        "widths": [int(n) for n in rng.integers(3, 13, 4)],
        "eta": float(rng.choice([0.05, 0.02, 0.01])),
        "sign": int(rng.choice([-1, 1])),
    }


def _pictured(seed: int) -> tuple:
    """What is kept for x > 0, for x < 0 and for the constant, as products; multiples of 0.05."""

    def draw(rng):
        return tuple(rng.integers(-16, 17, 2) / 20 for _ in range(3))

    def good(above, below, constant):
        sums = [above.sum(), below.sum(), constant.sum()]
        flat = np.concatenate([above, below, constant])
        right = sums[0] + sums[2], -sums[1] + sums[2]
        others = [sums[0], -sums[1], sums[1], sums[1] + sums[2]]
        clear = np.abs(flat).min() > 0.1 and np.ptp(above) > 0.15 and np.ptp(below) > 0.15
        return clear and np.ptp(constant) > 0.15 and apart(0.11, *right, *others)

    return drawn(seed, draw, good)


def _picture(above, below, constant):
    rows = [
        ("kept, x > 0", sorted(above)),
        ("kept, x < 0", sorted(below)),
        ("kept, bias", sorted(constant)),
    ]
    title = "The products of what is kept: u v for each half-line, c v for the bias."
    return number_line(rows, -1.0, 1.0, 0.1, title)


def _by_hand(seed: int) -> tuple:
    def draw(rng):
        u = rng.choice([0.5, 1.0], 6) * [1, 1, -1, -1, 1, 1]
        v = rng.integers(-9, 10, 6) / 10
        return rng.integers(-4, 5) / 10, rng.integers(-4, 5) / 10, u, rng.choice([0.5, 1.0], 6), v

    def good(w, b, u, c, v):
        above, below, constant = _choices(w, b, u, c, v)
        unique = all(len(one) == 1 for one in (above, below, constant))
        large = abs(w) > 0.15 and abs(b) > 0.15 and np.abs(v).min() > 0.05
        if not (unique and large):
            return False
        right, turned = (above[0], below[0]), (above[0], _nearest(u * v, -w)[1])
        others = [_nearest(v, w), turned, (above[0], -below[0])]
        return min(np.abs(np.subtract(right, one)).max() for one in others) > 0.01 and apart(
            0.01, below[0], -below[0], turned[1], _nearest(v, w)[1]
        )

    w, b, u, c, v = drawn(seed, draw, good)
    return float(w), float(b), u, c, v


def _choices(w, b, u, c, v) -> list[list[float]]:
    """The sums that come nearest to w on each half-line and to b, two products each."""
    products = [(u * v)[:2], (u * v)[2:4], (c * v)[4:]]
    found = []
    for two, target in zip(products, (w, w, b), strict=True):
        sums = (all_masks(2) @ two).round(9)
        away = np.abs(sums - target)
        found.append(sorted({*sums[away < away.min() + 0.04].tolist()}))
    return found


def _outputs(seed: int) -> tuple[float, float, float]:
    """What the pruned network of the task by hand computes at 1, 0 and -1."""
    (above,), (below,), (constant,) = _choices(*_by_hand(seed))
    return above + constant, constant, -below + constant


# 1. Read a picture


def _judge_read(arguments: tuple, value) -> str | None:
    above, below, constant = (float(part.sum()) for part in arguments)
    up, down = array_of(value, "read_off", (2,))
    if abs(up - above - constant) > 0.04:
        if abs(up - above) <= 0.04:
            return f"f(1) = {up:g} is without the bias"
        return f"f(1) is the sum of what is kept for x > 0, and of the bias; it is not {up:g}"
    if abs(down + below - constant) <= 0.04:
        return None
    if abs(down - below - constant) <= 0.04:
        return "for x = -1 the sum of the products is multiplied by -1"
    if abs(down + below) <= 0.04 or abs(down - below) <= 0.04:
        return f"f(-1) = {down:g} is without the bias"
    return f"f(-1) is not {down:g}: which rows speak for x = -1?"


# 2. By hand


def _hand_arguments(seed: int) -> tuple:
    return _outputs(seed), _by_hand(seed)


def _judge_middle(arguments: tuple, value) -> str | None:
    found, right = array_of(value, "by_hand", (3,)), arguments[0][1]
    if abs(found[1] - right) < ROUNDED:
        return None
    return f"at x = 0 only the neurons that keep their c speak; their best sum is not {found[1]:g}"


def _judge_ends(arguments: tuple, value) -> str | None:
    found, ((up, middle, down), drawn_numbers) = array_of(value, "by_hand", (3,)), arguments
    if abs(found[0] - up) < ROUNDED and abs(found[2] - down) < ROUNDED:
        return None
    if abs(found[0] - up + middle) < ROUNDED and abs(found[2] - down + middle) < ROUNDED:
        return "the neurons that keep their c speak for every x: the bias belongs to f(1) and f(-1) as well"
    if abs(found[2] + down - 2 * middle) < ROUNDED:
        return "for x = -1 a kept product u v contributes -u v"
    w, b, u, c, v = drawn_numbers
    if _is_ends(found, middle, *_nearest(v, w)):
        return "the candidates are the products u v, and not v alone"
    if _is_ends(found, middle, _nearest(u * v, w)[0], _nearest(u * v, -w)[1]):
        return "for x < 0 the products u v are to come near w as well: u v x is then near w x"
    which = "1" if abs(found[0] - up) >= ROUNDED else "-1"
    return f"f({which}) is not what the best subsets give"


def _nearest(products, target: float) -> tuple[float, float]:
    """The best sums of the two products for x > 0, and of the two for x < 0."""
    sums = [all_masks(2) @ products[two] for two in (slice(0, 2), slice(2, 4))]
    above, below = (float(one[np.abs(one - target).argmin()]) for one in sums)
    return above, below


def _is_ends(found, middle: float, above: float, below: float) -> bool:
    return abs(found[0] - middle - above) < ROUNDED and abs(found[2] - middle + below) < ROUNDED


# 3. Count


def _widths(seed: int) -> tuple:
    return (numbers(seed)["widths"],)


def count_problems(widths) -> int:
    """Subset-sum problems of a network with biases and signed inputs."""
    weights = [a * b for a, b in zip(widths, widths[1:], strict=False)]
    return 2 * weights[0] + sum(weights[1:]) + sum(widths[1:])


def _judge_count(arguments: tuple, value) -> str | None:
    (widths,) = arguments
    found = number(value, "problems")
    weights = [a * b for a, b in zip(widths, widths[1:], strict=False)]
    biases = sum(widths[1:])
    if found == count_problems(widths):
        return None
    mistaken = {
        count_problems(widths) - biases: "is without the biases",
        2 * sum(weights)
        + biases: "counts two half-lines behind a ReLU, where inputs are never negative",
        count_problems(widths)
        + biases: "counts a bias twice; it speaks on both half-lines at once",
        sum(weights)
        + biases: "counts one half-line for the first layer, whose inputs may be negative",
    }
    return f"{found:g} {mistaken.get(found, 'is not the number of problems')}"


# 4. One weight with a bias


def one_weight(size: int = 60, good=lambda *instance: True):
    """seed -> (w, b, u, c, v)."""

    def draw(rng):
        w, b = rng.uniform(0.15, 0.45, 2) * rng.choice([-1, 1], 2)
        u, c = (rng.uniform(0.2, 1, size) * rng.choice([-1, 1], size) for _ in range(2))
        return w, b, u, c, rng.uniform(-1, 1, size)

    def fit(w, b, u, c, v):
        """Every role has enough candidates of both signs, however neurons are shared out."""
        roles = (u * v)[u > 0], (u * v)[u < 0], (c * v)[c > 0]
        signs = [min((p > 0).sum(), (p < 0).sum()) for p in roles]
        return min(signs) > size // 6 and good(w, b, u, c, v)

    return lambda seed: tuple(float(p) if np.ndim(p) == 0 else p for p in drawn(seed, draw, fit))


def _masks(value, *shapes) -> list[np.ndarray]:
    found = parts_of(value, 3, "the masks of u, of c and of v")
    return [
        mask_of(mask, shape, f"the mask of {name}")
        for mask, shape, name in zip(found, shapes, "ucv", strict=True)
    ]


def _pruned(arguments: tuple, value, points, flip: bool = False) -> np.ndarray:
    """What the pruned network computes; flip: if everything that is kept were crossed out."""
    _, _, u, c, v = arguments
    masks = _masks(value, *[len(u)] * 3)
    masks = [~mask for mask in masks] if flip else masks
    first, bias, second = masks
    layer = (u[:, None], c, v[None])
    return forward(layer, (first[:, None], bias, second[None]), np.asarray(points, float)[:, None])[
        :, 0
    ]


def _keeps_nothing(masks: list[np.ndarray]) -> str | None:
    empty = [name for name, mask in zip("ucv", masks, strict=True) if not mask.any()]
    return f"the mask of {empty[0]} keeps nothing" if empty else None


def _all_empty(masks: list[np.ndarray]) -> str | None:
    return None if any(mask.any() for mask in masks) else _keeps_nothing(masks)


def _keep_both(arguments: tuple, value) -> str | None:
    """Words on neurons that listen to an input and have a bias of their own, or on masks of no use."""
    masks = first, bias, second = _masks(value, *[len(arguments[2])] * 3)
    if words := _all_empty(masks) or _flipped(arguments, value):
        return words
    count = int((first & bias & second).sum())
    return f"{count} neurons keep both u and c, and each bends at its own -c / u" if count else None


def judge_shape(arguments: tuple, value) -> str | None:
    """Whether these are masks that keep something, and True in them means kept."""
    return _keeps_nothing(_masks(value, *[len(arguments[2])] * 3)) or _flipped(arguments, value)


def _flipped(arguments: tuple, value) -> str | None:
    w, b, *_ = arguments
    points = np.array([1.0, 0.0, -1.0])
    off = [
        np.abs(_pruned(arguments, value, points, flip) - w * points - b).max()
        for flip in (False, True)
    ]
    return (
        "True means kept, and in your masks it is what is crossed out"
        if off[1] <= CLOSE < off[0]
        else None
    )


def judge_bias(arguments: tuple, value) -> str | None:
    """Whether the network has the bias at 0."""
    _, b, _, c, v = arguments
    found = float(_pruned(arguments, value, [0.0])[0])
    if abs(found - b) <= CLOSE:
        return None
    _, bias, second = _masks(value, *[len(c)] * 3)
    words = f"at x = 0 your network gives {found:.3f}, and b is {b:.3f}"
    if both := _keep_both(arguments, value):
        return f"{words}: {both}"
    if abs((c * bias) @ (v * second) - b) <= CLOSE:
        return f"{words}: a kept c that is negative is dead behind the ReLU"
    if abs(found - 2 * b) <= 2 * CLOSE:
        return f"{words}: that is b twice, and one group of neurons serves both half-lines"
    return f"{words}: no neuron speaks for the bias" if found == 0 else words


def _judge_side(arguments: tuple, value, side: int) -> str | None:
    w, _, u, _, v = arguments
    middle, end = _pruned(arguments, value, [0.0, float(side)])
    slope = side * (end - middle)
    if abs(slope - w) <= CLOSE:
        return None
    words = f"for x {'>' if side > 0 else '<'} 0 your slope is {slope:.3f}, and w is {w:.3f}"
    first, _, second = _masks(value, *[len(u)] * 3)
    on = [first & second & (np.sign(u) == sign) for sign in (1, -1)]
    here = on[0] if side > 0 else on[1]
    if both := _keep_both(arguments, value):
        return f"{words}: {both}"
    if not here.any():
        return f"{words}: no neuron speaks there"
    if all(min(abs(v[one].sum() - w), abs(v[one].sum() + w)) <= CLOSE for one in on):
        return f"{words}: the candidates are the products u v, and yours add up v alone"
    there = int((np.sign(u) == side).sum())
    return f"{words}: of the {there} products u v there, another subset than your {here.sum()} comes nearer"


def judge_slopes(arguments: tuple, value) -> str | None:
    """Whether the slopes on both half-lines are right, whatever the bias is."""
    return _judge_side(arguments, value, 1) or _judge_side(arguments, value, -1)


def judge_line(arguments: tuple, value) -> str | None:
    """Whether the network is a straight line on each half-line, and not for want of neurons."""
    if words := _keeps_nothing(_masks(value, *[len(arguments[2])] * 3)):
        return words
    found = _pruned(arguments, value, [-1, -0.5, 0, 0.5, 1])
    bend = max(abs(found[1] - found[[0, 2]].mean()), abs(found[3] - found[[2, 4]].mean()))
    if bend <= CLOSE:
        return None
    return f"your function bends by {size(bend)}: a neuron that keeps both u and c has its kink at -c / u"


def judge_affine(arguments: tuple, value) -> str | None:
    """Whether the network is the target: bias, slopes, and no bend."""
    for judge in (judge_shape, judge_bias, judge_slopes, judge_line):
        if words := judge(arguments, value):
            return words
    return None


def hard_for_greed(w, b, u, c, v) -> bool:
    """Whether taking the candidate that helps most, again and again, misses all three targets."""
    roles = ((u * v)[u > 0], w), ((u * v)[u < 0], w), ((c * v)[c > 0], b)
    return min(_greedy_error(*role) for role in roles) > CLOSE


def _greedy_error(products, target: float) -> float:
    left = list(products)
    while left:
        best = min(left, key=lambda one: abs(target - one))
        if abs(target - best) >= abs(target):
            break
        left.remove(best)
        target -= best
    return abs(target)


# 5. One layer


def one_layer(d: int = 3, o: int = 2, each: int = 20):
    """seed -> (W, b, U, c, V): a target and random neurons, `each` for a half-line and for the bias."""

    def arguments(seed: int) -> tuple:
        rng = np.random.default_rng(seed)
        m = (2 * d + 1) * each + 4 * each
        w, b = (rng.uniform(0.1, 0.25, s) * rng.choice([-1, 1], s) for s in ((o, d), (o,)))
        u, c, v = (rng.uniform(0.2, 1, s) * rng.choice([-1, 1], s) for s in ((m, d), (m,), (o, m)))
        return w, b, u, c, v

    return arguments


def layer_masks(arguments: tuple, value) -> list[np.ndarray]:
    """A value as the masks of a layer."""
    _, _, u, c, v = arguments
    return _masks(value, u.shape, c.shape, v.shape)


def _layer(arguments: tuple, value, x: np.ndarray) -> np.ndarray:
    return forward(arguments[2:], layer_masks(arguments, value), x)


def judge_layer_shape(arguments: tuple, value) -> str | None:
    """Whether these are masks of the shapes of U, c and V that keep something."""
    return _keeps_nothing(layer_masks(arguments, value))


def judge_layer_bias(arguments: tuple, value) -> str | None:
    """Whether the layer has its biases at 0."""
    _, b, *_ = arguments
    d = arguments[0].shape[1]
    found = _layer(arguments, value, np.zeros((1, d)))[0]
    if np.abs(found - b).max() <= LOOSE:
        return None
    k = int(np.abs(found - b).argmax())
    words = f"at x = 0 output {k} is {found[k]:.3f}, and its bias is {b[k]:.3f}"
    *_, second = masks = layer_masks(arguments, value)
    if empty := _all_empty(masks):
        return f"{words}: {empty}"
    if not found.any():
        return f"{words}: no neuron speaks for a bias"
    if len(b) > 1 and (second == second[0]).all():
        return f"{words}: each output has a mask of its own row of V, and yours are all the same"
    if d > 1 and np.abs(found - d * b).max() <= d * LOOSE:
        return f"{words}: that is the bias {d} times, once for each input"
    return words


def _judge_columns(arguments: tuple, value, side: int) -> str | None:
    w = arguments[0]
    d = w.shape[1]
    middle = _layer(arguments, value, np.zeros((1, d)))
    found = side * (_layer(arguments, value, side * np.eye(d)) - middle).T
    off = np.abs(found - w)
    if off.max() <= LOOSE:
        return None
    j, i = np.unravel_index(off.argmax(), off.shape)
    sign = ">" if side > 0 else "<"
    words = (
        f"for x_{i} {sign} 0 the weight of output {j} is {found[j, i]:.3f}, and not {w[j, i]:.3f}"
    )
    first, *_ = masks = layer_masks(arguments, value)
    if empty := _all_empty(masks):
        return f"{words}: {empty}"
    several = int((first.sum(axis=1) > 1).sum())
    if several:
        return f"{words}: {several} neurons listen to several inputs, and serve none of them alone"
    return (
        f"{words}: nothing speaks for negative inputs"
        if side < 0 and np.abs(found).max() < NEAR
        else words
    )


def judge_positive(arguments: tuple, value) -> str | None:
    """Whether each positive input alone has the right weights."""
    return _judge_columns(arguments, value, 1)


def judge_negative(arguments: tuple, value) -> str | None:
    """Whether each negative input alone has the right weights."""
    return _judge_columns(arguments, value, -1)


def judge_several(arguments: tuple, value) -> str | None:
    """Whether several inputs at once give what the target gives."""
    w, b = arguments[:2]
    x = np.random.default_rng(0).uniform(-1, 1, (50, w.shape[1]))
    off = np.abs(_layer(arguments, value, x) - x @ w.T - b).max()
    most = LOOSE * (w.shape[1] + 1)
    return None if off <= most else f"with several inputs at once an output is off by {size(off)}"


# 6. A network


def network_arguments(seed: int) -> tuple:
    """Two targets and two random layers; the second one has fewer neurons, for it sees no negative input."""
    one = one_layer(3, 3)(seed)
    w, b, u, c, v = one_layer(3, 2)(seed + 1)
    m = len(c) * 2 // 3
    return [one[:2], (w, b)], [one[2:], (u[:m], c[:m], v[:, :m])]


def _of_network(arguments: tuple, value, k: int) -> tuple:
    """The arguments of one layer of a network, and what was answered for it."""
    target, random = arguments
    return (*target[k], *random[k]), parts_of(
        value, 2, "the masks of the first and of the second layer"
    )[k]


def judge_first_layer(arguments: tuple, value) -> str | None:
    """Whether the first layer serves positive and negative inputs."""
    layer, masks = _of_network(arguments, value, 0)
    for judge in (judge_layer_bias, judge_positive, judge_negative):
        words = judge(layer, masks)
        if words:
            return f"first layer, {words}"
    return None


def judge_second_layer(arguments: tuple, value) -> str | None:
    """Whether the second layer serves inputs that are never negative."""
    layer, masks = _of_network(arguments, value, 1)
    for judge in (judge_layer_bias, judge_positive):
        words = judge(layer, masks)
        if words:
            return f"second layer, {words}"
    return None


def judge_network(arguments: tuple, value) -> str | None:
    """Whether the whole network computes what the target computes."""
    target, random = arguments
    x = right = np.random.default_rng(0).uniform(-1, 1, (50, 3))
    for k, (w, b) in enumerate(target):
        layer, masks = _of_network(arguments, value, k)
        x, right = (relu(x), relu(right)) if k else (x, right)
        x, right = forward(random[k], layer_masks(layer, masks), x), right @ w.T + b
    off = np.abs(x - right).max()
    return (
        None
        if off <= 4 * LOOSE
        else f"on inputs in [-1, 1] an output of the network is off by {size(off)}"
    )


# 7. Break it


def _sign(seed: int) -> tuple:
    return (numbers(seed)["sign"],)


def _neurons(value) -> tuple[np.ndarray, np.ndarray]:
    c, v = parts_of(value, 2, "the eight c and the eight v")
    return array_of(c, "c", (8,)), array_of(v, "v", (8,))


def _judge_eight(arguments: tuple, value) -> str | None:
    both = np.concatenate(_neurons(value))
    if np.abs(both).max() > 1 or np.abs(both).min() < 0.1:
        return "each c and each v should lie in [-1, -0.1] or in [0.1, 1]"
    return None


def _judge_products(arguments: tuple, value) -> str | None:
    (sign,) = arguments
    c, v = _neurons(value)
    count = int((sign * c * v > 0).sum())
    kind = "positive" if sign > 0 else "negative"
    return None if count >= 3 else f"{count} products c v are {kind}, and 3 or more are asked for"


def _judge_out_of_reach(arguments: tuple, value) -> str | None:
    if words := _judge_products(arguments, value):
        return words
    (sign,) = arguments
    c, v = _neurons(value)
    best = float(relu(sign * relu(c) * v).sum())
    kind = "positive" if sign > 0 else "negative"
    return (
        f"by pruning f(0) = {sign * best:.3g} is possible, which is {kind}" if best > NEAR else None
    )


# 8. How many are enough


def eta_arguments(seed: int) -> tuple:
    """The student's own tolerance."""
    return (numbers(seed)["eta"],)


def _judge_whole(arguments: tuple, value) -> str | None:
    found = number(value, "enough")
    if found != int(found) or found < 1:
        return f"a number of candidates is a whole number, and {found:g} is none"
    return (
        "one problem alone needs more than 4 candidates for your tolerance" if found < 5 else None
    )


ASSIGNMENT = Assignment(
    numbers,
    (
        Task(
            name="read_off", title="Read a picture", kind="value",
            checks=(own("two outputs", 2, _pictured, _judge_read),),
        ),
        Task(
            name="by_hand", title="By hand", kind="value",
            checks=(
                own("f(0)", 1, _hand_arguments, _judge_middle),
                own("the two ends", 1, _hand_arguments, _judge_ends),
            ),
        ),
        Task(
            name="problems", title="Count and prove", kind="value",
            checks=(own("the count", 2, _widths, _judge_count),),
        ),
        Task(name="error_proof", title="Count and prove", kind="text", points=5),
        Task(
            name="prune_affine", title="One weight with a bias", more=2, seconds=8.0,
            checks=(
                check("masks", 1, one_weight(), judge_shape),
                check("the bias", 1, one_weight(60, hard_for_greed), judge_bias),
                check("the slopes", 1, one_weight(60, hard_for_greed), judge_slopes),
                check("straight lines", 1, one_weight(), judge_line),
            ),
        ),
        Task(
            name="prune_layer", title="One layer", more=2, seconds=12.0,
            checks=(
                check("masks", 1, one_layer(), judge_layer_shape),
                check("the bias", 1, one_layer(3, 5), judge_layer_bias),
                check("positive inputs", 1, one_layer(), judge_positive),
                check("negative inputs", 1, one_layer(), judge_negative),
            ),
        ),
        Task(
            name="prune_two_layers", title="A network", seconds=12.0,
            checks=(
                check("first layer", 1, network_arguments, judge_first_layer),
                check("second layer", 1, network_arguments, judge_second_layer),
                check("the whole", 2, network_arguments, judge_network),
            ),
        ),
        Task(
            name="out_of_reach", title="Break it", kind="value",
            checks=(
                own("eight neurons", 1, _sign, _judge_eight),
                own("products", 1, _sign, _judge_products),
                own("out of reach", 1, _sign, _judge_out_of_reach),
            ),
        ),
        Task(
            name="enough", title="How many are enough?", kind="value", more=1,
            checks=(own("a number", 1, eta_arguments, _judge_whole),),
        ),
        Task(name="explanation", title="How many are enough?", kind="text", points=6),
    ),
)  # fmt: skip
