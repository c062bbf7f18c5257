"""The order of the test files."""

from types import SimpleNamespace

from .longest_first import KEY, LongestFirst


class Cache(dict):
    def set(self, key, value):
        self[key] = value


def config(cache: Cache):
    return SimpleNamespace(cache=cache)


def items(*names: str) -> list:
    return [SimpleNamespace(nodeid=name) for name in names]


def order(plugin: LongestFirst, *names: str) -> list[str]:
    found = items(*names)
    plugin.pytest_collection_modifyitems(found)
    return [item.nodeid for item in found]


def test_what_took_longest_comes_first():
    plugin = LongestFirst(config(Cache({KEY: {"tests/b.py": 9.0, "tests/a.py": 2.0}})))
    names = ("tests/a.py::x", "tests/b.py::y", "tests/c.py::z", "tests/b.py::a")
    assert order(plugin, *names) == [names[1], names[3], names[0], names[2]]


def test_notebooks_and_pages_come_first_where_nothing_was_measured():
    names = ("tests/a.py::x", "book/1.ipynb::Cell 0", "tests/pages/p.py::y", "book/1.ipynb::Cell 1")
    assert order(LongestFirst(config(Cache())), *names) == [names[1], names[3], names[2], names[0]]


def test_two_processes_do_not_begin_with_pages_for_which_one_would_wait():
    names = ("tests/pages/a.py::x", "tests/pages/b.py::x", "book/1.ipynb::Cell 0")
    assert order(LongestFirst(config(Cache())), *names) == [names[2], *names[:2]]
    assert order(LongestFirst(config(Cache())), *names[:2]) == list(names[:2])


def test_a_whole_run_is_measured_and_a_part_is_not():
    cache = Cache()
    for files, kept in ((3, 0), (30, 30)):
        plugin = LongestFirst(config(cache))
        for k in range(2 * files):
            report = SimpleNamespace(nodeid=f"tests/{k % files}.py::t{k}", duration=1.5)
            plugin.pytest_runtest_logreport(report)
        plugin.pytest_sessionfinish()
        assert len(cache.get(KEY, {})) == kept
    assert set(cache[KEY].values()) == {3.0}
