"""dtypes, their promotion and their limits, against torch."""

import copy
import itertools
import pickle

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import same_program

NAMES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]


@pytest.mark.parametrize("name", [*NAMES, "double", "float", "half", "long", "int", "short"])
def test_dtype(name):
    ours, theirs = getattr(minitorch_pt, name), getattr(torch, name)
    for what in ("itemsize", "is_floating_point", "is_complex", "is_signed"):
        assert getattr(ours, what) == getattr(theirs, what)
    assert repr(ours) == repr(theirs)
    assert pickle.loads(pickle.dumps(ours)) is ours
    assert copy.deepcopy(ours) is ours


@pytest.mark.parametrize(("a", "b"), list(itertools.product(NAMES, NAMES)))
def test_promotion(a, b):
    same_program(
        lambda t: (str(t.promote_types(getattr(t, a), getattr(t, b))), t.can_cast(getattr(t, a), getattr(t, b)))
    )
    for shapes in ((2, 3), (2, 3)), ((), (2, 3)), ((2, 3), ()), ((), ()):
        same_program(
            lambda t, s=shapes: t.result_type(t.ones(s[0], dtype=getattr(t, a)), t.ones(s[1], dtype=getattr(t, b)))
        )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", [True, 2, 2.5])
@pytest.mark.parametrize("shape", [(), (2,)])
def test_promotion_with_numbers(name, number, shape):
    same_program(lambda t: t.result_type(t.ones(shape, dtype=getattr(t, name)), number))
    same_program(lambda t: t.result_type(number, t.ones(shape, dtype=getattr(t, name))))


@pytest.mark.parametrize(
    "operation", ["add", "sub", "mul", "div", "eq", "lt", "floor_divide", "remainder", "pow", "maximum", "bitwise_and"]
)
@pytest.mark.parametrize("name", ["int64", "int32", "uint8"])
@pytest.mark.parametrize("other", ["same", 3, -1, 0, 300, 2**40, 2**62])
def test_whole_numbers_of_one_type(operation, name, other):
    """Their common type is seen at once, and what NumPy makes of a number beside them is what torch makes of it."""

    def program(t):
        x = t.tensor([7, 1, 100], dtype=getattr(t, name))
        results = [
            getattr(t, operation)(y, y.flip(0) if other == "same" and y.ndim else y if other == "same" else other)
            for y in (x, x[0])
        ]
        return results, [r.dtype for r in results]

    same_program(program)


@pytest.mark.parametrize("name", NAMES)
def test_limits(name):
    def limits(t, kind):
        info = getattr(t, kind)(getattr(t, name))
        names = ("bits", "max", "min", "dtype") + (
            ("eps", "tiny", "smallest_normal", "resolution") if kind == "finfo" else ()
        )
        return [getattr(info, n) for n in names], repr(info)

    same_program(lambda t: limits(t, "finfo"))
    if name != "bool":  # torch fails on bool with an error of its own making
        same_program(lambda t: limits(t, "iinfo"))
    same_program(lambda t: repr(t.finfo()))


def test_default():
    def program(t):
        try:
            t.set_default_dtype(t.float64)
            return t.get_default_dtype(), t.tensor(1.0), t.ones(2), t.arange(3) / 2, t.tensor([1, 2]) * 0.5
        finally:
            t.set_default_dtype(t.float32)

    same_program(program)
    same_program(lambda t: t.set_default_dtype(t.int64))
    same_program(lambda t: t.set_default_dtype("float32"))


def test_unknown_numpy_type():
    same_program(lambda t: t.from_numpy(__import__("numpy").array(["a"])))
    with pytest.raises(TypeError, match="supported types are: float64"):
        minitorch_pt.arrays.dtypes.of("nonsense")


def test_result_type_needs_an_operand():
    with pytest.raises(TypeError):
        minitorch_pt.arrays.dtypes.result_type_of(["a"])
