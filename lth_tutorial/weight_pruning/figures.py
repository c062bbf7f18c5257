"""Pictures of chapter 3: a weight, a matrix and a network, found by pruning."""

import numpy as np
from matplotlib.gridspec import GridSpec

from lth_tutorial import target_network, wires
from lth_tutorial.explore import Calculator, Field, describe
from lth_tutorial.style import (
    AMBER,
    BLUE,
    FAINT,
    GREEN,
    MUTED,
    ORANGE,
    SMALL,
    WIDTH,
    Figure,
    style,
    subplots,
)
from lth_tutorial.subset_sum import best_subset
from lth_tutorial.tables import size_text

from . import bounds, experiments, prune_network
from .network import own_signs

FIRST = {"+1 and \u22121": "ones", "random": "uniform"}


def one_weight(weight: float, n: int, precision: float, first: str = "random", seed: int = 1):
    """The candidates of one weight on both half-lines, the kept ones filled, and the function they make."""
    network = prune_network(np.array([[weight]]), n, rng=seed, first=FIRST[first])
    layer = network.layers[0]
    products = (layer.first * layer.second[0]).ravel()
    mask = layer.mask.ravel()
    x = np.linspace(-1, 1, 201)
    found = network.forward(x[:, None]).ravel()
    error = float(layer.errors().max())
    with style():
        figure, (above, below) = subplots(2, 4.2, height_ratios=[1, 1.7])
        for half, colour, place in ((0, BLUE, 1), (1, ORANGE, 0)):
            block = slice(half * n, half * n + n)
            kept = mask[block]
            spots = np.full(n, place)
            above.plot(products[block][~kept], spots[~kept], "o", mfc="none", color=MUTED)
            above.plot(products[block][kept], spots[kept], "o", color=colour, markersize=7)
        above.axvline(weight, color=GREEN, linewidth=1.2, linestyle="--")
        above.set(xlim=(-1, 1), ylim=(-0.6, 1.6), yticks=[0, 1], xlabel="candidates (filled: kept)")
        above.set_yticklabels(["for x < 0", "for x > 0"])
        below.fill_between(x, weight * x - precision, weight * x + precision, color=FAINT, lw=0)
        below.plot(x, weight * x, "--", color=GREEN, label="target, w x")
        below.plot(x[x >= 0], found[x >= 0], color=BLUE, label="pruned network")
        below.plot(x[x <= 0], found[x <= 0], color=ORANGE)
        below.set(xlim=(-1, 1), ylim=(-0.62, 0.62), xlabel="input x", ylabel="output")
        below.legend(loc="upper center", ncols=2)
    up, down = int(mask[:n].sum()), int(mask[n:].sum())
    reached = "reached" if error <= precision else "missed"
    says = (
        f"Weight {weight:g}, {n} candidates for each half-line, first layer {first}: {up} are kept for "
        f"positive inputs and {down} for negative ones; the weight is off by {size_text(error)}, so a "
        f"precision of {precision:g} is {reached}."
    )
    half = np.repeat(["x > 0", "x < 0"], n)
    return describe(
        figure, says, {"half_line": half, "candidate": products, "kept": mask.astype(int)}
    )


def pruned_line(n: int, slope: float = 0.4, most: int = 8, seed: int = 26):
    """A random network of one input and 2n neurons, n for each sign of the input, pruned towards slope x.

    The neurons of a smaller n are among those of a larger one, 2 `most` in all. With all of them this draw
    ends as near to the target as draws usually do.
    """
    rng = np.random.default_rng(seed)
    first = rng.uniform(0, 1, (2, most)) * [[1], [-1]]
    products = first * rng.uniform(-1, 1, (2, most))
    masks = [np.stack([best_subset(r[:k], slope).mask for r in products]) for k in range(1, n + 1)]
    lines = [(products[:, : m.shape[1]] * m).sum(axis=1) for m in masks]
    kept, reached = masks[-1], lines[-1]
    x = np.linspace(-1, 1, 41)
    outputs = [np.where(x > 0, up, down) * x for up, down in lines]
    with style():
        figure, (above, below) = subplots(2, 4.2, height_ratios=[1.2, 1])
        _draw_line(above, kept, most)
        for earlier in outputs[:-1]:
            below.plot(x, earlier, color=FAINT, linewidth=1)
        below.plot(x, outputs[-1], color=BLUE, label="what is left of the network")
        below.plot(x, slope * x, "--", color=GREEN, label="target")
        below.set(xlim=(-1, 1), ylim=(-0.62, 0.62), xlabel="input x", ylabel="output")
        below.legend(loc="upper left")
    error = float(np.abs(reached - slope).max())
    says = (
        f"{2 * n} random neurons, {kept.sum()} of them kept, no weight changed: the output is within "
        f"{size_text(error)} of the target."
    )
    return describe(figure, says, {"x": x, "target": slope * x, "output": outputs[-1]})


def _draw_line(axes, kept, most: int) -> None:
    """One input, the neurons, one output; of those that are not kept the edges are grey, the discs empty."""
    n, there = kept.shape[1], kept.ravel()
    places = wires.column(1, 2 * most)
    middle = np.concatenate([places[:n], places[most : most + n]])
    left, right = wires.column(0, 1), wires.column(2, 1)
    for look, some in ((wires.PRUNED, ~there), (wires.LIT, there)):
        wires.edges(axes, left, middle, some[:, None], look)
        wires.edges(axes, middle, right, some[None, :], look)
    wires.neurons(axes, np.concatenate([left, right]), size=9)
    wires.neurons(axes, middle[~there], hollow=True, size=5)
    wires.neurons(axes, middle[there], BLUE, size=5)
    wires.bare(axes)


VIEWS = ("two random matrices", "target and product", "the ReLU layer")


def matrices(target, n: int, show: str, seed: int = 2):
    """A layer's two masked random matrices, its target and effective weights, or its outputs."""
    target = np.asarray(target, dtype=float)
    network = prune_network(target, n, rng=seed, signed_input=False, signs="stratified")
    first, second = (w * m for w, m in zip(network.weights, network.masks, strict=True))
    layer = network.layers[0]
    effective = layer.effective_weights()[0]
    error = float(layer.errors().max())
    numbers = {"target": target.ravel(), "effective": effective.ravel()}
    with style():
        figure = Figure(figsize=(WIDTH, 2.7), layout="constrained")
        if show == VIEWS[0]:
            left, right = figure.subplots(1, 2, width_ratios=[1, 3.2])
            _signed_grid(left, first, "first, pruned")
            _signed_grid(right, second, "second, pruned")
            found = (
                f"{network.kept} of {first.size + second.size} random weights are kept, the first matrix "
                "in blocks."
            )
        elif show == VIEWS[1]:
            left, right = figure.subplots(1, 2)
            _signed_grid(left, target, "target W", numbers=True)
            _signed_grid(right, effective, "second \u00d7 first", numbers=True)
            found = f"the product of the two pruned matrices is within {size_text(error)} of the target."
        else:
            numbers, away = _layer_outputs(figure.subplots(), network, target)
            found = f"behind the ReLU no output differs by more than {size_text(away)}."
    return describe(figure, f"{n} candidates for each of {target.size} weights: {found}", numbers)


def _layer_outputs(axes, network, target) -> tuple[dict, float]:
    """Outputs behind the ReLU while the input walks from one coordinate vector to the next."""
    inputs = target.shape[1]
    place = np.linspace(1, inputs, 20 * (inputs - 1) + 1)
    x = np.maximum(1 - np.abs(place[:, None] - np.arange(1, inputs + 1)), 0)
    theirs, ours = (np.maximum(y, 0) for y in (x @ target.T, network.forward(x)))
    for j, colour in enumerate((BLUE, ORANGE, GREEN)):
        axes.plot(place, theirs[:, j], "--", color=MUTED, label=None if j else "target")
        axes.plot(place, ours[:, j], color=colour, linewidth=1.4, label=f"pruned, output {j + 1}")
    axes.set(xlabel="the input walks from e\u2081 to e\u2084", ylabel="output", xticks=[1, 2, 3, 4])
    axes.set_ylim(-0.03, 0.75)
    axes.legend(loc="upper center", ncols=2, fontsize=SMALL)
    numbers = {
        f"{who}_{j + 1}": y[::5, j]
        for who, y in (("target", theirs), ("pruned", ours))
        for j in range(3)
    }
    return {"place": place[::5], **numbers}, float(np.abs(theirs - ours).max())


def _signed_grid(axes, matrix, title: str, numbers: bool = False) -> None:
    """Squares whose area is a weight's size, filled for positive and hollow for negative ones."""
    rows, columns = matrix.shape
    j, i = np.nonzero(matrix)
    values = matrix[j, i]
    unit = 60
    if numbers:
        for (row, column), value in np.ndenumerate(matrix):
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=SMALL)
    else:
        positive = values > 0
        size = unit * np.abs(values)
        axes.scatter(i[positive], j[positive], s=size[positive], marker="s", color=BLUE, lw=0)
        axes.scatter(
            i[~positive], j[~positive], s=size[~positive], marker="s", facecolor="none",
            edgecolor=ORANGE, lw=1,
        )  # fmt: skip
    axes.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6), xticks=[], yticks=[])
    axes.set_xlabel(f"{title}\n{rows} \u00d7 {columns}", fontsize=SMALL)
    for side in axes.spines.values():
        side.set(visible=True, color=FAINT)


STEPS = ("the random network", "a block for each input", "a subset for each weight", "one weight")
INPUTS = {"any sign": True, "never negative": False}


def wiring(target, n: int, show: str, inputs: str, seed: int = 222):
    """A layer's random network drawn, and what the construction keeps of it, step by step.

    target: (2, 2). show: one of STEPS. inputs: one of INPUTS.
    """
    target, step, signed = np.asarray(target, dtype=float), STEPS.index(show), INPUTS[inputs]
    network = prune_network(target, n, rng=seed, signed_input=signed, signs="stratified")
    layer = network.layers[0]
    kept = _kept_at(step, network.masks)
    left, right = wires.column(0, 2, 0.22, 0.78), wires.column(2, 2, 0.22, 0.78)
    middle = _grouped(layer)
    with style():
        figure, axes = subplots(1, 3.7)
        for start, end, there in zip((left, middle), (middle, right), kept, strict=True):
            wires.edges(axes, start, end, ~there, wires.PRUNED)
            wires.edges(axes, start, end, there, wires.KEPT)
        if step == 3:
            _light_path(axes, layer, left, middle, right)
        _draw_neurons(axes, layer, left, middle, right)
        wires.bare(axes)
        axes.set_xlim(-0.25, 2.25)
    whole, there = sum(k.size for k in kept), sum(int(k.sum()) for k in kept)
    says = (
        f"{n} candidates on each half-line, inputs {'of ' * signed}{inputs}: {layer.width} random neurons; "
        f"{whole - there} of {whole} edges are pruned{_step_in_words(step, layer)}"
    )
    counts = {"edges": [k.size for k in kept], "left": [int(k.sum()) for k in kept]}
    return describe(figure, says, {"matrix": [1, 2], **counts})


def _kept_at(step: int, masks) -> list[np.ndarray]:
    """Which entries of the two random matrices are left after a step: all, the blocks, the masks."""
    first, second = masks
    if step > 1:
        return [first, second]
    blocks = np.repeat(np.eye(first.shape[1], dtype=bool), len(first) // first.shape[1], axis=0)
    return [blocks if step else np.ones_like(first), np.ones_like(second)]


def _grouped(layer) -> np.ndarray:
    """Places of the random neurons, with a gap between half-lines and a wider one between blocks."""
    blocks, each = layer.first.shape
    place = np.arange(blocks * each, dtype=float)
    place += np.arange(blocks * each) // (each // layer.halves) * 0.8
    place += np.arange(blocks * each) // each * 1.2
    return np.column_stack([np.ones_like(place), 1 - place / place[-1]])


def _light_path(axes, layer, left, middle, right) -> None:
    """The edges that make the weight from the first input to the first output."""
    for half, (colour, dashes) in enumerate(((BLUE, "-"), (ORANGE, "--"))[: layer.halves]):
        block = _half_line(layer, half)
        kept = layer.mask[0, 0, block]
        look = wires.LIT | {"color": colour, "linestyle": dashes}
        wires.edges(axes, left[:1], middle[block], kept[:, None], look)
        wires.edges(axes, middle[block], right[:1], kept[None, :], look)


def _half_line(layer, half: int) -> slice:
    """Which neurons of the first input's block speak on a half-line: 0 is the positive one."""
    n = layer.first.shape[1] // layer.halves
    return slice(half * n, half * n + n)


def _draw_neurons(axes, layer, left, middle, right) -> None:
    for places, letter, side in ((left, "x", -0.13), (right, "y", 0.13)):
        wires.neurons(axes, places, size=11)
        for (x, y), digit in zip(places, "\u2081\u2082", strict=True):
            axes.text(x + side, y, letter + digit, ha="center", va="center")
    _draw_random(axes, (layer.first > 0).ravel(), middle)


def _draw_random(axes, positive, places) -> None:
    """The random neurons, by the half-line for which they speak."""
    wires.neurons(axes, places[positive], BLUE, label="speaks for x > 0")
    if not positive.all():
        wires.neurons(axes, places[~positive], ORANGE, hollow=True, label="speaks for x < 0")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, fontsize=SMALL)


def _step_in_words(step: int, layer) -> str:
    """What is left after a step, and for the last one how the first weight comes about."""
    if step < 3:
        words = (": none yet", ": each neuron hears one input", ": each output has its subsets")
        return words[step] + "."
    return (
        f". The target weight from x\u2081 to y\u2081 is {layer.target[0, 0]:g}; the lit edges make "
        f"{_sums_in_words(layer)}."
    )


def _sums_in_words(layer) -> str:
    """The kept products from the first input to the first output, added up on each half-line."""
    parts = []
    for half, where in enumerate((">", "<")[: layer.halves]):
        terms = layer.products[half, 0, 0][layer.mask[0, 0, _half_line(layer, half)]]
        shown = "".join(f" {'-' if v < 0 else '+'} {abs(v):.3f}" for v in terms).removeprefix(" + ")
        total = f" = {terms.sum():.3f}" if len(terms) > 1 else ""
        shown = "-" + shown.removeprefix(" - ") if shown.startswith(" - ") else shown
        parts.append(f"{shown or '0'}{total} for x\u2081 {where} 0")
    return " and ".join(parts).replace("-", "\u2212")


STACK = ("the target", "each layer becomes two", "what pruning leaves", "one weight")


def stack(target, n: int, show: str, seed: int = 364):
    """A target of two layers and the random network of four layers that contains it, step by step.

    target: matrices of shapes (2, 2) and (1, 2). show: one of STACK.
    """
    step, network = STACK.index(show), prune_network(target, n, rng=seed, signs="stratified")
    columns = _stack_columns(network)
    kept = [np.ones_like(mask) if step == 1 else mask for mask in network.masks]
    if step == 0:
        columns, kept = columns[::2], [np.ones_like(w, dtype=bool) for w in target]
    with style():
        figure, axes = subplots(1, 3.7)
        for start, end, there in zip(columns[:-1], columns[1:], kept, strict=True):
            wires.edges(axes, start, end, ~there, wires.PRUNED)
            wires.edges(axes, start, end, there, wires.KEPT)
        if step == 3:
            _light_path(axes, network.layers[0], *columns[:3])
        if step:
            positive = np.concatenate([(layer.first > 0).ravel() for layer in network.layers])
            _draw_random(axes, positive, np.concatenate(columns[1::2]))
        _draw_named(axes, columns if step == 0 else columns[::2])
        _name_layers(axes, columns)
    counts = {"edges": [k.size for k in kept], "left": [int(k.sum()) for k in kept]}
    says = _stack_in_words(step, network, **counts)
    return describe(figure, says, {"layer": np.arange(1, len(kept) + 1), **counts})


def _stack_columns(network) -> list[np.ndarray]:
    """Places of the neurons, layer by layer: the inputs, then random neurons and the target's by turns."""
    columns = [wires.column(0, network.layers[0].target.shape[1], 0.22, 0.78)]
    for k, layer in enumerate(network.layers):
        columns.append(_grouped(layer) + [2 * k, 0])
        columns.append(wires.column(2 * k + 2, len(layer.target), 0.22, 0.78))
    return columns


def _draw_named(axes, columns) -> None:
    """The neurons that the target has too, with their names."""
    for places, letter in zip(columns, "xhy", strict=True):
        wires.neurons(axes, places, size=11)
        for (x, y), digit in zip(places, "\u2081\u2082", strict=False):
            name = letter + digit * (len(places) > 1)
            axes.text(x, y - 0.09, name, ha="center", va="center")


def _name_layers(axes, columns) -> None:
    """Below each column which layer it is."""
    wires.bare(axes)
    names = ["inputs", *(f"layer {k}" for k in range(1, len(columns)))]
    axes.set_xticks([places[0, 0] for places in columns], names)
    axes.tick_params(length=0)
    axes.set_xlim(-0.3, 4.3)


def _stack_in_words(step: int, network, edges: list[int], left: list[int]) -> str:
    """What a frame of the stack shows."""
    first, second = network.layers
    whole = sum(edges)
    return (
        f"The target has 2 layers of weights between {first.target.shape[1]} inputs, {len(first.target)} "
        f"hidden neurons and 1 output: {whole} weights in all.",
        f"Each layer becomes two. {first.width} random neurons stand in front of the hidden neurons and "
        f"{second.width} in front of the output. The random network has 4 layers with {whole} edges, and "
        "none is pruned yet.",
        f"{whole - sum(left)} of the {whole} edges are pruned, drawn pale. Each random neuron hears one "
        "neuron only, and each weight of the target has chosen its subset.",
        f"One weight is lit. In the target x\u2081 reaches h\u2081 with the weight {first.target[0, 0]:g}; "
        f"through the lit random neurons it does so with {_sums_in_words(first)}.",
    )[step]


def size_calculator(widths=(784, 500, 10), error: float = 0.1, failure: float = 0.1) -> Calculator:
    """Fields for a target's widths, an error and a probability of failure; `bounds.network_size` answers."""
    return Calculator(
        "network-size",
        (
            Field("widths", "widths of the target", ", ".join(map(str, widths))),
            Field("error", "error of the outputs", f"{error:g}"),
            Field("failure", "probability of failure", f"{failure:g}"),
        ),
        bounds.network_size(widths, error, failure).in_words(),
    )


def digit(target, images, networks, number: int, n: int):
    """One image through target and pruned network: image, hidden activations, outputs."""
    x = images[number][None]
    network = networks[n]
    hidden = np.maximum(x @ target[0].T, 0).ravel()
    ours_hidden = np.maximum(network.layers[0].forward(x), 0).ravel()
    logits, ours = target_network.forward(target, x).ravel(), network.forward(x).ravel()
    side = int(np.sqrt(x.size))
    away = float(np.abs(logits - ours).max())
    with style():
        figure = Figure(figsize=(WIDTH, 2.8), layout="constrained")
        grid = GridSpec(2, 2, figure=figure, width_ratios=[1, 2.2])
        picture = figure.add_subplot(grid[:, 0])
        first, second = (figure.add_subplot(grid[k, 1]) for k in (0, 1))
        _pixels(picture, x.reshape(side, side))
        for axes, theirs, found, label in (
            (first, hidden, ours_hidden, "hidden neuron"),
            (second, logits, ours, "output (digit)"),
        ):
            place = np.arange(len(theirs))
            axes.bar(place, theirs, color=FAINT, width=0.8, label="target")
            axes.plot(place, found, "o", color=BLUE, markersize=3.5, label="pruned network")
            axes.set(xlabel=label)
        first.set(xticks=[0, 10, 20, 30])
        second.set(xticks=range(10), ylabel="value")
        second.axhline(0, color=MUTED, linewidth=0.6)
        picture.legend(
            *second.get_legend_handles_labels(),
            loc="upper center",
            bbox_to_anchor=(0.5, 0),
            fontsize=SMALL,
        )
    same = "the same digit" if logits.argmax() == ours.argmax() else "another digit"
    says = (
        f"Image {number}, {n} candidates: the pruned network's outputs differ from the target's by at "
        f"most {size_text(away, '.2g')}, and it reads {same}, {ours.argmax()}."
    )
    return describe(figure, says, {"output": np.arange(10), "target": logits, "pruned": ours})


def _pixels(axes, image) -> None:
    """An image as squares whose area is the ink."""
    j, i = np.nonzero(image)
    axes.scatter(i, j, s=62 * image[j, i], marker="s", color=AMBER, lw=0)
    axes.set(xlim=(-0.7, len(image) - 0.3), ylim=(len(image) - 0.3, -0.7), xticks=[], yticks=[])
    axes.set_aspect("equal")
    for side in axes.spines.values():
        side.set(visible=True, color=FAINT)


def travel(networks, x, n: int):
    """The error behind each layer of a deep pruned network, and what the propagation theorem allows."""
    measured, allowed = (
        experiments.errors_by_layer(networks[n], x),
        bounds.error_bounds(networks[n]),
    )
    layer = np.arange(1, len(measured) + 1)
    with style():
        figure, axes = subplots(height=3.0)
        axes.plot(layer, allowed, "s--", color=ORANGE, label="allowed by the theorem")
        axes.plot(layer, measured, "o-", color=BLUE, label="measured")
        axes.set(yscale="log", ylim=(1e-6, 30), ylabel="error per unit of length", xticks=layer)
        axes.set_xticklabels([f"{k}\n({2 * k} random)" for k in layer])
        axes.set_xlabel("behind layer")
        axes.legend(loc="upper center", ncols=2, fontsize=SMALL)
    says = (
        f"{n} candidates: behind {layer[-1]} layers of the target, {2 * layer[-1]} of the random network, "
        f"the outputs are off by {size_text(measured[-1])} per unit of the input's length; the theorem "
        f"allows {size_text(allowed[-1])}."
    )
    return describe(figure, says, {"layer": layer, "measured": measured, "allowed": allowed})


BY = ("candidates of the target's sign", "size of the target")


def missed(networks, n: int, by: str):
    """How often a weight is missed by more than the precision, by its candidates' signs or its own size."""
    network = networks[n]
    errors, signs = network.weight_errors, own_signs(network)
    size = [
        np.broadcast_to(np.abs(a.target), e.shape)
        for a, e in zip(network.layers, errors, strict=True)
    ]
    gone, own, size = (np.concatenate([a.ravel() for a in part]) for part in (errors, signs, size))
    gone = gone > network.precision
    if by == BY[0]:
        edges, values = np.arange(-0.5, n + 1), own
        place, width = np.arange(n + 1), 0.8
    else:
        edges, values = np.linspace(0, 0.5, 11), size
        place, width = (edges[:-1] + edges[1:]) / 2, 0.04
    all_of, lost = (np.histogram(values[which], edges)[0] for which in (gone | True, gone))
    with style():
        figure, axes = subplots(height=3.0)
        axes.bar(place, all_of, width=width, color=FAINT, label="weights")
        axes.bar(place, lost, width=width / 2, color=ORANGE, label="missed")
        axes.set(yscale="log", ylim=(0.6, 20 * all_of.max()), xlabel=by, ylabel="number")
        axes.legend(loc="upper right", ncols=2)
    if by == BY[0]:
        few = values <= 2
        says = (
            f"{n} candidates: {gone.sum()} of {gone.size} weights are missed. Of the weights with at most "
            f"two candidates of their sign, {_share(gone[few])} are missed, of the others "
            f"{_share(gone[~few])}."
        )
    else:
        small = values <= 0.1
        says = (
            f"{n} candidates: of the weights up to 0.1 in size {_share(gone[small])} are missed, of the "
            f"larger ones {_share(gone[~small])}."
        )
    return describe(figure, says, {"from": edges[:-1], "weights": all_of, "missed": lost})


def _share(found) -> str:
    return f"{found.mean():.1%}" if len(found) else "none"


def one_or_many(n_values, errors, show: str):
    """Median or worst weight error against n: one candidate for each weight against a subset.

    errors: {(rule, show): (len(n_values[rule]),)}; n_values: {rule: (k,)}.
    """
    with style():
        figure, axes = subplots(height=3.0)
        slopes = {}
        for rule, colour, marks, label in (
            ("nearest", ORANGE, "s-", "one candidate (Malach et al.)"),
            ("subset", BLUE, "o-", "a subset (Pensia et al.)"),
        ):
            n, values = np.asarray(n_values[rule]), errors[rule, show]
            axes.plot(n, values, marks, color=colour, label=label)
            slopes[rule] = (
                np.polyfit(np.log(n), np.log(values), 1)[0]
                if rule == "nearest"
                else np.polyfit(n, np.log2(values), 1)[0]
            )
        # 2^n sums serve at most 2^n * 2 error of the targets: half of them, or all.
        few = np.asarray(n_values["subset"])
        share = {"median": 0.5, "worst": 1.0}[show]
        axes.plot(few, share * 2.0 ** (-few - 1), ":", color=MUTED, label="counting bound")
        axes.set(xscale="log", yscale="log", ylabel=f"{show} weight error", xlabel="candidates n")
        low, high = axes.get_ylim()
        axes.set_ylim(low, 20 * high)
        ticks = [2, 4, 8, 16, 32]
        axes.set_xticks(ticks, [str(t) for t in ticks])
        axes.minorticks_off()
        axes.legend(loc="upper right")
    says = (
        f"The {show} weight error falls like n^{slopes['nearest']:.1f} when one candidate is kept for each "
        f"weight, and like 2^({slopes['subset']:.1f} n) when a subset is."
    ).replace("-", "\u2212")
    size = max(len(v) for v in n_values.values())
    columns = {}
    for rule in n_values:
        columns[f"n_{rule}"] = _padded(n_values[rule], size)
        columns[f"error_{rule}"] = _padded(errors[rule, show], size)
    return describe(figure, says, columns)


def _padded(values, size: int) -> np.ndarray:
    return np.concatenate([np.asarray(values, dtype=float), np.full(size - len(values), np.nan)])


SIGNS = {"random signs": "iid", "balanced signs": "stratified"}


def heavy_tails(n_values, errors, signs: str):
    """Sup error of the digits' outputs against n; errors: {"iid" or "stratified": (k, trials)}.

    signs: one of SIGNS.
    """
    n = np.asarray(n_values)
    with style():
        figure, axes = subplots()
        for name, colour, marks, label in (
            ("iid", ORANGE, "s-", "random signs"),
            ("stratified", BLUE, "o-", "balanced signs"),
        ):
            low, middle, high = np.quantile(errors[name], [0.1, 0.5, 0.9], axis=1)
            shown = name == SIGNS[signs]
            axes.fill_between(n, low, high, color=colour, alpha=0.2 if shown else 0, lw=0)
            axes.plot(
                n, middle, marks if shown else "--", color=colour if shown else MUTED, label=label
            )
        axes.set(yscale="log", xlabel="candidates n", ylabel="largest output difference")
        axes.legend(loc="lower left")
    medians = np.median(errors[SIGNS[signs]], axis=1)
    per_candidate = 2 ** (-np.polyfit(n, np.log2(medians), 1)[0])
    says = (
        f"{signs.capitalize()}: the largest output difference falls from {medians[0]:.1g} at n = {n[0]} to "
        f"{medians[-1]:.1g} at n = {n[-1]}, by a factor of {per_candidate:.1f} for each further candidate."
    )
    return describe(figure, says, {"n": n, "median": medians})


SHOWN = {
    "worst weight": ("worst_weight", "error of the worst weight"),
    "median weight": ("median_weight", "median error of a weight"),
    "weights missed": ("unreached", "weights off by more than 0.01"),
    "outputs": ("sup_error", "largest output difference"),
}


def network_sizes(lines, show: str):
    """The 397,000-weight network against n; lines: parameters and numbers of each cell."""
    key, label = SHOWN[show]
    columns = {}
    with style():
        figure, axes = subplots(height=3.0)
        for signs, colour, marks, name in (
            ("iid", ORANGE, "s-", "random signs"),
            ("stratified", BLUE, "o-", "balanced signs"),
        ):
            rows = sorted((line["n"], line[key]) for line in lines if line["signs"] == signs)
            n, values = np.array(rows).T
            axes.plot(n, values, marks, color=colour, label=name)
            columns |= {"n": n.astype(int), signs: values}
        if show == "weights missed":
            axes.set(yscale="symlog", ylim=(-0.3, 2000), yticks=[0, 1, 10, 100, 1000])
            axes.set_yticklabels(["0", "1", "10", "100", "1000"])
        else:
            axes.set(yscale="log")
            if show == "worst weight":
                axes.axhline(0.01, color=MUTED, linewidth=0.9, linestyle=":")
        axes.set(xlabel="candidates n", ylabel=label, xticks=columns["n"])
        axes.legend(loc="upper right")
    at = int(np.flatnonzero(columns["n"] == 21)[0])
    unit = "{:.0f}" if show == "weights missed" else "{:.1g}"
    says = (
        f"{show.capitalize()}: with 21 candidates {unit.format(columns['iid'][at])} for random signs and "
        f"{unit.format(columns['stratified'][at])} for balanced signs."
    )
    return describe(figure, says, columns)


BREAKS = ("nothing dropped", "no negative half", "too few candidates", "a bias in the target")


def dropped(assumption: str, weight: float = -0.45, seed: int = 3):
    """One weight, with one assumption dropped."""
    x = np.linspace(-1, 1, 201)
    bias = 0.25 if assumption == "a bias in the target" else 0.0
    n = 2 if assumption == "too few candidates" else 14
    network = prune_network(np.array([[weight]]), n, rng=seed, signs="stratified")
    if assumption == "no negative half":
        # Behind a ReLU nothing else would be needed: the network sees max(x, 0).
        network = prune_network(
            np.array([[weight]]), n, rng=seed, signs="stratified", signed_input=False
        )
        found = network.forward(np.maximum(x, 0)[:, None]).ravel()
    else:
        found = network.forward(x[:, None]).ravel()
    target = weight * x + bias
    away = float(np.abs(found - target).max())
    with style():
        figure, axes = subplots(height=2.6)
        axes.plot(x, target, "--", color=GREEN, label="target")
        axes.plot(x, found, color=BLUE, label="pruned network")
        axes.set(xlim=(-1, 1), ylim=(-0.75, 0.75), xlabel="input x", ylabel="output")
        axes.legend(loc="lower left")
    says = (
        f"{assumption.capitalize()}: the largest difference on [\u22121, 1] is {size_text(away)}."
    )
    return describe(figure, says, {"x": x[::10], "target": target[::10], "pruned": found[::10]})
