"""Calls over grids of values: each line of GRIDS, with each combination of what its places stand for, gives torch's values or its type of error."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import builtin_type
from parity_tests.sweeps import judge, quiet

FLOATS = ["float16", "float32", "float64"]
WHOLE = ["uint8", "int8", "int16", "int32", "int64"]
TYPES = [*FLOATS, *WHOLE, "bool"]
TOLERANCE = {"float16": 1e-4, "float32": 1e-5, "float64": 1e-10}
BOUNDS = [0, 3, -5, *(s * 2**n + k for s in (1, -1) for n in (11, 24, 25, 32, 40) for k in (-1, 1, 3))]
ONES = ["D.Uniform({low}, {high})", "D.Beta(2.0, 1.5)", "D.Gamma(2.0, 1.5)", "D.Chi2(3.0)", "D.Exponential(2.0)", "D.Normal(0.5, 1.0)"]  # fmt: skip

# by line what stands for each place in braces; t is the package, D its distributions, np NumPy
GRIDS: dict[str, dict[str, list]] = {
    "t.{f}(t.tensor([1, 2, 3]).to(t.{T}), t.tensor([1, 0, 2]).to(t.{T}), alpha={a})": {
        "f": ["add", "sub", "rsub"], "T": TYPES, "a": [0, 1, -1, 2, 2.5, 300, -300, True],
    },
    "t.addmm(t.ones(2, 2).to(t.{T}), t.ones(2, 2).to(t.{T}), t.ones(2, 2).to(t.{T}), beta={a}, alpha={b})": {
        "T": TYPES[:-1], "a": [0, 2, -1, 0.5], "b": [1, -1, 2.5],
    },
    "t.round(t.tensor([1.2345, -2.5, 2.5, 0.5, 1234.567, -0.05, 25.0]).to(t.{T}), decimals={n})": {"T": FLOATS, "n": [*range(-4, 7)]},
    "t.tensor([0.0, -0.0, 1.0, -1.0, 2.5, t.inf, -t.inf, t.nan]).to(t.{T}) ** {n}": {"T": FLOATS, "n": [0.5, -0.5, 1.5, 2, 3, -1, 0, 1 / 3, "t.inf"]},
    "t.normal({mean}, {std}, out=t.zeros(3, dtype=t.{T}))": {
        "mean": ["t.zeros(3)", "t.zeros(3, dtype=t.float64)", "1.5"], "std": ["t.ones(3)", "t.tensor([0.5, 1.0, 2.0])", "-t.ones(3)"], "T": [*FLOATS, "int64"],
    },
    "t.{f}(t.tensor([[1, 0], [1, 1]]).to(t.{T}), {a}out=t.zeros(0, dtype=t.{U}))": {
        "f": ["all", "any"], "T": TYPES, "a": ["1, ", "(0, 1), ", ""], "U": ["bool", "uint8", "int64", "float32"],
    },
    "t.randint({low}, {high}, (5,), dtype=t.{T})": {"low": BOUNDS, "high": BOUNDS, "T": ["float32", "float64", "float16", "int64"]},
    "t.zeros(5, dtype=t.{T}).random_({low}, {high})": {"low": [0, -3, -(2**25) - 1], "high": BOUNDS, "T": ["float32", "float64"]},
    "t.{f}(t.ones({n}), {a})": {"f": ["split", "chunk", "tensor_split", "split_with_sizes"], "n": ["0", "3", "0, 2", "2, 0"], "a": [1, 2, 5, [], [0], [0, 0], [1, 2], [3], 0, -1]},
    "t.histogram(t.arange(6, dtype=t.{T}), {edges}, density={d})": {
        "T": ["float32", "float64"], "edges": [1, 3, 0, *(f"t.tensor({e}, dtype=t.{U})" for e in ([], [1], [0, 2, 4], [[1]]) for U in ("float32", "float64"))],
        "d": [True, False],
    },
    "t.histogramdd(t.arange(6.0).reshape(3, 2), [{a}, {b}])": {"a": (edges := [2, "t.tensor([0.0, 4.0])", "t.tensor([1.0])", "t.tensor([0.0, 4.0], dtype=t.float64)"]), "b": edges},
    "t.tensor({x}).map_(t.tensor({y}), lambda a, b: a + 2 * b)": {"x": (x := [1.0, [1.0, 2.0], [[1.0], [2.0]], [], 1]), "y": x},
    "t.broadcast_shapes({a}, {b})": {"a": (shapes := [1, 2, 3, (), (1,), (3,), (2, 3), (0,)]), "b": shapes},
    "D.kl_divergence({p}, {q})": {
        "p": (both := [one.format(low=low, high=high) for one in ONES for low, high in ((0.0, 1.0), (0.5, 2.0), (-1.0, 1.0), (0.0, 0.5))]), "q": both,
    },
    "t.{f}(t.zeros({n}), {a})": {"f": ["svd", "linalg.svd", "linalg.qr", "linalg.eigvalsh"], "n": ["()", "3", "0, 3"], "a": ["", "True", "False", "True, False"]},
    "t.tensor({a})": {
        "a": [form.format(n=f"np.{kind}(2)") for form in ("[{n}, {n}]", "[[{n}], [{n}]]", "[{n}, 1]", "[{n}, 2.5]", "(True, {n})", "[np.float64(1), {n}]", "[np.int64(1), {n}]", "{n}") for kind in TYPES[:-1]],
    },
    "t.utils._pytree.{f}({a})": {
        "f": ["tree_flatten", "tree_leaves", "tree_is_leaf"], "a": ["t.Size([1, 2])", "t.ones(2, 3).shape", "[t.Size([]), 1]", "(1, 2)"],
    },
    "t.nn.functional.{f}(t.arange(1, 17).reshape(2, 2, 4).to(t.{T}), {p})": {
        "f": ["dropout", "dropout1d", "alpha_dropout", "feature_alpha_dropout"], "p": [0, 0.05, 0.1, 0.3, 0.4, 0.6, 0.7, 0.95, 1], "T": FLOATS,
    },
    "{f}": {  # a number beside halves is not rounded to one
        "f": [
            form.format(x=f"(t.arange(-96, 96).to(t.{kind}) / {by})", n=n)
            for form in (
                "t.deg2rad({x})", "t.rad2deg({x})", "t.nn.functional.softshrink({x}, {n})", "t.nn.functional.hardshrink({x}, {n})",
                "t.nn.functional.threshold({x}, {n}, 0.7)", "t.nn.functional.leaky_relu({x}, {n})", "t.clamp({x}, max={n})", "{x} * {n}", "{x} / {n}",
                "{x} - {n}", "{n} / {x}", "t.remainder({x}, {n})", "{x} > {n}", "t.where({x} > {n}, {x}, {n})", "t.nan_to_num({x} / {x}, nan={n})",
            )
            for kind in ("float16", "float32") for by in (16, 100) for n in (0.3, 0.7, 1.7)
        ],
    },
    "t.{f}({a})": {"f": ["rand", "randn", "zeros", "ones", "ones(2).new_zeros"], "a": ["", "()", "size=()", "dtype=t.float64", "(), dtype=t.float64", "0", "2, 1", "[2, 1]"]},
    "t.{f}_like(t.zeros({n}), {a})": {"f": ["rand", "randn", "zeros"], "n": ["()", "0", "2, 3"], "a": ["", "dtype=t.float64"]},
    "t.{f}.data_ptr() == 0": {"f": ["zeros(0)", "zeros(0, 3)", "zeros(3)[3:]", "zeros(3)[:0]", "tensor([])", "tensor(1)", "zeros(3)[2:]"]},
    "t.einsum(t.ones(2, 2), [{i}, {j}])": {"i": [0, 1, 51, 52, -1, "..."], "j": [0, 1, 51, 52, -1]},
}  # fmt: skip


def outcome(package: Any, call: str) -> Any:
    """What a call gives, from the same random state; or its error."""
    package.manual_seed(0)
    try:
        return eval(call, {"t": package, "D": package.distributions, "np": np})
    except Exception as error:
        return error


def difference(ours: Any, theirs: Any) -> str:
    if isinstance(theirs, Exception):
        return "" if isinstance(ours, builtin_type(theirs)) else f"{ours!r}, torch {theirs!r}"
    if isinstance(theirs, (tuple, list)) and isinstance(ours, (tuple, list)) and len(ours) == len(theirs):
        return "; ".join(filter(None, itertools.starmap(difference, zip(ours, theirs, strict=True))))
    if not isinstance(theirs, torch.Tensor) or not isinstance(ours, minitorch_pt.Tensor):
        return "" if ours == theirs or repr(ours) == repr(theirs) else f"{ours!r}, torch {theirs!r}"
    mine, others = ours.detach().numpy(), theirs.detach().numpy()
    near = TOLERANCE.get(others.dtype.name, 0)
    same = (
        mine.dtype == others.dtype
        and mine.shape == others.shape
        and np.allclose(mine, others, near, near, equal_nan=True)
    )
    return "" if same else f"{ours!r}, torch {theirs!r}"


@pytest.mark.parametrize("line", GRIDS)
def test_grids(line: str) -> None:
    counts: Counter = Counter()
    differ: dict[str, str] = {}
    for values in itertools.product(*GRIDS[line].values()):
        call = line.format(**dict(zip(GRIDS[line], values, strict=True)))
        with quiet():
            ours, theirs = (outcome(package, call) for package in (minitorch_pt, torch))
        counts["values"] += not isinstance(theirs, Exception)
        counts["errors"] += isinstance(theirs, Exception)
        if text := difference(ours, theirs):
            differ[call] = text
    judge("grids", counts, differ, 0)
