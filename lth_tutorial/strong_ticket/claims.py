"""What chapter 6's sources claim about the algorithm itself, measured on small networks."""

import numpy as np
import torch

from lth_tutorial.checks import generator
from lth_tutorial.claims import Claim, Finding

from . import edge_popup, projected_gradient, reference, relu_network

_WIDTHS = (12, 9, 7, 4)


def _data() -> relu_network.Data:
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(600, 12)).astype(np.float32))
    teacher = relu_network.uniform_weights(_WIDTHS, 1.0, 2)
    return relu_network.split(x, relu_network.forward(teacher, x).argmax(dim=1), 100, 3)


def measure_ball() -> Finding:
    """Is every weight of every network within its radius, after a descent that presses against it?"""
    data, most, walls = _data(), 0.0, 0
    for seed, radius in enumerate((0.001, 0.01, 0.1)):
        start = relu_network.uniform_weights(_WIDTHS, 1.0, seed)
        after, _ = projected_gradient.train(start, data, radius, step=0.5, epochs=2, batch=50)
        moved = torch.cat(
            [
                (a.double() - b.double()).abs().flatten() / radius
                for a, b in zip(after, start, strict=True)
            ]
        )
        most, walls = max(most, float(moved.max())), walls + int((moved > 0.999).sum())
    return Finding(
        "reproduced" if most <= 1 and walls > 100 else "not",
        "No weight of three networks is outside, not even by rounding, and more than 100 are at the wall.",
    )


def measure_swaps() -> Finding:
    """The first-order change of the loss by the swaps of single steps without momentum."""
    data, signs = _data(), []
    for seed in range(200):
        for_weights, for_scores, for_rows = generator("seed", seed).spawn(3)
        weights = relu_network.uniform_weights(_WIDTHS, 1.0, for_weights)
        scores = [s.abs() + 0.01 for s in edge_popup.first_scores(weights, for_scores)]
        rows = torch.from_numpy(for_rows.permutation(500)[:50])
        batch = [(data.x[rows], data.labels[rows])]
        after = reference.search(weights, batch, 0.5, step=0.02, momentum=0.0, scores=scores)
        if all(bool((s > 0).all()) for s in after):
            signs.append(_first_order(weights, scores, after, *batch[0]))
    changed = [s for s in signs if s != 0]
    return Finding(
        "reproduced" if changed and max(changed) < 0 else "not",
        f"In {len(changed) // 10 * 10} or more steps the mask changed. In all of them the first-order change "
        "of the loss is negative.",
    )


def _first_order(weights, before, after, x, labels) -> float:
    """The gradient at the pruned weights times the change of the pruned weights."""
    old, new = (edge_popup.select_layers(scores, 0.5) for scores in (before, after))
    _, found = relu_network.gradients([w * m for w, m in zip(weights, old, strict=True)], x, labels)
    parts = zip(found, weights, old, new, strict=True)
    return sum(float((g * w * (b - a)).sum()) for g, w, a, b in parts)


CLAIMS = (
    Claim(
        "pgd-ball",
        "the slides' Algorithm 1 (Xiong et al. 2023)",
        r"$W_T$ stays within $\lVert W_T - W_0 \rVert_{\max} \le \varepsilon$",
        "We descend with large steps at three radii, and compare all weights as 64-bit numbers.",
        verdict="reproduced",
        measure=measure_ball,
    ),
    Claim(
        "swaps-descend",
        "Ramanujan et al. 2020, argument for one swap",
        "where edges change places, the loss decreases (to first order)",
        "We make single steps from random positive scores on small networks.",
        verdict="reproduced",
        measure=measure_swaps,
    ),
)
