"""testing.py against torch: what assert_close accepts and says, the numbers of make_tensor, the line of compare."""

from __future__ import annotations

import inspect
import warnings

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.testing import compare
from parity_tests.oracle import same_program


def _sparse(t, places=((0, 1, 1), (2, 0, 2))):
    return t.sparse_coo_tensor(t.tensor(places), t.tensor([3.0, 4.0, 5.0]), (2, 3))


PAIRS = {
    "equal": lambda t: (t.ones(3), t.ones(3)),
    "close": lambda t: (t.ones(3), t.ones(3) + 1e-7),
    "close to 0": lambda t: (t.zeros(3), t.zeros(3) + 9e-6),
    "not close": lambda t: (t.tensor([1.0, 2.0, 3.0]), t.tensor([1.0, 4.0, 5.0])),
    "matrix": lambda t: (t.ones(2, 3), t.tensor([[1.0, 1.1, 1.0], [2.0, 1.0, 0.0]])),
    "float64": lambda t: (t.ones(2, dtype=t.float64), t.ones(2, dtype=t.float64) + 1e-6),
    "float16": lambda t: (t.ones(2).half(), t.ones(2).half() + 1e-2),
    "scalars": lambda t: (t.tensor(1.0), t.tensor(2.0)),
    "zero expected": lambda t: (t.tensor(1.0), t.tensor(0.0)),
    "nan": lambda t: (t.tensor([float("nan"), 1.0]), t.tensor([float("nan"), 1.0])),
    "nan scalars": lambda t: (t.tensor(float("nan")), t.tensor(float("nan"))),
    "infinite": lambda t: (t.tensor([float("inf"), -float("inf")]), t.tensor([float("inf"), -float("inf")])),
    "infinite and not": lambda t: (t.tensor([float("inf"), 1.0]), t.tensor([1.0, 1.0])),
    "sparse": lambda t: (_sparse(t), _sparse(t)),
    "sparse and not close": lambda t: (_sparse(t), _sparse(t) * 2),
    "sparse and dense": lambda t: (_sparse(t), _sparse(t).to_dense()),
    "sparse, other places": lambda t: (_sparse(t), _sparse(t, [[1, 1, 0], [0, 1, 2]])),
    "sparse, more places": lambda t: (_sparse(t), _sparse(t).to_dense().add(1).to_sparse()),
    "sparse, other shape": lambda t: (_sparse(t), _sparse(t).t()),
    "sparse and coalesced": lambda t: (_sparse(t), _sparse(t).coalesce()),
    "whole": lambda t: (t.tensor([1, 2, 3]), t.tensor([1, 3, 3])),
    "large whole": lambda t: (t.tensor([2**60]), t.tensor([2**60 + 1])),
    "bytes": lambda t: (t.tensor([1, 255], dtype=t.uint8), t.tensor([255, 255], dtype=t.uint8)),
    "bools": lambda t: (t.tensor([True, False]), t.tensor([True, True])),
    "shapes": lambda t: (t.ones(3), t.ones(3, 1)),
    "types": lambda t: (t.ones(3), t.ones(3, dtype=t.float64)),
    "strides": lambda t: (t.ones(3, 3).T, t.ones(3, 3)),
    "empty": lambda t: (t.ones(0, 2), t.ones(0, 2)),
    "requires grad": lambda t: (t.ones(2, requires_grad=True), t.zeros(2)),
    "parameter": lambda t: (t.nn.Parameter(t.ones(2)), t.ones(2)),
    "arrays": lambda t: (np.ones(2), np.zeros(2)),
    "an array and a tensor": lambda t: (np.ones(2), t.ones(2)),
    "numbers": lambda t: (1.0, 2.0),
    "close numbers": lambda t: (1.0, 1.0 + 1e-8),
    "nan numbers": lambda t: (float("nan"), float("nan")),
    "whole numbers": lambda t: (1, 2),
    "numbers of two types": lambda t: (1.0, 1),
    "NumPy's numbers": lambda t: (np.float64(1.0), np.float64(2.0)),
    "truth": lambda t: (True, False),
    "NumPy's truth": lambda t: (np.bool_(True), True),
    "None": lambda t: (None, None),
    "None and not": lambda t: (None, 1.0),
    "text": lambda t: ("a", "a"),
    "a number and a tensor": lambda t: (1.0, t.tensor(1.0)),
    "lists": lambda t: ([t.ones(2), 1.0], [t.ones(2), 2.0]),
    "whole and infinite": lambda t: (1, float("inf")),
    "farther apart than int64 reaches": lambda t: (t.tensor([2**62, 5]), t.tensor([-(2**62), 5])),
    "beyond int64": lambda t: (10**30, 10**30 + 10**29),
    "tuple and list": lambda t: ((1, 2), [1, 2]),
    "deep": lambda t: ({"a": [1, {"b": t.ones(2)}]}, {"a": [1, {"b": t.zeros(2)}]}),
    "lengths": lambda t: ([1, 2], [1, 2, 3]),
    "deep lengths": lambda t: ([1, [1]], [2, [1, 2]]),
    "keys": lambda t: ({"a": 1, "c": 2}, {"a": 1, "b": 2}),
    "order of keys": lambda t: ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "two differences": lambda t: ({"b": 1, "a": 2}, {"b": 2, "a": 3}),
    "wrong deep": lambda t: ([1, "a"], [2, "a"]),
}  # fmt: skip
OPTIONS = [
    {}, {"rtol": 0.5, "atol": 0.0}, {"rtol": 0, "atol": 0}, {"rtol": 0.0, "atol": 1.5}, {"equal_nan": True}, {"check_dtype": False},
    {"check_stride": True}, {"check_device": False, "check_layout": False}, {"allow_subclasses": False}, {"rtol": 0.1}, {"atol": 0.1},
    {"msg": "so be it"}, {"msg": lambda text: f"before {text} after"},
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: ",".join(options))
@pytest.mark.parametrize("pair", PAIRS)
def test_assert_close(pair, options):
    """The same verdict, type of error and text."""

    def outcome(t):
        try:
            return t.testing.assert_close(*PAIRS[pair](t), **options)
        except Exception as error:
            return type(error).__name__, str(error).replace("minitorch_pt.", "torch.")

    assert outcome(minitorch_pt) == outcome(torch)


def test_a_negative_tolerance():
    for options in ({"rtol": -1.0, "atol": 0.0}, {"rtol": 0.0, "atol": -1e-9}):
        same_program(lambda t, options=options: t.testing.assert_close(t.ones(2), t.ones(2), **options))


def test_keys_without_an_order():
    same_program(lambda t: t.testing.assert_close({"a": 1, 2: 2}, {2: 2, "a": 1}))


@pytest.mark.parametrize("name", ["assert_close", "make_tensor"])
def test_signature(name):
    ours, theirs = (inspect.signature(getattr(t.testing, name)).parameters for t in (minitorch_pt, torch))
    assert [(p.name, p.default, p.kind) for p in ours.values()] == [
        (p.name, p.default, p.kind) for p in theirs.values()
    ]


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64", "int32", "uint8", "int8", "bool"])
@pytest.mark.parametrize("options", [
    {}, {"low": 0, "high": 2}, {"noncontiguous": True}, {"exclude_zero": True, "low": -1, "high": 2},
    {"low": -0.5, "high": 1.5}, {"low": -(2**70), "high": 2**70}, {"low": 2**70, "high": 2**71},
])  # fmt: skip
def test_make_tensor(dtype, options):
    def program(t):
        t.manual_seed(1)
        make = t.testing.make_tensor
        first = make((3, 4), dtype=getattr(t, dtype), device="cpu", **options)
        return [
            first,
            first.is_contiguous(),
            make(20, 2, dtype=getattr(t, dtype), device="cpu", **options),
            make([], dtype=getattr(t, dtype), device="cpu", **options),
        ]

    same_program(program, rtol=0)


def test_make_tensor_of_the_whole_range():
    def program(t):
        t.manual_seed(1)
        return t.testing.make_tensor(40, dtype=t.float32, device="cpu", low=-float("inf"), high=float("inf"))

    same_program(program, rtol=0)


@pytest.mark.parametrize("options", [
    {"low": 2, "high": 1}, {"low": float("nan")}, {"dtype": "int64", "requires_grad": True}, {"dtype": "uint8", "low": 300, "high": 400},
    {"noncontiguous": True, "memory_format": 1}, {"dtype": "int64", "low": 1, "high": 1},
])  # fmt: skip
def test_make_tensor_refuses(options):
    def program(t):
        t.testing.make_tensor(
            3,
            device="cpu",
            **{"dtype": getattr(t, options.get("dtype", "float32"))}
            | {k: v for k, v in options.items() if k != "dtype"},
        )

    same_program(program)


def test_make_tensor_of_one_value():
    def program(t):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            made = t.testing.make_tensor(3, dtype=t.float32, device="cpu", low=1, high=1, requires_grad=True)
        return [made.detach(), made.requires_grad, [w.category.__name__ for w in caught]]

    same_program(program)


def test_make_tensor_in_an_order_of_memory():
    def program(t):
        made = t.testing.make_tensor(2, 3, 4, 5, dtype=t.float32, device="cpu", memory_format=t.channels_last)
        return [made, made.stride()]

    same_program(program)


OURS = minitorch_pt.tensor([1.0, 2.0, 3.0])
LINES = [
    (OURS, torch.tensor([1.0, 2.0, 3.0]), "x: exact"),
    (OURS, [1, 2, 3], "x: exact"),
    (OURS, np.array([1, 2, 3]), "x: exact, types float32 and int64"),
    (OURS, torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64), "x: exact, types float32 and float64"),
    (OURS, torch.tensor([1.0, 2.0, 3.0000005]), "x: close, largest difference 4.8e-07"),
    (OURS.double(), torch.tensor([1.0, 2.0, 3.0000005]), "x: close, largest difference 4.8e-07, types float64 and float32"),
    (OURS, torch.tensor([1.0, 2.5, 3.0], requires_grad=True), "x: different, largest difference 0.5"),
    (OURS, torch.ones(3, 1), "x: different, shapes (3,) and (3, 1)"),
    (OURS, np.ones(2), "x: different, shapes (3,) and (2,), types float32 and float64"),
    (1, 1, "x: exact"), (1, 2, "x: different, largest difference 1"), (0.1 + 0.2, 0.3, "x: close, largest difference 5.6e-17"),
    (True, False, "x: different, largest difference 1"), (OURS > 1, torch.tensor([True, True, True]), "x: different, largest difference 1"),
    ([OURS, OURS], np.ones((2, 3)) * [1, 2, 3], "x: exact"), ([OURS[0], 5.0], (torch.tensor(1.0), 5), "x: exact"),
    (float("nan"), float("nan"), "x: exact"), ([float("nan"), 1.0], [1.0, 1.0], "x: different, largest difference nan"),
    ([0.5, 0.25], [0.5 + 1e-7, 0.25], "x: close, largest difference 1e-07"), ([0.5], [0.5001], "x: different, largest difference 0.0001"),
    (float("inf"), float("inf"), "x: exact"), (OURS[:0], torch.ones(0), "x: exact"), (2**60, 2**60 + 1, "x: different, largest difference 1"),
]  # fmt: skip


@pytest.mark.parametrize("ours, theirs, line", LINES)
def test_compare(ours, theirs, line, capsys):
    assert compare("x", ours, theirs) is None
    assert capsys.readouterr().out == line + "\n"
