"""A table that computes what is asked of it, behind figures that draw from one."""

from collections.abc import Callable, Iterable, Mapping


class Computed(Mapping):
    """Entries made when they are asked for, and kept: a figure's values between its frames are entries, too.

    A figure that is asked for one frame, in a kernel or in the page, waits for the entries of that one alone.
    Whoever goes through the table, or sends it to another process, gets those of all keys.

    Args:
        make: key -> entry.
        keys: those that the table is known to have; any other can be asked for.
    """

    def __init__(self, make: Callable, keys: Iterable = ()):
        self.make, self.known, self.made = make, dict.fromkeys(keys), {}

    def __getitem__(self, key):
        if key not in self.made:
            self.made[key] = self.make(key)
            self.known.setdefault(key)
        return self.made[key]

    def __contains__(self, key) -> bool:
        return key in self.known

    def __iter__(self):
        return iter(tuple(self.known))

    def __len__(self) -> int:
        return len(self.known)

    def __getstate__(self) -> dict:
        for key in self:
            self[key]
        return self.__dict__
