"""The network of the source's experiment: every input of a layer is copied R times through gates of its own.

A block takes x (d,) to V z, where z holds relu(u_{r,i} x_i) for each input i and copy r = 1 .. R: gates
u (R, d) that multiply entry by entry, then one dense matrix V (d', R d), its columns input by input with the
R copies of an input side by side. Between blocks stands a ReLU, behind the last one none.

A gate lets through one half-line of its input, so a block is two matrices that act on relu(x) and relu(-x):

    V z = P relu(x) + N relu(-x),   P_{j,i} = sum_r V_{j,(i,r)} relu(u_{r,i}),   N: the same with relu(-u).

Behind a ReLU inputs are not negative, and P alone counts. Forward and gradient work with P and N, which
have R times fewer entries than V: a step needs R times less arithmetic, and what is left is reading weights.

`pack` lays the copies of V out as R matrices (R, d', d), the form in which `gradients` reads it. Every
function takes leading batch dimensions, for several networks at once, as `relu_network` does.
"""

import numpy as np
import torch

from lth_tutorial.checks import generator, listed, positive, whole

from . import relu_network


def redundant_weights(widths, redundancy: int, bound: float, rng) -> list[torch.Tensor]:
    """Gates and matrices Unif[-bound, bound] of a redundant network; drawn on the CPU.

    Args:
        widths: (d_0, ..., d_L) positive integers, L >= 1. redundancy: copies R of each input, at least 1.
        bound: positive. rng: numpy Generator or seed; one stream serves the tensors in turn.

    Returns:
        [u_1 (R, d_0), V_1 (d_1, R d_0), u_2 (R, d_1), ...], float32: R d_{l-1} (1 + d_l) weights a block.

    Raises:
        ValueError: a width, the redundancy or the bound is not positive.

    Source: Xiong, Liao and Kyrillidis 2023, Section 6.2, as their public code has it. Chapter 6.
    """
    widths = [whole("widths", d, 1) for d in listed("widths", widths, "positive integers")]
    if len(widths) < 2:
        raise ValueError(f"widths must be two or more positive integers, got {widths}")
    whole("redundancy", redundancy, 1)
    positive("bound", bound)
    rng = generator("rng", rng)
    weights = []
    for into, out in zip(widths[:-1], widths[1:], strict=True):
        for shape in ((redundancy, into), (out, redundancy * into)):
            weights.append(torch.from_numpy(rng.uniform(-bound, bound, shape).astype(np.float32)))
    return weights


def redundant_forward(weights, x) -> torch.Tensor:
    """The logits (..., N, d_L), computed as the definition says.

    Args:
        weights: [u_1 (..., R, d_0), V_1 (..., d_1, R d_0), u_2, ...]. x: (N, d_0) or (..., N, d_0).
    """
    for k in range(0, len(weights), 2):
        gated = torch.relu(x.unsqueeze(-2) * weights[k].unsqueeze(-3))
        x = gated.mT.flatten(-2) @ weights[k + 1].mT
        if k + 2 < len(weights):
            x = torch.relu(x)
    return x


def pack(weights) -> list[torch.Tensor]:
    """The same numbers with each V (..., d', R d) as R matrices (..., R, d', d); gates as they are."""
    packed = list(weights)
    for k in range(1, len(packed), 2):
        copies = packed[k - 1].shape[-2]
        planes = packed[k].unflatten(-1, (-1, copies))
        packed[k] = planes.movedim(-1, -3).contiguous()
    return packed


def unpack(packed) -> list[torch.Tensor]:
    """What `pack` made of weights, masks or scores, in its first form again."""
    weights = list(packed)
    for k in range(1, len(weights), 2):
        weights[k] = weights[k].movedim(-3, -1).flatten(-2).contiguous()
    return weights


def first_scores(weights, rng) -> list[torch.Tensor]:
    """Scores as the source's code draws them: gates Unif +-sqrt 2, matrices Unif +-sqrt(2 / d_{l-1})."""
    rng = generator("rng", rng)
    scores = []
    for k, weight in enumerate(weights):
        bound = np.sqrt(2 if k % 2 == 0 else 2 / weights[k - 1].shape[-1])
        drawn = rng.uniform(-bound, bound, tuple(weight.shape)).astype(np.float32)
        scores.append(torch.from_numpy(drawn).to(weight.device))
    return scores


def kept(size: int, sparsity: float) -> int:
    """How many of `size` weights stay: all but int(sparsity size), as the source's code counts."""
    return size - int(sparsity * size)


def effective(packed) -> list[torch.Tensor]:
    """Each block as one matrix: first [P, N] (..., d_1, 2 d_0), for [relu(x), relu(-x)]; then P (..., d', d).

    Args:
        packed: what `pack` returns.
    """
    found = []
    for k in range(0, len(packed), 2):
        gates, planes = packed[k], packed[k + 1]
        halves = (gates.relu(), (-gates).relu()) if k == 0 else (gates.relu(),)
        found.append(torch.cat([_combine(half, planes) for half in halves], dim=-1))
    return found


def _combine(gates, planes) -> torch.Tensor:
    """sum_r V_r diag(u_r), (..., d', d)."""
    total = planes[..., 0, :, :] * gates[..., 0, None, :]
    for r in range(1, planes.shape[-3]):
        total.addcmul_(planes[..., r, :, :], gates[..., r, None, :])
    return total


def both_halves(x) -> torch.Tensor:
    """[relu(x), relu(-x)], (..., N, 2 d)."""
    return torch.cat([x.relu(), (-x).relu()], dim=-1)


def forward(packed, x) -> torch.Tensor:
    """The logits (..., N, d_L) of packed weights, by the effective matrices; equal to `redundant_forward`."""
    matrices, x = effective(packed), both_halves(x)
    for matrix in matrices[:-1]:
        x = (x @ matrix.mT).relu_()
    return x @ matrices[-1].mT


def gradients(packed, x, labels) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """The mean cross-entropy and its gradient with respect to gates and matrices, packed.

    At 0 every ReLU has derivative 0, so a gate that is 0 (a pruned one) has gradient 0.

    Args:
        packed: what `pack` returns. x: (N, d_0) or (..., N, d_0); labels: (N,) or (..., N).

    Returns:
        loss (...), and a list shaped as `packed`.
    """
    loss, outer = relu_network.gradients(effective(packed), both_halves(x), labels)
    found = []
    for k, matrix in enumerate(outer):
        found += _block_gradient(packed[2 * k], packed[2 * k + 1], matrix)
    return loss, found


def _block_gradient(gates, planes, outer) -> tuple[torch.Tensor, torch.Tensor]:
    """Gradients of a block's gates and matrices from that of its effective matrix, [P, N] or P."""
    into = gates.shape[-1]
    halves = [(gates.relu(), 1.0, outer[..., :into])]
    if outer.shape[-1] != into:
        halves.append(((-gates).relu(), -1.0, outer[..., into:]))
    for_gates, for_planes = torch.zeros_like(gates), torch.empty_like(planes)
    ones = planes.new_ones(planes.shape[-2])
    room = torch.empty_like(planes[..., 0, :, :])
    for r in range(planes.shape[-3]):
        plane, out = planes[..., r, :, :], for_planes[..., r, :, :]
        for number, (half, sign, share) in enumerate(halves):
            at = half[..., r, None, :]
            out.addcmul_(share, at) if number else torch.mul(share, at, out=out)
            torch.mul(plane, share, out=room)
            for_gates[..., r, :] += (ones @ room) * at.squeeze(-2).sign() * sign
    return for_gates, for_planes


def as_weights(weights, dtype=torch.float32) -> list[torch.Tensor]:
    """Tensors of one dtype, from a list of tensors or arrays.

    Raises:
        ValueError: they are not finite gates (R, d) and matrices (d', R d) that fit together.
    """
    weights = [
        relu_network.float32s(f"weights[{k}]", w).to(dtype)
        for k, w in enumerate(listed("weights", weights, "gates and matrices"))
    ]
    shapes = [tuple(w.shape) for w in weights]
    if not _fits(shapes):
        raise ValueError(
            f"weights must be gates (R, d) and matrices (d', R d) in turn that fit together, got {shapes}"
        )
    return weights


def _fits(shapes) -> bool:
    if not shapes or len(shapes) % 2 or not {len(s) for s in shapes} <= {2, 3}:
        return False
    if len({shape[:-2] for shape in shapes}) != 1:
        return False
    blocks = list(zip(shapes[::2], shapes[1::2], strict=True))
    inside = all(matrix[-1] == gates[-2] * gates[-1] for gates, matrix in blocks)
    return inside and all(
        gates[-1] == before[-2]
        for (_, before), (gates, _) in zip(blocks[:-1], blocks[1:], strict=True)
    )
