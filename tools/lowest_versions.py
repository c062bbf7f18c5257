"""The lowest versions that pyproject.toml allows, as constraints for pip: name==version for name>=version.

Usage: python tools/lowest_versions.py EXTRA ...
"""

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def lowest(project: dict, extras: list[str]) -> list[str]:
    """The bounds of the project's own needs and of some extras, as pins; what has no bound is left out."""
    needs = [*project["dependencies"]]
    for extra in extras:
        needs += project["optional-dependencies"][extra]
    bounds = (re.fullmatch(r"([\w.-]+)(?:\[[^]]*\])?>=([\w.]+)", need) for need in needs)
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


if __name__ == "__main__":
    table = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    print("\n".join(lowest(table, sys.argv[1:])))
