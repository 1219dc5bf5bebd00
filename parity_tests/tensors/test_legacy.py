"""torch.Tensor(...), torch.FloatTensor(...) and their kin, as torch's first programs called them."""

from __future__ import annotations

import copy
import operator
import pickle

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import same_program

CONTENTS = {
    "list": lambda p: [[[1, 2], [3, 4]]],
    "tuple": lambda p: [(1.5, 2)],
    "range": lambda p: [range(3)],
    "array": lambda p: [np.arange(3.0)],
    "float32 array": lambda p: [np.ones(2, np.float32)],
    "bools": lambda p: [[True, False]],
    "nothing": lambda p: [],
    "empty list": lambda p: [[]],
    "list of tensors": lambda p: [[p.tensor(1), p.tensor(2)]],
    "float64 tensor": lambda p: [p.ones(2, dtype=p.float64)],
    "int64 tensor": lambda p: [p.arange(3)],
    "a float": lambda p: [2.5],
    "a bool": lambda p: [True],
    "text": lambda p: ["text"],
    "two lists": lambda p: [[1], [2]],
    "dictionary": lambda p: [{1: 2}],
    "set": lambda p: [{1}],
    "generator": lambda p: [iter([1, 2])],
}
NAMES = [
    "Tensor", "DoubleTensor", "FloatTensor", "HalfTensor", "LongTensor", "IntTensor", "ShortTensor", "CharTensor", "ByteTensor", "BoolTensor",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("contents", CONTENTS.values(), ids=CONTENTS)
def test_contents(name, contents):
    same_program(lambda package: getattr(package, name)(*contents(package)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sizes", [(3,), (2, 3), (0, 2), "size"])
def test_sizes(name, sizes):
    def program(package):
        made = getattr(package, name)(*((package.Size([2, 1]),) if sizes == "size" else sizes))
        return made.shape, made.dtype, package.FloatTensor(np.int64(3)).shape

    same_program(program)


@pytest.mark.parametrize("name", NAMES)
def test_types(name):
    def program(package):
        kind = getattr(package, name)
        others = [package.ones(2).to(getattr(package, dtype)) for dtype in minitorch_pt.arrays.dtypes.TITLES]
        return [isinstance(x, kind) for x in [*others, 1]], repr(kind).replace("minitorch_pt.", "torch.")

    same_program(program)
    if name != "Tensor":
        same_program(lambda package: package.tensor([0.0, 2.7]).type(getattr(package, name)))


def test_memory_and_devices():
    def program(package):
        x = package.ones(2)
        package.Tensor(x)[0] = 5
        array = np.ones(2, np.float32)
        package.Tensor(array)[0] = 5
        return x, float(array[0]), package.Tensor([1], device="cpu"), package.LongTensor(2, device="cpu").shape

    same_program(program)
    with pytest.raises(RuntimeError):
        minitorch_pt.Tensor([1], device="cuda")
    assert torch.FloatTensor.__name__ == minitorch_pt.FloatTensor.__name__


@pytest.mark.parametrize(
    "kind", ["DoubleTensor", "HalfTensor", "IntTensor", "torch.FloatTensor", "torch.DoubleTensor", None]
)
def test_set_default_tensor_type(kind):
    def program(package):
        given = kind if kind is None or "." in kind else getattr(package, kind)
        try:
            with pytest.warns(UserWarning, match="set_default_dtype"):
                package.set_default_tensor_type(given)
            return package.ones(1), package.get_default_dtype()
        finally:
            package.set_default_dtype(package.float32)

    torch.set_warn_always(True)
    try:
        same_program(program)
    finally:
        torch.set_warn_always(False)


ANNOTATIONS = {
    "or None": lambda p: p.FloatTensor | None,
    "None or": lambda p: None | p.LongTensor,
    "two": lambda p: p.FloatTensor | p.LongTensor | int,
    "of a card": lambda p: p.cuda.LongTensor | None,
    "of storages": lambda p: p.FloatStorage | p.LongStorage | None,
    "a number": lambda p: p.FloatTensor | 3,
}


@pytest.mark.parametrize("annotation", ANNOTATIONS.values(), ids=ANNOTATIONS)
def test_annotations(annotation):
    def facts(package):
        union = annotation(package)
        values = (package.ones(1), package.ones(1).long(), None, 3, np.ones(1))
        return str(union).replace(f"{package.__name__}.", ""), [isinstance(value, union) for value in values]

    same_program(facts)


@pytest.mark.parametrize("path", ["FloatTensor", "cuda.LongTensor", "sparse.DoubleTensor", "FloatStorage"])
def test_they_are_classes(path):
    def facts(package):
        kind = operator.attrgetter(path)(package)
        return repr(kind), isinstance(kind, type), pickle.loads(pickle.dumps(kind)) is kind, copy.deepcopy(kind) is kind

    same_program(facts)
