"""One column of the table: a radius, all sparsities, the controls, and what the pictures show of a cell."""

from dataclasses import dataclass, field

import numpy as np
import torch

from lth_tutorial import datasets

from . import controls, projected_gradient, relu_network
from .algorithm import SPARSITIES, StrongTicket, pgd_strong_lth, whole_table
from .relu_network import Data

BINS = 16
WIDTHS = (784, 500, 500, 10)


@dataclass(frozen=True)
class Configuration:
    """How a table is made.

    widths: of the network. bound: every weight Unif[-bound, bound], radii as they are printed; None: the
    bound b_l of Kaiming for each layer, radii epsilon b_l. images: training images of MNIST, from the first
    on; `validation` of them are set aside. perturb, search: keyword arguments of the two halves.
    """

    widths: tuple[int, ...] = WIDTHS
    bound: float | None = None
    images: int = 10_000
    validation: int = 2_000
    perturb: dict = field(default_factory=dict)
    search: dict = field(default_factory=dict)

    def bounds(self) -> list[float]:
        """The largest initial |weight| of each layer."""
        if self.bound is None:
            return relu_network.kaiming_bounds(self.widths)
        return [self.bound] * (len(self.widths) - 1)

    def radii(self, epsilon: float) -> list[float]:
        """The absolute radius of each layer."""
        return [epsilon * (1.0 if self.bound else bound) for bound in self.bounds()]


# Momentum and weight decay of the source; its step for Edge-Popup; one pass instead of 100 and 50.
_PAGE = {"step": 0.1, "epochs": 1, "batch": 100, "momentum": 0.9, "decay": 5e-4}
_PAPER = {"step": 0.1, "epochs": 2, "batch": 64, "momentum": 0.9, "decay": 5e-4}
_TUNED = {"step": 1.0, "epochs": 2, "batch": 64, "momentum": 0.9, "decay": 0.0}

CONFIGURATIONS = {
    "page": Configuration(perturb=_PAGE, search=_PAGE),
    "paper": Configuration(images=60_000, validation=6_000, perturb=_PAPER, search=_PAPER),
    "tuned": Configuration(images=60_000, validation=6_000, perturb=_PAPER, search=_TUNED),
}


def load(configuration: Configuration, rng) -> tuple[Data, torch.Tensor, torch.Tensor]:
    """Training and validation rows; test rows and labels, kept apart from them."""
    images = datasets.mnist("embedded" if configuration.images <= 10_000 else "full")
    rows = slice(configuration.images)
    data = relu_network.split(
        datasets.standardised(images.train_images[rows]),
        images.train_labels[rows],
        configuration.validation,
        rng,
    )
    test = torch.as_tensor(datasets.standardised(images.test_images), dtype=torch.float32)
    return data, test, torch.as_tensor(np.array(images.test_labels)).long()


def start(configuration: Configuration, seed: int):
    """The split of the images and W_0 of a seed, each from a stream of its own."""
    for_split, for_weights = np.random.default_rng([6, seed]).spawn(2)
    weights = relu_network.uniform_weights(
        configuration.widths, configuration.bounds(), for_weights
    )
    return weights, load(configuration, for_split)


def columns(
    configuration: Configuration, epsilons, seed: int, sparsities=SPARSITIES, device: str = "cpu"
) -> list[dict]:
    """Columns of the table: one after the other, or on a GPU all in one batch."""
    weights, (data, *test) = start(configuration, seed)
    weights = [w.to(device) for w in weights]
    data, test = data.to(device), [part.to(device) for part in test]
    rngs = [np.random.default_rng([6, seed, round(1e6 * e)]) for e in epsilons]
    options = {"perturb": configuration.perturb, "search": configuration.search}
    radii = [configuration.radii(e) for e in epsilons]
    if device == "cpu":
        tickets = (
            pgd_strong_lth(weights, data, r, sparsities, rng=rng, **options)
            for r, rng in zip(radii, rngs, strict=True)
        )
    else:
        tickets = whole_table(weights, data, radii, sparsities, rngs=rngs, **options)
    return [
        {"epsilon": epsilon, **describe(ticket, weights, configuration, test)}
        for epsilon, ticket in zip(epsilons, tickets, strict=True)
    ]


def describe(ticket: StrongTicket, start, configuration: Configuration, test) -> dict:
    """The numbers of a column: each cell, its training, its controls, its histograms, rounded."""
    bounds = configuration.bounds()
    moved = controls.movement(start, ticket.weights, bounds)
    return {
        "chosen": ticket.sparsity,
        "moved": {name: _rounded(value) for name, value in moved.items()},
        "movement": movement_histogram(start, ticket.weights, bounds),
        "descent": _losses(ticket.history),
        "cells": [_cell(cell, ticket, bounds, test) for cell in ticket.cells],
    }


def _cell(cell, ticket: StrongTicket, bounds, test) -> dict:
    return {
        "sparsity": cell.sparsity,
        "test": accuracy(cell.mask.apply(ticket.weights), test),
        "validation": _rounded(cell.accuracy),
        "validation_loss": _rounded(cell.loss),
        "losses": _losses(cell.history)["losses"],
        "kept": mask_histogram(ticket.weights, cell.mask.masks, bounds),
    }


def accuracy(weights, test) -> float:
    """The share of the test rows that the network of these weights labels rightly."""
    return _rounded(float(relu_network.evaluate(weights, *test)[1]))


def _losses(history) -> dict:
    return {"steps": history.steps, "losses": [_rounded(loss) for loss in history.losses]}


def _rounded(value: float) -> float | None:
    """Four digits; None for what is no number, as after a training that left its range."""
    return float(f"{value:.4g}") if np.isfinite(value) else None


def mask_histogram(weights, masks, bounds) -> list[float]:
    """The share kept of weights with |w|/b_l in each of BINS equal parts of [0, 1.5]; the last, and above."""
    size = torch.cat([(w.abs() / b).flatten() for w, b in zip(weights, bounds, strict=True)])
    kept = torch.cat([m.flatten() for m in masks])
    place = (size.nan_to_num(nan=torch.inf).clamp(max=2) * (BINS / 1.5)).long().clamp_(max=BINS - 1)
    total = torch.bincount(place, minlength=BINS)
    inside = torch.bincount(place[kept], minlength=BINS)
    return [_rounded(float(share)) for share in inside / total.clamp(min=1)]


def movement_histogram(before, after, bounds) -> list[float]:
    """The share of the weights whose |D|/largest |D| lies in each of BINS equal parts of [0, 1]."""
    moved = torch.cat(
        [
            ((a - b).abs() / bound).flatten()
            for b, a, bound in zip(before, after, bounds, strict=True)
        ]
    )
    largest = float(moved.max())
    if not np.isfinite(largest):
        return []
    if largest == 0:
        return [1.0] + [0.0] * (BINS - 1)
    place = (moved * (BINS / largest)).long().clamp_(max=BINS - 1)
    counts = torch.bincount(place, minlength=BINS)
    return [_rounded(float(share)) for share in counts / len(moved)]


def control_columns(
    configuration: Configuration, epsilon: float, seed: int, sparsities=SPARSITIES
) -> dict:
    """The same column with masks and perturbations that nobody searched for.

    Returns:
        random, magnitude: test accuracies of masks of W_T at each sparsity;
        noise: of Edge-Popup on W_0 plus random noise of the same radius, at sparsity .5;
        longer: of a descent, without pruning, as long as descent and search together.
    """
    weights, (data, *test) = start(configuration, seed)
    radii = configuration.radii(epsilon)
    for_masks, for_noise, rng = np.random.default_rng([6, seed, round(1e6 * epsilon), 1]).spawn(3)
    for_order = np.random.default_rng([6, seed, round(1e6 * epsilon)]).spawn(1)[0]
    perturbed, _ = projected_gradient.train(
        weights, data, radii, rng=for_order, **configuration.perturb
    )
    noisy = controls.random_perturbation(weights, radii, for_noise)
    searched = pgd_strong_lth(
        noisy, data, 0.0, (0.5,), perturb={"epochs": 0}, search=configuration.search, rng=rng
    )
    both = configuration.perturb["epochs"] + configuration.search["epochs"]
    longer, _ = projected_gradient.train(
        weights, data, radii, rng=rng, **configuration.perturb | {"epochs": both}
    )
    masks = [
        controls.random_mask(perturbed, s, g)
        for s, g in zip(sparsities, for_masks.spawn(9), strict=False)
    ]
    return {
        "random": [accuracy(mask.apply(perturbed), test) for mask in masks],
        "magnitude": [
            accuracy(controls.magnitude_mask(perturbed, s).apply(perturbed), test)
            for s in sparsities
        ],
        "noise": accuracy(searched.cells[0].mask.apply(noisy), test),
        "longer": accuracy(longer, test),
    }
