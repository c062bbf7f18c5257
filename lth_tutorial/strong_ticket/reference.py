"""The same two searches in plain autograd, as one would write them first: what the fast ones are held to."""

import torch

from . import networks
from .redundant import redundant_forward


class TopShare(torch.autograd.Function):
    """The mask of the largest scores, with the gradient of the identity (straight-through)."""

    @staticmethod
    def forward(context, scores, count):
        """The mask, 1 at the `count` largest scores; of equals the first."""
        order = torch.sort(scores.flatten(), descending=True, stable=True).indices
        mask = torch.zeros(scores.numel())
        mask[order[:count]] = 1
        return mask.view(scores.shape)

    @staticmethod
    def backward(context, gradient):
        """The gradient as it is: the mask counts as the scores (straight through)."""
        return gradient, None


def dense_forward(weights, x) -> torch.Tensor:
    """The logits of a dense network, for autograd."""
    for weight in weights[:-1]:
        x = torch.relu(x @ weight.T)
    return x @ weights[-1].T


FORWARD = {"dense": dense_forward, "redundant": redundant_forward}


def cross_entropy(weights, x, labels, network: str = "dense") -> torch.Tensor:
    """The mean loss of the network of these weights, for autograd."""
    return torch.nn.functional.cross_entropy(FORWARD[network](weights, x), labels)


def search(
    weights, batches, sparsity, *, step, momentum=0.9, decay=0.0, scores, network="dense"
) -> list[torch.Tensor]:
    """Edge-Popup with torch.optim.SGD, a sort for each tensor and step, and a constant step size.

    Args:
        weights: list of tensors. batches: pairs x, labels. scores: where to start. network: "dense" or
            "redundant".

    Returns:
        the last scores.
    """
    scores = [s.clone().requires_grad_() for s in scores]
    optimizer = torch.optim.SGD(scores, lr=step, momentum=momentum, weight_decay=decay)
    counts = [networks.named(network).kept(w.numel(), sparsity) for w in weights]
    for x, labels in batches:
        masks = [TopShare.apply(s.abs(), k) for s, k in zip(scores, counts, strict=True)]
        masked = [w * m for w, m in zip(weights, masks, strict=True)]
        loss = cross_entropy(masked, x, labels, network)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [s.detach() for s in scores]


def train(
    weights, batches, epsilon: float, *, step, momentum=0.9, decay=0.0, network="dense"
) -> list[torch.Tensor]:
    """Projected gradient descent with torch.optim.SGD, projecting after every step, as Algorithm 1 says."""
    start = networks.named(network).as_weights(weights)
    weights = [w.clone().requires_grad_() for w in start]
    optimizer = torch.optim.SGD(weights, lr=step, momentum=momentum, weight_decay=decay)
    for x, labels in batches:
        loss = cross_entropy(weights, x, labels, network)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for w, w0 in zip(weights, start, strict=True):
                w.copy_(w0 + (w - w0).clamp(-epsilon, epsilon))
    return [w.detach() for w in weights]
