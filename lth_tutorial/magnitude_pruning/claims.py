"""Chapter 0's claims that take no long training, each beside the code that measures it."""

import itertools

import numpy as np
import torch
from torch import nn

from lth_tutorial.claims import Claim, Finding

from .masks import copy_of, prune, whole
from .networks import glorot
from .tickets import train_masked
from .training import freeze_negatives

_OPTIMIZERS = {
    "SGD with momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.1),
    "Nesterov": lambda p: torch.optim.SGD(
        p, lr=0.05, momentum=0.9, weight_decay=0.1, nesterov=True
    ),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "RMSprop": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.9, weight_decay=0.1),
    "Adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05, weight_decay=0.1),
}


def _small_run(make, after_backward=None, pruned=True) -> tuple[dict, dict, dict]:
    """A small network trained, under masks that keep half if `pruned`: the masks, the weights before and
    after."""
    rng = np.random.default_rng(90)
    x, y = (torch.from_numpy(a) for a in (rng.normal(size=(60, 6)), rng.integers(0, 3, 60)))
    model = glorot(nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)).double(), 91)
    before = copy_of(model)
    masks = prune(before, whole(model), 0.5, "layer", False) if pruned else whole(model)

    def train(model, step):
        optimizer = make(model.parameters())
        for _ in range(step, 20):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            if after_backward:
                after_backward(model)
            optimizer.step()

    train_masked(model, masks, train)
    return masks, before, copy_of(model)


def measure_masks_hold() -> Finding:
    """Pruned weights after 20 steps with weight decay and momentum."""
    bad = [
        name
        for name, make in _OPTIMIZERS.items()
        for masks, _, after in (_small_run(make),)
        if any(after[key][~mask].any() for key, mask in masks.items())
    ]
    return Finding(
        "fails" if bad else "holds",
        f"pruned weights are exactly 0 under {', '.join(_OPTIMIZERS)}, each with weight decay"
        if not bad
        else f"pruned weights moved under {', '.join(bad)}",
    )


def measure_negatives() -> Finding:
    """Negative weights that move: by the package's rule, and by that of the public code. The network is
    whole, so that no neuron is cut off from the outputs."""
    shares = []
    for rule in (None, freeze_negatives):
        masks, before, after = _small_run(lambda p: torch.optim.Adam(p, lr=0.01), rule, False)
        negative = [mask & (before[name] < 0) for name, mask in masks.items()]
        moved = [after[name] != before[name] for name in masks]
        total = sum(int(n.sum()) for n in negative)
        shares.append(sum(int((n & m).sum()) for n, m in zip(negative, moved, strict=True)) / total)
    return Finding(
        "holds" if shares == [1, 0] else "fails",
        f"{shares[0]:.0%} of the negative weights move; with the public code's rule {shares[1]:.0%} move",
    )


def measure_smallest() -> Finding:
    """The mask of the largest magnitudes against all masks of its size, for ten weights."""
    rng, worse = np.random.default_rng(92), 0
    for _ in range(20):
        w = rng.normal(size=10)
        everything = {"w": torch.ones(10, dtype=torch.bool)}
        mask = prune({"w": torch.from_numpy(w)}, everything, 0.5, "layer", False)["w"]
        best = min((w[list(gone)] ** 2).sum() for gone in itertools.combinations(range(10), 5))
        worse += (w[~mask.numpy()] ** 2).sum() > best + 1e-12
    return Finding(
        "fails" if worse else "holds",
        "in each of 20 draws of 10 weights, no mask of the 252 that keep 5 weights changes them less",
    )


CLAIMS = (
    Claim(
        "smallest-weights",
        "this chapter",
        r"of all masks with as many weights, magnitude pruning has the least $\lVert W - M \odot W \rVert_2$",
        "we tried all masks that keep 5 of 10 weights",
        verdict="holds",
        measure=measure_smallest,
    ),
    Claim(
        "masks-hold",
        "this chapter",
        "pruned weights stay exactly $0$, whatever the optimizer",
        "we trained a small network for 20 steps with weight decay; the tests try every optimizer of torch",
        verdict="holds",
        measure=measure_masks_hold,
    ),
    Claim(
        "negatives-learn",
        "this chapter",
        "negative weights learn like positive ones; in a public implementation they do not",
        "we trained the same network with Adam, by both rules",
        verdict="holds",
        measure=measure_negatives,
    ),
)
