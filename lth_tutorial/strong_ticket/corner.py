"""Why a search fails after a long descent: one thing changed at a time, and what the search does on its way.

A mask removes the share s of the gates and the share s of the matrices, so of the paths through a block only
(1 - s)^2 are left, and under a random mask the logits of L blocks shrink like (1 - s)^L; those of a dense
network of L layers like (1 - s)^(L/2). What the descent does to the size of the weights comes on top.
"""

from dataclasses import dataclass, field

import numpy as np
import torch

from . import authors, edge_popup, networks, projected_gradient, relu_network

DENSE = (784, 500, 500, 10)
_DENSE = {"step": 0.1, "batch": 64, "momentum": 0.9, "decay": 5e-4}
# Rows by which the start of a search is judged.
ROWS = 2_000


@dataclass(frozen=True)
class Change:
    """What differs from the source's run.

    perturb, search: keyword arguments of the two halves. rescaled: whether W_T is multiplied by one number,
    so that the logits of the first masked network are as large as those of W_0 under the same mask.
    """

    perturb: dict = field(default_factory=dict)
    search: dict = field(default_factory=dict)
    rescaled: bool = False


CHANGES = {
    "none": Change(),
    "no decay in the descent": Change(perturb={"decay": 0.0}),
    "projected at every step": Change(perturb={"project": "step"}),
    "weights rescaled": Change(rescaled=True),
    "step of .01": Change(search={"step": 0.01}),
    "step of 1": Change(search={"step": 1.0}),
    "step of 10": Change(search={"step": 10.0}),
    # Scores a tenth as large and the same step are the same scores with ten times the step and a tenth of
    # the decay: the mask knows their order only.
    "first scores a tenth": Change(search={"step": 1.0, "decay": 5e-5}),
    "no decay of the scores": Change(search={"decay": 0.0}),
}


def descend(run: authors.Run, network: str, change: Change, data):
    """W_T of a run with a change, and its history; W_0 itself where nothing is descended."""
    weights = initial(run, network)
    if run.epsilon == 0 or run.perturb_epochs == 0:
        return weights, projected_gradient.History([], [], [])
    order = np.random.default_rng([6, run.seed, 1, round(1e6 * run.epsilon)])
    options, radii = authors.PERTURB, run.epsilon
    if network == "dense":
        options, radii = _DENSE, [run.epsilon * b for b in relu_network.kaiming_bounds(DENSE)]
    return projected_gradient.train(
        weights, data, radii, epochs=run.perturb_epochs, rng=order, **options | change.perturb
    )


def initial(run: authors.Run, network: str) -> list[torch.Tensor]:
    """W_0 of a seed: the source's, or a dense network's with the bounds of Kaiming."""
    if network == "redundant":
        return authors.initial(run.seed)
    stream = np.random.default_rng([6, run.seed, 0])
    return relu_network.uniform_weights(DENSE, relu_network.kaiming_bounds(DENSE), stream)


def describe(run: authors.Run, network: str, change: Change, weights, data) -> dict:
    """The numbers of a search from W_T, those of its start, and a track of it, epoch by epoch.

    test, loss, logits: of the last mask, on the test images. start: the same for the first, random mask,
    and `pull`: the first step's change of the scores over the first scores, root mean squares. magnitude:
    test accuracy of the mask of the same size by |weight|. track: after each epoch the test accuracy, the
    share of the kept weights that the first mask kept, and the change of the scores over the first scores.
    Lists of two: gates and matrices; a dense network has matrices alone. scale: root mean square of W_T over
    that of W_0, likewise; zeros: the share of |W_T| below .01, likewise.
    """
    kind, start = networks.named(network), initial(run, network)
    stream = authors.search_stream(run)
    first = kind.first_scores(weights, stream.spawn(2)[0])
    mask = edge_popup.select_layers(first, run.sparsity, kept=kind.kept)
    if change.rescaled:
        weights = rescaled(weights, start, mask, network, data)
    options = (authors.SEARCH if network == "redundant" else _DENSE) | change.search
    watch = Watch(kind.pack(first), run.sparsity, kind, groups(network))
    found, history = edge_popup.search(
        weights,
        data,
        run.sparsity,
        epochs=run.search_epochs,
        rng=authors.search_stream(run),
        keeper=watch,
        **options,
    )
    masked = [w * m for w, m in zip(weights, mask, strict=True)]
    largest = edge_popup.select_layers(weights, run.sparsity, kept=kind.kept)
    by_size = [w * m for w, m in zip(weights, largest, strict=True)]
    return {
        **outcome(found.apply(weights), network, data),
        "start": outcome(masked, network, data)
        | {"pull": pull(masked, weights, first, network, data, options["step"])},
        "magnitude": outcome(by_size, network, data)["test"],
        "track": {
            "test": [round(accuracy, 4) for accuracy in history.accuracies],
            "overlap": watch.overlap,
            "moved": watch.moved,
        },
        "history": authors.rounded(history),
        "scale": scale(start, weights, network),
        "zeros": [_zeros(weights[part]) for part in groups(network)],
    }


def groups(network: str) -> tuple[slice, ...]:
    """Which of the tensors are gates and which matrices."""
    return (slice(0, None, 2), slice(1, None, 2)) if network == "redundant" else (slice(None),)


class Watch:
    """Notes after each epoch of a search what became of its scores; it keeps no training."""

    def __init__(self, first, sparsity: float, kind, parts):
        self.first, self.sparsity, self.kind, self.parts = first, sparsity, kind, parts
        self.masks = self._masks(first)
        self.overlap: list[list[float]] = []
        self.moved: list[list[float]] = []

    def _masks(self, scores):
        return edge_popup.select_layers(scores, self.sparsity, kept=self.kind.kept)

    def load(self) -> None:
        """Nothing, so that the search begins."""

    def save(self, values: dict) -> None:
        """Compare the scores of an epoch with the first ones."""
        scores = values["state"][: len(self.first)]
        masks = self._masks(scores)
        self.overlap.append([_overlap(self.masks[part], masks[part]) for part in self.parts])
        self.moved.append([_change(self.first[part], scores[part]) for part in self.parts])


def rescaled(weights, start, mask, network: str, data) -> list[torch.Tensor]:
    """c W_T with the c that gives the masked network the mean |logit| of the masked W_0.

    Logits are homogeneous in the weights, of a degree that is the number of tensors.
    """
    sizes = [
        outcome([w * m for w, m in zip(part, mask, strict=True)], network, data)["logits"]
        for part in (start, weights)
    ]
    factor = (sizes[0] / sizes[1]) ** (1 / len(weights))
    return [w * factor for w in weights]


def pull(masked, weights, scores, network: str, data, step: float) -> list[float]:
    """Root mean square of the first step on the scores, over that of the scores; gates and matrices."""
    kind = networks.named(network)
    _, found = kind.gradients(kind.pack(masked), data.x[:ROWS], data.labels[:ROWS])
    steps = [g * w * step for g, w in zip(kind.unpack(found), weights, strict=True)]
    return [_digits(_size(steps[part]) / _size(scores[part])) for part in groups(network)]


def scale(before, after, network: str) -> list[float]:
    """Root mean square of the weights after the descent over that before, gates and matrices."""
    return [_digits(_size(after[part]) / _size(before[part])) for part in groups(network)]


def outcome(weights, network: str, data) -> dict:
    """Accuracy, loss and mean |logit| on the test images."""
    kind = networks.named(network)
    logits = kind.forward(kind.pack(weights), data.valid_x)
    right = (logits.argmax(dim=1) == data.valid_labels).double().mean()
    loss = torch.nn.functional.cross_entropy(logits, data.valid_labels)
    return {
        "test": round(float(right), 4),
        "loss": _digits(float(loss)),
        "logits": _digits(float(logits.abs().mean())),
    }


def _overlap(before, after) -> float:
    both = sum(float((b * a).sum()) for b, a in zip(before, after, strict=True))
    return _digits(both / sum(float(a.sum()) for a in after))


def _change(before, after) -> float:
    return _digits(_size([a - b for b, a in zip(before, after, strict=True)]) / _size(before))


def _zeros(tensors) -> float:
    small = sum(int((t.abs() < 0.01).sum()) for t in tensors)
    return _digits(small / sum(t.numel() for t in tensors))


def _size(tensors) -> float:
    """Root of the sum of squares."""
    return float(np.sqrt(sum(float(t.double().square().sum()) for t in tensors)))


def _digits(value: float) -> float | None:
    """Four digits; None for what is no number."""
    return float(f"{value:.4g}") if np.isfinite(value) else None
