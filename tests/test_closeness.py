"""The comparison itself: it leaves out last digits, and nothing else."""

import math

import pytest

from .closeness import differences

KEPT = {
    "a": [0.1, 2, None, "x"],
    "b": {"c": [[1e-3, 3.0]], "bound": 123_456_789_012_345, "d": True},
}


def with_value(*path, value):
    """A copy of KEPT with one value replaced."""
    import copy

    found = copy.deepcopy(KEPT)
    inner = found
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return found


@pytest.mark.parametrize(
    "path, value",
    [
        (("a", 0), math.nextafter(0.1, 1)),
        (("b", "c", 0, 1), 3),
        (("b", "bound"), 123_456_789_012_347),
    ],
)
def test_last_digits_are_left_out(path, value):
    assert differences(with_value(*path, value=value), KEPT) == []


@pytest.mark.parametrize(
    "path, value, line",
    [
        (("a", 0), 0.1 * (1 + 1e-8), ".a[0]: 0.100000001 is not 0.1"),
        (("a", 1), 3, ".a[1]: 3 is not 2"),
        (("a", 2), 0, ".a[2]: 0 is not None"),
        (("a", 3), "y", ".a[3]: 'y' is not 'x'"),
        (("b", "d"), 1, ".b.d: 1 is not True"),
        (("b", "c", 0), [1e-3], ".b.c[0]: [0.001] is not [0.001, 3.0]"),
        (("b", "bound"), 123_456_889_012_345, ".b.bound: 123456889012345 is not 123456789012345"),
        (("a", 0), math.nan, ".a[0]: nan is not 0.1"),
    ],
)
def test_everything_else_is_named(path, value, line):
    assert differences(with_value(*path, value=value), KEPT) == [line]


def test_keys_count():
    assert differences({"a": 1}, {"b": 1}) == [": {'a': 1} is not {'b': 1}"]
    assert differences([math.nan, 1e-16], [math.nan, -1e-17]) == []
