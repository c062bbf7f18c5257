"""Many searches of the source's network at once, on a GPU: our kernels against plain tensor operations.

Plain: `edge_popup.search` of several networks, in torch's own operations, with thresholds by counting. Ours:
`strong_ticket.fused`. Same weights, shares and batches of 64 MNIST images; 88 searches, as in the published
table. A step's time is that of many steps less that of few. Beside it, a descent step of ten networks.
"""

import sys
import time

import numpy as np
import torch

from lth_tutorial.strong_ticket import authors, edge_popup, fused, redundant, relu_network

SEARCHES, DESCENTS = 88, 10
OPTIONS = {
    name: authors.SEARCH[name] for name in ("step", "batch", "momentum", "decay", "schedule")
}
SHARES = [0.1 * (1 + b % 8) for b in range(SEARCHES)]


def seconds(work, steps: int) -> float:
    torch.cuda.synchronize()
    start = time.perf_counter()
    work(steps)
    torch.cuda.synchronize()
    return time.perf_counter() - start


def milliseconds(work, few: int, many: int) -> float:
    """A step of `work(steps)`, without what is done once; the first run warms up."""
    seconds(work, few)
    return 1e3 * (seconds(work, many) - seconds(work, few)) / (many - few)


def streams(count: int):
    return [np.random.default_rng([7, b]) for b in range(count)]


def main() -> int:
    if not torch.cuda.is_available():
        print("there is no GPU that torch can use", file=sys.stderr)
        return 1
    data, weights = authors.load(8_000).to("cuda"), authors.initial(0)
    several = [w.cuda().expand(SEARCHES, *w.shape).contiguous() for w in weights]

    def first(steps: int):
        rows = 64 * steps
        return relu_network.Data(
            data.x[:rows], data.labels[:rows], data.valid_x[:100], data.valid_labels[:100]
        )

    def plain(steps: int):
        edge_popup.search(
            several,
            first(steps),
            SHARES,
            rng=streams(SEARCHES),
            network="redundant",
            epochs=1,
            **OPTIONS,
        )

    def ours(steps: int):
        fused.search(
            [weights],
            [0] * SEARCHES,
            first(steps),
            SHARES,
            epochs=1,
            rngs=streams(SEARCHES),
            **OPTIONS,
        )

    def descend(steps: int):
        start = [authors.initial(seed) for seed in range(DESCENTS)]
        options = OPTIONS | {"step": 0.003}
        fused.train(
            start, first(steps), [0.3] * DESCENTS, epochs=1, rngs=streams(DESCENTS), **options
        )

    weights_each = sum(w.numel() for w in redundant.pack(weights))
    print(
        f"{torch.cuda.get_device_name()}, torch {torch.__version__}; {weights_each:,} weights each"
    )
    slow, fast = milliseconds(plain, 5, 15), milliseconds(ours, 20, 120)
    print(
        f"a step of {SEARCHES} searches: plain {slow:.0f} ms, ours {fast:.1f} ms: {slow / fast:.0f} times"
    )
    print(f"a step of {DESCENTS} descents: {milliseconds(descend, 20, 120):.2f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
