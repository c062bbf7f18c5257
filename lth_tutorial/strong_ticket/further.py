"""What the source's code tries beside its table: pruning before perturbing, and perturbing at random."""

import numpy as np
import torch

from . import authors, controls, corner
from .prune_first import train_masked


def random_weights(run: authors.Run, kind: str):
    """W_0 and a random perturbation of it: one number a tensor, or one for each weight."""
    rng = np.random.default_rng([6, run.seed, 3, round(1e6 * run.epsilon)])
    if kind == "one number a tensor":
        return controls.one_number_a_tensor(authors.initial(run.seed), run.epsilon, rng)
    return [
        w + torch.from_numpy(rng.uniform(-run.epsilon, run.epsilon, w.shape).astype(np.float32))
        for w in authors.initial(run.seed)
    ]


def perturbed_at_random(run: authors.Run, kind: str, data) -> dict:
    """Edge-Popup on W_0 plus a random perturbation; `whole`: the perturbed network without a mask."""
    weights = random_weights(run, kind)
    mask, history = authors.search(run, weights, data)
    return {
        **corner.outcome(mask.apply(weights), "redundant", data),
        "whole": corner.outcome(weights, "redundant", data),
        "history": authors.rounded(history),
    }


def prune_first(run: authors.Run, data) -> dict:
    """A mask for W_0, then descent of what it keeps, within the ball; `before`: as the descent began."""
    weights = authors.initial(run.seed)
    mask, history = authors.search(run, weights, data)
    order = np.random.default_rng([6, run.seed, 1, round(1e6 * run.epsilon)])
    options = {name: value for name, value in authors.PERTURB.items() if name != "project"}
    found, descent = train_masked(
        weights, mask.masks, data, run.epsilon, epochs=run.perturb_epochs, rng=order, **options
    )
    return {
        **corner.outcome(found, "redundant", data),
        "before": corner.outcome(mask.apply(weights), "redundant", data),
        "history": authors.rounded(history),
        "descent": authors.rounded(descent),
    }
