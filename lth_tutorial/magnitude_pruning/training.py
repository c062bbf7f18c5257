"""Training a classifier of images, the whole data set one tensor; what the chapter gives to `train`."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from lth_tutorial import datasets


class Digits(NamedTuple):
    """images (N, 784) float32, labels (N,) int64; the same for the test."""

    images: torch.Tensor
    labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor


def digits(which: str = "embedded", samples: int | None = None, device="cpu") -> Digits:
    """MNIST as tensors, standardised; the first `samples` training images.

    Raises:
        ValueError: samples is below 1 or above the number of training images.
    """
    images = datasets.mnist(which)
    most = len(images.train_images)
    samples = most if samples is None else samples
    if not 1 <= samples <= most:
        raise ValueError(f"samples must lie in 1 .. {most}, got {samples}")
    rows = (images.train_images[:samples], images.test_images)
    x, test_x = (torch.from_numpy(datasets.standardised(part)).float() for part in rows)
    y, test_y = (
        torch.from_numpy(part).long() for part in (images.train_labels, images.test_labels)
    )
    return Digits(*(part.to(device) for part in (x, y[:samples], test_x, test_y)))


def device() -> torch.device:
    """The GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def accuracy(model: nn.Module, images, labels, block: int = 2000) -> float:
    """The share of images that get their label."""
    with torch.no_grad():
        right = sum(
            int((model(x).argmax(1) == y).sum())
            for x, y in zip(images.split(block), labels.split(block), strict=True)
        )
    return right / len(labels)


@dataclass(frozen=True)
class Training:
    """``training(model, step)``: Adam on batches in an order of its own, from step `step` to `steps`.

    data: what is learnt and tested. steps: of a full training. measure: steps after which the test accuracy
    is measured; training from a later step on gives None for those before it. batch, step_size,
    weight_decay: as for Adam. order: seed of the order of the images; a fresh permutation each epoch, which
    leaves out the images that fill no batch. after_backward: called with the model before each step.

    Returns:
        the test accuracies after the steps `measure`.
    """

    data: Digits
    steps: int
    measure: tuple[int, ...]
    batch: int = 64
    step_size: float = 1.2e-3
    weight_decay: float = 0.0
    order: int | list[int] = 0
    after_backward: Callable[[nn.Module], None] | None = None

    def __call__(self, model: nn.Module, step: int = 0) -> list[float | None]:
        """Train `model` in place from `step` on; returns the curve of its test accuracy."""
        images, labels, test_images, test_labels = self.data
        model.to(images.device)
        adam = torch.optim.Adam(
            model.parameters(), lr=self.step_size, weight_decay=self.weight_decay, fused=True
        )
        curve, batches = {}, self._batches(step)
        for now in range(step, self.steps + 1):
            if now in self.measure:
                curve[now] = accuracy(model, test_images, test_labels)
            if now == self.steps:
                break
            chosen = next(batches)
            adam.zero_grad()
            nn.functional.cross_entropy(model(images[chosen]), labels[chosen]).backward()
            if self.after_backward:
                self.after_backward(model)
            adam.step()
        return [curve.get(at) for at in self.measure]

    def _batches(self, step: int) -> Iterator[torch.Tensor]:
        """The images of each batch from step `step` on."""
        count = len(self.data.labels)
        per_epoch = max(count // self.batch, 1)
        for epoch in itertools.count(step // per_epoch):
            rng = np.random.default_rng([*np.atleast_1d(self.order).tolist(), epoch])
            order = torch.from_numpy(rng.permutation(count)).to(self.data.images.device)
            for place in range(step % per_epoch, per_epoch):
                yield order[place * self.batch : (place + 1) * self.batch]
            step = 0


def freeze_negatives(model: nn.Module, threshold: float = 1e-6) -> None:
    """What a public implementation does between backward and step; a bug, kept to show what it costs.

    It means to keep pruned weights at 0 by setting the gradient to 0 where the weight is below a small
    threshold, and forgets the absolute value: every negative weight stops learning.
    """
    for name, parameter in model.named_parameters():
        if "weight" in name and parameter.grad is not None:
            parameter.grad.masked_fill_(parameter.detach() < threshold, 0)
