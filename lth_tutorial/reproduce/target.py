"""The target network of chapters 2 and 3, trained once and shared by the cells."""

import io
from functools import lru_cache
from pathlib import Path

import numpy as np

from lth_tutorial import datasets, target_network
from lth_tutorial.files import write_whole

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
    weights = target_network.train(widths, x, data.train_labels, rng=SEED, **settings)
    file = io.BytesIO()
    np.savez(file, *weights)
    write_whole(folder / "target.npz", file.getvalue())
    logits = target_network.forward(weights, datasets.standardised(data.test_images))
    flat = np.concatenate([w.ravel() for w in weights])
    return {
        "target": {
            **SETTINGS[size],
            "seed": SEED,
            "weights": int(flat.size),
            "test_accuracy": target_network.accuracy(logits, data.test_labels),
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
