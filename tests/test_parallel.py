"""Workers: one that is killed is named, none outlives its parent, never more than cores; Dask for real."""

import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from lth_tutorial import chapters, parallel, reproduce
from lth_tutorial.__main__ import main

from .toys import folders, killed_once, make, run, runs

ROOT = Path(__file__).resolve().parents[1]
SQUARES = [k * k for k in range(9)]


def squares(written):
    return [cell["numbers"]["square"] for cell in written["cells"]]


def square(k):
    return k * k


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading", "sequential"])
def test_backends_of_this_machine(tmp_path, backend):
    written = reproduce.reproduce(make(), "paper", 2, backend=backend, **folders(tmp_path))
    assert squares(written) == SQUARES and written["provenance"]["backend"] == backend


def test_never_more_workers_than_cores(tmp_path, monkeypatch):
    import joblib

    monkeypatch.setattr(joblib, "cpu_count", lambda: 2)
    written = reproduce.reproduce(make(), "paper", 1000, **folders(tmp_path))
    assert squares(written) == SQUARES and written["provenance"]["workers"] == 2
    with pytest.raises(ValueError, match="workers must be at least 1, got -1"):
        parallel.usable_workers(-1)


def test_a_killed_worker_is_named_and_the_same_command_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(chapters.results(), "squares", make(killed_once))
    places = [f"--{name}={folder}" for name, folder in folders(tmp_path).items()]
    command = ["reproduce", "squares", "--workers", "2", *places]
    assert main(command) == 1
    errors = capsys.readouterr().err
    assert (
        "squares: a worker process was killed, perhaps for want of memory. Finished cells" in errors
    )
    assert "Traceback" not in errors
    before = runs(tmp_path)
    assert len(before) > 1
    assert main(command) == 0
    written = reproduce.read_json(tmp_path / "results" / "squares.json")
    assert squares(written) == SQUARES and set(before) <= set(runs(tmp_path))
    assert runs(tmp_path).count("prepared") == 1


def alive(process: int) -> bool:
    """Whether a process is there; one that has ended and waits to be read by its parent is not."""
    status = Path(f"/proc/{process}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux which processes live")
@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "dask"])
def test_workers_end_soon_after_their_parent_is_killed(tmp_path, backend):
    code = (
        "from pathlib import Path\nfrom lth_tutorial import reproduce as engine\n"
        "from tests.toys import endless, folders, make\n"
        "if __name__ == '__main__':\n"
        f"    options = folders(Path({str(tmp_path)!r}))\n"
        f"    engine.reproduce(make(endless), 'page', 2, backend={backend!r}, **options)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL)
    workers = []
    deadline = time.monotonic() + 120
    while len(workers) < 2:
        assert time.monotonic() < deadline and parent.poll() is None
        workers = [int(path.name[8:]) for path in tmp_path.glob("cache/*/process-*")]
        time.sleep(0.1)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 15
    while any(map(alive, workers)):
        assert time.monotonic() < deadline, "workers outlive their parent"
        time.sleep(0.1)


# Clusters


def test_a_local_dask_cluster_loses_a_worker_and_nothing_else(tmp_path, monkeypatch):
    """Two worker processes, one of which is killed within a cell: that cell is run again by itself."""
    import joblib

    monkeypatch.setattr(joblib, "cpu_count", lambda: 2)
    written = reproduce.reproduce(
        make(killed_once), "paper", 2, backend="dask", **folders(tmp_path)
    )
    assert list(tmp_path.glob("cache/*/killed"))
    whole = reproduce.reproduce(make(run), "paper", **folders(tmp_path / "whole"))
    assert squares(written) == squares(whole) and written["summary"] == whole["summary"]
    assert set(runs(tmp_path)) == {*map(str, range(9)), "prepared"}


def test_a_running_dask_cluster_is_used(tmp_path):
    from distributed import LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**options) as cluster:
        address = cluster.scheduler_address
        found = sorted(parallel.run_all(square, [(k,) for k in range(9)], 1, "dask", address))
        assert found == SQUARES


def test_a_scheduler_that_does_not_answer_is_named():
    with pytest.raises(ValueError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        list(parallel.run_all(square, [(1,)], 1, "dask", "tcp://127.0.0.1:9", patience=1))


def test_dask_that_is_not_installed_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setitem(chapters.results(), "squares", make())
    places = [f"--{name}={folder}" for name, folder in folders(tmp_path).items()]
    assert main(["reproduce", "squares", "--backend", "dask", *places]) == 1
    assert 'squares needs distributed: pip install -e ".[cluster]"' in capsys.readouterr().err


def test_ray_is_registered_and_gets_a_list(tmp_path, monkeypatch):
    """A stand-in for ray: a backend that joblib does not know before, and that refuses generators."""
    import joblib
    from joblib._parallel_backends import ThreadingBackend

    class Ray(ThreadingBackend):
        supports_return_generator = False

    module = types.ModuleType("ray.util.joblib")
    module.register_ray = lambda: joblib.register_parallel_backend("ray", Ray)
    for name in ("ray", "ray.util"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "ray.util.joblib", module)
    written = reproduce.reproduce(make(), "paper", 2, backend="ray", **folders(tmp_path))
    assert squares(written) == SQUARES
