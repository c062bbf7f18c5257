"""Edge-Popup and projected descent of chapter 6 against plain autograd, in one run: some five minutes.

Plain: torch.optim.SGD, a straight-through autograd function, a sort for each tensor and step, as one would
write it first. Ours: the gradient by hand, the mask by partition. Same weights, scores, batches and steps,
on MNIST, batches of 64: the dense 784-500-500-10, and the source's redundant network of 4,496,420 weights
with a quarter and all of its hidden neurons. Both on one thread, then both on all. A step's time is that of
many steps less that of few, so that what is done once (draws, checks, the last mask) does not count; its
memory is what the process grows by. The last lines hold the source's network to what was asked of it.
"""

import multiprocessing
import os
import threading
import time
from pathlib import Path

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

PASSES = 5
# Few and many steps, of the plain loops and of ours.
STEPS = {"small": ((10, 50), (10, 110)), "source": ((2, 8), (2, 42))}
OPTIONS = {"step": 0.1, "momentum": 0.9, "decay": 5e-4}
MOST_MS, LEAST_TIMES = 45, 10  # asked of a search step of the source's network, on all threads


def seconds(work) -> float:
    """The median of several runs, after one to warm up."""
    work()
    times = []
    for _ in range(PASSES):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def milliseconds(work, steps: tuple[int, int]) -> float:
    """A step of `work(steps)`, without what is done once."""
    few, many = (seconds(lambda n=n: work(n)) for n in steps)
    return 1e3 * (many - few) / (steps[1] - steps[0])


def first(data, steps: int):
    """The rows of some steps; one row to judge by."""
    few = relu_network.Data(data.x[: 64 * steps], data.labels[: 64 * steps], *data[2:])
    return few._replace(valid_x=few.valid_x[:1], valid_labels=few.valid_labels[:1])


def rows(
    weights, data, radius: float, network: str, steps: tuple[tuple[int, int], tuple[int, int]]
):
    """Name, plain milliseconds and ours, for a step."""
    options = OPTIONS | {"network": network}
    own = {"batch": 64, "epochs": 1, "schedule": "constant", **options}
    scores = networks.named(network).first_scores(weights, 1)

    def batches(n):
        return relu_network.batches(first(data, n), 64, np.random.default_rng(2))

    for name, plain, ours in (
        (
            "Edge-Popup, half removed",
            lambda n: reference.search(weights, batches(n), 0.5, scores=scores, **options),
            lambda n: edge_popup.search(weights, first(data, n), 0.5, rng=3, **own),
        ),
        (
            "projected descent",
            lambda n: reference.train(weights, batches(n), radius, **options),
            lambda n: projected_gradient.train(weights, first(data, n), radius, rng=3, **own),
        ),
    ):
        yield name, milliseconds(plain, steps[0]), milliseconds(ours, steps[1])


def resident() -> float:
    """Mebibytes that this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def growth(what: str) -> float:
    """Mebibytes by which a process grows in a few steps of the source's network, at most."""
    weights, data = authors.initial(0), first(authors.load(1000), 4)
    before, most, done = resident(), [0.0], threading.Event()

    def watch():
        while not done.wait(0.002):
            most[0] = max(most[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    common = {"batch": 64, "network": "redundant", **OPTIONS}
    if what == "Edge-Popup":
        edge_popup.search(weights, data, 0.5, **common)
    else:
        projected_gradient.train(weights, data, 0.3, **common)
    done.set()
    watcher.join()
    return most[0] - before


def memory() -> None:
    """Print what each half needs, each in a process of its own."""
    size = sum(w.numel() for w in authors.initial(0)) * 4 / 2**20
    for what in ("Edge-Popup", "projected descent"):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            grown = pool.apply(growth, (what,))
        print(
            f"{what}: {grown:.0f} MiB beside the weights, {grown / size:.0f} times their {size:.0f} MiB"
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
    source, asked = authors.initial(0), {}
    quarter = redundant_weights((784, 125, 125, 125, 10), authors.REDUNDANCY, authors.BOUND, 0)
    for threads in dict.fromkeys((1, os.cpu_count() or 1)):
        torch.set_num_threads(threads)
        for network, tensors, radius, steps in (
            ("dense", weights, configuration.radii(0.05)[0], "small"),
            ("redundant", quarter, 0.3, "small"),
            ("redundant", source, 0.3, "source"),
        ):
            size = sum(w.numel() for w in tensors)
            for name, plain, ours in rows(tensors, data, radius, network, STEPS[steps]):
                print(
                    f"{threads} thread(s), {network} network of {size:,} weights: {name}: "
                    f"plain {plain:.1f} ms a step, ours {ours:.1f} ms, {plain / ours:.1f} times",
                    flush=True,
                )
                asked[steps, name] = plain, ours
    plain, ours = accuracies(weights, data, test)
    print(f"one pass, test accuracy: plain {plain:.3f}, ours {ours:.3f}")
    if Path("/proc/self/statm").exists():
        memory()
    plain, ours = asked["source", "Edge-Popup, half removed"]
    for name, met in (
        (f"a search step in {MOST_MS} ms", ours <= MOST_MS),
        (f"{LEAST_TIMES} times the loop that sorts", plain >= LEAST_TIMES * ours),
    ):
        print(f"{name}: {'met' if met else 'NOT met'} ({ours:.1f} ms, {plain / ours:.1f} times)")


if __name__ == "__main__":
    main()
