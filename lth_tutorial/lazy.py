"""Packages whose parts are imported when they are asked for.

The chapters that train need torch; listing their results and drawing stored ones does without it.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module


def lazily(
    package: str, modules: Sequence[str], names: Mapping[str, Sequence[str]]
) -> tuple[Callable, Callable, list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a package (PEP 562).

    Args:
        package: its `__name__`.
        modules: those of its modules that are names of the package.
        names: module -> what the package offers of it.
    """
    home = {name: module for module, offered in names.items() for name in offered}
    everything = sorted({*modules, *home})

    def get(name: str):
        if name in modules:
            return import_module(f"{package}.{name}")
        if name in home:
            return getattr(import_module(f"{package}.{home[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return get, lambda: everything, everything
