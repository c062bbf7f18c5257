"""The source's experiment as its public code runs it: their network, their draws, their steps, on MNIST."""

from dataclasses import dataclass

import numpy as np
import torch

from lth_tutorial import datasets

from . import edge_popup, networks, projected_gradient, relu_network
from .redundant import pack, redundant_weights

WIDTHS = (784, 500, 500, 500, 10)
REDUNDANCY = 5
BOUND = 0.5
_SHARED = {"batch": 64, "momentum": 0.9, "decay": 5e-4, "network": "redundant", "rest": True}
PERTURB = _SHARED | {"step": 0.03, "schedule": "drop", "project": "epoch"}
SEARCH = _SHARED | {"step": 0.1, "schedule": "cosine by epoch"}


@dataclass(frozen=True)
class Run:
    """One cell of the table.

    epsilon: radius, absolute. sparsity: share removed; 0 for the descent alone. images: of MNIST that train,
    the first ones. perturb_epochs, search_epochs: passes over them. seed: of all draws.
    """

    epsilon: float
    sparsity: float
    images: int
    perturb_epochs: int
    search_epochs: int
    seed: int


def load(images: int):
    """Training rows, and the test rows in the place of the validation: they choose nothing, but are recorded.

    Returns:
        a relu_network.Data of the first `images` training images and all test images.
    """
    every = datasets.mnist("embedded" if images <= 10_000 else "full")
    rows = slice(images)
    return relu_network.as_data(
        (
            datasets.standardised(every.train_images[rows]),
            every.train_labels[rows],
            datasets.standardised(every.test_images),
            every.test_labels,
        )
    )


def initial(seed: int) -> list[torch.Tensor]:
    """W_0 of a seed: all weights Unif[-1/2, 1/2]."""
    return redundant_weights(WIDTHS, REDUNDANCY, BOUND, np.random.default_rng([6, seed, 0]))


def descend(run: Run, data, keeper=None):
    """W_T and its history; W_0 itself for radius 0, as in the source's code."""
    weights = initial(run.seed)
    if run.epsilon == 0:
        return weights, projected_gradient.History([], [], [])
    return projected_gradient.train(
        weights,
        data,
        run.epsilon,
        epochs=run.perturb_epochs,
        rng=descent_stream(run),
        keeper=keeper,
        **PERTURB,
    )


def descent_stream(run: Run) -> np.random.Generator:
    """The stream of the order of the rows in a descent: one order for all radii, as the source's seed gives.

    So until the first projection, a whole pass, the descents of a seed are one and the same.
    """
    return np.random.default_rng([6, run.seed, 1, 300_000])


def first_losses(run: Run, data, steps: int) -> list[float]:
    """The losses of the batches of the first steps of a cell's descent; it ends where one is no number."""
    weights = pack(initial(run.seed))
    velocities = [torch.zeros_like(w) for w in weights]
    order, losses = descent_stream(run).permutation(len(data.x)), []
    for rows in np.split(order[: steps * PERTURB["batch"]], steps):
        loss, found = networks.named("redundant").gradients(
            weights, data.x[rows], data.labels[rows]
        )
        losses.append(float(loss))
        if not np.isfinite(loss):
            break
        for w, v, g in zip(weights, velocities, found, strict=True):
            relu_network.descend(w, v, g, *(PERTURB[k] for k in ("step", "momentum", "decay")))
    return losses


def search_stream(run: Run) -> np.random.Generator:
    """The stream that a cell's search draws from."""
    return np.random.default_rng(
        [6, run.seed, 2, round(1e6 * run.epsilon), round(1e6 * run.sparsity)]
    )


def search(run: Run, weights, data, keeper=None):
    """The mask of a cell and its history."""
    return edge_popup.search(
        weights,
        data,
        run.sparsity,
        epochs=run.search_epochs,
        rng=search_stream(run),
        keeper=keeper,
        **SEARCH,
    )


def describe(run: Run, weights, data, descent, keeper=None) -> dict:
    """The numbers of a cell: its search, where that began, and how it ends on the test images.

    halves: accuracies on the even and the odd test images, so that a sparsity can be chosen by one half and
    judged by the other. start: loss, mean |logit| and accuracy of the first mask. overlap: the share of the
    last mask's kept weights that the first mask kept, for gates and for matrices. moved: root mean square of
    the change of the scores over that of the first scores, likewise.
    """
    if run.sparsity == 0:
        return whole(weights, data, descent)
    mask, history = search(run, weights, data, keeper)
    return pruned(run, weights, data, mask.masks, mask.scores, history)


def whole(weights, data, descent) -> dict:
    """The numbers of a cell without pruning."""
    return {**_outcome(weights, data), "history": rounded(descent), "start": None}


def pruned(run: Run, weights, data, masks, scores, history) -> dict:
    """The numbers of a cell from what its search found."""
    first = networks.named("redundant").first_scores(weights, search_stream(run).spawn(2)[0])
    before = edge_popup.select_layers(first, run.sparsity, kept=networks.named("redundant").kept)
    masked = [w * m for w, m in zip(weights, before, strict=True)]
    return {
        **_outcome([w * m for w, m in zip(weights, masks, strict=True)], data),
        "history": rounded(history),
        "start": {**_outcome(masked, data), "train_loss": _loss(masked, data)},
        "overlap": [_overlap(before[k::2], masks[k::2]) for k in (0, 1)],
        "moved": [_moved(first[k::2], scores[k::2]) for k in (0, 1)],
    }


def _outcome(weights, data) -> dict:
    logits = networks.named("redundant").forward(pack(weights), data.valid_x)
    right = (logits.argmax(dim=1) == data.valid_labels).double()
    loss = torch.nn.functional.cross_entropy(logits, data.valid_labels)
    return {
        "test": round(float(right.mean()), 4),
        "halves": [round(float(right[k::2].mean()), 4) for k in (0, 1)],
        "loss": _digits(float(loss)),
        "logits": _digits(float(logits.abs().mean())),
    }


def evaluate(weights, x, labels) -> tuple[float, float]:
    """Mean cross-entropy and accuracy on rows."""
    forward = networks.named("redundant").forward
    loss, accuracy = relu_network.evaluate(pack(weights), x, labels, forward)
    return float(loss), float(accuracy)


def _loss(weights, data) -> float:
    return _digits(evaluate(weights, data.x[:10_000], data.labels[:10_000])[0])


def _overlap(before, after) -> float:
    both = sum(int((b.bool() & a).sum()) for b, a in zip(before, after, strict=True))
    return _digits(both / sum(int(a.sum()) for a in after))


def _moved(before, after) -> float:
    change = sum(float((a - b).square().sum()) for b, a in zip(before, after, strict=True))
    return _digits(np.sqrt(change / sum(float(b.square().sum()) for b in before)))


def rounded(history) -> dict:
    """A history in numbers of four digits."""
    return {
        "steps": history.steps,
        "losses": [_digits(loss) for loss in history.losses],
        "accuracies": [round(accuracy, 4) for accuracy in history.accuracies],
    }


def _digits(value: float) -> float | None:
    """Four digits; None for what is no number."""
    return float(f"{value:.4g}") if np.isfinite(value) else None
