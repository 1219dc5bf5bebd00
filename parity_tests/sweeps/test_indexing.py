"""Random index expressions, read and written, and random calls of what gathers and scatters, against torch.

Each case is a seed: it makes the same tensors and the same index in both packages. Compared are values, types, shapes, strides, whether
memory is shared, gradients, and the types of errors. Of axes of size 1 strides are not compared: NumPy does not keep them.
"""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.arrays.storage import owner
from parity_tests.oracle import builtin_type
from parity_tests.sweeps import compared

DTYPES = ("float64", "float32", "float64", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
SEED = 20_261_130


class Case:
    """A seed's choices: both packages make the same of them."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng([SEED, seed])

    def chance(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def pick(self, *choices: Any) -> Any:
        return choices[self.rng.integers(len(choices))]

    def int(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high))

    def shape(self, most: int = 4) -> tuple[int, ...]:
        return tuple(self.pick(0, 1, 2, 3, 4, 2, 3, 4) for _ in range(self.int(0, most + 1)))

    def values(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        return self.rng.integers(0, 2 if dtype == "bool" else 100, shape).astype(dtype)

    def tensor(self, shape: tuple[int, ...], dtype: str, plain: float = 0.4) -> Any:
        """A function of the package that makes a tensor of this shape: contiguous, transposed, sliced or expanded."""
        layout = "plain" if self.chance(plain) else self.pick("transposed", "sliced", "expanded")
        self.layout = layout
        if layout == "transposed":
            order = [int(d) for d in self.rng.permutation(len(shape))]
            array = self.values(tuple(shape[d] for d in order), dtype)
            return lambda p, grad=False: _made(
                p, array, grad, lambda t: t.permute(*np.argsort(order).tolist()) if order else t
            )
        if layout == "sliced":
            array = self.values(tuple(2 * n + 1 for n in shape), dtype)
            return lambda p, grad=False: _made(p, array, grad, lambda t: t[tuple(slice(1, None, 2) for _ in shape)])
        if layout == "expanded" and shape:
            axis = self.int(0, len(shape))
            array = self.values(tuple(1 if d == axis else n for d, n in enumerate(shape)), dtype)
            return lambda p, grad=False: _made(p, array, grad, lambda t: t.expand(*shape))
        array = self.values(shape, dtype)
        return lambda p, grad=False: _made(p, array, grad, lambda t: t)


def _made(p: Any, array: np.ndarray, grad: bool, view: Any) -> Any:
    tensor = p.tensor(array)
    return view(tensor.requires_grad_() if grad and array.dtype.kind == "f" else tensor)


# ---------------------------------------------------------------------------------------------------------------------
# Index expressions
# ---------------------------------------------------------------------------------------------------------------------
WRONG = (
    "float",
    "text",
    "dict",
    "numpy float",
    "numpy bool",
    "float tensor",
    "int8 tensor",
    "fractions",
    "huge",
    "ragged",
    "slice of floats",
)


def _wrong(kind: str) -> Any:
    return {
        "float": lambda p: 1.5,
        "text": lambda p: "a",
        "dict": lambda p: {0: 1},
        "numpy float": lambda p: np.float32(1),
        "numpy bool": lambda p: np.bool_(True),
        "float tensor": lambda p: p.tensor([0.0]),
        "int8 tensor": lambda p: p.tensor([0], dtype=p.int8),
        "fractions": lambda p: [0.5],
        "huge": lambda p: 2**70,
        "ragged": lambda p: [[0, 0], [0]],
        "slice of floats": lambda p: slice(0.5, 1),
    }[kind]


def _numbers(case: Case, n: int, broadcast: tuple[int, ...]) -> Any:
    """Places of an axis of size n as a tensor, list or array that broadcasts to `broadcast`."""
    shape = tuple(
        1 if case.chance(0.2) else k for k in broadcast[case.int(0, len(broadcast)) if case.chance(0.2) else 0 :]
    )
    low, high = (-n - 1, n + 1) if case.chance(0.03) else (-n, n)
    array = case.rng.integers(low, max(high, low + 1), shape)
    kind = case.pick("tensor", "tensor", "tensor", "transposed", "int32", "list", "array", "tuple", "int16 array")
    if kind == "transposed":
        return lambda p: p.tensor(np.ascontiguousarray(array.T)).permute(tuple(range(array.ndim))[::-1])
    if kind == "int32":
        return lambda p: p.tensor(array.astype(np.int32))
    if kind in ("list", "tuple") and array.ndim:
        return lambda p: {"list": list, "tuple": tuple}[kind](array.tolist())
    if "array" in kind:
        return lambda p: array.astype(np.int16 if "int16" in kind else np.int64)
    return lambda p: p.tensor(array)


def _mask(case: Case, shape: tuple[int, ...], broadcast: tuple[int, ...]) -> Any:
    array = case.rng.integers(0, 2, shape).astype(bool)
    if case.chance(0.4) and array.size:  # as many as the index tensors beside it name
        array[...] = False
        array.reshape(-1)[: broadcast[-1] if broadcast else 1] = True
    if case.chance(0.03) and array.ndim:
        array = array[:-1]
    kind = case.pick("tensor", "tensor", "tensor", "uint8", "array", "list")
    if kind == "list":
        return lambda p: array.tolist()
    if kind == "array":
        return lambda p: array
    return lambda p: p.tensor(array.astype(np.uint8) if kind == "uint8" else array)


def index_of(case: Case, shape: tuple[int, ...]) -> Any:
    """A function of the package that gives an index for a tensor of this shape."""
    items: list = []
    axis, broadcast = 0, case.pick((2,), (3,), (1,), (2, 3), (2,), (0,), ())
    advanced = case.chance(0.7)
    dots = case.int(0, 5) if case.chance(0.3) else -1
    while axis < len(shape):
        if len(items) == dots:
            items.append(lambda p: ...)
            axis += case.int(0, len(shape) - axis + 1)
            continue
        n = shape[axis]
        draw = case.rng.random()
        if draw < 0.2:
            number = case.int(-n, n) if n and not case.chance(0.02) else n
            kind = case.pick("int", "int", "numpy", "tensor", "int32 tensor", "array")
            items.append(
                {
                    "int": lambda p, i=number: i,
                    "numpy": lambda p, i=number: np.int64(i),
                    "tensor": lambda p, i=number: p.tensor(i),
                    "int32 tensor": lambda p, i=number: p.tensor(i, dtype=p.int32),
                    "array": lambda p, i=number: np.array(i),
                }[kind]
            )
        elif draw < 0.45:
            start, stop = (None if case.chance(0.4) else case.int(-n - 1, n + 2) for _ in range(2))
            step = case.pick(None, None, None, 1, 2, 3, -1 if case.chance(0.05) else 2)
            box = case.pick(None, None, None, np.int64, "tensor")
            items.append(
                lambda p, s=(start, stop, step), box=box: slice(
                    *(x if x is None or box is None else p.tensor(x) if box == "tensor" else box(x) for x in s)
                )
            )
        elif draw < 0.55:
            items.append(lambda p: None)
            continue
        elif draw < 0.6:
            truth, kind = case.chance(0.7), case.pick("bool", "tensor", "array", "uint8")
            items.append(
                lambda p, t=truth, k=kind: {
                    "bool": lambda: t,
                    "tensor": lambda: p.tensor(t),
                    "array": lambda: np.array(t),
                    "uint8": lambda: p.tensor(int(t), dtype=p.uint8),
                }[k]()
            )
            continue
        elif draw < 0.62:
            items.append(_wrong(case.pick(*WRONG)) if case.chance(0.5) else (lambda p: []))
        elif draw < 0.75 and advanced:
            width = case.int(1, max(len(shape) - axis, 1) + 1)
            items.append(_mask(case, shape[axis : axis + width], broadcast))
            axis += width - 1
        elif advanced:
            items.append(_numbers(case, n, broadcast))
        else:
            items.append(lambda p: slice(None))
        axis += 1
        if case.chance(0.15):
            break
    if case.chance(0.02):
        items.append(lambda p: 0)  # one too many
    if len(items) == 1 and case.chance(0.7):
        return items[0]
    box = list if case.chance(0.05) else tuple
    return lambda p: box(item(p) for item in items)


def _steps(
    strides: Any,
    shape: Any,
) -> list:
    return [s for s, n in zip(strides, shape, strict=True) if n != 1] if 0 not in shape else []


def facts_of(tensor: Any) -> dict:
    values = tensor.detach().numpy(force=True) if isinstance(tensor, torch.Tensor) else tensor._data
    return {
        "type": str(tensor.dtype),
        "shape": tuple(tensor.shape),
        "values": values.tolist(),
        "strides": _steps(tensor.stride(), tensor.shape),
    }


def shares(part: Any, whole: Any) -> bool:
    if isinstance(part, torch.Tensor):
        return part.untyped_storage().data_ptr() == whole.untyped_storage().data_ptr()
    return owner(part._data) is owner(whole._data)


def gradients(p: Any, outputs: list, inputs: list, case_seed: int) -> list:
    """Gradients with random cotangents, and those of the squared gradients' sum where that depends on the inputs."""
    rng = np.random.default_rng(case_seed)
    seeds = [
        p.tensor(np.asarray(rng.integers(-8, 8, tuple(o.shape)), dtype=str(o.dtype).removeprefix("torch.")))
        for o in outputs
    ]
    found = p.autograd.grad(outputs, inputs, [s.requires_grad_() for s in seeds], create_graph=True, allow_unused=True)
    second = p.autograd.grad(
        [(g * g).sum() for g in found if g is not None and g.requires_grad] + [s.sum() for s in seeds], seeds
    )
    # None and a gradient of zeros say the same, 0 and -0 too; sums are rounded in another order
    arrays = [None if g is None else g.detach().numpy() for g in (*found, *second)]
    return [
        None if g is None or not g.any() else (g.shape, [float(f"{v:.4g}") + 0.0 for v in g.ravel().tolist()])
        for g in arrays
    ]


def read(p: Any, seed: int) -> dict:
    case = Case(seed)
    shape = case.shape()
    make, index = case.tensor(shape, case.pick(*DTYPES)), index_of(case, shape)
    x = make(p, grad=case.chance(0.5))
    part = x[index(p)]
    facts = facts_of(part) | {"shares": part.numel() == 0 or shares(part, x), "needs grad": part.requires_grad}
    if case.layout == "expanded" and 1 in shape:
        facts["strides"] = ()  # NumPy forgets the steps of axes of size 1, by which torch sorts axes
    if part.requires_grad:
        facts["gradients"] = gradients(p, [part], [x], seed)
    return facts


def written(p: Any, seed: int) -> dict:
    case = Case(seed)
    shape, dtype = case.shape(), case.pick(*DTYPES)
    make, index = case.tensor(shape, dtype, plain=0.6), index_of(case, shape)
    track, kind = (
        case.chance(0.4),
        case.pick("number", "tensor", "tensor", "broadcast", "broadcast", "0-d", "other type", "wrong shape", "odd"),
    )
    leaf = make(p, grad=track)
    x = leaf * 1 if track else leaf
    place = index(p)
    value = _value(case, p, kind, dtype, tuple(x.detach()[place].shape), track)
    facts: dict = {}
    try:
        x[place] = value
    except Exception as error:
        facts["error"] = builtin_type(error).__name__
    facts |= facts_of(x) | {"strides": ()}  # those of `leaf * 1` are no matter of indexing
    if x.requires_grad and x.is_floating_point() and "error" not in facts:
        inputs = [t for t in (leaf, value) if isinstance(t, p.Tensor) and t.requires_grad]
        facts["gradients"] = gradients(p, [x], inputs, seed)
    return facts


def _value(case: Case, p: Any, kind: str, dtype: str, shape: tuple[int, ...], track: bool) -> Any:
    if kind == "number":
        return case.pick(
            1,
            0,
            -1,
            True,
            2.5,
            np.int64(3),
            np.float64(1.5),
            float("nan"),
            float("inf"),
            300,
            2**40,
            2**70,
            1e50,
            1j,
            2 + 0j,
            0j,
        )
    if kind == "odd":
        return case.pick("a", None, [1.0], np.float32(1), np.bool_(True), np.ones(shape), np.array(1.0), 1j, (1,))
    if kind == "0-d":
        shape = ()
    if kind == "other type":
        dtype, shape = case.pick(*DTYPES), case.pick(shape, (), (1,))
    if kind == "wrong shape":
        shape = (*shape[:-1], 7) if case.chance(0.5) else (2, *shape)
    if kind == "broadcast":
        shape = tuple(1 if case.chance(0.3) else n for n in shape[case.int(0, len(shape) + 1) :])
        shape = (1,) * case.int(0, 3) + shape if case.chance(0.3) else shape
    return case.tensor(shape, dtype)(p, grad=track and case.chance(0.7))


# ---------------------------------------------------------------------------------------------------------------------
# The comparison
# ---------------------------------------------------------------------------------------------------------------------
def outcome(program: Any, p: Any, seed: int) -> Any:
    """What a program gives, as something that compares: a dict, or the name of the type of its error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return program(p, seed)
        except Exception as error:
            return builtin_type(error).__name__


def compare(program: Any, seeds: range) -> Counter:
    """Run every seed in both packages and count values and errors; fail with the first seeds that differ."""
    counts: Counter = Counter()
    different = []
    for seed in seeds:
        theirs, ours = outcome(program, torch, seed), outcome(program, minitorch_pt, seed)
        counts["errors" if isinstance(theirs, str) or "error" in theirs else "values"] += 1
        if str(ours) != str(theirs):
            different.append(f"seed {seed}: {_difference(ours, theirs)}")
    compared(program.__module__.rpartition("test_")[2], counts)
    assert not different, f"{len(different)} of {len(seeds)} differ:\n" + "\n".join(different[:20])
    return counts


def _difference(ours: Any, theirs: Any) -> str:
    if isinstance(ours, str) or isinstance(theirs, str):
        return f"{str(ours)[:200]}, torch has {str(theirs)[:200]}"
    return "; ".join(
        f"{key} {str(ours.get(key))[:150]}, torch has {str(theirs.get(key))[:150]}"
        for key in {**theirs, **ours}
        if str(ours.get(key)) != str(theirs.get(key))
    )


@pytest.mark.parametrize("program", (read, written))
def test_sample_of_expressions(program):
    counts = compare(program, range(800))
    assert counts["values"] > 400 and counts["errors"] > 40, counts


@pytest.mark.long
@pytest.mark.parametrize("start", range(800, 12_800, 3000))
@pytest.mark.parametrize("program", (read, written))
def test_expressions(program, start):
    compare(program, range(start, start + 3000))


PARTS = (
    "...",
    ":",
    "None",
    "0",
    "torch.tensor(0)",
    "1:",
    ":2",
    "1:2",
    "True",
    "[0]",
    "[0, 1]",
    "0, 0",
    "0, :1",
    "x > 10",
    "x < 1",
)


@pytest.mark.parametrize("to", PARTS)
def test_a_part_is_written_onto_the_whole(to):
    """What is repeated, or one number, may lie in what is written to, as in `x[:] = x[0]`; other parts that overlap are refused."""
    for start in PARTS:

        def program(p, seed, code=f"x[{to}] = x[{start}]"):
            x = p.arange(12.0).reshape(3, 4)
            exec(code, {"x": x, "torch": p})
            return x.tolist()

        assert outcome(program, minitorch_pt, 0) == outcome(program, torch, 0), start
