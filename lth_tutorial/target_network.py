"""Target networks: bias-free ReLU networks, trained in plain numpy so that pruning has a goal.

f(x) = W_L relu(W_{L-1} ... relu(W_1 x))
"""

import io
from functools import lru_cache
from pathlib import Path

import numpy as np

from lth_tutorial import datasets
from lth_tutorial.checks import generator
from lth_tutorial.files import write_whole


def forward(weights, x) -> np.ndarray:
    """The outputs (logits) of a bias-free ReLU network.

    Args:
        weights: list of (out, in) matrices.
        x: (N, in) inputs as rows.

    Returns:
        (N, out of the last layer).
    """
    for weight in weights[:-1]:
        x = np.maximum(x @ weight.T, 0)
    return x @ weights[-1].T


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The share of rows whose largest entry stands at the label."""
    return float(np.mean(logits.argmax(axis=1) == labels))


def train(
    widths, x, labels, *, epochs: int, rng, step: float = 1e-3, batch: int = 128, decay: float = 0.0
) -> list[np.ndarray]:
    """Train a bias-free ReLU classifier from scratch.

    Cross-entropy, Adam (D. Kingma, J. Ba, ICLR 2015; beta 0.9 and 0.999) with the step falling to 0 along
    a half cosine, shuffled batches, weights drawn from N(0, 2 / in).

    Args:
        widths: (d_0, ..., d_L), d_0 the number of inputs and d_L of classes.
        x: (N, d_0) float; labels: (N,) integers below d_L.
        epochs: passes over the data.
        rng: numpy Generator or seed; weights and order of the data draw from streams of their own.
        step: Adam's first step size.
        batch: rows per step.
        decay: decoupled weight decay, as a share of the step.

    Returns:
        list of L matrices (d_l, d_{l-1}) float64.

    Raises:
        ValueError: x, labels and widths do not fit together.
    """
    x, labels = np.asarray(x, dtype=np.float32), np.asarray(labels)
    if x.ndim != 2 or x.shape[1] != widths[0] or labels.shape != x.shape[:1]:
        raise ValueError(
            f"x {x.shape} and labels {labels.shape} must be (N, {widths[0]}) and (N,) for widths {widths}"
        )
    if labels.min() < 0 or labels.max() >= widths[-1]:
        raise ValueError(f"labels must lie in 0 .. {widths[-1] - 1}")
    for_weights, for_order = generator("rng", rng).spawn(2)
    pairs = list(zip(widths[1:], widths[:-1], strict=True))
    weights = [for_weights.normal(0, np.sqrt(2 / d), (k, d)).astype(np.float32) for k, d in pairs]
    first, second = ([np.zeros_like(w) for w in weights] for _ in range(2))
    steps, done = epochs * -(-len(x) // batch), 0
    for _ in range(epochs):
        order = for_order.permutation(len(x))
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]
            rate = step * (1 + np.cos(np.pi * done / steps)) / 2
            done += 1
            gradients = gradient(weights, x[rows], labels[rows])
            for w, g, m, v in zip(weights, gradients, first, second, strict=True):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                unbiased = np.sqrt(v / (1 - 0.999**done)) + 1e-8
                w -= rate * (m / (1 - 0.9**done) / unbiased + decay * w)
    return [w.astype(float) for w in weights]


def gradient(weights, x, labels) -> list[np.ndarray]:
    """The gradient of the mean cross-entropy with respect to each weight matrix."""
    activations = [x]
    for weight in weights[:-1]:
        activations.append(np.maximum(activations[-1] @ weight.T, 0))
    logits = activations[-1] @ weights[-1].T
    logits -= logits.max(axis=1, keepdims=True)
    share = np.exp(logits)
    share /= share.sum(axis=1, keepdims=True)
    share[np.arange(len(x)), labels] -= 1
    share /= len(x)
    gradients = []
    for weight, activation in zip(weights[::-1], activations[::-1], strict=True):
        gradients.append(share.T @ activation)
        share = (share @ weight) * (activation > 0)
    return gradients[::-1]


SEED = 0
SETTINGS = {
    "paper": {"widths": (784, 500, 10), "epochs": 12, "step": 1e-3, "decay": 0.5, "data": "full"},
    "page": {"widths": (784, 40, 10), "epochs": 6, "step": 2e-3, "decay": 0.5, "data": "embedded"},
}


def train_target(size: str, folder: Path) -> dict:
    """Train the network on standardised MNIST and keep its matrices in the folder; facts about it."""
    settings = dict(SETTINGS[size])
    data = datasets.mnist(settings.pop("data"))
    widths = settings.pop("widths")
    x = datasets.standardised(data.train_images)
    weights = train(widths, x, data.train_labels, rng=SEED, **settings)
    file = io.BytesIO()
    np.savez(file, *weights)
    write_whole(folder / "target.npz", file.getvalue())
    logits = forward(weights, datasets.standardised(data.test_images))
    flat = np.concatenate([w.ravel() for w in weights])
    return {
        "target": {
            **SETTINGS[size],
            "seed": SEED,
            "weights": int(flat.size),
            "test_accuracy": accuracy(logits, data.test_labels),
            "range": [float(flat.min()), float(flat.max())],
            "first_layer_within_0.01": float(np.mean(np.abs(weights[0]) <= 0.01)),
            "spectral_norms": [float(np.linalg.norm(w, 2)) for w in weights],
        }
    }


@lru_cache(maxsize=1)
def load_target(folder: Path) -> list[np.ndarray]:
    """The matrices that `train_target` kept."""
    with np.load(folder / "target.npz") as file:
        return [file[name] for name in file.files]
