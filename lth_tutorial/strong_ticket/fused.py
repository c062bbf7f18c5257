"""The two trainings of the source's network for many runs at once, in kernels that read the memory once.

A search of B masks keeps B times the scores and their velocities; a step of plain tensor operations would
read and write each of them some fifteen times. Here a step reads scores, velocities and weights once for the
forward matrices and once for the update, in which it also finds the next thresholds: the entries near the
last threshold are listed as they are written, and the k-th largest |score| is chosen among them alone. Where
it is not among them, all entries are counted; so it is exact always.

Numbers are those of `edge_popup.search` and `projected_gradient.train` with network="redundant", up to the
rounding of sums. During a search entries that equal the threshold are all kept; the mask that is returned
has exactly `kept` entries. The kernels are Triton's: a GPU, or on a CPU its interpreter for small tests.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
import triton
import triton.language as tl

from . import edge_popup, projected_gradient, redundant, relu_network
from .projected_gradient import RECORDS, History

NEAR = tl.constexpr(16384)
INFINITE = tl.constexpr(0x7F800000)
ROWS, COLUMNS, PARTS = 16, 64, 4
HELPERS = 8


@triton.jit
def _bits(x):
    """The order of |x| as whole numbers."""
    return x.to(tl.int32, bitcast=True) & 0x7FFFFFFF


@triton.jit
def _gates(at, scores, edge, i, D: tl.constexpr, MASKED: tl.constexpr):
    """One row of gates, 0 where removed."""
    u = tl.load(at + i, mask=i < D, other=0.0)
    if MASKED:
        s = tl.load(scores + i, mask=i < D, other=0.0)
        u = tl.where(_bits(s) >= edge, u, 0.0)
    return u


@triton.jit
def _combine(
    weights,
    scores,
    edges,
    column,
    found,
    total,
    gates_at,
    planes_at,
    segment,
    D: tl.constexpr,
    OUT: tl.constexpr,
    R: tl.constexpr,
    SIDES: tl.constexpr,
    MASKED: tl.constexpr,
    SEGMENTS: tl.constexpr,
    HEIGHT: tl.constexpr,
    WIDTH: tl.constexpr,
):
    """sum_r V_r diag(relu(u_r)) of the masked weights; with SIDES = 2 beside it that of relu(-u_r)."""
    b = tl.program_id(0).to(tl.int64)
    i = tl.program_id(1) * WIDTH + tl.arange(0, WIDTH)
    j = tl.program_id(2) * HEIGHT + tl.arange(0, HEIGHT)
    inside = (j < OUT)[:, None] & (i < D)[None, :]
    own = weights + tl.load(column + b).to(tl.int64) * total
    mine = scores + b * total
    gate_edge = tl.load(edges + b * SEGMENTS + segment)
    plane_edge = tl.load(edges + b * SEGMENTS + segment + 1)
    up = tl.zeros((HEIGHT, WIDTH), tl.float32)
    down = tl.zeros((HEIGHT, WIDTH), tl.float32)
    for r in tl.static_range(R):
        u = _gates(own + gates_at + r * D, mine + gates_at + r * D, gate_edge, i, D, MASKED)
        at = planes_at + (r * OUT + j)[:, None] * D + i[None, :]
        v = tl.load(own + at, mask=inside, other=0.0)
        if MASKED:
            s = tl.load(mine + at, mask=inside, other=0.0)
            v = tl.where(_bits(s) >= plane_edge, v, 0.0)
        up += v * tl.maximum(u, 0.0)[None, :]
        if SIDES == 2:
            down += v * tl.maximum(-u, 0.0)[None, :]
    out = found + b * OUT * SIDES * D + j[:, None] * (SIDES * D) + i[None, :]
    tl.store(out, up, mask=inside)
    if SIDES == 2:
        tl.store(out + D, down, mask=inside)


@triton.jit
def _descend(p, gradient, velocities, at, inside, rate, momentum, decay):
    """One step with momentum and weight decay: the new numbers, and the velocities written."""
    v = tl.load(velocities + at, mask=inside, other=0.0) * momentum + gradient + decay * p
    tl.store(velocities + at, v, mask=inside)
    return p - rate * v


@triton.jit
def _note(p, inside, low, high, listed, near, place):
    """List the entries between low and high; how many lie above."""
    bits = _bits(p)
    close = inside & (bits >= low) & (bits <= high)
    at = tl.atomic_add(
        listed + place + tl.zeros_like(bits),
        tl.full(bits.shape, 1, tl.int32),
        mask=close,
        sem="relaxed",
    )
    tl.store(near + place * NEAR + at, bits, mask=close & (at < NEAR))
    return (inside & (bits > high)).to(tl.int32)


@triton.jit
def _update_planes(
    weights,
    scores,
    velocities,
    edges,
    widths,
    column,
    outer,
    for_gates,
    above,
    listed,
    near,
    rate,
    momentum,
    decay,
    total,
    gates_total,
    gates_at,
    planes_at,
    gradient_at,
    segment,
    D: tl.constexpr,
    OUT: tl.constexpr,
    R: tl.constexpr,
    SIDES: tl.constexpr,
    MASKED: tl.constexpr,
    SEGMENTS: tl.constexpr,
    HEIGHT: tl.constexpr,
    WIDTH: tl.constexpr,
    PART: tl.constexpr,
):
    """One step on the matrices' scores (or on the matrices), and the gradient of the gates."""
    b = tl.program_id(0).to(tl.int64)
    i = tl.program_id(1) * WIDTH + tl.arange(0, WIDTH)
    first = tl.program_id(2) * PART
    own = weights + tl.load(column + b).to(tl.int64) * total
    mine, moving = scores + b * total, velocities + b * total
    place = b * SEGMENTS + segment + 1
    gate_edge = tl.load(edges + place - 1)
    edge, width = tl.load(edges + place), tl.load(widths + place)
    low, high = edge - width, edge + width
    step = tl.load(rate)
    outer_at = outer + b * OUT * SIDES * D
    more = tl.zeros((HEIGHT, WIDTH), tl.int32)
    for r in tl.static_range(R):
        u = _gates(own + gates_at + r * D, mine + gates_at + r * D, gate_edge, i, D, MASKED)
        positive, negative = tl.maximum(u, 0.0)[None, :], tl.maximum(-u, 0.0)[None, :]
        for_u = tl.zeros((HEIGHT, WIDTH), tl.float32)
        for start in range(0, PART, HEIGHT):
            row = start + tl.arange(0, HEIGHT)
            j = first + row
            inside = ((row < PART) & (j < OUT))[:, None] & (i < D)[None, :]
            at = planes_at + (r * OUT + j)[:, None] * D + i[None, :]
            v = tl.load(own + at, mask=inside, other=0.0)
            g = tl.load(outer_at + j[:, None] * (SIDES * D) + i[None, :], mask=inside, other=0.0)
            whole = g * (u > 0).to(tl.float32)[None, :]
            gradient = g * positive
            if SIDES == 2:
                h = tl.load(
                    outer_at + j[:, None] * (SIDES * D) + D + i[None, :], mask=inside, other=0.0
                )
                whole -= h * (u < 0).to(tl.float32)[None, :]
                gradient += h * negative
            if MASKED:
                s = tl.load(mine + at, mask=inside, other=0.0)
                for_u += whole * tl.where(_bits(s) >= edge, v, 0.0)
                sign = (s > 0).to(tl.float32) - (s < 0).to(tl.float32)
                s = _descend(s, gradient * v * sign, moving, at, inside, step, momentum, decay)
                tl.store(mine + at, s, mask=inside)
                more += _note(s, inside, low, high, listed, near, place)
            else:
                for_u += whole * v
                v = _descend(v, gradient, moving, at, inside, step, momentum, decay)
                tl.store(own + at, v, mask=inside)
        tl.atomic_add(
            for_gates + b * gates_total + gradient_at + r * D + i,
            tl.sum(for_u, axis=0),
            mask=i < D,
            sem="relaxed",
        )
    if MASKED:
        tl.atomic_add(above + place, tl.sum(tl.sum(more, axis=0), axis=0), sem="relaxed")


@triton.jit
def _update_gates(
    weights,
    scores,
    velocities,
    edges,
    widths,
    column,
    for_gates,
    above,
    listed,
    near,
    rate,
    momentum,
    decay,
    total,
    gates_total,
    gates_at,
    gradient_at,
    segment,
    COUNT: tl.constexpr,
    MASKED: tl.constexpr,
    SEGMENTS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """One step on the gates' scores (or on the gates); their gradient is set back to 0."""
    b = tl.program_id(0).to(tl.int64)
    i = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = i < COUNT
    place = b * SEGMENTS + segment
    edge, width = tl.load(edges + place), tl.load(widths + place)
    step = tl.load(rate)
    at = gates_at + i
    own = weights + tl.load(column + b).to(tl.int64) * total
    mine, moving = scores + b * total, velocities + b * total
    g = tl.load(for_gates + b * gates_total + gradient_at + i, mask=inside, other=0.0)
    tl.store(for_gates + b * gates_total + gradient_at + i, tl.zeros_like(g), mask=inside)
    u = tl.load(own + at, mask=inside, other=0.0)
    if MASKED:
        s = tl.load(mine + at, mask=inside, other=0.0)
        sign = (s > 0).to(tl.float32) - (s < 0).to(tl.float32)
        s = _descend(s, g * u * sign, moving, at, inside, step, momentum, decay)
        tl.store(mine + at, s, mask=inside)
        more = _note(s, inside, edge - width, edge + width, listed, near, place)
        tl.atomic_add(above + place, tl.sum(more, axis=0), sem="relaxed")
    else:
        u = _descend(u, g, moving, at, inside, step, momentum, decay)
        tl.store(own + at, u, mask=inside)


@triton.jit
def _find_edges(
    scores,
    edges,
    widths,
    above,
    listed,
    near,
    misses,
    starts,
    sizes,
    wanted,
    total,
    SEGMENTS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """The wanted-th largest |score| of each tensor: among those listed, or by counting all."""
    place = tl.program_id(0).to(tl.int64)
    b, segment = place // SEGMENTS, place % SEGMENTS
    count, size = tl.load(wanted + place), tl.load(sizes + segment)
    many, more = tl.load(listed + place), tl.load(above + place)
    width = tl.load(widths + place)
    need = count - more
    edge = tl.load(edges + place) * (width < 0).to(tl.int32)
    if (count < size) & (width >= 0):
        if (need >= 1) & (need <= many) & (many <= NEAR):
            k = tl.arange(0, NEAR)
            bits = tl.load(near + place * NEAR + k, mask=k < many, other=-1)
            for place_of_bit in range(31):
                trial = edge | (1 << (30 - place_of_bit))
                enough = tl.sum((bits >= trial).to(tl.int32), axis=0) >= need
                edge = tl.where(enough, trial, edge)
        else:
            tl.atomic_add(misses, 1, sem="relaxed")
            at = scores + b * total + tl.load(starts + segment)
            for place_of_bit in range(31):
                trial = edge | (1 << (30 - place_of_bit))
                reached = tl.zeros((BLOCK,), tl.int32)
                for start in range(0, size, BLOCK):
                    k = start + tl.arange(0, BLOCK)
                    bits = _bits(tl.load(at + k, mask=k < size, other=0.0))
                    reached += ((bits >= trial) & (k < size)).to(tl.int32)
                edge = tl.where(tl.sum(reached, axis=0) >= count, trial, edge)
        if edge >= INFINITE:  # the search has left the range of float32, for good
            width = -1
        elif many > NEAR // 2:
            width = width // 2
        elif (many < NEAR // 8) & (width < 1 << 27):
            width = width * 2
    tl.store(edges + place, edge)
    tl.store(widths + place, width)
    tl.store(above + place, 0)
    tl.store(listed + place, 0)


@dataclass(frozen=True)
class Layout:
    """Where the tensors of a network lie in one row of numbers, each at a multiple of 16.

    shapes: of the packed tensors, gates (R, d) and planes (R, d', d) in turn. starts, total: in numbers.
    """

    shapes: tuple
    starts: tuple
    total: int

    @classmethod
    def of(cls, packed) -> "Layout":
        """The layout of one network's packed tensors."""
        shapes = tuple(tuple(t.shape) for t in packed)
        room = [-(-int(np.prod(shape)) // 16) * 16 for shape in shapes]
        starts = np.concatenate([[0], np.cumsum(room)]).tolist()
        return cls(shapes, tuple(starts[:-1]), starts[-1])

    @property
    def sizes(self) -> list[int]:
        """Numbers in each tensor."""
        return [int(np.prod(shape)) for shape in self.shapes]

    def row(self, packed) -> torch.Tensor:
        """(total,) float32 of one network's packed tensors."""
        row = torch.zeros(self.total)
        for start, tensor in zip(self.starts, packed, strict=True):
            row[start : start + tensor.numel()] = tensor.flatten().cpu()
        return row

    def tensors(self, row) -> list[torch.Tensor]:
        """The packed tensors in a row (..., total), as views."""
        parts = zip(self.starts, self.sizes, self.shapes, strict=True)
        return [row[..., a : a + n].unflatten(-1, shape) for a, n, shape in parts]


class Engine:
    """Steps of B trainings of networks of one layout: of scores under masks, or of the weights themselves.

    Args:
        layout: of a network. weights: (C, total) rows. column: (B,) which row each training has.
        scores: (B, total), or None to train the weights, one training a row.
        wanted: (B, tensors) how many entries each mask keeps.
        momentum, decay: of the descent.
    """

    def __init__(self, layout: Layout, weights, column, scores, wanted, momentum, decay):
        device, runs, segments = weights.device, len(column), len(layout.shapes)
        self.layout, self.weights, self.column = layout, weights, column
        self.masked, self.scores = scores is not None, weights if scores is None else scores
        self.momentum, self.decay, self.runs, self.segments = momentum, decay, runs, segments
        self.velocities = torch.zeros_like(self.scores)
        counts = torch.zeros((5, runs, segments), dtype=torch.int32, device=device)
        self.edges, self.widths, self.above, self.listed, self.wanted = counts
        self.widths.fill_(1 << 16)
        self.wanted.copy_(torch.as_tensor(wanted))
        room = (runs, segments, NEAR.value) if self.masked else (1,)
        self.near = torch.zeros(room, dtype=torch.int32, device=device)
        self.misses = torch.zeros(1, dtype=torch.int32, device=device)
        self.starts = torch.tensor(layout.starts, dtype=torch.int32, device=device)
        self.sizes = torch.tensor(layout.sizes, dtype=torch.int32, device=device)
        gates = layout.sizes[::2]
        self.gradient_starts = [0, *np.cumsum(gates).tolist()]
        self.for_gates = torch.zeros((runs, sum(gates)), device=device)
        self.rate = torch.zeros(1, device=device)
        self.matrices = [self._room(k, device) for k in range(0, segments, 2)]
        if self.masked:
            self._find()

    def _room(self, k: int, device) -> torch.Tensor:
        _, out, into = self.layout.shapes[k + 1]
        return torch.empty((self.runs, out, into * self._sides(k)), device=device)

    @staticmethod
    def _sides(k: int) -> int:
        return 2 if k == 0 else 1

    def _find(self) -> None:
        _find_edges[(self.runs * self.segments,)](
            self.scores,
            self.edges,
            self.widths,
            self.above,
            self.listed,
            self.near,
            self.misses,
            self.starts,
            self.sizes,
            self.wanted,
            self.layout.total,
            self.segments,
            4096,
            num_warps=8,
        )

    def combine(self) -> list[torch.Tensor]:
        """The matrices of the (masked) networks, as `redundant.effective` has them."""
        for k, found in zip(range(0, self.segments, 2), self.matrices, strict=True):
            copies, out, into = self.layout.shapes[k + 1]
            grid = (self.runs, triton.cdiv(into, COLUMNS), triton.cdiv(out, ROWS))
            _combine[grid](
                self.weights,
                self.scores,
                self.edges,
                self.column,
                found,
                self.layout.total,
                *self.layout.starts[k : k + 2],
                k,
                into,
                out,
                copies,
                self._sides(k),
                self.masked,
                self.segments,
                ROWS,
                COLUMNS,
            )
        return self.matrices

    def step(self, x, labels) -> torch.Tensor:
        """One step at self.rate on rows x (B, n, 2 d), as `redundant.both_halves` has them: losses (B,)."""
        loss, outer = relu_network.gradients(self.combine(), x, labels)
        for k, gradient in zip(range(0, self.segments, 2), outer, strict=True):
            self._update_planes(k, gradient.contiguous())
        for k in range(0, self.segments, 2):
            self._update_gates(k)
        if self.masked:
            self._find()
        return loss

    def _update_planes(self, k: int, outer) -> None:
        copies, out, into = self.layout.shapes[k + 1]
        part = triton.cdiv(out, PARTS)
        _update_planes[(self.runs, triton.cdiv(into, COLUMNS), PARTS)](
            self.weights,
            self.scores,
            self.velocities,
            self.edges,
            self.widths,
            self.column,
            outer,
            self.for_gates,
            self.above,
            self.listed,
            self.near,
            self.rate,
            self.momentum,
            self.decay,
            self.layout.total,
            self.for_gates.shape[1],
            *self.layout.starts[k : k + 2],
            self.gradient_starts[k // 2],
            k,
            into,
            out,
            copies,
            self._sides(k),
            self.masked,
            self.segments,
            ROWS,
            COLUMNS,
            part,
        )

    def _update_gates(self, k: int) -> None:
        count = self.layout.sizes[k]
        _update_gates[(self.runs, triton.cdiv(count, 512))](
            self.weights,
            self.scores,
            self.velocities,
            self.edges,
            self.widths,
            self.column,
            self.for_gates,
            self.above,
            self.listed,
            self.near,
            self.rate,
            self.momentum,
            self.decay,
            self.layout.total,
            self.for_gates.shape[1],
            self.layout.starts[k],
            self.gradient_starts[k // 2],
            k,
            count,
            self.masked,
            self.segments,
            512,
        )


class Steps:
    """Steps of an engine on rows of a table; on a GPU each size of a batch is recorded once and replayed."""

    def __init__(self, engine: Engine, table, labels):
        self.engine, self.table, self.labels = engine, table, labels
        self.losses = torch.zeros(engine.runs, device=table.device)
        self.seen: dict[int, int] = {}
        self.recorded: dict[int, tuple] = {}

    def __call__(self, rows, rate: float) -> None:
        """One step on rows (B, n) of the table; the losses are added to self.losses."""
        self.engine.rate.fill_(rate)
        size = rows.shape[1]
        if size not in self.recorded:
            self.seen[size] = self.seen.get(size, 0) + 1
            if self.seen[size] <= 2 or rows.device.type == "cpu":
                self._step(rows)
                return
            self._record(rows, size)
        graph, place = self.recorded[size]
        place.copy_(rows)
        graph.replay()

    def _step(self, rows) -> None:
        self.losses += self.engine.step(self.table[rows], self.labels[rows])

    def _record(self, rows, size: int) -> None:
        place, graph = rows.clone(), torch.cuda.CUDAGraph()
        torch.cuda.synchronize()
        with torch.cuda.graph(graph):
            self._step(place)
        self.recorded[size] = graph, place


def search(
    columns,
    which,
    data,
    sparsities,
    *,
    epochs,
    rngs,
    step,
    batch,
    momentum,
    decay,
    schedule,
    bar=None,
):
    """`edge_popup.search` of B masks at once, for networks [u_1, V_1, ...] that several searches share.

    Args:
        columns: a list of networks, float32 as redundant_weights has them, of one layout; not changed.
        which: (B,) the network of each search. data: on the device of the work.
        sparsities: (B,) shares removed. rngs: B numpy Generators or seeds.
        epochs, step, batch, momentum, decay, schedule: as in `edge_popup.search`; the rest of an epoch's
            rows is a last batch.
        bar: called after each epoch.

    Returns:
        an iterator of B pairs (masks, scores), bool and float32 tensors shaped as the weights, on the device;
        and B histories. A search that left the range of float32 has NaN among its losses.

    Source: Ramanujan et al. 2020 (Edge-Popup). Chapter 6.
    """
    streams = [np.random.default_rng(rng).spawn(2) for rng in rngs]
    packed = [redundant.pack(weights) for weights in columns]
    layout = Layout.of(packed[0])
    device = data.x.device
    weights = torch.stack([layout.row(one) for one in packed]).to(device)
    scores = torch.empty((len(which), layout.total), device=device)

    def draw(b: int) -> None:
        first = redundant.first_scores(columns[which[b]], streams[b][0])
        scores[b] = layout.row(redundant.pack(first)).to(device)

    with ThreadPoolExecutor(HELPERS) as helpers:
        list(helpers.map(draw, range(len(which))))
    wanted = [[redundant.kept(n, s) for n in layout.sizes] for s in sparsities]
    column = torch.tensor(which, dtype=torch.int32, device=device)
    engine = Engine(layout, weights, column, scores, wanted, momentum, decay)
    histories = _run(
        engine, data, epochs, [o for _, o in streams], step, batch, schedule, bar, None
    )
    return _masks(engine), histories


def _masks(engine: Engine):
    """The exact masks and the scores of each search."""
    for b in range(engine.runs):
        scores = redundant.unpack([t.contiguous() for t in engine.layout.tensors(engine.scores[b])])
        counts = engine.wanted[b].tolist()
        masks = [
            edge_popup.by_counting(s.nan_to_num()[None], [k])[0].bool()
            for s, k in zip(scores, counts, strict=True)
        ]
        yield masks, scores


def train(
    weights, data, epsilons, *, epochs, rngs, step, batch, momentum, decay, schedule, bar=None
):
    """`projected_gradient.train` of C networks at once, projected after every epoch.

    Args:
        weights: a list of networks [u_1, V_1, ...]. epsilons: (C,) radii. rngs: C numpy Generators.
        data, epochs, step, batch, momentum, decay, schedule, bar: as in `search`.

    Returns:
        the networks, float32 on the CPU, each within its ball exactly (or NaN, where its descent left the
        range of float32), and their histories.

    Source: Xiong, Liao and Kyrillidis 2023, Algorithm 1, projected as their public code does. Chapter 6.
    """
    device = data.x.device
    layout = Layout.of(redundant.pack(weights[0]))
    ends = [projected_gradient.ball(w, e) for w, e in zip(weights, epsilons, strict=True)]
    low, high = (
        torch.stack([layout.row(redundant.pack([pair[side] for pair in one])) for one in ends]).to(
            device
        )
        for side in (0, 1)
    )
    rows = torch.stack([layout.row(redundant.pack(one)) for one in weights]).to(device)
    column = torch.arange(len(weights), dtype=torch.int32, device=device)
    wanted = torch.zeros((len(weights), len(layout.shapes)), dtype=torch.int32)
    engine = Engine(layout, rows, column, None, wanted, momentum, decay)

    def project():
        torch.clamp(rows, low, high, out=rows)

    histories = _run(engine, data, epochs, rngs, step, batch, schedule, bar, project)
    rows = rows.cpu()
    found = [redundant.unpack([t.contiguous() for t in layout.tensors(row)]) for row in rows]
    return found, histories


def _shuffled(orders, rows: int) -> torch.Tensor:
    """An order of the rows for each run, (B, rows)."""
    with ThreadPoolExecutor(HELPERS) as helpers:
        found = helpers.map(lambda order: order.permutation(rows), orders)
        return torch.from_numpy(np.stack(list(found)))


def _run(
    engine: Engine, data, epochs, orders, step, batch, schedule, bar, project
) -> list[History]:
    """The loop of a training, as `projected_gradient.run` has it for each."""
    table, steps = redundant.both_halves(data.x), -(-len(data.x) // batch)
    test = redundant.both_halves(data.valid_x)
    take, stretch = Steps(engine, table, data.labels), max(1, epochs * steps // RECORDS)
    marks, losses, accuracies, done, since = [], [], [], 0, 0
    for _ in range(epochs):
        order = _shuffled(orders, len(table)).to(table.device)
        for start in range(0, len(table), batch):
            factor = projected_gradient.factor(schedule, done, steps, epochs)
            take(order[:, start : start + batch], step * factor)
            done, since = done + 1, since + 1
            if done % stretch == 0:
                marks.append(done)
                losses.append((take.losses / since).tolist())
                take.losses.zero_()
                since = 0
        if project is not None:
            project()
        right = relu_network.evaluate(engine.combine(), test, data.valid_labels)[1]
        accuracies.append(right.tolist())
        if bar is not None:
            bar()
    columns = range(engine.runs)
    return [
        History(marks, [row[b] for row in losses], [row[b] for row in accuracies]) for b in columns
    ]
