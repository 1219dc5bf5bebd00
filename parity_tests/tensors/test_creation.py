"""creation.py against torch: every way to make a tensor, with its types, shapes and errors."""

from __future__ import annotations

import copy
from collections import UserList, deque

import numpy as np
import pytest

from parity_tests.oracle import rand, same_program

DATA = {
    "numbers": 2.5, "whole number": 3, "truth": True, "list": [1, 2.5], "lists": [[1, 2], [3, 4]], "truths": [True, False], "mixed": [True, 2],
    "empty": [], "empty rows": [[], []], "tuple": (1, 2), "range": range(3), "array": rand(2, 3), "float32": rand(2).astype("float32"), "scalar": np.float64(2.5), "whole scalar": np.int8(3),
    "list of arrays": [np.arange(2), np.arange(2)], "array of truths": np.array([True, False]), "large": 2**40, "huge": 2**70, "2**63": [2**63], "300": 300, "negative": -1, "nan": [float("nan")], "infinite": float("inf"),
    "ragged": [[1], [2, 3]], "deep and shallow": [1, [2]], "text": "abc", "texts": ["a"], "None": None, "inside": [None], "objects": np.array([object()]),
    "uneven depth": [[1], 2], "dictionary": {"a": 1}, "strings": np.array(["a"]),
    "deque": deque([1.5, 2]), "deque of NumPy's": deque([np.float64(1), 2]), "deques": [deque([np.float64(1)])] * 2, "user's list": UserList([np.float64(1)]),
}  # fmt: skip
MAKERS = {
    "tensor": lambda p, data: p.tensor(data),
    "tensor of a type": lambda p, data: p.tensor(data, dtype=p.float64),
    "tensor, whole": lambda p, data: p.tensor(data, dtype=p.int32),
    "as_tensor": lambda p, data: p.as_tensor(data),
    "as_tensor of a type": lambda p, data: p.as_tensor(data, dtype=p.float16),
    "asarray": lambda p, data: p.asarray(data),
    "tensor of bytes": lambda p, data: p.tensor(data, dtype=p.uint8),
    "tensor of truths": lambda p, data: p.tensor(data, dtype=p.bool),
    "new_tensor": lambda p, data: p.ones(1, dtype=p.float64).new_tensor(data),
    "new_tensor of a type": lambda p, data: p.ones(1).new_tensor(data, dtype=p.int64),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
@pytest.mark.filterwarnings("ignore")  # torch warns that lists of arrays are slow
def test_from_data(make, data):
    same_program(lambda package: make(package, copy.copy(data)))


@pytest.mark.parametrize("name", ("as_tensor", "asarray", "from_numpy"))
def test_memory_is_shared(name):
    def program(package):
        array = np.zeros(3)
        made = getattr(package, name)(array)
        array[0] = 5
        return made

    same_program(program)


PROGRAMS = {
    "a tensor given": lambda p: [p.as_tensor(t := p.ones(2)) is t, p.as_tensor(t, dtype=p.int64), p.asarray(t, copy=True) is t],
    "as_tensor of a grad": lambda p: p.as_tensor(p.ones(2, requires_grad=True)).requires_grad,
    "asarray copies": lambda p: p.asarray(np.ones(2), copy=True),
    "asarray of a type": lambda p: p.asarray([1, 2], dtype=p.float64),
    "asarray cannot share": lambda p: p.asarray([1, 2], copy=False),
    "asarray shares": lambda p: p.asarray(np.arange(3), copy=False),
    "asarray grad": lambda p: p.asarray([1.0], requires_grad=True).requires_grad,
    "requires_grad": lambda p: p.tensor([1.0], requires_grad=True).requires_grad,
    "requires_grad of whole numbers": lambda p: p.tensor([1], requires_grad=True),
    "from_numpy of a list": lambda p: p.from_numpy([1]),
    "from_numpy of negative strides": lambda p: p.from_numpy(np.arange(3)[::-1]),
    "from_numpy of text": lambda p: p.from_numpy(np.array(["a"])),
    "zeros": lambda p: [p.zeros(2, 3), p.zeros((2, 3)), p.zeros([2]), p.zeros(()), p.zeros(0), p.zeros(2, dtype=p.int8), p.zeros(size=(2,))],
    "ones": lambda p: [p.ones(2, 3), p.ones((1,), dtype=p.bool), p.ones(2, requires_grad=True).requires_grad],
    "empty": lambda p: [p.empty(2, 3).shape, p.empty(2, dtype=p.float16).dtype, p.empty(()).shape],
    "negative size": lambda p: p.zeros(-1),
    "float size": lambda p: p.zeros(2.5),
    "full": lambda p: [p.full((2,), 3), p.full((2,), 3.0), p.full((), True), p.full((2,), 3, dtype=p.float64), p.full((1, 2), 2.5, requires_grad=True)],
    "full without a size": lambda p: p.full(2, 3.0),
    "like": lambda p: [getattr(p, n)(p.arange(3)) for n in ("zeros_like", "ones_like")] + [p.empty_like(p.ones(2)).shape],
    "like of a type": lambda p: [getattr(p, n)(p.arange(3), dtype=p.float64, requires_grad=True) for n in ("zeros_like", "ones_like")],
    "full_like": lambda p: [p.full_like(p.arange(3), 7), p.full_like(p.ones(2), 7), p.full_like(p.ones(2), 2.5, dtype=p.float64)],
    "scalar_tensor": lambda p: [p.scalar_tensor(2), p.scalar_tensor(2.5, dtype=p.float64), p.scalar_tensor(1.0, requires_grad=True)],
    "new": lambda p: [(x := p.ones(1, dtype=p.float64)).new_zeros(2, 3), x.new_ones((2,)), x.new_full((2,), 7), x.new_empty(2).shape, x.new_zeros(2, dtype=p.int64)],
    "new_full of whole numbers": lambda p: [p.arange(2).new_full((2,), 7), p.arange(2).new_ones(2, requires_grad=False)],
    "arange": lambda p: [p.arange(5), p.arange(2, 5), p.arange(1, 6, 2), p.arange(5.0), p.arange(0, 1, 0.25), p.arange(5, 0, -2), p.arange(3, dtype=p.float16)],
    "arange by name": lambda p: [p.arange(start=1, end=4), p.arange(end=3), p.arange(1, end=4, step=2), p.arange(3.0, requires_grad=True).requires_grad],
    "arange of nothing": lambda p: [p.arange(0), p.arange(3, 3)],
    "arange the wrong way": lambda p: p.arange(3, 1),
    "arange without step": lambda p: p.arange(1, 3, 0),
    "arange infinite": lambda p: p.arange(0, float("inf")),
    "linspace": lambda p: [p.linspace(0, 1, 5), p.linspace(3, -3, 4, dtype=p.float64), p.linspace(0, 1, 1), p.linspace(0, 1, 0), p.linspace(0, 10, 5, dtype=p.int64)],
    "linspace negative": lambda p: p.linspace(0, 1, -1),
    "logspace": lambda p: [p.logspace(0, 2, 3, dtype=p.float64), p.logspace(0, 3, 4, base=2, dtype=p.float64), p.logspace(0, 1, 0)],
    "eye": lambda p: [p.eye(3), p.eye(2, 3), p.eye(2, dtype=p.int64), p.eye(0), p.eye(2, requires_grad=True).requires_grad],
    "eye negative": lambda p: p.eye(-1),
    "triangle of fractions": lambda p: p.tril_indices(3, 4, dtype=p.float32),
    "triangle of no size": lambda p: p.triu_indices(3, -1),
    "triangles": lambda p: [p.tril_indices(3, 4), p.triu_indices(3, 4, 1), p.tril_indices(2, 2, -1), p.triu_indices(3, 3, dtype=p.int32)],
    "cartesian_prod": lambda p: [p.cartesian_prod(p.arange(2), p.arange(3)), p.cartesian_prod(p.arange(2))],
    "cartesian_prod of a matrix": lambda p: p.cartesian_prod(p.ones(2, 2)),
    "meshgrid": lambda p: [p.meshgrid(p.arange(2), p.arange(3), indexing=i) for i in ("ij", "xy")] + [p.meshgrid([p.arange(2), p.tensor(5)], indexing="ij")],
    "meshgrid of a matrix": lambda p: p.meshgrid(p.ones(2, 2), indexing="ij"),
    "meshgrid of two types": lambda p: p.meshgrid(p.ones(2), p.arange(2), indexing="ij"),
    "meshgrid unknown": lambda p: p.meshgrid(p.ones(2), p.ones(2), indexing="yx"),
    "one_hot": lambda p: [p.nn.functional.one_hot(p.tensor([0, 2])), p.nn.functional.one_hot(p.tensor([[1]]), 4), p.nn.functional.one_hot(p.tensor(1))],
    "NumPy's float as a whole number": lambda p: p.tensor(np.float32(2.5), dtype=p.int32),
    "NumPy's floats as whole numbers": lambda p: p.tensor([1, np.float32(2.5)], dtype=p.int64),
    "NumPy's float as a bool": lambda p: p.as_tensor(np.float16(1), dtype=p.bool),
    "types in a list": lambda p: [p.tensor(x) for x in ([np.float32(1), np.float64(2)], [2.5, np.float64(1)], [np.int8(1)], [np.int8(1), 2], [np.float16(1), 2.5], [True, np.float32(1)])],
    "types in lists": lambda p: [p.tensor(x) for x in ([[1, 2], [np.float64(1), 2]], [[np.ones(2)], [np.ones(2)]], [[1, 2], np.ones(2)], [np.uint8(1), np.int8(-1)])],
    "types of tensors in a list": lambda p: [p.tensor(x) for x in ([p.tensor(1.0, dtype=p.float64)], [p.tensor(1, dtype=p.int32)], [p.tensor(1), 2.5], [p.tensor(1.0), np.float64(2)])],
    "NumPy's numbers": lambda p: [p.tensor(np.float32(2.5)), p.tensor(np.float64(2.5), dtype=p.int32), p.tensor(np.int8(2)), p.tensor(np.array(2.5), dtype=p.int32)],
    "one_hot too large": lambda p: p.nn.functional.one_hot(p.tensor([3]), 2),
    "one_hot negative": lambda p: p.nn.functional.one_hot(p.tensor([-1])),
    "one_hot of floats": lambda p: p.nn.functional.one_hot(p.ones(2)),
    "one_hot of nothing": lambda p: p.nn.functional.one_hot(p.tensor([], dtype=p.int64)),
    "one_hot of no class": lambda p: p.nn.functional.one_hot(p.tensor([0]), 0),
    "gradient of meshgrid": lambda p: p.autograd.grad(p.meshgrid(x := p.ones(2, requires_grad=True), p.ones(3), indexing="xy")[0].sum(), x),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_program(program):
    same_program(program)


# ---------------------------------------------------------------------------------------------------------------------
# Buffers
# ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "float64", "bool"])
@pytest.mark.parametrize("options", [
    {}, {"count": 2}, {"offset": 8}, {"count": 1, "offset": 8}, {"count": -1}, {"count": 0}, {"count": 99},
    {"offset": 16}, {"offset": -1}, {"offset": 3}, {"requires_grad": True},
], ids=str)  # fmt: skip
def test_frombuffer(dtype, options):
    def program(t):
        buffer = bytearray(bytes([0, 0, 128, 63] * 4))
        x = t.frombuffer(buffer, dtype=getattr(t, dtype), **options)
        seen = [x.detach().clone(), x.requires_grad]
        buffer[-1] = 64
        return [*seen, x.detach()]

    same_program(program)


@pytest.mark.parametrize(
    "make", [lambda: 5, lambda: [1], lambda: bytearray(), lambda: bytearray(3), lambda: np.arange(4.0)]
)
def test_frombuffer_of_other_things(make):
    same_program(lambda t: t.frombuffer(make(), dtype=t.float64))


def test_frombuffer_without_dtype():
    same_program(lambda t: t.frombuffer(bytearray(4)))


@pytest.mark.parametrize("requires_grad", [{}, {"requires_grad": False}, {"requires_grad": True}])
@pytest.mark.parametrize("copy", [None, True, False])
@pytest.mark.parametrize("dtype", [None, "float32", "float64"])
def test_asarray_and_gradients(dtype, copy, requires_grad):
    """Without requires_grad the history is cut, and a leaf that is returned as it is needs no gradient any more."""

    def program(t, kind):
        leaf = t.tensor([1.0, 2.0], requires_grad=True)
        given = {
            "leaf": leaf,
            "inner": leaf * 2,
            "plain": leaf.detach(),
            "array": np.ones(2, np.float32),
            "list": [1.0],
        }[kind]
        made = t.asarray(given, dtype=dtype and getattr(t, dtype), copy=copy, **requires_grad)
        return made, repr(made), made is given, made.is_leaf, leaf.requires_grad

    for kind in ("leaf", "inner", "plain", "array", "list"):
        same_program(lambda t, kind=kind: program(t, kind))


@pytest.mark.parametrize("make", ("tensor", "as_tensor", "LongTensor", "FloatTensor"))
@pytest.mark.parametrize(
    "items",
    (
        lambda t: [t.tensor([1, 2]), t.tensor([3, 4])],
        lambda t: [t.ones(2), t.ones(2)],
        lambda t: [t.tensor([1, 2]), t.ones(2)],
        lambda t: [1, t.tensor([1, 2])],
        lambda t: [1.0, t.tensor([1, 2])],
        lambda t: [[t.tensor([True, False])]],
        lambda t: [t.tensor([1]), t.tensor([2])],
    ),
)
def test_lists_of_tensors(make, items):
    same_program(lambda t: getattr(t, make)(items(t)))
