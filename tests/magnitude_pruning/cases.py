"""What several tests of magnitude_pruning use."""

import numpy as np
import torch
from torch import nn

from lth_tutorial import magnitude_pruning as mp
from lth_tutorial.magnitude_pruning import networks

CPU_OPTIMIZERS = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.05),
    "SGD, momentum and decay": lambda p: torch.optim.SGD(
        p, lr=0.05, momentum=0.9, weight_decay=0.1
    ),
    "SGD, Nesterov": lambda p: torch.optim.SGD(
        p, lr=0.05, momentum=0.9, weight_decay=0.1, nesterov=True
    ),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1),
    "Adam, fused": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1, fused=True),
    "Adam, for each": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1, foreach=True),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1, amsgrad=True),
    "NAdam": lambda p: torch.optim.NAdam(p, lr=0.01, weight_decay=0.1),
    "RAdam": lambda p: torch.optim.RAdam(p, lr=0.01, weight_decay=0.1),
    "Adamax": lambda p: torch.optim.Adamax(p, lr=0.01, weight_decay=0.1),
    "Adafactor": lambda p: torch.optim.Adafactor(p, lr=0.01, weight_decay=0.1),
    "Adadelta": lambda p: torch.optim.Adadelta(p, lr=0.5, weight_decay=0.1),
    "Adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05, weight_decay=0.1),
    "RMSprop": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.9, weight_decay=0.1),
    "Rprop": lambda p: torch.optim.Rprop(p, lr=0.01),
    "ASGD": lambda p: torch.optim.ASGD(p, lr=0.05, weight_decay=0.1),
    "LBFGS": lambda p: torch.optim.LBFGS(p, lr=0.1, max_iter=4),
    # It takes matrices only.
    "Muon": lambda p: torch.optim.Muon([q for q in p if q.dim() == 2], lr=0.01, weight_decay=0.1),
}


def small_network(seed=0):
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.LayerNorm((8,)), nn.Linear(8, 3))
    return networks.glorot(model, seed)


DATA = torch.from_numpy(np.random.default_rng(3).normal(size=(40, 6))).float()


LABELS = torch.from_numpy(np.random.default_rng(4).integers(0, 3, 40))


def trainer(make=CPU_OPTIMIZERS["Adam"], steps=12, after_step=None, after_backward=None):
    """A training of the caller's own, which makes its own optimizer."""

    def train(model, step):
        optimizer = make(list(model.parameters()))

        def closure():
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(DATA), LABELS)
            loss.backward()
            if after_backward:
                after_backward(model)
            return loss

        for now in range(step, steps):
            optimizer.step(closure)
            if after_step:
                after_step(model, now)
        return closure().item()

    return train


def half(model, seed=5):
    """Random masks that keep half of each weight matrix."""
    weights = {
        name: torch.from_numpy(np.random.default_rng(seed).normal(size=tuple(mask.shape)))
        for name, mask in mp.whole(model).items()
    }
    return mp.prune(weights, mp.whole(model), 0.5, "layer", half_output=False)
