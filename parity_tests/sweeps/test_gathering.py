"""Random calls of what gathers, scatters and fills by index tensors or masks, against torch: any axis, shapes, types, without axes and empty."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from parity_tests.sweeps.test_indexing import DTYPES, Case, compare, facts_of, gradients, shares

REDUCTIONS = ("sum", "prod", "mean", "amax", "amin", "max")


def _operand(case: Case, shape: tuple[int, ...], dtype: str, wrong: float = 0.04) -> Any:
    """A function that makes a tensor of about this shape and type: rarely it has no axes, another shape or another type."""
    if case.chance(wrong):
        shape = case.pick((), (1,), shape[:-1], (*shape, 1), (2, *shape), (0,))
    return case.tensor(shape, case.pick(*DTYPES) if case.chance(wrong) else dtype)


def _index(
    case: Case, shape: tuple[int, ...], n: int, negative: bool | None = False, vary: float = 0.05, unseen: bool = False
) -> Any:
    """A function that makes an index tensor with numbers below n. negative: from -n on; None: no number twice. unseen: torch does not see
    all numbers that are out of range."""
    if case.chance(vary):
        shape = case.pick((), (1,), (0,), (*shape, 1), shape[:-1], (2, 2))
    low, high = (-1, n + 1) if case.chance(0.04) and not (case.empty or unseen) else (-n if negative else 0, n)
    array = case.rng.integers(low, max(high, low + 1), shape)
    if negative is None:  # no place twice
        array = case.rng.permutation(max(n, array.size))[: array.size].reshape(shape) % (
            max(n, 1) if case.empty else 99
        )
    dtype = case.pick("int64", "int64", "int64", "int64", "int32") if not case.chance(0.04) else case.pick(*DTYPES)
    return lambda p: p.tensor(array.astype(dtype))


def _dim(case: Case, ndim: int) -> int:
    n = max(ndim, 1)
    return n if case.chance(0.02) else case.int(-n, n)


def _size(shape: tuple[int, ...], dim: int) -> int:
    return shape[dim] if -len(shape) <= dim < len(shape) else 1


def _line(case: Case, shape: tuple[int, ...], dim: int) -> tuple:
    """Sizes of an index of one axis and of the source that fits to it."""
    k = case.int(0, 4) if _size(shape, dim) else 0
    source = list(shape)
    if shape and dim < len(shape):
        source[dim] = k
    return (k,) if shape or case.chance(0.5) else (1,), tuple(source)


def _smaller(case: Case, shape: tuple[int, ...], dim: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Sizes of an index for `gather` and `scatter`, and of a source that covers it."""
    dim = dim % max(len(shape), 1)
    index = tuple(
        case.int(0, 5) if d == dim and n else case.int(0 if case.chance(0.1) else min(n, 1), n + 1)
        for d, n in enumerate(shape)
    )
    return index, tuple(n + case.int(0, 2) for n in index)


def _call(case: Case, p: Any, shape: tuple[int, ...], dtype: str) -> tuple[str, list, dict]:
    """A random operation: its name, what follows the input, and keywords. Tensors are functions of the package."""
    dim = _dim(case, len(shape))
    n = _size(shape, dim)
    name = case.pick(*NAMES)
    if name in ("gather", "take_along_dim"):
        index = _index(case, _smaller(case, shape, dim)[0], n, negative=name != "gather", unseen=name != "gather")
        if name == "gather":
            return name, [dim, index], {}
        # without dim torch takes contiguous tensors only, by mistake
        return name, [index], {} if case.layout == "plain" and case.chance(0.5) else {"dim": dim}
    if name.startswith("scatter"):
        sizes, covering = _smaller(case, shape, dim)
        plain = name == "scatter"
        index = _index(case, sizes, n, negative=None if plain else False)
        source = _operand(case, covering if case.chance(0.95) else sizes[1:], dtype)
        if plain and case.chance(0.4):
            source = case.pick(1, 2.5, True, 0)
        how = [case.pick(*REDUCTIONS)] if name == "scatter_reduce" else []
        keywords = {"reduce": case.pick("add", "multiply", "sum")} if plain and case.chance(0.3) else {}
        if name == "scatter_reduce" and case.chance(0.5):
            keywords["include_self"] = case.chance(0.5)
        return name, [dim, index, source, *how], keywords
    if name.startswith("index_") and name != "index_put":
        line, sizes = _line(case, shape, dim)
        index = _index(case, line, n, negative=None if name in ("index_copy", "index_fill") else False)
        source = _operand(case, sizes, dtype)
        more = {
            "index_select": [],
            "index_fill": [case.pick(2, 1.5, True, case.tensor((), dtype), case.tensor((1,), dtype))],
            "index_reduce": [source, case.pick("prod", "mean", "amax", "amin", "sum")],
        }.get(name, [source])
        keywords = {"alpha": case.pick(2, 0.5, -1, True)} if name == "index_add" and case.chance(0.4) else {}
        if name == "index_reduce" and case.chance(0.5):  # with int32 torch's own steps refuse the index
            index, keywords["include_self"] = (lambda p, make=index: make(p).long()), case.chance(0.5)
        return name, [dim, index, *more], keywords
    return _by_place(case, name, shape, dtype)


def _by_place(case: Case, name: str, shape: tuple[int, ...], dtype: str) -> tuple[str, list, dict]:
    count = int(np.prod(shape, dtype=int))
    sizes = case.shape(2)
    if name == "take":
        return name, [_index(case, sizes, count, negative=True)], {}
    if name == "put":
        accumulate = case.chance(0.5)
        return (
            name,
            [_index(case, sizes, count, negative=False if accumulate else None), _operand(case, sizes, dtype)],
            {"accumulate": accumulate},
        )
    if name == "index_put":
        k = case.int(0, len(shape)) + 1 if shape else 1
        indices = [_index(case, (3,), n, negative=True, vary=0.02) for n in (shape or (1,))[:k]]
        rest = shape[k:]
        return (
            name,
            [tuple(indices), _operand(case, case.pick((3, *rest), rest, ()), dtype)],
            {"accumulate": case.chance(0.6)},
        )
    if name.startswith("masked"):
        sizes = tuple(
            1 if case.chance(0.15) else n for n in shape[case.int(0, len(shape) + 1) if case.chance(0.2) else 0 :]
        )
        mask = case.tensor(sizes, "bool" if case.chance(0.95) else case.pick("uint8", "int64", "float32"))
        value = case.pick(
            1, 2.5, True, case.tensor((), dtype), case.tensor((), case.pick(*DTYPES)), case.tensor((1,), dtype)
        )
        more = {
            "masked_fill": [value],
            "masked_scatter": [_operand(case, (count + case.int(-1, 2) if count else 0,), dtype)],
        }.get(name, [])
        return name, [mask, *more], {}
    if name.endswith("_scatter"):
        return _by_region(case, name, shape, dtype)
    keywords = {"nonzero": {"as_tuple": True}, "nonzero_static": {"size": case.int(0, 5)}}.get(name, {})
    return name, [], keywords if name != "nonzero" or case.chance(0.5) else {}


def _by_region(case: Case, name: str, shape: tuple[int, ...], dtype: str) -> tuple[str, list, dict]:
    dim, rest = _dim(case, len(shape)), list(shape)
    at = dim % len(shape) if shape else 0
    n = _size(shape, dim)
    if name == "select_scatter":
        return (
            name,
            [
                _operand(case, tuple(rest[:at] + rest[at + 1 :]), dtype),
                dim,
                case.int(-n, n + (1 if case.chance(0.05) else 0)) if n else 0,
            ],
            {},
        )
    if name == "slice_scatter":
        start, stop, step = (
            (None if case.chance(0.3) else case.int(-n - 1, n + 2) for _ in range(2)),
            None,
            case.pick(1, 1, 2, 3),
        )
        start, stop = start
        rest[at : at + 1] = [len(range(*slice(start, stop, step).indices(n)))]
        return name, [_operand(case, tuple(rest), dtype)], {"dim": dim, "start": start, "end": stop, "step": step}
    dims = [int(d) for d in case.rng.permutation(max(len(shape), 2))[:2]]
    offset = case.int(-1, 2)
    rows, columns = (_size(shape, d) for d in dims)
    length = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    return (
        name,
        [_operand(case, (*(n for d, n in enumerate(shape) if d not in dims), length), dtype)],
        {"offset": offset, "dim1": dims[0], "dim2": dims[1]},
    )


NAMES = (
    "gather", "take_along_dim", "scatter", "scatter", "scatter_add", "scatter_reduce", "scatter_reduce",
    "index_select", "index_add", "index_copy", "index_fill", "index_reduce", "take", "put", "index_put", "index_put",
    "masked_fill", "masked_select", "masked_scatter", "select_scatter", "slice_scatter", "diagonal_scatter", "nonzero",
    "argwhere", "nonzero_static", "where",
)  # fmt: skip
NO_INPLACE = (
    "gather", "take_along_dim", "index_select", "take", "masked_select", "select_scatter", "slice_scatter",
    "diagonal_scatter", "nonzero", "argwhere", "nonzero_static", "where",
)  # fmt: skip


def called(p: Any, seed: int) -> dict:
    case = Case(seed)
    shape, dtype = case.shape(3), case.pick(*DTYPES)
    make, track = case.tensor(shape, dtype), case.chance(0.5)
    layout, case.empty = case.layout, 0 in shape  # of which not all look at the numbers of an index
    name, args, keywords = _call(case, p, shape, dtype)
    x = make(p, grad=track)
    inputs = [x]
    args = [_built(p, a, inputs, track and x.is_floating_point()) for a in args]
    if name not in NO_INPLACE and case.chance(0.3) and layout != "expanded":
        target = x * 1 if track else x
        result = getattr(target, name + "_")(*args, **keywords)
        assert result is target
    else:
        result = (
            getattr(x, name)(*args, **keywords)
            if case.chance(0.5) and name != "where"
            else getattr(p, name)(x, *args, **keywords)
        )
    parts = result if isinstance(result, tuple) else (result,)
    facts: dict = {
        "name": name,
        "parts": [facts_of(r) for r in parts],
        "shares": [r.numel() > 0 and shares(r, x) for r in parts],
    }
    if layout == "expanded" and 1 in shape or name.endswith("_scatter") and layout != "plain":
        for part in facts["parts"]:
            part["strides"] = ()
    if parts[0].requires_grad and parts[0].is_floating_point() and _has_gradients(name, args, dtype):
        facts["gradients"] = gradients(p, [result], [t for t in inputs if t.requires_grad], seed)
    return facts


def _built(p: Any, value: Any, inputs: list, track: bool) -> Any:
    """An argument for a package. Tensors of values are added to `inputs`."""
    if isinstance(value, tuple):
        return tuple(_built(p, v, inputs, track) for v in value)
    if not callable(value):
        return value
    if "grad" not in inspect.signature(value).parameters:
        return value(p)
    inputs.append(value(p, grad=track))
    return inputs[-1]


def _has_gradients(name: str, args: list, dtype: str) -> bool:
    """Whether both packages can tell. torch's backward refuses a source that is larger than its index, and "max", which its forward takes:
    ours gives the gradient. Products of halves overflow in another place."""
    texts = [a for a in args if isinstance(a, str)]
    if "max" in texts or ("prod" in texts and dtype == "float16"):
        return False
    return not name.startswith("scatter") or not hasattr(args[2], "shape") or args[1].shape == args[2].shape


def test_sample_of_calls():
    counts = compare(called, range(1500))
    assert counts["values"] > 900 and counts["errors"] > 100, counts


@pytest.mark.long
@pytest.mark.parametrize("start", range(1500, 13_500, 3000))
def test_calls(start):
    compare(called, range(start, start + 3000))
