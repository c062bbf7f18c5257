"""Small results for the tests of the engine: squares of numbers, with faults to order."""

import os
import signal
import time

from lth_tutorial.results import Result


def cells(size):
    return [{"k": k} for k in range(4 if size == "page" else 9)]


def run(parameters, folder):
    """The square; each run leaves a line in the folder."""
    with open(folder / "runs", "a", encoding="utf-8") as file:
        file.write(f"{parameters['k']}\n")
    return {"square": parameters["k"] ** 2}


def squares_at_once(parameters):
    """All squares; how many were asked for is left in the working folder."""
    with open("ran", "a", encoding="utf-8") as file:
        file.write(str(len(parameters)))
    return [{"square": p["k"] ** 2} for p in parameters]


def failing(parameters, folder):
    """Cell 2 raises until somebody has mended it."""
    if parameters["k"] == 2 and not (folder / "mended").exists():
        raise RuntimeError("interrupted")
    return run(parameters, folder)


def killed_once(parameters, folder):
    """Cell 2 kills its process the first time, after the others have had time to finish."""
    if parameters["k"] == 2 and not (folder / "killed").exists():
        (folder / "killed").touch()
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)
    return run(parameters, folder)


def in_steps(parameters, folder):
    """A long cell that keeps its own steps: cell 2 is killed half-way, and goes on from its last step."""
    place = folder / f"steps-of-{parameters['k']}"
    done = int(place.read_text()) if place.exists() else 0
    for step in range(done, 4):
        if parameters["k"] == 2 and step == 2 and not done:
            os.kill(os.getpid(), signal.SIGKILL)
        place.write_text(str(step + 1))
    return run(parameters, folder) | {"started_at": done}


def endless(parameters, folder):
    """Leaves its process's number, and does not come back."""
    (folder / f"process-{os.getpid()}").touch()
    time.sleep(600)


def no_dict(parameters, folder):
    return []


def summarise(done, facts):
    return {"sum": sum(cell["numbers"]["square"] for cell in done), "shared": facts.get("shared")}


def prepare(size, folder):
    with open(folder / "runs", "a", encoding="utf-8") as file:
        file.write("prepared\n")
    return {"shared": size}


def without_torch(size, folder):
    raise ModuleNotFoundError("No module named 'torch'", name="torch")


def make(run=run, **options) -> Result:
    shape = {"name": "squares", "title": "Squares", "cells": cells, "summarise": summarise}
    return Result(**{**shape, "run": run, "prepare": prepare, **options})


def folders(tmp_path) -> dict:
    return {"results": tmp_path / "results", "cache": tmp_path / "cache"}


def runs(tmp_path) -> list[str]:
    """What was run, in the only folder of the cache."""
    (file,) = (tmp_path / "cache").glob("*/runs")
    return sorted(file.read_text(encoding="utf-8").split())
