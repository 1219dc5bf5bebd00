"""Printed text: what torch prints, character for character."""

from __future__ import annotations

import contextlib
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as arrays
from numpy.lib.stride_tricks import as_strided

import minitorch_pt
from parity_tests.oracle import rand, randint, to_ours, to_theirs

DEFAULT = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}
DTYPES = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
NAN, INF = float("nan"), float("inf")


@contextlib.contextmanager
def options(**given):
    """Both packages with these print options, and torch's defaults again afterwards."""
    for package in (minitorch_pt, torch):
        package.set_printoptions(**given)
    try:
        yield
    finally:
        for package in (minitorch_pt, torch):
            package.set_printoptions(**DEFAULT)


def same_text(array: np.ndarray, requires_grad: bool = False) -> None:
    ours, theirs = to_ours(array, requires_grad), to_theirs(array, requires_grad)
    assert repr(ours) == repr(theirs)
    assert str(ours) == str(theirs)
    assert f"{ours}" == f"{theirs}"


VALUES = {
    "whole": [1.0, 2.0, -3.0],
    "decimals": [1.5, -2.25, 3.0],
    "rounded": [0.12345678, 9.99999, 0.5],
    "zeros": [0.0, -0.0],
    "negative zero among decimals": [-0.0, 0.5],
    "rounds to zero": [-0.00012, 0.01],
    "special": [NAN, INF, -INF],
    "special among whole": [NAN, INF, -INF, 1.0, 100.0],
    "special among decimals": [NAN, INF, -INF, 1.5],
    "special among scientific": [NAN, INF, -INF, 1e-9, 0.0],
    "only nan": [NAN],
    "tiny": [1e-10, 1e-9],
    "huge": [1e9, 1e10],
    "just not huge": [1e8, 99999999.0],
    "wide": [1.0, 1001.0],
    "wide decimals": [1.5, 1600.25],
    "as wide as may be": [1.0, 1000.0],
    "large whole": [123456.0, 1234567.0],
    "negative scientific": [-1e-5, 1e5],
    "three-digit exponent": [1e-100, 1e100],
    "smallest": [5e-324, 1.0],
    "largest": [1.7976931348623157e308, 1.0],
}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("dtype", ("float64", "float32", "float16"))
def test_numbers(values, dtype):
    with np.errstate(over="ignore"):
        array = np.array(values, dtype)
    same_text(array)
    same_text(array, requires_grad=True)
    for number in array:
        same_text(np.array(number))  # 0-d


@pytest.mark.parametrize("sci_mode", (True, False))
@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_numbers_in_a_chosen_mode(values, sci_mode):
    with options(sci_mode=sci_mode):
        same_text(np.array(values))


SHAPES = [
    (), (1,), (7,), (40,), (1000,), (1001,), (1, 1), (2, 3), (3, 30), (30, 40), (2, 3, 4), (2, 2, 2, 3), (1, 1, 1, 1), (11, 11, 11), (2000, 1), (1, 2000),
    (7, 200), (6, 200), (1001, 1, 1), (2, 600, 2), (5, 5, 5, 10), (0,), (0, 3), (3, 0), (2, 0, 5),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes(shape, dtype):
    array = randint(0, 2, shape).astype(bool) if dtype == "bool" else rand(*shape, low=0, high=100).astype(dtype)
    same_text(array)
    same_text(array, requires_grad=True)
    same_text(-array if dtype.startswith("float") else array)


@pytest.mark.parametrize(
    "array",
    [np.arange(24).reshape(4, 6).T, np.arange(24.0)[::5], as_strided(np.array([1.5, 2]), (3, 2), (0, 8))],
    ids=["T", "steps", "expanded"],
)
def test_views(array):
    assert repr(minitorch_pt.from_numpy(array)) == repr(torch.tensor(array))


@pytest.mark.parametrize("default", ("float32", "float64"))
def test_the_default_dtype_is_not_named(default):
    try:
        for package in (minitorch_pt, torch):
            package.set_default_dtype(getattr(package, default))
        for dtype in DTYPES:
            same_text(np.ones(2, dtype))
            same_text(np.ones(0, dtype))
    finally:
        for package in (minitorch_pt, torch):
            package.set_default_dtype(package.float32)


OPTIONS = [
    {"precision": 2},
    {"precision": 0},
    {"precision": 10},
    {"threshold": 5},
    {"threshold": 0},
    {"threshold": INF},
    {"threshold": 5, "edgeitems": 1},
    {"threshold": 5, "edgeitems": 0},
    {"edgeitems": 0},
    {"threshold": 5, "edgeitems": 2, "precision": 1, "linewidth": 30},
    {"linewidth": 40},
    {"linewidth": 5},
    {"linewidth": 200},
    {"profile": "short"},
    {"profile": "full"},
    {"profile": "default"},
    {"profile": "unknown"},
    {"profile": "short", "precision": 3},
    {"precision": 3, "sci_mode": True},
]


@pytest.mark.parametrize("given", OPTIONS, ids=str)
def test_options(given):
    with options(**given):
        assert minitorch_pt.get_printoptions() == torch._tensor_str.get_printoptions()
        for shape in ((), (4,), (7,), (50,), (3, 4), (8, 9), (2, 3, 8), (9, 2, 9), (0, 2)):
            same_text(rand(*shape))
            same_text(rand(*shape, high=1e5), requires_grad=True)
            same_text(randint(-300, 300, shape, dtype="int32"))


def test_options_keep_what_is_not_given():
    with options(precision=2, sci_mode=True), options(linewidth=60):
        assert minitorch_pt.get_printoptions() == torch._tensor_str.get_printoptions()
        assert minitorch_pt.get_printoptions()["sci_mode"] is None


PROGRAMS = {
    "AddBackward0": lambda p, x: x + 1,
    "MulBackward0": lambda p, x: x * x,
    "SumBackward0": lambda p, x: x.sum(),
    "long line": lambda p, x: (x * 1.2345).repeat(1, 3)[0],
    "MaxBackward0": lambda p, x: p.max(x, dim=1),
    "sort": lambda p, x: p.sort(x, dim=0, descending=True),
    "list": lambda p, x: [x, x.sum()],
    "detached": lambda p, x: (x * 2).detach(),
    "CloneBackward0": lambda p, x: x.clone(),
    "empty": lambda p, x: x[:0] * 2,
    "to double": lambda p, x: x.double(),
    "parameter": lambda p, x: p.nn.Parameter(x.detach()),
    "frozen parameter": lambda p, x: p.nn.Parameter(x.detach(), requires_grad=False),
    "grad": lambda p, x: p.autograd.grad((x * x).sum(), x)[0],
    "grad_fn of a sum": lambda p, x: (x.exp().sum() / 3).reshape(1, 1),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_how_it_was_made(program):
    array = np.arange(1, 7, dtype="float32").reshape(2, 3) / 3
    assert repr(program(minitorch_pt, to_ours(array, True))) == repr(program(torch, to_theirs(array, True)))


@pytest.mark.parametrize("module", ("elsewhere", "torchgeometry.tensors", "minitorch_ptx"))
def test_a_derived_class_prints_under_its_name(module):
    texts = []
    for package in (minitorch_pt, torch):
        Weights = type("Weights", (package.Tensor,), {"__module__": module})
        texts.append(repr(package.tensor([1.0, 2.5]).as_subclass(Weights)))
    assert texts[0] == texts[1] == "Weights([1.0000, 2.5000])"


@pytest.mark.parametrize("spec", ("", ".2f", "8.3f", "e", ">12"))
@pytest.mark.parametrize("value", (1.23456, -0.0, NAN))
def test_format_of_a_number(spec, value):
    for array in (np.array(value), np.array(value, "float32")):
        assert format(to_ours(array, True), spec) == format(to_theirs(array, True), spec)


def test_format_of_integers_and_truth():
    assert f"{to_ours(np.array(7)):05d}" == f"{to_theirs(np.array(7)):05d}" == "00007"
    assert f"{to_ours(np.array(True))}" == f"{to_theirs(np.array(True))}"


def test_format_of_several_numbers_takes_no_specification():
    for tensor in (to_ours(np.ones(2)), to_theirs(np.ones(2))):
        with pytest.raises(TypeError, match="unsupported format string"):
            format(tensor, ".2f")


numbers = st.one_of(
    st.floats(width=32),
    st.integers(-2000, 2000).map(float),
    st.floats(-10, 10, width=32),
    st.sampled_from([0.0, -0.0, NAN, INF, -INF, 1e-4, 1e8, 1000.0, 0.001, 9.99995]),
)
shapes = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=7)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(("float64", "float32", "float16")).flatmap(
        lambda d: st.tuples(st.just(d), arrays.arrays(np.float64, shapes, elements=numbers))
    )
)
def test_any_floating_point_tensor(given):
    dtype, array = given
    with np.errstate(over="ignore"):
        same_text(array.astype(dtype))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(DTYPES[3:]).flatmap(lambda d: arrays.arrays(d, shapes)))
def test_any_tensor_of_integers(array):
    same_text(array)


@settings(max_examples=100, deadline=None)
@given(
    arrays.arrays(np.float64, arrays.array_shapes(max_dims=3, max_side=9), elements=numbers),
    st.fixed_dictionaries(
        {
            "precision": st.integers(0, 8),
            "threshold": st.integers(0, 50),
            "edgeitems": st.integers(0, 4),
            "linewidth": st.integers(10, 120),
            "sci_mode": st.sampled_from([None, True, False]),
        }
    ),
)
def test_any_options(array, given):
    with options(**given):
        same_text(array)


def test_long_tensors_print_fast():
    thousand, million = minitorch_pt.from_numpy(rand(1000)), minitorch_pt.from_numpy(rand(1000, 1000))
    for tensor, limit in ((thousand, 0.5), (million, 0.5)):
        start = time.perf_counter()
        repr(tensor)
        assert time.perf_counter() - start < limit


# of what a notebook asks an object: without an answer it shows the repr, which is torch's
@pytest.mark.parametrize("package", [minitorch_pt, torch])
def test_notebooks_show_the_repr(package):
    layer = package.nn.Linear(2, 3)
    for shown in (layer, layer.weight, package.ones(2), package.Size([2]), package.optim.SGD(layer.parameters(), 0.1)):
        asked = ("html", "markdown", "svg", "png", "latex", "json", "javascript", "mimebundle", "pretty")
        assert not [kind for kind in asked if hasattr(shown, f"_repr_{kind}_")]
        assert not hasattr(shown, "_ipython_display_")
