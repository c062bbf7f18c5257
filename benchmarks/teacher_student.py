"""Chapter 5's descent against the plain loop that a user would write, in one run.

The plain loop is autograd in float64 on the dense, masked matrix, one start after the other. Ours gathers
the r features of each neuron and runs 128 starts at once; float32 is what Figures 2, 3, 4 and 6 run in. Same
data, same starts, same number of iterations. Both may use all cores.
"""

import time

import numpy as np
import torch

from lth_tutorial import teacher_student as ts

SAMPLES, D, NEURONS, STARTS, ITERATIONS = 3000, 500, 5, 128, 10


def plain(x, y, mask, w, iterations: int):
    """Algorithm 1 with torch's gradient."""
    before = w
    for _ in range(iterations):
        w = w.detach().requires_grad_()
        loss = ((torch.relu(x @ (w * mask).T).mean(1) - y) ** 2).mean() / 2
        (slope,) = torch.autograd.grad(loss, w)
        w, before = w.detach() - 0.5 * slope + 0.2 * (w.detach() - before), w.detach()
    return w


def seconds(work, repeats: int = 5) -> float:
    """The median of several runs, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def ours(trial, kind: str, count: int) -> float:
    """Seconds per start and iteration; the gathering is paid once a run, here over 100 iterations."""
    x, y, supports, starts = trial
    given = (x.astype(kind), y.astype(kind), supports, starts[:count].astype(kind))
    most = 10 * ITERATIONS
    return seconds(lambda: ts.recover(*given, 0.5, 0.2, tolerance=0, max_iterations=most), 3) / (
        most * count
    )


def row(r: int) -> str:
    """One line of the table."""
    teacher = ts.sample_teacher(D, NEURONS, r, rng=1)
    x, y = ts.sample_data(teacher, SAMPLES, rng=2)
    starts = ts.nearby(teacher.weights, np.linspace(0.1, 1.6, STARTS), 3)
    full = torch.tensor(ts.dense(teacher.supports, starts[0], D))
    mask = torch.tensor(ts.dense(teacher.supports, np.ones_like(starts[0]), D))
    tensors = torch.tensor(x), torch.tensor(y)
    slow = seconds(lambda: plain(*tensors, mask, full, ITERATIONS)) / ITERATIONS
    trial = (x, y, teacher.supports, starts)
    cells = [(ours(trial, kind, n)) for kind, n in (("f8", STARTS), ("f4", STARTS), ("f8", 1))]
    parts = [f"{slow * 1e3:7.2f}", *(f"{t * 1e3:9.3f} {slow / t:6.1f}" for t in cells)]
    return f"{r:4d} " + "  ".join(parts)


def main() -> None:
    """Milliseconds per start and iteration, and ratios."""
    print(f"N = {SAMPLES}, d = {D}, K = {NEURONS}; milliseconds per start and iteration")
    print("   r   plain   float64  ratio    float32  ratio  one start  ratio")
    for r in (5, 20, 50, 100, 250, 500):
        print(row(r))


if __name__ == "__main__":
    main()
