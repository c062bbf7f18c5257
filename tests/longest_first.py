"""Files that took longest last time come first, so that no process is left alone with a long one at the end.

The pages' tests wait for a site that the first of them builds: of the two files that processes begin with,
one is another. A file's seconds are kept in pytest's cache; where there are none, notebooks and pages come
first.
"""

from pathlib import Path

import pytest

KEY = "files/seconds"
PAGES = "tests/pages/"
ROUGHLY = (("book/", 60.0), (PAGES, 120.0))  # seconds of a file that was not measured yet


def seconds(file: str, measured: dict[str, float]) -> float:
    """What a file took last time, or a rough guess."""
    guess = next((guess for start, guess in ROUGHLY if file.startswith(start)), 0.0)
    return measured.get(file, guess)


def in_order(files: list[str], measured: dict[str, float]) -> list[str]:
    """The longest first, but first of all the longest that does without the site."""
    longest = sorted(files, key=lambda file: -seconds(file, measured))
    others = [file for file in longest if not file.startswith(PAGES)]
    return [*others[:1], *(file for file in longest if file not in others[:1])]


class LongestFirst:
    """The part of pytest that orders files by their seconds, and measures them."""

    def __init__(self, config):
        self.config = config
        self.last = config.cache.get(KEY, {})
        self.now = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        files = in_order(list(dict.fromkeys(_file(item.nodeid) for item in items)), self.last)
        place = {file: k for k, file in enumerate(files)}
        items.sort(key=lambda item: place[_file(item.nodeid)])

    def pytest_runtest_logreport(self, report):
        file = _file(report.nodeid)
        self.now[file] = self.now.get(file, 0.0) + report.duration

    def pytest_sessionfinish(self):
        """A run of single tests would make a file look short."""
        whole = not hasattr(self.config, "workerinput") and len(self.now) > 20
        if whole:
            rounded = {file: round(taken, 1) for file, taken in self.now.items()}
            self.config.cache.set(KEY, self.last | rounded)


def _file(nodeid: str) -> str:
    return Path(nodeid.partition("::")[0]).as_posix()


def pytest_configure(config):
    if hasattr(config, "cache"):
        config.pluginmanager.register(LongestFirst(config))
