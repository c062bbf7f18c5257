"""Calls run side by side on one of joblib's backends: processes here, Dask or Ray on a cluster."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager

BACKENDS = ("loky", "multiprocessing", "threading", "sequential", "dask", "ray")
# These give nothing back until all calls are done, so they get the calls in portions.
_WITHOUT_GENERATOR = ("multiprocessing", "ray")
_PORTION = 4
_WATCH_SECONDS = 1.0


class LostWorkerError(RuntimeError):
    """A process was killed while it worked."""


def usable_workers(asked: int) -> int:
    """As many as asked for, but never more than the cores that this process may use.

    Raises:
        ValueError: fewer than one.
    """
    import joblib

    if asked < 1:
        raise ValueError(f"workers must be at least 1, got {asked}")
    return min(asked, joblib.cpu_count())


def run_all(
    call: Callable,
    arguments: Sequence[tuple],
    workers: int,
    backend: str,
    scheduler: str | None = None,
    patience: float = 30.0,
) -> Iterator:
    """call(*a) for each a of `arguments`, in the order in which they finish.

    Args:
        call: a function of a module that the workers can import.
        workers: processes, or threads, here; a running cluster of Dask or Ray has its own number.
        backend: one of BACKENDS.
        scheduler: the address of a running Dask scheduler; None starts a cluster of processes here.
        patience: seconds that a scheduler has to answer.

    Raises:
        ValueError: another backend, or a scheduler for another one than "dask".
        ModuleNotFoundError: the backend is not installed.
        LostWorkerError: a process was killed. What finished before was given out before.
    """
    check_backend(backend, scheduler)
    with _set_up(backend, workers, scheduler, patience) as joblib:
        work = [joblib.delayed(_watched)(os.getpid(), call, *a) for a in arguments]
        try:
            if backend in _WITHOUT_GENERATOR:
                yield from _in_portions(joblib, work, _PORTION * workers)
            else:
                yield from joblib.Parallel(return_as="generator_unordered", batch_size=1)(work)
        except BrokenExecutor as error:
            raise LostWorkerError(_LOST) from error
        except Exception as error:
            if (
                type(error).__name__ == "KilledWorker"
            ):  # Dask's, after several workers died of one call
                raise LostWorkerError(_LOST) from error
            raise


_LOST = "a worker process was killed, perhaps for want of memory"


def check_backend(backend: str, scheduler: str | None) -> None:
    """Refuse an unknown backend, or an address that nobody would use."""
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(BACKENDS)}; got {backend!r}")
    if scheduler is not None and backend != "dask":
        raise ValueError(f"scheduler is an address for the backend dask; the backend is {backend}")


def _in_portions(joblib, work: list, size: int) -> Iterator:
    for first in range(0, len(work), size):
        yield from joblib.Parallel(return_as="list", batch_size=1)(work[first : first + size])


@contextmanager
def _set_up(backend: str, workers: int, scheduler: str | None, patience: float):
    """joblib, set to the backend."""
    import joblib

    if backend == "ray":
        from ray.util.joblib import register_ray

        register_ray()
    if backend == "dask":
        with (
            _dask(workers, scheduler, patience) as client,
            joblib.parallel_config("dask", client=client),
        ):
            yield joblib
        return
    options = {"inner_max_num_threads": 1} if backend == "loky" else {}
    jobs = -1 if backend == "ray" else workers
    with joblib.parallel_config(backend, n_jobs=jobs, **options):
        yield joblib


@contextmanager
def _dask(workers: int, scheduler: str | None, patience: float):
    """A client of the cluster at an address, or of one that is started here for the time being."""
    from distributed import Client, LocalCluster

    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=patience)
        except (OSError, TimeoutError) as error:
            raise ValueError(f"scheduler: no Dask scheduler answers at {scheduler}") from error
        with client:
            yield client
        return
    local = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**local) as cluster, Client(cluster) as client:
        yield client


def _watched(parent: int, call: Callable, *arguments):
    """The call, in a process that ends with its parent."""
    if os.getpid() != parent and os.getppid() == parent:
        _end_with(parent)
    return call(*arguments)


_watching: set[int] = set()


def _end_with(parent: int) -> None:
    """End this process soon after its parent has ended, however that came about (not on Windows, where a
    process keeps the number of a parent that is gone)."""
    if os.getpid() not in _watching:
        _watching.add(os.getpid())
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os._exit(1)
