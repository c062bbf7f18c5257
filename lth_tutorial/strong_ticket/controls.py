"""What the source's table lacks: masks and perturbations that nobody searched for."""

import numpy as np
import torch

from lth_tutorial.checks import generator, not_negative

from . import edge_popup, projected_gradient, relu_network


def random_mask(weights, sparsity: float, rng) -> edge_popup.Mask:
    """A mask of the given sparsity for each tensor, uniform over all of them: the first scores' choice."""
    scores = edge_popup.first_scores(weights, rng)
    return _mask(scores, sparsity)


def magnitude_mask(weights, sparsity: float) -> edge_popup.Mask:
    """Keep the largest |weight| of each tensor."""
    return _mask(weights, sparsity)


def _mask(scores, sparsity: float) -> edge_popup.Mask:
    masks = [m.bool() for m in edge_popup.select_layers(scores, sparsity)]
    return edge_popup.Mask(masks, list(scores), sparsity)


def random_perturbation(weights, epsilon, rng) -> list[torch.Tensor]:
    """W_0 plus noise Unif[-epsilon, epsilon], kept within the ball exactly; drawn on the CPU.

    Args:
        epsilon: a number or one for each layer.
    """
    rng = generator("rng", rng)
    weights = relu_network.as_weights(weights)
    moved = []
    for w, (low, high) in zip(weights, projected_gradient.ball(weights, epsilon), strict=True):
        share = torch.from_numpy(rng.uniform(0, 1, tuple(w.shape)).astype(np.float32)).to(w.device)
        moved.append(torch.clamp(low + share * (high - low), low, high))
    return moved


def one_number_a_tensor(weights, epsilon: float, rng) -> list[torch.Tensor]:
    """W_0 plus one number for all entries of a tensor, Unif[-epsilon/2, epsilon/2]: the source's own control.

    Args:
        weights: tensors of any shape. epsilon: 0 or more. rng: numpy Generator or seed.
    """
    rng, epsilon = generator("rng", rng), not_negative("epsilon", epsilon)
    return [w + epsilon * float(rng.uniform(-0.5, 0.5)) for w in weights]


def movement(before, after, bounds) -> dict:
    """How far the weights moved, each layer in units of its bound: mean |D|/b and largest |D|/b."""
    moved = torch.cat(
        [
            ((a.double() - b.double()).abs() / bound).flatten()
            for b, a, bound in zip(before, after, bounds, strict=True)
        ]
    )
    return {"mean": float(moved.mean()), "largest": float(moved.max())}
