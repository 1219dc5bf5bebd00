"""Every function that takes `out=` in torch, called with each kind of `out`: what is written and returned, warned of and refused."""

from __future__ import annotations

import collections
import fnmatch
import functools
import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from parity_tests.databases.operations import ARBITRARY_SIGNS, built, operation_name
from parity_tests.databases.outcomes import some
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter, twin
from parity_tests.oracle import assert_same, builtin_type
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("out")
TYPES = ("float64", "float32", "float16", "int64", "int32", "uint8", "bool")


# an `out` that takes its shape from these takes the order that LAPACK has, columns
COLUMNS = ("linalg.", "cholesky", "lu", "qr", "svd", "triangular_solve", "geqrf", "ormqr")


class Call(NamedTuple):
    """One call of a function, without its `out`."""

    name: str
    function: Callable
    args: tuple
    kwargs: dict
    values: bool = True  # whether numbers are compared: not where the sign or order of a result is free


# ---------------------------------------------------------------------------------------------------------------------
# What is called
# ---------------------------------------------------------------------------------------------------------------------
def tensor(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.arange(1, 1 + int(np.prod(shape)), dtype=dtype).reshape(shape)


# what the database has not: makers and draws
MADE = {
    "zeros": ((2, 3),), "ones": ((2, 3),), "empty": ((2, 0),), "full": ((2, 3), 7), "arange": (6,), "range": (1, 4), "linspace": (0, 1, 5), "logspace": (0, 1, 5),
    "eye": (3,), "rand": (4,), "randn": (20,), "randint": (9, (4,)), "randperm": (5,), "normal": (0.0, 1.0, (20,)), "bernoulli": (torch.full((2, 3), 0.5),),
    "multinomial": (torch.tensor([0.2, 0.8]), 3, True), "tensordot": (tensor(2, 2), tensor(2, 2)), "nn.functional.normalize": (tensor(2, 3),),
    "vdot": (tensor(3), tensor(3)), "isposinf": (tensor(2, 3),), "isneginf": (tensor(2, 3),), "sgn": (tensor(2, 3),), "sum": (tensor(2, 3), 0), "mean": (tensor(2, 3), 0),
    "full ": ((2, 3), 1.5), "arange ": (0.0, 1.0, 0.25), "special.round": (tensor(2, 3),), "special.exp2": (tensor(2, 3),),
}  # fmt: skip


def calls(limit: int | None) -> Iterator[Call]:
    for name, args in MADE.items():
        function = functools.reduce(getattr, name.strip().split("."), torch)
        yield Call(name, function, args, {})
    for entry in op_db:
        name = operation_name(entry)
        if not entry.supports_out or table().reason(name) or not built(entry):
            continue
        kind = next(t for t in (torch.float32, torch.int64, torch.bool, None) if t is None or t in entry.dtypes)
        if kind is None:
            continue
        samples = itertools.islice(entry.sample_inputs("cpu", kind), 40)
        for place, sample in some(samples, limit, name):
            yield Call(
                f"{name} {place}",
                entry.op,
                (sample.input, *sample.args),
                sample.kwargs,
                name not in table().unstable and name not in ARBITRARY_SIGNS and not name.startswith("empty"),
            )


# ---------------------------------------------------------------------------------------------------------------------
# The kinds of `out`: each makes it, of the result (one tensor of torch's) and the package
# ---------------------------------------------------------------------------------------------------------------------
def dtype_of(t: Any, like: Any) -> Any:
    return getattr(t, str(like.dtype).removeprefix("torch."))


def strided(t: Any, like: Any) -> Any:
    base = t.zeros(*like.shape, 2, dtype=dtype_of(t, like))
    return base[..., 1]


KINDS: dict[str, Callable[[Any, Any], Any]] = {
    "empty": lambda t, like: t.empty(0, dtype=dtype_of(t, like)),
    "right": lambda t, like: t.zeros(tuple(like.shape), dtype=dtype_of(t, like)),
    "larger": lambda t, like: t.zeros((*like.shape, 2), dtype=dtype_of(t, like)),
    "smaller": lambda t, like: t.zeros(1, 1, 1, 1, 1, 1, 1, dtype=dtype_of(t, like)),
    "strided": strided,
    "transposed": lambda t, like: t.zeros(tuple(like.shape)[::-1], dtype=dtype_of(t, like)).permute(tuple(range(like.ndim))[::-1]),
    # in memory that holds all of it: what torch does not refuse it writes as if nothing were expanded
    "expanded": lambda t, like: t.zeros(like.numel() + 1, dtype=dtype_of(t, like))[:1].view([1] * like.ndim).expand(tuple(like.shape)),
    "tracked": lambda t, like: t.zeros(tuple(like.shape), dtype=dtype_of(t, like)).requires_grad_(),
    "result of a gradient": lambda t, like: t.zeros(tuple(like.shape), dtype=dtype_of(t, like)).requires_grad_() * 1,
    "array": lambda t, like: np.zeros(tuple(like.shape)),
    "text": lambda t, like: "out",
    "number": lambda t, like: 1.0,
    "None": lambda t, like: None,
    **{name: lambda t, like, name=name: t.zeros(tuple(like.shape), dtype=getattr(t, name)) for name in TYPES},
    **{f"empty {name}": lambda t, like, name=name: t.empty(0, dtype=getattr(t, name)) for name in TYPES},
}  # fmt: skip
# what else may be special about the call
WAYS = (
    "inputs tracked",
    "inputs tracked, no_grad",
    "out tracked, no_grad",
    "itself",
    "overlap",
    "list",
    "tuple",
    "one more",
    "one less",
    "one tensor of as many rows",
)


def tensors(value: Any, package: Any) -> list:
    if isinstance(value, package.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in tensors(v, package)]
    return []


def floating(package: Any, args: Any) -> list:
    return [a for a in tensors(args, package) if a.is_floating_point()]


def overlapping(package: Any, args: tuple, result: torch.Tensor) -> tuple[tuple, Any]:
    """The first tensor among the arguments, if it is like the result, and an `out` one element behind it in the same memory."""
    for place, x in enumerate(args):
        if isinstance(x, package.Tensor):
            if tuple(x.shape) != tuple(result.shape) or x.numel() < 2 or str(x.dtype) != str(result.dtype):
                break
            base = package.zeros(x.numel() + 1, dtype=x.dtype)
            moved = base[:-1].view(tuple(x.shape))
            moved[...] = x.detach()
            return (*args[:place], moved, *args[place + 1 :]), base[1:].view(tuple(x.shape))
    raise OutOfScope("no input like the result")


def arguments(t: Any, call: Call, kind: str, results: list, several: bool) -> tuple[tuple, dict, Any]:
    """The arguments of the call in one package, `out` included."""
    convert = Converter(t)
    args, kwargs = convert(call.args), convert(call.kwargs)
    make = KINDS.get(kind.removesuffix(", no_grad").replace("out tracked", "tracked"), KINDS["right"])
    if kind in ("tracked", "result of a gradient", "out tracked, no_grad") and not all(
        r.is_floating_point() for r in results
    ):
        raise OutOfScope("no gradient for such results")
    if kind == "transposed" and call.name.split()[0] in ("linalg.lu", "lu_unpack", "tril", "triu"):
        raise OutOfScope("torch writes past the memory")
    if kind == "expanded" and all(r.numel() < 2 for r in results):
        raise OutOfScope("one element")
    outs = [make(t, r) for r in results]
    if kind.startswith("inputs"):
        found = floating(t, (args, tuple(kwargs.values())))
        if not found:
            raise OutOfScope("no floating point input")
        found[0].requires_grad_()
    elif kind in ("itself", "overlap"):
        if several:
            raise OutOfScope("several results")
        args, other = overlapping(t, args, results[0])
        outs = [other if kind == "overlap" else tensors(args, t)[0]]
    if kind == "one tensor of as many rows":
        if not several:
            raise OutOfScope("one result")
        return args, kwargs, t.zeros(len(outs), *results[0].shape, dtype=outs[0].dtype)
    if kind == "list":
        return args, kwargs, outs
    if kind == "tuple" or several and kind not in ("array", "text", "number", "None", "one more", "one less"):
        return args, kwargs, tuple(outs)
    if kind == "one more":
        return args, kwargs, (*outs, outs[0])
    if kind == "one less":
        return args, kwargs, tuple(outs[:-1])
    return args, kwargs, outs[0]


# ---------------------------------------------------------------------------------------------------------------------
# What came of it
# ---------------------------------------------------------------------------------------------------------------------
def run(t: Any, call: Call, kind: str, results: list, several: bool) -> Any:
    """What a program can see after the call, or the exception."""
    args, kwargs, out = arguments(t, call, kind, results, several)
    outs = tensors(out, t)
    before = [o._version for o in outs]
    function = call.function if t is torch else twin(call.function, call.name.split(" ")[0].split("[")[0])
    t.manual_seed(3)
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(all="ignore"),
        t.set_grad_enabled("no_grad" not in kind),
    ):
        warnings.simplefilter("always")
        try:
            returned = function(*args, **kwargs, out=out)
        except Exception as error:
            return error
    resized = any("was resized since" in str(w.message) for w in caught)
    same = [a is b for a, b in zip(tensors(returned, t), outs, strict=False)]
    free = call.name.startswith(COLUMNS) and kind.startswith(("empty", "larger", "smaller"))
    facts = [
        (
            tuple(o.shape),
            None if free or not o.numel() else o.stride(),
            str(o.dtype),
            o.requires_grad,
        )
        for o in outs
    ]
    counted = [o._version > v or not o.numel() for o, v in zip(outs, before, strict=True)]
    around = [o._base.detach() if o._base is not None else o.detach() for o in outs]
    return (
        (
            type(returned).__name__
            if not hasattr(returned, "_fields") and not hasattr(returned, "n_fields")
            else "named",
            resized,
            same,
            facts,
        ),
        around,
        counted,
    )


def difference(call: Call, kind: str, results: list, several: bool) -> tuple[str, str, bool]:
    """How the packages differ, if they do, in a word and in full; and whether torch refused."""
    theirs = run(torch, call, kind, results, several)
    ours = run(minitorch_pt, call, kind, results, several)
    if isinstance(theirs, Exception):
        if isinstance(ours, builtin_type(theirs)):
            return "", "", True
        return "another error" if isinstance(ours, Exception) else "a value here", f"{ours!r}, torch {theirs!r}", True
    if isinstance(ours, Exception):
        return "refused here", f"{ours!r}, torch {theirs[0]}", False
    if ours[0] != theirs[0]:
        parts = [
            name
            for name, a, b in zip(("type", "warning", "identity", "facts"), ours[0], theirs[0], strict=True)
            if a != b
        ]
        return " and ".join(parts), f"{ours[0]}, torch {theirs[0]}", False
    if theirs[2] > ours[2]:  # torch does not count the changes of some, which does no harm
        return "version", f"{ours[2]}, torch {theirs[2]}", False
    if call.values:
        try:
            # what torch computes in the type of `out` is as exact as that
            assert_same(ours[1], theirs[1], 2e-3 if "float16" in kind else 2e-5)
        except AssertionError as error:
            return "numbers", " ".join(str(error).split()), False
    return "", "", False


class Sweep:
    def __init__(self) -> None:
        self.counts: collections.Counter = collections.Counter()
        self.skipped: collections.Counter = collections.Counter()
        self.found: dict[str, str] = {}

    def call(self, call: Call, kinds: list[str]) -> None:
        torch.manual_seed(3)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                result = call.function(*Converter(torch)(call.args), **Converter(torch)(call.kwargs))
        except OutOfScope as reason:
            self.skipped[str(reason)] += 1
            return
        results = tensors(result, torch)
        if not results or any(not hasattr(minitorch_pt, str(r.dtype).removeprefix("torch.")) for r in results):
            self.skipped["results that are no tensors, or of types that NumPy lacks"] += 1
            return
        for kind in kinds:
            try:
                word, text, refused = difference(
                    call, kind, [r.detach() for r in results], isinstance(result, (list, tuple))
                )
            except OutOfScope as reason:
                self.skipped[str(reason)] += 1
                continue
            self.counts["errors" if refused else "values"] += 1
            if word:
                self.found[f"{call.name.split(' ')[0]}: {kind}, {word}"] = f"({call.name}) {text[:300]}"

    def report(self) -> str:
        unknown = {k: v for k, v in self.found.items() if not any(fnmatch.fnmatchcase(k, p) for p in DIFFERENCES)}
        return (
            f"{dict(self.counts)}, skipped {dict(self.skipped)}, {len(self.found)} differ, {len(unknown)} unknown\n"
            + "\n".join(f"{k}: {v}" for k, v in unknown.items())
        )


def sweep(limit: int | None, kinds: list[str]) -> None:
    found = Sweep()
    for call in calls(limit):
        found.call(call, kinds)
    compared("out", {**found.counts, **{f"skipped: {why}": n for why, n in found.skipped.items()}})
    assert " 0 unknown" in found.report(), found.report()
    total = found.counts.total()
    assert found.counts["values"] > 0.3 * total and found.counts["errors"] > 0.3 * total, found.report()


def test_out() -> None:
    """One input of each function."""
    sweep(1, [*KINDS, *WAYS])


@pytest.mark.long
def test_out_whole() -> None:
    sweep(None, [*KINDS, *WAYS])


def test_methods_take_no_out() -> None:
    x = minitorch_pt.ones(2)
    for name in ("add", "exp", "sum", "matmul", "max", "clamp", "cumsum"):
        with pytest.raises(TypeError, match="out"):
            getattr(x, name)(
                *[x] * (name in ("add", "matmul")), *[0] * (name in ("clamp", "cumsum")), out=minitorch_pt.ones(2)
            )


def test_an_out_that_shares_memory() -> None:
    """The empty head of a buffer is written to in its memory, as torch does."""
    for t in (torch, minitorch_pt):
        buffer = t.zeros(6)
        t.add(t.ones(2), t.ones(2), out=buffer[:0])
        assert buffer.tolist() == [2, 2, 0, 0, 0, 0]
