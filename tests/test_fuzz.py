"""Hostile calls: every name that callers rely on answers rightly, or names the argument that is wrong.

A case replaces one argument of a call that is right. A *dress* is the same value in another form (a tensor
that wants a gradient, an array in foreign byte order): the answer must be the plain one's, or a refusal. A
*fault* (NaN, a masked array) must be refused. An *extreme* (1e300, an empty array) may be either; an answer
then holds no NaN, unless it says itself that it diverged. A refusal is a ValueError or TypeError whose words
hold the argument's name. There is no third outcome; warnings count as errors.
"""

import dataclasses
import re
import warnings
from collections import Counter
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
import torch

from lth_tutorial import (
    explore,
    gradient_descent,
    magnitude_pruning,
    neuron_pruning,
    perturbed_subset_sum,
    strong_ticket,
    subset_sum,
    teacher_student,
    weight_pruning,
)
from lth_tutorial.strong_ticket import edge_popup, projected_gradient
from lth_tutorial.subset_sum import hit_volume

DRESS, FAULT, EXTREME = "dress", "fault", "extreme"


class Own(np.ndarray):
    """An array of a class of its own."""


class Stubborn:
    """An object that fails whatever is asked of it."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no")

    def __float__(self):
        raise ArithmeticError("no")

    def __repr__(self):
        raise OSError("no")


def _matrix(a):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.matrix(a)


def _with(a, value):
    a = np.array(a, dtype=float)
    a.flat[-1] = value
    return a


def _objects(a, last=None):
    a = np.array(a, dtype=object)
    a.flat[-1] = last
    return a


def _strided(a):
    wide = np.repeat(np.asarray(a), 2, axis=-1)
    return wide[..., ::2][..., ::-1][..., ::-1]


def _frozen(a):
    a = np.array(a)
    a.setflags(write=False)
    return a


def _swapped(a):
    return np.asarray(a).astype(np.asarray(a).dtype.newbyteorder(">"))


def _tensor(a, dtype=None, grad=False):
    return torch.tensor(np.asarray(a), dtype=dtype, requires_grad=grad)


def _number_faults():
    return {
        "nan": np.nan,
        "minus infinity": -np.inf,
        "complex": 0.5 + 0.5j,
        "complex tensor": torch.tensor(0.5 + 0.5j),
        "text": "0.5",
        "bytes": b"1",
        "dict": {"a": 1},
        "object": object(),
        "stubborn": Stubborn(),
        "masked": np.ma.masked,
        "ten to the 400": 10**400,
        "date": np.datetime64("2020-01-01"),
        "many digits": -(10**5000),
    }


# What each kind of argument may be replaced by: label -> (outcome, function of the right value).
def arrays(values):
    yield from {
        "list": (DRESS, lambda a: a.tolist()),
        "tuple": (DRESS, lambda a: tuple(a.tolist())),
        "read-only": (DRESS, _frozen),
        "strided": (DRESS, _strided),
        "columns first": (DRESS, np.asfortranarray),
        "big-endian": (DRESS, _swapped),
        "float32": (DRESS, lambda a: a.astype(np.float32)),
        "float16": (DRESS, lambda a: a.astype(np.float16)),
        "longdouble": (DRESS, lambda a: a.astype(np.longdouble)),
        "matrix": (DRESS if values.ndim == 2 else EXTREME, _matrix),
        "own class": (DRESS, lambda a: a.view(Own)),
        "fractions": (DRESS, lambda a: np.vectorize(Fraction, otypes=[object])(a)),
        "tensor": (DRESS, _tensor),
        "wants a gradient": (DRESS, lambda a: _tensor(a, grad=True)),
        "list of tensors": (DRESS, lambda a: [_tensor(row, grad=True) for row in a]),
        "bfloat16": (DRESS, lambda a: _tensor(a, torch.bfloat16)),
        "half": (DRESS, lambda a: _tensor(a, torch.float16, grad=True)),
        "parameter": (DRESS, lambda a: torch.nn.Parameter(_tensor(a))),
        "nan": (FAULT, lambda a: _with(a, np.nan)),
        "infinity": (FAULT, lambda a: _with(a, np.inf)),
        "nan tensor": (FAULT, lambda a: _tensor(_with(a, np.nan))),
        "complex": (FAULT, lambda a: a + 1j),
        "complex tensor": (FAULT, lambda a: _tensor(a + 1j)),
        "complex in a list": (FAULT, lambda a: [*a.tolist()[:-1], 1j]),
        "truth values": (FAULT, lambda a: a > 0),
        "truth tensor": (FAULT, lambda a: _tensor(a > 0)),
        "masked": (FAULT, lambda a: np.ma.masked_array(a, mask=a > a.min())),
        "masked, nothing hidden": (FAULT, np.ma.masked_array),
        "masked in a list": (FAULT, lambda a: [np.ma.masked_array(row) for row in a]),
        "texts": (FAULT, lambda a: a.astype(str)),
        "an object None": (FAULT, _objects),
        "an object text": (FAULT, lambda a: _objects(a, "1.5")),
        "an object complex": (FAULT, lambda a: _objects(a, 1j)),
        "dates": (FAULT, lambda a: a.astype("M8[D]")),
        "ragged": (FAULT, lambda a: [[1.0, 2.0], [3.0]]),
        "deep ragged": (FAULT, lambda a: [[[1.0], [2.0, 3.0]], [[1.0]]]),
        "None": (FAULT, lambda a: None),
        "text": (FAULT, lambda a: "0.5"),
        "dict": (FAULT, lambda a: {"a": 1.0}),
        "set": (FAULT, lambda a: {1.0, 2.0}),
        "generator": (FAULT, lambda a: (v for v in a)),
        "stubborn": (FAULT, lambda a: Stubborn()),
        "ten to the 400": (FAULT, lambda a: [10**400] * len(a)),
        "sparse": (FAULT, lambda a: _tensor(a).to_sparse()),
        "no data": (FAULT, lambda a: torch.empty(a.shape, device="meta")),
        "structured": (FAULT, lambda a: np.zeros(len(a), dtype=[("u", float)])),
        "number": (EXTREME, lambda a: 0.5),
        "no dimension": (EXTREME, lambda a: np.array(0.5)),
        "empty": (EXTREME, lambda a: a[:0]),
        "empty list": (EXTREME, lambda a: []),
        "empty columns": (EXTREME, lambda a: a[..., :0]),
        "one more dimension": (EXTREME, lambda a: a[None]),
        "five dimensions": (EXTREME, lambda a: np.ones((1, 1, 1, 2, 2))),
        "longer": (EXTREME, lambda a: np.concatenate([a, a])),
        "negative": (EXTREME, lambda a: -a),
        "zeros": (EXTREME, np.zeros_like),
        "zero stride": (EXTREME, lambda a: np.broadcast_to(0.5, a.shape)),
        "integers": (EXTREME, lambda a: np.ones(a.shape, dtype=np.uint64)),
        "large": (EXTREME, lambda a: a * 1e300),
        "largest": (EXTREME, lambda a: np.full(a.shape, np.finfo(float).max)),
        "tiny": (EXTREME, lambda a: np.full(a.shape, 5e-324)),
        "mixed sizes": (EXTREME, lambda a: _with(a * 1e-300, 1e300)),
        "long": (EXTREME, lambda a: np.ones(2048)),
    }.items()


def numbers(value):
    for label, fault in _number_faults().items():
        yield label, (FAULT, lambda v, fault=fault: fault)
    yield from {
        "numpy's": (DRESS, np.float64),
        "no dimension": (DRESS, np.array),
        "fraction": (DRESS, Fraction),
        "float32": (DRESS, np.float32),
        "tensor": (DRESS, torch.tensor),
        "wants a gradient": (DRESS, lambda v: torch.tensor(float(v), requires_grad=True)),
        "bfloat16": (DRESS, lambda v: torch.tensor(v, dtype=torch.bfloat16)),
        "truth value": (FAULT, lambda v: True),
        "list": (EXTREME, lambda v: [v]),
        "two": (EXTREME, lambda v: np.array([v, v])),
        "None": (EXTREME, lambda v: None),
        "negative": (EXTREME, lambda v: -v),
        "zero": (EXTREME, lambda v: 0),
        "minus zero": (EXTREME, lambda v: -0.0),
        "large": (EXTREME, lambda v: 1e300),
        "tiny": (EXTREME, lambda v: 5e-324),
        "half": (EXTREME, lambda v: 0.5),
    }.items()


def wholes(value):
    for label, fault in _number_faults().items():
        if label != "ten to the 400":  # of rounds that would be no fault, only long
            yield label, (FAULT, lambda v, fault=fault: fault)
    yield from {
        "int64": (DRESS, np.int64),
        "uint8": (DRESS, np.uint8),
        "broken": (FAULT, lambda v: v + 0.5),
        "truth value": (FAULT, lambda v: True),
        "numpy's truth": (FAULT, lambda v: np.True_),
        "negative": (FAULT, lambda v: -v - 1),
        "list": (FAULT, lambda v: [v]),
        "whole float": (EXTREME, float),
        "None": (EXTREME, lambda v: None),
    }.items()


def sizes(value):
    """Whole numbers that say how much is made."""
    yield from wholes(value)
    for exponent in (15, 30, 5000):
        yield f"ten to the {exponent}", (FAULT, lambda v, e=exponent: 10**e)


def generators(value):
    yield from {
        "int64": (DRESS, np.int64),
        "Generator": (DRESS, np.random.default_rng),
        "SeedSequence": (DRESS, np.random.SeedSequence),
        "BitGenerator": (DRESS, np.random.PCG64),
        "long seed": (EXTREME, lambda v: 10**300),
        "None": (FAULT, lambda v: None),
        "negative": (FAULT, lambda v: -1),
        "float": (FAULT, lambda v: 0.5),
        "nan": (FAULT, lambda v: np.nan),
        "text": (FAULT, lambda v: "0"),
        "truth value": (FAULT, lambda v: True),
        "empty": (FAULT, lambda v: []),
        "list of None": (FAULT, lambda v: [None]),
        "the module": (FAULT, lambda v: np.random),
        "RandomState": (FAULT, np.random.RandomState),
        "torch's": (FAULT, lambda v: torch.Generator()),
        "complex": (FAULT, lambda v: 1j),
        "stubborn": (FAULT, lambda v: Stubborn()),
        "many digits": (FAULT, lambda v: -(10**5000)),
    }.items()


def words(value):
    faults = ["", "nothing", None, 3, b"lp", ["lp"], {"lp": 1}, np.array(["lp", "omp"]), Stubborn()]
    for k, fault in enumerate(faults):
        yield f"word {k}", (FAULT, lambda v, fault=fault: fault)
    yield "numpy's", (DRESS, np.str_)


def switches(value):
    faults = ["no", None, 2, np.nan, [True], np.array([1, 0]), np.array([]), Stubborn(), 1j]
    for k, fault in enumerate(faults):
        yield f"switch {k}", (FAULT, lambda v, fault=fault: fault)
    yield "numpy's", (DRESS, np.bool_)
    yield "one or zero", (DRESS, int)


def matrices(value):
    """Lists of weight matrices: each array's dress or fault in its last matrix, and lists that are none."""
    alone = {"number", "text", "None", "dict", "set", "generator", "long", "longer", "list"}
    for label, (outcome, change) in arrays(value[-1]):
        if label not in alone:
            yield f"last: {label}", (outcome, lambda w, change=change: [*w[:-1], change(w[-1])])
    yield from {
        "generator": (DRESS, lambda w: (one for one in w)),
        "parameters": (DRESS, lambda w: (torch.nn.Parameter(_tensor(one)) for one in w)),
        "tuple": (DRESS, tuple),
        "lists": (DRESS, lambda w: [one.tolist() for one in w]),
        "all bfloat16": (DRESS, lambda w: [_tensor(one, torch.bfloat16, True) for one in w]),
        "None": (FAULT, lambda w: None),
        "number": (FAULT, lambda w: 3),
        "text": (FAULT, lambda w: "weights"),
        "dict": (FAULT, lambda w: dict(enumerate(w))),
        "empty": (FAULT, lambda w: []),
        "list of nothing": (FAULT, lambda w: [[]]),
        "module": (FAULT, lambda w: torch.nn.Linear(2, 2)),
        "with a bias": (FAULT, lambda w: [*w, np.ones(2)]),
        "that do not fit": (FAULT, lambda w: [w[0], np.ones((2, 7))]),
        "masked": (FAULT, lambda w: np.ma.masked_array(w[0])),
        "Nones": (FAULT, lambda w: [None, None]),
        "stubborn": (FAULT, lambda w: Stubborn()),
        "all large": (EXTREME, lambda w: [1e300 * one for one in w]),
        "rather large": (EXTREME, lambda w: [1e25 * one for one in w]),
    }.items()


def supports(value):
    yield from {
        "list": (DRESS, lambda s: s.tolist()),
        "int32": (DRESS, lambda s: s.astype(np.int32)),
        "uint8": (DRESS, lambda s: s.astype(np.uint8)),
        "big-endian": (DRESS, _swapped),
        "read-only": (DRESS, _frozen),
        "tensor": (DRESS, _tensor),
        "strided": (DRESS, _strided),
        "too high": (FAULT, lambda s: s + 99),
        "too low": (FAULT, lambda s: s - 9),
        "twice": (FAULT, lambda s: s * 0),
        "floats": (FAULT, lambda s: s.astype(float)),
        "nan": (FAULT, lambda s: _with(s, np.nan)),
        "complex": (FAULT, lambda s: s + 1j),
        "truth values": (FAULT, lambda s: s > 0),
        "masked": (FAULT, np.ma.masked_array),
        "texts": (FAULT, lambda s: s.astype(str)),
        "None": (FAULT, lambda s: None),
        "number": (FAULT, lambda s: 1),
        "empty": (FAULT, lambda s: s[:0]),
        "no columns": (FAULT, lambda s: s[:, :0]),
        "ragged": (FAULT, lambda s: [[0, 1], [2]]),
        "objects": (FAULT, _objects),
        "unsigned and large": (FAULT, lambda s: np.full(s.shape, 2**64 - 1, dtype=np.uint64)),
        "one more dimension": (FAULT, lambda s: s[None]),
        "another number": (EXTREME, lambda s: s[:1]),
    }.items()


def data(value):
    """Pairs x, labels."""
    for label, (outcome, change) in arrays(value[0]):
        yield f"x: {label}", (outcome, lambda d, change=change: (change(d[0]), d[1]))
    yield from {
        "labels: floats": (DRESS, lambda d: (d[0], d[1].astype(float))),
        "labels: uint8": (DRESS, lambda d: (d[0], d[1].astype(np.uint8))),
        "labels: list": (DRESS, lambda d: (d[0], d[1].tolist())),
        "labels: broken": (FAULT, lambda d: (d[0], d[1] + 0.5)),
        "labels: too high": (FAULT, lambda d: (d[0], d[1] + 9)),
        "labels: negative": (FAULT, lambda d: (d[0], d[1] - 5)),
        "labels: complex": (FAULT, lambda d: (d[0], d[1] * 1j)),
        "labels: masked": (FAULT, lambda d: (d[0], np.ma.masked_array(d[1]))),
        "labels: nan": (FAULT, lambda d: (d[0], _with(d[1], np.nan))),
        "labels: large": (FAULT, lambda d: (d[0], d[1] + 1e300)),
        "labels: short": (FAULT, lambda d: (d[0], d[1][1:])),
        "labels: texts": (FAULT, lambda d: (d[0], d[1].astype(str))),
        "three": (FAULT, lambda d: (*d, d[1])),
        "None": (FAULT, lambda d: None),
        "array": (FAULT, lambda d: d[0]),
        "text": (FAULT, lambda d: "ab"),
        "dict": (FAULT, lambda d: {"x": d[0], "labels": d[1]}),
        "Nones": (FAULT, lambda d: (None, None)),
    }.items()


def teachers(value):
    for part, kind in (("weights", arrays), ("supports", supports)):
        for label, (outcome, change) in kind(getattr(value, part)):
            yield (
                f"{part}: {label}",
                (outcome, lambda t, p=part, c=change: t._replace(**{p: c(getattr(t, p))})),
            )
    for label, (outcome, change) in wholes(value.features):
        yield (
            f"features: {label}",
            (outcome, lambda t, c=change: t._replace(features=c(t.features))),
        )
    yield "tuple", (FAULT, tuple)
    yield "None", (FAULT, lambda t: None)
    yield "array", (EXTREME, lambda t: t.weights)  # as a truth it is W* on the student's supports


def radii(value):
    """A number or one for each: all that arrays may be, and all that numbers may be."""
    for label, case in numbers(value):
        if label not in ("list", "two"):
            yield f"number: {label}", case
    shape = np.full(5, value)
    for label, (outcome, change) in arrays(shape):
        if outcome == FAULT:
            yield f"array: {label}", (FAULT, lambda v, change=change: change(shape))


def shares(value):
    for label, (outcome, change) in arrays(np.array(value)):
        yield label, (outcome, lambda v, change=change: change(np.array(v)))


def anything(value):
    for k, fault in enumerate(
        [3, "draw", [], {}, 1j, np.ones(2), Stubborn(), torch.ones(2), np.nan, object()]
    ):
        yield f"thing {k}", (FAULT, lambda v, fault=fault: fault)
    yield "None", (EXTREME, lambda v: None)


def options(value):
    for k, fault in enumerate([3, "step", [1], 1j, np.ones(2), Stubborn(), {"pace": 1}, {3: 1}]):
        yield f"option {k}", (FAULT, lambda v, fault=fault: fault)
    yield "None", (EXTREME, lambda v: None)


def axis(value):
    faults = [[], "text", 3, None, [1, 1], {}, np.array(1.0), 1j, object(), Stubborn()]
    for k, fault in enumerate(faults):
        yield f"axis {k}", (FAULT, lambda v, fault=fault: fault)
    yield "tuple", (DRESS, tuple)
    yield "range", (DRESS, lambda v: range(1, 4))
    yield "generator", (DRESS, iter)
    yield "array", (EXTREME, np.array)
    yield "arrays", (EXTREME, lambda v: np.ones((2, 2)) * [[1], [2]])
    yield "axis", (DRESS, lambda v: explore.Axis(v))


X = np.array([0.5, -0.25, 0.875, 0.125, -0.625])
ROWS = np.array([[0.5, -0.25, 0.875], [0.125, -0.625, 0.75]])
POINTS = np.array([[0.5, -0.25], [0.125, 0.75], [-0.5, 0.25]])
W = np.array([[0.5, -1.0], [0.25, 0.75], [-1.0, 0.5], [0.5, 0.5], [1.0, 0.125]])
NET = [
    np.array([[0.5, -0.25, 0.125], [0.25, 0.375, -0.5]]),
    np.array([[0.5, -0.125], [-0.25, 0.5]]),
]
INPUTS = np.round(np.random.default_rng(0).normal(size=(12, 3)) * 8) / 8
LABELS = np.arange(12) % 2
TEACHER = teacher_student.Teacher(ROWS[:, :2], np.array([[0, 2], [1, 2]]), 3)
Y = np.round(teacher_student.network(INPUTS, TEACHER.supports, TEACHER.weights) * 64) / 64


def _draw(n):
    return None


def _explorer(draw, n):
    made = explore.explore(draw, n=n)
    return [np.array(made.axes["n"].texts), made.start]


def _module():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))


def _train(model):
    adam = torch.optim.SGD(model.parameters(), lr=0.1)
    model(torch.ones(2, 3)).sum().backward()
    adam.step()
    return 0.0


def _tickets(
    train, rounds, rate, rewind_to, scope, half_output, output, keep_trained, which, model
):
    model = model() if model is _module else model
    return magnitude_pruning.iterative_magnitude_pruning(
        model,
        train,
        rounds,
        rate,
        rewind_to,
        scope,
        half_output=half_output,
        output=output,
        keep_trained=keep_trained,
        which=which,
    ).masks


def _pruned(weights, **arguments):
    found = weight_pruning.prune_network(weights, **arguments)
    return [list(found.masks), list(found.weights), found.scale, found.weight_errors]


# name -> (function, {argument: (right value, what replaces it)}, {argument: other names in its messages}).
NAMES = {
    "subset_sum.best_subset": (subset_sum.best_subset, {"x": (X, arrays), "z": (0.375, numbers)}, {}),
    "subset_sum.exhaustive_search": (
        subset_sum.exhaustive_search, {"x": (X, arrays), "z": (0.375, numbers)}, {},
    ),
    "subset_sum.best_subsets": (
        subset_sum.best_subsets, {"x": (ROWS, arrays), "z": (X[:2], arrays)}, {},
    ),
    "subset_sum.errors_by_size": (
        subset_sum.errors_by_size,
        {"x": (X, arrays), "z": (0.375, numbers), "most": (2, wholes)},
        {},
    ),
    "subset_sum.covering_error": (
        subset_sum.covering_error,
        {"x": (X, arrays), "low": (-0.5, numbers), "high": (0.5, numbers)},
        {},
    ),
    "subset_sum.rounding_unit": (
        subset_sum.rounding_unit, {"x": (X, arrays), "z": (0.375, numbers)}, {},
    ),
    "subset_sum.subset_sums": (subset_sum.subset_sums, {"x": (X, arrays)}, {}),
    "subset_sum.hit_volume.hit_volumes": (
        hit_volume.hit_volumes, {"x": (X, arrays), "eta": (0.125, numbers)}, {},
    ),
    "subset_sum.hit_volume.sufficient_n": (
        hit_volume.sufficient_n,
        {"eta": (0.125, numbers), "failure": (0.25, numbers), "weight": (0.5, numbers)},
        {},
    ),
    "perturbed_subset_sum.best_subset": (
        perturbed_subset_sum.best_subset,
        {"x": (X, arrays), "z": (0.375, numbers), "epsilon": (0.0625, radii)},
        {},
    ),
    "perturbed_subset_sum.best_subsets": (
        perturbed_subset_sum.best_subsets,
        {"x": (ROWS, arrays), "z": (X[:2], arrays), "epsilon": (0.0625, radii)},
        {},
    ),
    "perturbed_subset_sum.covering_error": (
        perturbed_subset_sum.covering_error,
        {
            "x": (X, arrays), "epsilon": (0.0625, radii), "low": (-0.5, numbers), "high": (0.5, numbers),
        },
        {},
    ),
    "perturbed_subset_sum.bounds.sufficient_n": (
        perturbed_subset_sum.bounds.sufficient_n,
        {"eta": (0.125, numbers), "epsilon": (0.25, numbers), "failure": (0.25, numbers)},
        {},
    ),
    "perturbed_subset_sum.bounds.poster_n": (
        perturbed_subset_sum.bounds.poster_n,
        {"epsilon": (0.25, numbers), "failure": (0.25, numbers)},
        {},
    ),
    "weight_pruning.prune_network": (
        _pruned,
        {
            "weights": (NET, matrices),
            "candidates": (4, sizes),
            "epsilon": (0.0625, numbers),
            "signs": ("iid", words),
            "signed_input": (True, switches),
            "first": ("uniform", words),
            "rule": ("subset", words),
            "precision": (0.125, numbers),
            "workers": (1, wholes),
            "progress": (lambda count: None, anything),
            "rng": (0, generators),
        },
        {},
    ),
    "weight_pruning.prune_weight": (
        weight_pruning.prune_weight,
        {
            "weight": (0.25, numbers), "first": (X, arrays), "second": (X[::-1].copy(), arrays),
            "epsilon": (0.0625, numbers),
        },
        {"first": ("x",), "second": ("x",), "weight": ("z",), "epsilon": ("x",)},
    ),
    "neuron_pruning.prune_neurons": (
        neuron_pruning.prune_neurons,
        {
            "features": (np.abs(W.T), arrays),
            "target": (np.array([0.25, 0.5]), arrays),
            "output_weights": (X, arrays),
            "method": ("omp", words),
            "rng": (0, generators),
        },
        {},
    ),
    **{
        f"neuron_pruning.prune_neurons, {method}": (
            partial(neuron_pruning.prune_neurons, method=method),
            {
                "features": (np.abs(W.T), arrays),
                "target": (np.array([0.25, 0.5]), arrays),
                "output_weights": (X, arrays),
                "coefficients": (X[::-1].copy(), arrays),
            },
            {},
        )
        for method in ("random", "herding")
    },
    "neuron_pruning.arc_cosine_kernel": (
        neuron_pruning.arc_cosine_kernel, {"x": (POINTS, arrays), "law": ("sphere", words)}, {},
    ),
    "neuron_pruning.relu_features": (
        neuron_pruning.relu_features, {"x": (POINTS, arrays), "w": (W, arrays)}, {},
    ),
    "neuron_pruning.kernel_coefficients": (
        neuron_pruning.kernel_coefficients,
        {"x": (POINTS, arrays), "target": (X[:3], arrays), "w": (W, arrays), "law": ("ball", words)},
        {},
    ),
    "neuron_pruning.keep_rule": (
        neuron_pruning.keep_rule,
        {"coefficients": (X, arrays), "output_weights": (X, arrays), "bound": (1.0, numbers)},
        {"coefficients": ("bound",)},
    ),
    "neuron_pruning.draw_weights": (
        neuron_pruning.draw_weights,
        {"law": ("ball", words), "k": (3, sizes), "d": (2, sizes), "rng": (0, generators)},
        {},
    ),
    "teacher_student.sample_teacher": (
        teacher_student.sample_teacher,
        {
            "d": (4, sizes), "neurons": (3, sizes), "support": (2, sizes), "rng": (0, generators),
        },
        {},
    ),
    "teacher_student.sample_data": (
        teacher_student.sample_data,
        {
            "teacher": (TEACHER, teachers), "samples": (6, sizes), "noise": (0.125, numbers),
            "rng": (0, generators),
        },
        {},
    ),
    "teacher_student.recover": (
        partial(teacher_student.recover, tolerance=0.0, max_iterations=6),
        {
            "x": (INPUTS, arrays),
            "y": (Y, arrays),
            "supports": (TEACHER.supports, supports),
            "initial": (TEACHER.weights + 0.125, arrays),
            "step": (0.5, radii),
            "momentum": (0.25, radii),
            "truth": (TEACHER, teachers),
            "goal": (0.0625, numbers),
            "record": (2, wholes),
        },
        {},
    ),
    "teacher_student.recover, numbers": (
        partial(teacher_student.recover, INPUTS, Y, TEACHER.supports, TEACHER.weights + 0.125, 0.5),
        {"tolerance": (0.125, numbers), "max_iterations": (3, wholes)},
        {},
    ),
    "teacher_student.tensor_initialization": (
        teacher_student.tensor_initialization,
        {
            "x": (INPUTS, arrays), "y": (Y, arrays), "supports": (TEACHER.supports, supports),
            "method": ("union", words),
        },
        {},
    ),
    "teacher_student.hessian": (
        teacher_student.hessian,
        {
            "x": (INPUTS, arrays),
            "supports": (TEACHER.supports, supports),
            "weights": (TEACHER.weights, arrays),
        },
        {},
    ),
    "teacher_student.population_hessian": (
        teacher_student.population_hessian,
        {
            "teacher": (TEACHER, teachers),
            "supports": (TEACHER.supports, supports),
            "weights": (TEACHER.weights + 0.125, arrays),
        },
        {"teacher": ("supports",), "supports": ("weights",)},
    ),
    "teacher_student.function_error": (
        teacher_student.function_error,
        {
            "found": (TEACHER._replace(weights=TEACHER.weights + 0.125), teachers),
            "truth": (TEACHER, teachers),
        },
        {},
    ),
    "teacher_student.population_initialization": (
        teacher_student.population_initialization,
        {"teacher": (TEACHER, teachers), "method": ("union", words)},
        {"teacher": ("supports",)},
    ),
    "weight_pruning.bounds.entry_tolerance": (
        weight_pruning.bounds.entry_tolerance,
        {"weights": (NET, matrices), "error": (0.125, numbers)},
        {},
    ),
    "weight_pruning.bounds.subset_candidates": (
        weight_pruning.bounds.subset_candidates,
        {"eta": (0.125, numbers), "problems": (3.0, numbers), "failure": (0.25, numbers)},
        {},
    ),
    "neuron_pruning.has_independent_features": (
        neuron_pruning.has_independent_features,
        {"x": (POINTS, arrays), "tolerance": (0.0625, numbers)},
        {},
    ),
    "neuron_pruning.separation.mask_error": (
        neuron_pruning.separation.mask_error,
        {"w": (W, arrays), "v": (X, arrays), "target": (np.array([0.0, 1.0]), arrays)},
        {"w": ("v", "target")},
    ),
    "gradient_descent.descend_masked": (
        gradient_descent.descend_masked,
        {
            "u": (ROWS, arrays), "w": (X[:3], arrays), "x": (ROWS, arrays), "step": (0.125, numbers),
            "steps": (3, sizes), "size": (1, wholes), "precondition": (False, switches),
        },
        {"u": ("step", "x"), "w": ("step", "u"), "x": ("step", "u")},
    ),
    "magnitude_pruning.iterative_magnitude_pruning": (
        _tickets,
        {
            "model": (_module, anything),
            "train": (_train, anything),
            "rounds": (1, wholes),
            "rate": (0.25, numbers),
            "rewind_to": (0, wholes),
            "scope": ("global", words),
            "half_output": (True, switches),
            "output": ("2.weight", words),
            "keep_trained": (False, switches),
            "which": (None, anything),
        },
        {},
    ),
    "projected_gradient.train": (
        projected_gradient.train,
        {
            "weights": (NET, matrices),
            "data": ((INPUTS, LABELS), data),
            "epsilon": (0.125, radii),
            "step": (0.5, numbers),
            "epochs": (1, wholes),
            "project": ("step", words),
            "batch": (4, sizes),
            "momentum": (0.5, numbers),
            "decay": (0.125, numbers),
            "schedule": ("cosine", words),
            "network": ("dense", words),
            "rng": (0, generators),
        },
        {"weights": ("data.x",)},
    ),
    "edge_popup.search": (
        edge_popup.search,
        {
            "weights": (NET, matrices),
            "data": ((INPUTS, LABELS), data),
            "sparsity": (0.5, numbers),
            "step": (0.5, numbers),
            "epochs": (1, wholes),
            "scope": ("tensor", words),
            "batch": (4, sizes),
            "momentum": (0.5, numbers),
            "decay": (0.125, numbers),
            "schedule": ("cosine", words),
            "network": ("dense", words),
            "rng": (0, generators),
        },
        {"weights": ("data.x",)},
    ),
    "strong_ticket.pgd_strong_lth": (
        strong_ticket.pgd_strong_lth,
        {
            "weights": (NET, matrices),
            "data": ((INPUTS, LABELS), data),
            "epsilon": (0.125, radii),
            "sparsities": ((0.0, 0.5), shares),
            "perturb": ({"step": 0.5}, options),
            "search": ({"step": 0.5}, options),
            "rng": (0, generators),
        },
        {"weights": ("data.x", "perturb"), "data": ("perturb",), "perturb": ("pace", "keywords"),
         "search": ("pace", "keywords")},
    ),
    "explore.explore": (_explorer, {"draw": (_draw, anything), "n": ([1, 2, 3], axis)}, {}),
    "gradient_descent.descend": (
        gradient_descent.descend,
        {
            "u": (ROWS, arrays), "w": (X[:3], arrays), "x": (ROWS, arrays), "step": (0.125, numbers),
            "steps": (3, sizes),
        },
        {"u": ("step",), "w": ("step",), "x": ("step",)},
    ),
}  # fmt: skip


# Arguments for which None is a value.
OPTIONAL = {"coefficients", "output", "which", "batch", "bound", "goal", "truth", "size"}


def cases():
    """(name, argument, label, outcome, change) of every case, in a fixed order."""
    for name, (_, given, _) in NAMES.items():
        for argument, (value, kind) in given.items():
            for label, (outcome, change) in kind(value):
                yield name, argument, label, outcome, change


def _leaves(value):
    """The numbers of an answer, in order."""
    if isinstance(value, torch.Tensor):
        yield value.detach().cpu().numpy()
    elif dataclasses.is_dataclass(value):
        yield from _leaves([getattr(value, f.name) for f in dataclasses.fields(value)])
    elif isinstance(value, dict):
        yield from _leaves(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(one)
    elif value is not None:
        yield np.asarray(value)


def _same(answer, plain) -> bool:
    """Whether two answers are one, to the rounding of the shortest float that an argument may have."""
    ours, theirs = list(_leaves(answer)), list(_leaves(plain))
    return len(ours) == len(theirs) and all(
        a.shape == b.shape
        and (
            np.allclose(a, b, rtol=1e-3, atol=1e-4, equal_nan=True)
            if a.dtype.kind == "f"
            else np.array_equal(a, b)
        )
        for a, b in zip(ours, theirs, strict=True)
    )


def _sane(answer) -> bool:
    """No NaN, unless the answer says that it diverged."""
    leaves = list(_leaves(answer))
    lost = any(np.isnan(leaf).any() for leaf in leaves if leaf.dtype.kind == "f")
    return not lost or _says_diverged(answer)


def _says_diverged(answer) -> bool:
    history = getattr(answer, "history", None) or (
        answer[1] if isinstance(answer, tuple) and len(answer) == 2 else None
    )
    return bool(getattr(history, "diverged", False)) or "diverged" in np.atleast_1d(
        getattr(answer, "status", "")
    )


def _outcome(name, argument, outcome, change, plain) -> str:
    """What came of one case, or words about what is wrong."""
    call, given, aliases = NAMES[name]
    arguments = {key: value for key, (value, _) in given.items()}
    arguments[argument] = change(arguments[argument])
    if arguments[argument] is None and argument in OPTIONAL:
        outcome = EXTREME
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            answer = call(**arguments)
    except (ValueError, TypeError) as error:
        known = (argument, *aliases.get(argument, ()))
        if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", str(error)) for word in known):
            return "refused"
        return f"names no argument: {type(error).__name__}: {error}"
    except BaseException as error:  # a third kind is what we look for, whatever it is
        return f"a third kind: {type(error).__name__}: {error}"
    if outcome == FAULT:
        return f"answered: {answer!r}"[:200]
    if outcome == DRESS and not _same(answer, plain):
        return f"another answer: {answer!r} for {plain!r}"[:600]
    return "answered" if _sane(answer) else f"not a number: {answer!r}"[:300]


CASES = list(cases())


def test_there_are_enough_cases():
    assert len(CASES) >= 1000
    assert Counter(name.partition(".")[0] for name, *_ in CASES).keys() >= {
        "subset_sum", "perturbed_subset_sum", "weight_pruning", "neuron_pruning", "teacher_student",
        "magnitude_pruning", "projected_gradient", "edge_popup", "strong_ticket", "explore",
        "gradient_descent",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_right_or_refused_by_name(name):
    call, given, _ = NAMES[name]
    plain = call(**{key: value for key, (value, _) in given.items()})
    wrong, found = [], Counter()
    for _, argument, label, outcome, change in (case for case in CASES if case[0] == name):
        came = _outcome(name, argument, outcome, change, plain)
        found[came if came in ("refused", "answered") else "wrong"] += 1
        if came not in ("refused", "answered"):
            wrong.append(f"{argument} = {label}: {came}")
    assert not wrong, f"{len(wrong)} of {sum(found.values())}\n" + "\n".join(wrong)
    assert found["refused"] and found["answered"]
