"""Edge-Popup and projected descent of chapter 6 against plain autograd, in one run.

Plain: torch.optim.SGD, a straight-through autograd function, a sort for each matrix and step, as one would
write it first. Ours: the gradient by hand, the mask by partition. Same weights, scores, batches and steps,
on MNIST, batches of 64: the dense 784-500-500-10, and the source's redundant network of 4,496,420 weights
with a quarter and all of its hidden neurons. Both on one thread, then both on all.
"""

import os
import time

import numpy as np
import torch

from lth_tutorial.strong_ticket import (
    authors,
    edge_popup,
    experiments,
    networks,
    projected_gradient,
    redundant_weights,
    reference,
    relu_network,
)

STEPS, PASSES = 40, 5
FEWER = 6  # steps with the source's network
OPTIONS = {"step": 0.1, "momentum": 0.9, "decay": 5e-4}


def seconds(work) -> float:
    """The median of several runs, after one to warm up."""
    work()
    times = []
    for _ in range(PASSES):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def rows(weights, data, radius: float, network: str, steps: int):
    """Name, plain milliseconds and ours, for a step."""
    few = relu_network.Data(data.x[: 64 * steps], data.labels[: 64 * steps], *data[2:])
    few = few._replace(valid_x=few.valid_x[:1], valid_labels=few.valid_labels[:1])
    options = OPTIONS | {"network": network}
    own = {"batch": 64, "epochs": 1, "schedule": "constant", **options}
    scores = networks.named(network).first_scores(weights, 1)
    batches = list(relu_network.batches(few, 64, np.random.default_rng(2)))
    ms = 1e3 / steps
    name = f"{network} network of {sum(w.numel() for w in weights):,} weights"
    yield (
        f"{name}: Edge-Popup, half removed",
        ms * seconds(lambda: reference.search(weights, batches, 0.5, scores=scores, **options)),
        ms * seconds(lambda: edge_popup.search(weights, few, 0.5, rng=3, **own)),
    )
    yield (
        f"{name}: projected descent",
        ms * seconds(lambda: reference.train(weights, batches, radius, **options)),
        ms * seconds(lambda: projected_gradient.train(weights, few, radius, rng=3, **own)),
    )


def accuracies(weights, data, test) -> tuple[float, float]:
    """Test accuracy of one pass of each search from the same scores and batches."""
    for_scores, for_order = np.random.default_rng(3).spawn(2)
    scores = networks.first_scores(weights, for_scores)
    batches = relu_network.batches(data, 64, for_order)
    last = reference.search(weights, batches, 0.5, scores=scores, **OPTIONS)
    masks = edge_popup.select_layers(last, 0.5)
    plain = experiments.accuracy([w * m for w, m in zip(weights, masks, strict=True)], test)
    mask, _ = edge_popup.search(weights, data, 0.5, rng=3, schedule="constant", **OPTIONS)
    return plain, experiments.accuracy(mask.apply(weights), test)


def main():
    configuration = experiments.CONFIGURATIONS["page"]
    weights, (data, *test) = experiments.start(configuration, 0)
    radii = configuration.radii(0.05)
    quarter = redundant_weights((784, 125, 125, 125, 10), authors.REDUNDANCY, authors.BOUND, 0)
    for threads in dict.fromkeys((1, os.cpu_count() or 1)):
        torch.set_num_threads(threads)
        for name, plain, ours in [
            *rows(weights, data, radii[0], "dense", STEPS),
            *rows(quarter, data, 0.3, "redundant", STEPS),
            *rows(authors.initial(0), data, 0.3, "redundant", FEWER),
        ]:
            print(
                f"{threads} thread(s), {name}: plain {plain:.1f} ms a step, "
                f"ours {ours:.1f} ms, {plain / ours:.1f} times"
            )
    plain, ours = accuracies(weights, data, test)
    print(f"one pass, test accuracy: plain {plain:.3f}, ours {ours:.3f}")


if __name__ == "__main__":
    main()
