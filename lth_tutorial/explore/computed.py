"""A table that computes what is asked of it, behind figures that draw from one."""

from collections.abc import Callable, Iterable


class Computed(dict):
    """Entries made when they are asked for, and kept: a figure's values between its frames are entries, too.

    Args:
        make: key -> entry.
        keys: those whose entries are made at once.
    """

    def __init__(self, make: Callable, keys: Iterable = ()):
        super().__init__((key, make(key)) for key in keys)
        self.make = make

    def __missing__(self, key):
        self[key] = self.make(key)
        return self[key]
