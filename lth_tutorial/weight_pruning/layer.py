r"""One weight matrix of a target network, made from two random matrices by pruning.

    W x  ~  scale (M_2 * V) relu((M_1 * U) x)

Input i gets a block of neurons of its own: of row k of U only the entry of the block's input is kept, so
neuron k computes relu(u_k x_i), which is u_k x_i on one half-line and 0 on the other. Of V the entries
are kept whose products u_k v_jk sum to the target weight w_ji, once for each half-line.
"""

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Thread

import numpy as np

from lth_tutorial.perturbed_subset_sum.many import best_masks

SIGNS = ("iid", "stratified")
FIRST = ("uniform", "ones")
RULES = ("subset", "nearest")
# Subset-sum problems handed to a thread at a time.
_PROBLEMS = 1 << 13
# Hidden activations computed at a time.
_ACTIVATIONS = 1 << 23
# Rounding must not carry a moved weight beyond epsilon.
_MARGIN = 2.0**-51


@dataclass(frozen=True)
class PrunedLayer:
    """Two random matrices U (D, d_in) and V (d_out, D), D = d_in halves n, with their masks, in blocks.

    first: (d_in, halves n), the entries of U that the construction may keep: row i, the block of input i.
    second: (d_out, d_in, halves n), all of V as drawn. moved: the same, with the perturbation of the kept
    ones. mask: (d_out, d_in, halves n) bool, which of V are kept. scale: the factor behind V. target:
    (d_out, d_in). All other entries of U are pruned; `stream` draws them again when they are asked for.
    """

    target: np.ndarray
    first: np.ndarray
    second: np.ndarray
    moved: np.ndarray
    mask: np.ndarray
    scale: float
    halves: int
    stream: np.random.Generator

    @property
    def first_mask(self) -> np.ndarray:
        """Which of `first` are kept: those of neurons that some output listens to; (d_in, halves n)."""
        return self.mask.any(axis=0)

    @property
    def products(self) -> np.ndarray:
        """The candidates u_k v_jk of every weight on every half-line; (halves, out, in, n)."""
        products = (self.second * self.first).reshape(*self.target.shape, self.halves, -1)
        return products.transpose(2, 0, 1, 3)

    @property
    def width(self) -> int:
        """The random neurons between inputs and outputs, D."""
        return self.first.size

    @property
    def kept(self) -> int:
        """Weights that are left, of both matrices."""
        return int(self.first_mask.sum() + self.mask.sum())

    @property
    def candidates(self) -> int:
        """Entries of the blocks, of both matrices: what the construction chooses from."""
        return self.first.size + self.second.size

    @property
    def total(self) -> int:
        """All entries of both random matrices: what the theorem prunes."""
        return self.width * (self.target.shape[0] + self.target.shape[1])

    def effective_weights(self) -> np.ndarray:
        """The weights that the pruned layer applies to positive and to negative inputs; (halves, out, in)."""
        products = np.where(self.mask, self.moved, 0.0) * self.first
        return self.scale * products.reshape(*self.target.shape, self.halves, -1).sum(
            axis=3
        ).transpose(2, 0, 1)

    def errors(self) -> np.ndarray:
        """|effective weight - target|, for each half-line; (halves, out, in)."""
        return np.abs(self.effective_weights() - self.target)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """scale (M_2 * V) relu((M_1 * U) x) for inputs as rows, block by block; (N, d_out)."""
        kept_first = np.where(self.first_mask, self.first, 0.0)
        kept_second = np.where(self.mask, self.moved, 0.0).reshape(len(self.target), -1).T
        out = np.empty((len(x), len(self.target)))
        rows = max(1, _ACTIVATIONS // self.width)
        for start in range(0, len(x), rows):
            part = x[start : start + rows]
            hidden = part[:, :, None] * kept_first
            np.maximum(hidden, 0, out=hidden)
            out[start : start + rows] = hidden.reshape(len(part), -1) @ kept_second
        return self.scale * out

    def dense_first(self) -> np.ndarray:
        """All of U as drawn, pruned entries included; (D, d_in)."""
        dense = _draw_first(copy.deepcopy(self.stream), *self.first.shape)
        inputs = np.arange(len(self.first))
        dense[inputs, :, inputs] = self.first
        return dense.reshape(self.width, -1)

    def dense_first_mask(self) -> np.ndarray:
        """M_1, (D, d_in) bool."""
        dense = np.zeros((*self.first.shape, len(self.first)), dtype=bool)
        inputs = np.arange(len(self.first))
        dense[inputs, :, inputs] = self.first_mask
        return dense.reshape(self.width, -1)


def prune_layer(
    target: np.ndarray,
    n: int,
    *,
    epsilon: float,
    signs: str,
    first: str,
    rule: str,
    halves: int,
    rng: np.random.Generator,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> PrunedLayer:
    """One target matrix (d_out, d_in) from random matrices; the arguments are those of `prune_network`.

    halves: 2 when inputs may be negative, else 1. progress: called with the number of problems solved.
    """
    d_out, d_in = target.shape
    for_first, for_second = rng.spawn(2)
    u, stream = _first_blocks(for_first, d_in, halves, n, first)
    v = for_second.uniform(-1, 1, (d_out, d_in, halves * n))
    if signs == "stratified":
        v = np.copysign(v, np.where(np.arange(halves * n) % n % 2, -1.0, 1.0))
    scale = max(1.0, 2 * float(np.abs(target).max()))
    mask, share = _solve(target / scale, u, v, epsilon, rule, halves, workers, progress)
    # Each kept v of a weight moves by the same share of epsilon, towards the target.
    limit = max(epsilon - _MARGIN * max(1.0, epsilon), 0.0)
    moved = v
    if limit:
        move = np.clip(np.repeat(share, n, axis=2) * np.sign(u) * epsilon, -limit, limit)
        moved = np.where(mask, v + move, v)
    return PrunedLayer(target, u, v, moved, mask, scale, halves, stream)


def _first_blocks(rng, d_in: int, halves: int, n: int, law: str):
    """The blocks' entries of U: n positive and, for two half-lines, n negative ones; and U's stream."""
    stream = copy.deepcopy(rng)
    sign = np.repeat([1.0, -1.0][:halves], n)
    if law == "ones":
        return np.tile(sign, (d_in, 1)), stream
    drawing = copy.deepcopy(rng)
    rows = (_draw_first(drawing, 1, halves * n, d_in)[0, :, i] for i in range(d_in))
    return np.copysign(np.array(list(rows)), sign), stream


def _draw_first(rng, blocks: int, width: int, d_in: int | None = None) -> np.ndarray:
    """Blocks of rows of U, one after the other from the same stream; (blocks, width, d_in)."""
    return rng.uniform(-1, 1, (blocks, width, blocks if d_in is None else d_in))


def _solve(target, u, v, epsilon, rule, halves, workers, progress):
    """Masks (d_out, d_in, halves n), and the share of epsilon by which the kept weights move."""
    d_out, d_in = target.shape
    n = u.shape[1] // halves
    mask = np.empty(v.shape, dtype=bool)
    share = np.zeros((d_out, d_in, halves))
    rows = max(1, _PROBLEMS // d_in)

    def solve(job):
        start, half = job
        part, columns = slice(start, start + rows), slice(half * n, (half + 1) * n)
        x = (v[part, :, columns] * u[:, columns]).reshape(-1, n)
        radii = np.broadcast_to(epsilon * np.abs(u[:, columns]), (*target[part].shape, n)).reshape(
            -1, n
        )
        z = target[part].ravel()
        chosen = best_masks(x, z, radii) if rule == "subset" else _nearest(x, z, radii)
        mask[part, :, columns] = chosen.reshape(-1, d_in, n)
        if epsilon:
            share[part, :, half] = _shares(x, z, radii, chosen).reshape(-1, d_in)
        if progress:
            progress(len(z))

    jobs = [(start, half) for half in range(halves) for start in range(0, d_out, rows)]
    _each(solve, jobs, workers)
    return mask, share


def _each(solve, jobs: list, workers: int) -> None:
    """All jobs, by `workers` threads; by this one where others are not wanted or cannot be started."""
    workers = min(workers, len(jobs))
    if workers > 1 and _can_start_a_thread():
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(solve, jobs))
    else:
        for job in jobs:
            solve(job)


def _can_start_a_thread() -> bool:
    """A page's Python has none, and a machine may have run out of them."""
    thread = Thread(target=int)
    try:
        thread.start()
    except RuntimeError:
        return False
    thread.join()
    return True


def _shares(x, z, radii, masks) -> np.ndarray:
    """By which share of its radius each chosen candidate moves; in [-1, 1]."""
    reach = np.where(masks, radii, 0.0).sum(axis=1)
    offset = z - np.where(masks, x, 0.0).sum(axis=1)
    with np.errstate(over="ignore"):  # a quotient too large for a number is clipped like the others
        return np.clip(np.divide(offset, reach, out=np.zeros_like(z), where=reach > 0), -1, 1)


def _nearest(x, z, radii) -> np.ndarray:
    """The one candidate nearest to each target, or none where 0 is nearer; the first of equals."""
    apart = np.maximum(np.abs(x - z[:, None]) - radii, 0)
    at = apart.argmin(axis=1)
    index = np.arange(len(z))
    masks = np.zeros(x.shape, dtype=bool)
    masks[index, at] = apart[index, at] < np.abs(z)
    return masks
