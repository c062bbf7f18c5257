"""Edge-Popup: the search for a mask by gradient descent on scores, with the weights untouched.

minimise over masks M of a given sparsity  L(W o M).  Each weight has a score; the mask keeps the largest
|score|; the gradient passes through the choice as if the kept share were |score| itself (straight-through).
"""

from dataclasses import dataclass

import numpy as np
import torch

from lth_tutorial.checks import shown

from . import networks, relu_network
from .networks import first_scores as first_scores
from .networks import kept
from .projected_gradient import History, Loop, diverged, run, streams
from .relu_network import Data

SCOPES = ("tensor", "global")


@dataclass(frozen=True)
class Mask:
    """What was found: masks and scores shaped as the weights, and the share of weights removed.

    masks: list of bool tensors; scores: list of float32 tensors; sparsity: a number or R of them.
    """

    masks: list[torch.Tensor]
    scores: list[torch.Tensor]
    sparsity: object

    def apply(self, weights) -> list[torch.Tensor]:
        """The pruned weights W o M."""
        return [w * m for w, m in zip(weights, self.masks, strict=True)]


def threshold(values: torch.Tensor, count: int) -> tuple[torch.Tensor, int]:
    """The count-th largest of non-negative float32 values, without sorting them, and the equals too many.

    On a CPU by partition. Elsewhere by bisection over the bits of the float, whose order is that of
    non-negative numbers: 31 counts, whatever the size.

    Args:
        values: (n,) non-negative. count: from 1 to n.

    Returns:
        the threshold t, and by how many the values >= t are more than `count`.
    """
    if values.device.type == "cpu":
        at = len(values) - count
        parts = np.partition(values.numpy(), at)
        return torch.from_numpy(parts[at : at + 1])[0], int(
            np.count_nonzero(parts[:at] == parts[at])
        )
    edge = by_bisection(values[None], torch.tensor([count], device=values.device))[0]
    return edge, int((values >= edge).sum()) - count


def by_bisection(values: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """`threshold` for rows (R, n) at once, counts (R,): the largest t with at least `count` values >= t."""
    bits = values.contiguous().view(torch.int32)
    low = torch.zeros_like(counts, dtype=torch.int32)
    for place in range(30, -1, -1):
        trial = low | (1 << place)
        enough = (bits >= trial[:, None]).sum(dim=1) >= counts
        low = torch.where(enough, trial, low)
    return low.view(torch.float32)


def select(scores: torch.Tensor, count: int) -> torch.Tensor:
    """A mask of exactly `count` entries with the largest |score|: 1.0 where kept, 0.0 elsewhere.

    Of entries with equal |score| at the edge those with the lowest place stay, so the mask is the same on
    every machine. It is float32: that multiplies several times faster than bool.

    Args:
        scores: any shape, float32, finite. count: from 0 to the number of entries.
    """
    flat = scores.abs().flatten()
    if count in (0, len(flat)):
        return torch.full_like(scores, float(count > 0))
    edge, extra = threshold(flat, count)
    mask = torch.ge(flat, edge, out=torch.empty_like(flat))
    if extra:
        mask[torch.nonzero(flat == edge)[-extra:, 0]] = 0
    return mask.view(scores.shape)


def select_layers(scores, sparsity: float, scope: str = "tensor", kept=kept) -> list[torch.Tensor]:
    """Masks (1.0 and 0.0) that remove the share `sparsity` of each tensor; of all together, if global.

    Args:
        kept: how many of a number of weights stay, from that number and the sparsity.

    Raises:
        ValueError: an unknown scope, or sparsity outside [0, 1].
    """
    if not isinstance(scope, str) or scope not in SCOPES:
        raise ValueError(f'scope must be "tensor" or "global", got {shown(scope)}')
    if scope == "tensor":
        return [select(s, kept(s.numel(), sparsity)) for s in scores]
    flat = torch.cat([s.flatten() for s in scores])
    parts = torch.split(select(flat, kept(len(flat), sparsity)), [s.numel() for s in scores])
    return [part.view(s.shape) for part, s in zip(parts, scores, strict=True)]


def search(
    weights,
    data: Data,
    sparsity,
    *,
    step: float = 1.0,
    epochs: int = 1,
    scope: str = "tensor",
    batch: int | None = None,
    momentum: float = 0.9,
    decay: float = 0.0,
    schedule: str = "cosine",
    rng=0,
    network: str = "dense",
    rest: bool = False,
    keeper=None,
) -> tuple[Mask, History]:
    """Learn which weights to keep.

        M = the (1 - sparsity) largest |s|,   s <- s - step * (dL/dW at W o M) o W o sign(s), with momentum

    Args:
        weights: list of (out, in) tensors or arrays, or (R, out, in) for R networks at once; not changed.
        data: training and validation rows, see relu_network.as_data.
        sparsity: the share REMOVED, in [0, 1): one number, or R of them for R networks.
        step, epochs, batch, momentum, decay, schedule: of the descent on the scores. A batch has 64 rows,
            or all where there are fewer, unless it is given.
        scope: "tensor" removes the share of each matrix, "global" of all of them together.
        rng: numpy Generator or seed; scores and order of the rows draw from streams of their own. A list of
            R for R networks, no Generator twice.
        network: "dense", or "redundant": gates and matrices as redundant_weights has them, each masked for
            itself; then first scores and the count of weights removed are those of the source's code.
        rest, keeper: as in projected_gradient.train.

    Returns:
        the mask of the last scores, with exactly `kept` entries, and the history (losses of masked networks).
        Where `history.diverged`, scores may be NaN; the mask then takes them for 0.

    Memory: about five copies of the weights beside them and the data (80 MiB for the source's 4.5 million);
    a step's time is linear in the weights, since a partition is.

    Raises:
        ValueError: an argument is out of its range, or the weights do not fit the data.

    Source: Ramanujan et al. 2020 (Edge-Popup); Algorithm 1, line 9. Chapter 6.
    """
    kind = networks.named(network)
    weights, data = kind.as_weights(weights), relu_network.as_data(data)
    relu_network.check_fit(weights if network == "dense" else [weights[0], weights[-1]], data)
    step, batch, momentum, decay = relu_network.check_training(
        step, epochs, batch, momentum, decay, len(data.x)
    )
    several = weights[0].ndim == 3
    for_scores, orders = _streams(weights, rng)
    scores = kind.pack(_draw(weights, for_scores, several, kind.first_scores))
    sparsity = relu_network.check_shares("sparsity", sparsity, (0, 1) if several else 0)
    choose = _chooser(weights, sparsity, scope, several, kind.kept)
    weights = kind.pack(weights)
    velocities = [torch.zeros_like(s) for s in scores]
    effective = [torch.empty_like(w) for w in weights]

    def mask_weights():
        for w, m, out in zip(weights, choose(scores), effective, strict=True):
            torch.mul(w, m, out=out)
        return effective

    def update(x, labels, rate):
        loss, found = kind.gradients(mask_weights(), x, labels)
        for layer in zip(weights, scores, velocities, found, strict=True):
            for w, s, v, g in relu_network.pieces(*layer):
                relu_network.descend(s, v, g.mul_(w).mul_(s.sign()), rate, momentum, decay)
        return loss

    loop = Loop(data, step, epochs, batch, schedule, rest, kind.forward, keeper)
    history = run(update, mask_weights, loop, orders, [*scores, *velocities])
    history = history._replace(diverged=diverged(history, scores))
    masks = kind.unpack([m.bool() for m in choose([s.nan_to_num() for s in scores])])
    return Mask(masks, kind.unpack(scores), sparsity.tolist()), history


def _streams(weights, rng):
    """Streams for the scores and for the order of the rows, of one network or of each of R."""
    found = streams(rng, weights)
    if not isinstance(found, list):
        return found.spawn(2)
    pairs = [one.spawn(2) for one in found]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _draw(weights, rng, several: bool, first_scores) -> list[torch.Tensor]:
    if not several:
        return first_scores(weights, rng)
    drawn = [first_scores([w[r] for w in weights], one) for r, one in enumerate(rng)]
    return [torch.stack(layer) for layer in zip(*drawn, strict=True)]


def _chooser(weights, shares: np.ndarray, scope: str, several: bool, kept):
    """A function from scores to masks."""
    if not several:
        return lambda scores: select_layers(scores, float(shares), scope, kept)
    if not isinstance(scope, str) or scope != "tensor":
        raise ValueError('scope must be "tensor" for several networks at once')
    if shares.shape not in ((), (len(weights[0]),)):
        raise ValueError(f"sparsity must be one or {len(weights[0])} numbers, got {shares.shape}")
    shares = np.broadcast_to(shares, len(weights[0]))
    return lambda scores: [_select_rows(s, shares, kept) for s in scores]


def _select_rows(scores: torch.Tensor, shares, kept) -> torch.Tensor:
    """`select` for R score matrices at once, each with its own share removed."""
    counts = [kept(scores[0].numel(), share) for share in shares]
    if scores.device.type == "cpu":
        return torch.stack([select(s, k) for s, k in zip(scores, counts, strict=True)])
    return by_counting(scores, counts)


def by_counting(scores: torch.Tensor, counts) -> torch.Tensor:
    """`select` for R score matrices with counts of their own, by counts alone: no sort, no partition."""
    flat = scores.abs().flatten(1)
    wanted = torch.tensor(counts, device=flat.device)
    edge = by_bisection(flat, wanted)[:, None]
    above, ties = flat > edge, flat == edge
    room = wanted[:, None] - above.sum(dim=1, keepdim=True)
    return (above | (ties & (ties.cumsum(dim=1) <= room))).to(scores.dtype).view(scores.shape)
