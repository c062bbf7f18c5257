"""Chapter 1's solvers against the peers a user would pick, in one run.

    python benchmarks/subset_sum.py          about three minutes
    python benchmarks/subset_sum.py --full   adds the 397,000 instances of a whole network

Every table gives seconds and ratios; ratios are what to compare between machines.
"""

import argparse
import resource
import subprocess
import sys
import time

import numpy as np

from lth_tutorial.subset_sum import (
    best_subset,
    best_subsets,
    covering_error,
    exhaustive_search,
    highs_subset,
)


def timed(function, *args, repeat: int = 1) -> tuple[float, object]:
    """Median seconds of `repeat` calls, and the last answer."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        answer = function(*args)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), answer


def instance(n: int, seed: int):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, n), rng.uniform(-0.5, 0.5)


def cp_sat_subset(x, z, limit: float = 60.0) -> float:
    """The error of CP-SAT's best mask, candidates rounded to multiples of 2^-40; one worker."""
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise ImportError(
            "CP-SAT needs OR-tools: pip install 'lth-tutorial[benchmarks]'"
        ) from error
    values = np.rint(x * 2.0**40).astype(int).tolist()
    target = round(z * 2.0**40)
    model = cp_model.CpModel()
    mask = [model.new_bool_var(f"s{k}") for k in range(len(values))]
    error = model.new_int_var(0, 2**45, "error")
    total = sum(value * bit for value, bit in zip(values, mask, strict=True))
    model.add(total - target <= error)
    model.add(target - total <= error)
    model.minimize(error)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = limit
    solver.solve(model)
    return solver.objective_value * 2.0**-40


def one_target() -> None:
    print("\nOne target: seconds, and how many times slower than best_subset")
    print(f"{'n':>3} {'best_subset':>12} {'exhaustive':>18} {'HiGHS':>18} {'CP-SAT':>18}")
    peers = {
        "exhaustive": (exhaustive_search, 26),
        "HiGHS": (highs_subset, 22),
        "CP-SAT": (cp_sat_subset, 22),
    }
    for n in (20, 22, 26, 40, 50):
        x, z = instance(n, 0)
        best_subset(x, z)
        ours, _ = timed(best_subset, x, z, repeat=51 if n < 30 else 3)
        cells = []
        for function, most in peers.values():
            if n > most:
                cells.append(f"{'-':>18}")
                continue
            theirs, _ = timed(function, x, z)
            cells.append(f"{theirs:9.3g} ({theirs / ours:,.0f}x)".rjust(18))
        print(f"{n:3d} {ours:12.2e}", *cells)


def tolerances() -> None:
    print("\nWhat HiGHS calls optimal at its default tolerances: its error over the optimum")
    for n in (22, 24):
        factors = []
        for seed in range(3):
            x, z = instance(n, seed)
            program, _ = highs_subset(x, z)
            factors.append(program.error / best_subset(x, z).error)
        print(f"n = {n}:", ", ".join(f"{f:.3g}" for f in factors))


def many_instances(full: bool) -> None:
    m = 397_000 if full else 40_000
    rng = np.random.default_rng(1)
    x, z = rng.uniform(-1, 1, (m, 21)), rng.uniform(-1, 1, m)
    start = time.process_time()
    best_subsets(x, z)
    spent = time.process_time() - start
    one_by_one, _ = timed(
        lambda: [best_subset(a, b) for a, b in zip(x[:500], z[:500], strict=True)]
    )
    print(f"\nMany instances, n = 21: {m:,} in {spent:.1f} CPU-seconds, masks included", end="")
    print("" if full else f" ({397_000 / m * spent:.0f} for 397,000, extrapolated)", end="")
    print(f"; {one_by_one / 500 * m / spent:.1f} times faster than one by one")


def memory_of(statement: str) -> tuple[float, float]:
    """(CPU-seconds, peak MB above an empty run) of a statement in a process of its own."""
    code = (
        "import resource, time, numpy as np\n"
        "from lth_tutorial.subset_sum import *\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"start = time.process_time(); {statement}\n"
        "print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    seconds, kilobytes = map(float, out.split())
    return seconds, kilobytes / 1024


def memory() -> None:
    print("\nIn a process of its own: CPU-seconds and peak memory")
    draw = "np.random.default_rng(2).uniform(-1, 1, {})"
    for name, statement in (
        ("best_subset, n = 40", f"best_subset({draw.format(40)}, .3)"),
        ("best_subset, n = 50", f"best_subset({draw.format(50)}, .3)"),
        ("covering_error, n = 24", f"covering_error({draw.format(24)})"),
        ("covering_error, n = 30", f"covering_error({draw.format(30)})"),
    ):
        seconds, megabytes = memory_of(statement)
        print(f"{name:24s} {seconds:6.2f} s {megabytes:6.0f} MB")


def covering() -> None:
    """`covering_error` against sorting all sums."""

    def by_sorting(x):
        sums = np.zeros(1)
        for value in x:
            sums = np.concatenate([sums, sums + value])
        sums = np.sort(sums)
        inside = sums[(sums > -0.6) & (sums < 0.6)]
        return np.diff(inside).max() / 2

    x, _ = instance(25, 3)
    ours, _ = timed(covering_error, x)
    theirs, _ = timed(by_sorting, x)
    print(
        f"\ncovering_error, n = 25: {ours:.2f} s, {theirs / ours:.0f} times faster than sorting all sums"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="397,000 instances instead of 40,000")
    arguments = parser.parse_args()
    print(f"numpy {np.__version__}, Python {sys.version.split()[0]}")
    memory()
    one_target()
    tolerances()
    many_instances(arguments.full)
    covering()
    print(
        f"\npeak memory of this run: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB"
    )


if __name__ == "__main__":
    main()
