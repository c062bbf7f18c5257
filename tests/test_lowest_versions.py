"""The constraints of `make test-lowest` are pyproject.toml's bounds, and every need of the book has one."""

import importlib.util
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def tool():
    spec = importlib.util.spec_from_file_location("lowest", ROOT / "tools" / "lowest_versions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_bounds_become_pins():
    project = {
        "dependencies": ["numpy>=1.26"],
        "optional-dependencies": {
            "a": ["scipy>=1.11.1", "dask[distributed]>=2024.1"],
            "b": ["pytest"],
            "c": ["torch>=2.6"],
        },
    }
    pins = ["numpy==1.26", "scipy==1.11.1", "dask==2024.1"]
    assert tool().lowest(project, ["a", "b"]) == pins


def test_every_need_of_the_book_has_a_bound():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    needs = project["dependencies"] + project["optional-dependencies"]["book"]
    pins = tool().lowest(project, ["book"])
    assert len(pins) == len(needs) and "joblib==1.4" in pins
