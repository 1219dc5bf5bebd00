"""Size, device, iinfo and finfo, and how tensors are made: each expression gives torch's type and text, or its type of error."""

from __future__ import annotations

import builtins
import copy
import pickle
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt

SIZES = """
a + (4,) ; (4,) + a ; a + a ; a + [4] ; a + None ; a * 2 ; 2 * a ; a * 1.5 ; a * a ; a[0] ; a[:1] ; a[::2] ; a[np.int64(1)] ; a[t.tensor(1)]
a.numel() ; t.Size([]).numel() ; a.index(3) ; a.count(2) ; a == (2, 3) ; hash(a) == hash((2, 3)) ; a < (3,) ; str(a) ; f"{a}" ; tuple(a)
a.__radd__((1,)) ; (1,).__add__(a) ; pickle.loads(pickle.dumps(a)) ; copy.deepcopy(a) ; t.Size() ; t.Size(a) ; t.Size(range(3)) ; t.Size({1: 2})
t.Size([-1]) ; t.Size([True]) ; t.Size([1.5]) ; t.Size(["a"]) ; t.Size([None]) ; t.Size(3) ; t.Size((2,), (3,)) ; t.Size(numel=3)
t.Size([t.tensor(3)]) ; t.Size([t.tensor([3])]) ; t.Size([t.tensor(3.0)]) ; t.Size([np.int64(3)]) ; t.Size([np.float64(3)])
t.Size(t.tensor([1, 2])) ; t.Size(np.array([1, 2])) ; t.broadcast_shapes((2,), (3, 1)) ; t.broadcast_shapes() ; t.broadcast_shapes(3, (2, 1))
"""
DEVICES = """
t.device("cpu", 0) ; t.device(type="cpu") ; t.device(type="cpu", index=1) ; t.device("cpu", index=None) ; t.device(t.device("cpu"))
pickle.loads(pickle.dumps(t.device("cpu", 1))) ; t.device("cpu") == "cpu" ; hash(t.device("cpu")) == hash(t.device("cpu")) ; t.device("cpu").foo
t.device() ; t.device(1.5) ; t.device(None) ; t.device(True) ; t.device(["cpu"]) ; t.device("cpu", -1) ; t.device("cpu", 1.5) ; t.device("cpu", True)
t.device("cpu", "0") ; t.device("cpu", 3, 4) ; t.device(t.device("cpu"), 1) ; t.device("cpu:0", 0) ; t.device("cpu:x") ; t.device("cpu:-1")
t.device("") ; t.device("cpu:") ; t.device("cpu:00") ; t.device("CPU") ; t.device("cpux") ; t.device("foo")
"""
LIMITS = "; ".join(
    f"t.{name}({given})"
    for name in ("iinfo", "finfo")
    for given in ("t.int32", "t.uint8", "t.float32", "t.float16", "t.bool", "int", "float", "bool", "t.ones(1)", "'float32'", "5", "np.float32",
                  "np.dtype('int32')", "type=t.int8", "type=t.float64", "type=None, foo=1")
) + "; t.finfo(t.half) == t.finfo(t.float16); t.finfo(t.half) != t.finfo(t.float32); t.iinfo(t.int8) == t.iinfo(t.int8); t.finfo(t.half) == 3; hash(t.iinfo(t.int8))"  # fmt: skip
MAKERS = {
    "zeros": "2", "ones": "2", "empty": "2", "rand": "2", "randn": "2", "full": "(2,), 1.0", "randint": "0, 5, (2,)", "randperm": "3", "arange": "3", "linspace": "0, 1, 3",
    "logspace": "0, 1, 3", "eye": "2", "tensor": "[1.0]", "as_tensor": "[1.0]", "asarray": "[1.0]", "zeros_like": "x", "ones_like": "x", "empty_like": "x",
    "full_like": "x, 2.0", "rand_like": "x", "randn_like": "x", "randint_like": "x, 0, 3", "tril_indices": "2, 2", "triu_indices": "2, 2", "scalar_tensor": "1.0",
    "normal": "0.0, 1.0, (2,)", "multinomial": "x, 1", "bernoulli": "x * 0", "poisson": "x * 0", "ones(1).new_zeros": "2", "ones(1).new_ones": "2",
    "ones(1).new_empty": "2", "ones(1).new_full": "(2,), 1.0", "ones(1).new_tensor": "[1.0]",
}  # fmt: skip
# with each keyword that most of them take, and with some that they do not
KEYWORDS = "; ".join(
    f"t.{name}({given}, {keyword}).dtype"
    for name, given in MAKERS.items()
    for keyword in ("dtype=t.int64", "dtpye=t.float64", "device='cpu'", "foo=1", "generator=t.Generator()", "names=None", "size=(3,)")
)  # fmt: skip
OTHERS = """
t.randint(0, 5, {}) ; t.randint(0, 5, {2}) ; t.randint(0, 5, "2") ; t.randint(0, 5, 2) ; t.randint(0, 5, np.array([2])) ; t.randint(0, 5, range(2))
t.randint(5, [t.tensor(2)]).shape ; t.randint(0, 5, [2.5]) ; t.randint(high=5, size=(2,)).shape ; t.nn.functional.one_hot([1, 2])
t.nn.functional.one_hot(np.array([1])) ; t.nn.functional.one_hot(t.tensor([True])) ; reversed(t.arange(3)) ; reversed(t.tensor(3)) ; list(reversed(t.ones(2, 1))) ; t.zeros(size=(2,)) ; t.rand(size=(2, 1)).shape ; t.ones() ; t.zeros(())
t.empty(2**40, 2**40) ; t.zeros(2**62, 2**62) ; t.rand(2**40, 2**40) ; t.full((2**40, 2**40), 1) ; x.new_ones(2**40, 2**40)
t.empty(2, memory_format=None).shape ; t.utils.data.DataLoader[int] is not None ; t.utils.data.Dataset[int] is not None
t.utils.data.IterableDataset[int] is not None
"""
EXPRESSIONS = [
    e.strip()
    for text in (SIZES, DEVICES, LIMITS, KEYWORDS, OTHERS)
    for e in text.replace("\n", ";").split(";")
    if e.strip()
]


def outcome(t: Any, expression: str) -> tuple:
    """The type and the text of what an expression gives, or the built-in type of its error."""
    names = {"t": t, "np": np, "pickle": pickle, "copy": copy, "a": t.Size([2, 3]), "x": t.ones(3)}
    t.manual_seed(0)
    try:
        value = eval(expression, names)
    except Exception as error:
        return (next(kind for kind in type(error).__mro__ if kind.__module__ == builtins.__name__),)
    return type(value).__name__, repr(value)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_torch(expression):
    assert outcome(minitorch_pt, expression) == outcome(torch, expression)
