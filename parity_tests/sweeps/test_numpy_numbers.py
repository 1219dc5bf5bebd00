"""NumPy around a program: its numbers as options of modules, optimisers and makers, its functions on Tensors, numbers and arrays at operators.

`python -m parity_tests.sweeps.test_numpy_numbers` prints what differs.
"""

from __future__ import annotations

import collections
import operator
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db

import minitorch_pt
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter
from parity_tests.oracle import assert_same, builtin_type, lookup
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("numpy_numbers")
SAMPLE = 700  # programs of the default run

Program = Callable[[Any], Any]  # of the package


def _forms(value: Any) -> dict[str, Callable[[Any], Any]]:
    """An option in the forms in which programs have it."""
    if isinstance(value, bool):
        return {"np.bool_": lambda p: np.bool_(value)}
    if isinstance(value, int):
        return {
            "np.int64": lambda p: np.int64(value),
            "np.int32": lambda p: np.int32(value),
            "np.prod": lambda p: np.prod([value]),
            "0-d": lambda p: p.tensor(value),
            "float": lambda p: float(value),
        }
    if isinstance(value, float):
        return {
            "np.float64": lambda p: np.float64(value),
            "np.float32": lambda p: np.float32(value),
            "0-d": lambda p: p.tensor(value),
            "array": lambda p: np.array(value),
        }
    if isinstance(value, (list, tuple)) and value and all(isinstance(v, int) for v in value):
        return {
            "of np.int64": lambda p: tuple(np.int64(v) for v in value),
            "list": lambda p: list(value),
            "array": lambda p: np.array(value),
            "Size": lambda p: p.Size(value),
        }
    return {}


def _changed(args: tuple, kwargs: dict) -> Iterator[tuple[str, Callable[[Any], tuple[list, dict]]]]:
    """(label, how to make the arguments) with one option in another form."""
    for key, value in [*enumerate(args), *kwargs.items()]:
        for form, make in _forms(value).items():

            def arguments(p: Any, key: Any = key, make: Callable = make) -> tuple[list, dict]:
                convert = Converter(p)
                place, named = [convert(a) for a in args], {k: convert(v) for k, v in kwargs.items()}
                (place if isinstance(key, int) else named)[key] = make(p)
                return place, named

            yield f"{key}={form}", arguments


def _modules() -> Iterator[tuple[str, Program]]:
    """Constructors with each option in each form, called; and calls with arrays and lists in place of Tensors."""
    for info in module_db:
        if table().reason(info.name) or "Lazy" in info.name:
            continue
        inputs = info.module_inputs_func(info, device="cpu", dtype=torch.float32, requires_grad=False, training=False)
        for place, sample in enumerate(list(inputs)[:3]):
            given, forward = sample.constructor_input, sample.forward_input
            for label, arguments in _changed(given.args, given.kwargs):

                def program(
                    p: Any, arguments: Callable = arguments, name: str = info.name, forward: Any = forward
                ) -> Any:
                    args, kwargs = arguments(p)
                    p.manual_seed(0)
                    module = lookup(p, name)(*args, **kwargs)
                    convert = Converter(p)
                    return module(*convert(forward.args), **convert(forward.kwargs)), repr(module)

                yield f"{info.name} {place} {label}", program
            for form in ("array", "list"):

                def call(
                    p: Any, given: Any = given, name: str = info.name, forward: Any = forward, form: str = form
                ) -> Any:
                    convert = Converter(p)
                    module = lookup(p, name)(*convert(given.args), **convert(given.kwargs))
                    args = [a.detach().numpy() if isinstance(a, p.Tensor) else a for a in convert(forward.args)]
                    if form == "list":
                        args = [a.tolist() if isinstance(a, np.ndarray) else a for a in args]
                    return module(*args, **convert(forward.kwargs))

                if any(isinstance(a, torch.Tensor) for a in forward.args):
                    yield f"{info.name} {place} called with {form}", call


def _optimisers() -> Iterator[tuple[str, Program]]:
    """Two steps with each option in each form."""
    for info in optim_db:
        name = f"optim.{info.optim_cls.__name__}"
        if table().reason(name) or name == "optim.LBFGS" or name == "optim.SparseAdam":
            continue
        for place, sample in enumerate(info.optim_inputs_func(device="cpu", dtype=torch.float32)):
            kwargs = {
                k: v for k, v in sample.kwargs.items() if k not in ("foreach", "fused", "capturable", "differentiable")
            }
            for label, arguments in _changed((), {"lr": 0.01, **kwargs}):

                def program(p: Any, name: str = name, arguments: Callable = arguments) -> Any:
                    weights = [p.nn.Parameter(p.ones(2, 3)), p.nn.Parameter(p.arange(6.0).reshape(3, 2))]
                    optimizer = lookup(p, name)(weights, **arguments(p)[1])
                    for _ in range(2):
                        optimizer.zero_grad()
                        sum((w * w).sum() for w in weights).backward()
                        optimizer.step()
                    return [w.detach() for w in weights]

                yield f"{name} {place} {label}", program


def _makers() -> Iterator[tuple[str, Program]]:
    """Functions that make tensors, with each size and number in each form."""
    calls: list[tuple[str, tuple, dict]] = [
        *((name, (2, 3), {}) for name in ("zeros", "ones", "rand", "randn")),
        *((name, ((2, 3),), {}) for name in ("zeros", "ones", "rand", "randn")),
        *((name, (), {"size": (2, 3)}) for name in ("zeros", "ones", "rand", "randn")),
        ("full", ((2,), 1), {}),
        ("full", ((2,), 1.5), {}),
        ("full", ((2,), True), {}),
        ("arange", (3,), {}),
        ("arange", (1, 7, 2), {}),
        ("arange", (0.5, 3.0, 0.5), {}),
        ("linspace", (0, 1, 5), {}),
        ("linspace", (), {"start": 0.5, "end": 1.5, "steps": 3}),
        ("logspace", (0, 1, 5), {"base": 2.0}),
        ("eye", (3,), {}),
        ("eye", (2, 3), {}),
        ("randint", (5, (2, 3)), {}),
        ("randint", (2, 5, (2, 3)), {}),
        ("randint", (), {"high": 5, "size": (2,)}),
        ("randperm", (5,), {}),
        ("normal", (0.0, 1.0, (2,)), {}),
        ("tril_indices", (3, 3), {"offset": 1}),
        ("tensor", (1,), {}),
        ("tensor", (1.5,), {}),
        ("tensor", (True,), {}),
        ("tensor", ([1, 2],), {}),
        ("as_tensor", (1.5,), {}),
        ("scalar_tensor", (1.5,), {}),
        ("Size", ((2, 3),), {}),
        ("manual_seed", (3,), {}),
        ("nn.init.normal_", (torch.ones(2, 3),), {"mean": 0.5, "std": 2.0}),
        ("nn.init.uniform_", (torch.ones(2, 3), 0.5, 1.5), {}),
        ("nn.init.constant_", (torch.ones(2, 3), 0.5), {}),
        ("nn.init.xavier_uniform_", (torch.ones(2, 3),), {"gain": 2.0}),
        ("Tensor.new_zeros", (torch.ones(2), (2, 3)), {}),
        ("Tensor.new_full", (torch.ones(2), (2, 3), 1.5), {}),
        ("Tensor.size", (torch.ones(2, 3), 1), {}),
        ("Tensor.stride", (torch.ones(2, 3), 0), {}),
        ("Tensor.fill_", (torch.ones(2, 3), 1.5), {}),
        ("Tensor.copy_", (torch.ones(2, 3), 1.5), {}),
        ("Tensor.__setitem__", (torch.ones(2, 3), 1, 2.5), {}),
        ("Tensor.__getitem__", (torch.ones(2, 3), 1), {}),
    ]
    for name, args, kwargs in calls:
        for label, arguments in _changed(args, kwargs):

            def program(p: Any, name: str = name, arguments: Callable = arguments) -> Any:
                args, kwargs = arguments(p)
                p.manual_seed(0)
                made = lookup(p, name)(*args, **kwargs)
                return None if name == "manual_seed" else args[0] if made is None else made

            yield f"{name} {len(args)} {label}", program


OPERANDS: dict[str, Callable[[Any], Any]] = {
    "np.int64": lambda p: np.int64(2),
    "np.int32": lambda p: np.int32(3),
    "np.uint8": lambda p: np.uint8(3),
    "np.float64": lambda p: np.float64(1.5),
    "np.float32": lambda p: np.float32(0.5),
    "np.bool_": lambda p: np.bool_(True),
    "array": lambda p: np.array([1.5, 2.0]),
    "array int": lambda p: np.array([1, 2]),
    "0-d array": lambda p: np.array(2.0),
    "list": lambda p: [1, 2],
    "tuple": lambda p: (1, 2),
    "None": lambda p: None,
    "text": lambda p: "a",
    "True": lambda p: True,
    "2**70": lambda p: 2**70,
    "nan": lambda p: float("nan"),
    "0-d tensor": lambda p: p.tensor(2),
}
TENSORS: dict[str, Callable[[Any], Any]] = {
    "float32": lambda p: p.tensor([1.0, 2.0]),
    "requires grad": lambda p: p.tensor([1.0, 2.0], requires_grad=True) * 1,
    "int64": lambda p: p.tensor([3, 4]),
    "uint8": lambda p: p.tensor([3, 4], dtype=p.uint8),
    "bool": lambda p: p.tensor([True, False]),
    "0-d": lambda p: p.tensor(3.0),
    "0-d int64": lambda p: p.tensor(3),
}
_NAMES = "add sub mul truediv floordiv mod pow and_ or_ xor lshift rshift eq ne lt le gt ge matmul".split()
_PLACES = ["iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "iand", "ior", "ixor"]


def _operators() -> Iterator[tuple[str, Program]]:
    """Every operator of a Tensor and another operand, on either side."""
    for name in (*_NAMES, *_PLACES):
        act = getattr(operator, name)
        for kind, tensor in TENSORS.items():
            for other, make in OPERANDS.items():
                yield f"{kind} {name} {other}", lambda p, a=act, t=tensor, m=make: a(t(p), m(p))
                if name not in _PLACES:
                    yield f"{other} {name} {kind}", lambda p, a=act, t=tensor, m=make: a(m(p), t(p))


_ONE = [
    "squeeze", "transpose", "cumsum", "cumprod", "sum", "mean", "std", "var", "argmax", "argmin", "max", "min",
    "round", "exp", "log", "sqrt", "abs", "sign", "sort", "argsort", "unique", "ravel", "shape", "ndim", "prod", "any",
    "all", "isnan", "isfinite", "floor", "ceil", "negative", "square", "tanh", "flip", "nonzero", "count_nonzero",
    "median", "ptp", "diff", "asarray", "array", "copy", "zeros_like", "ones_like", "full_like", "atleast_1d",
    "atleast_2d", "trace", "diag", "tril", "triu", "squeeze", "float64", "float32", "asarray", "isscalar",
]  # fmt: skip
_TWO = [
    "add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "dot", "matmul", "outer", "inner", "equal",
    "less", "greater", "isclose", "allclose", "array_equal", "append", "hypot", "arctan2", "vdot", "kron", "mod",
    "floor_divide",
]  # fmt: skip
_LISTS = "concatenate stack vstack hstack dstack column_stack array asarray meshgrid broadcast_arrays".split()
_WITH: dict[str, tuple] = {
    "sum": (0,), "mean": (0,), "cumsum": (0,), "argmax": (0,), "max": (0,), "roll": (1,), "reshape": ((-1,),), "repeat": (2,), "tile": (2,), "clip": (0, 1),
    "take": (0,), "expand_dims": (0,), "linspace": (3, 4), "percentile": (50,), "quantile": (0.5,), "split": (1,), "pad": (1,), "where": (1, 2), "round": (1,),
    "swapaxes": (0, -1), "interp": ([0.0, 1.0], [1.0, 2.0]), "histogram": (2,), "digitize": ([0.0, 1.0],), "searchsorted": (1,), "isin": ([1.0],),
    "einsum": (), "apply_along_axis": (), "std": (0,), "array_split": (1,), "insert": (0, 1.0), "delete": (0,),
}  # fmt: skip


def _numpy_functions() -> Iterator[tuple[str, Program]]:
    """NumPy's functions on Tensors of several kinds."""
    shapes: dict[str, Callable[[Any], Any]] = {**TENSORS, "matrix": lambda p: p.arange(4.0).reshape(2, 2)}
    for kind, tensor in shapes.items():
        for name in _ONE:
            if hasattr(np, name):
                yield f"np.{name}({kind})", lambda p, n=name, t=tensor: getattr(np, n)(t(p))
        for name in _TWO:
            yield f"np.{name}({kind}, same)", lambda p, n=name, t=tensor: getattr(np, n)(t(p), t(p))
            yield f"np.{name}({kind}, array)", lambda p, n=name, t=tensor: getattr(np, n)(t(p), np.array([1.0, 2.0]))
            yield f"np.{name}(array, {kind})", lambda p, n=name, t=tensor: getattr(np, n)(np.array([1.0, 2.0]), t(p))
            yield f"np.{name}({kind}, 2.)", lambda p, n=name, t=tensor: getattr(np, n)(t(p), 2.0)
        for name in _LISTS:
            yield f"np.{name}([{kind}])", lambda p, n=name, t=tensor: getattr(np, n)([t(p), t(p)])
            yield f"np.{name}([{kind}, array])", lambda p, n=name, t=tensor: getattr(np, n)([t(p), np.ones(2)])
        for name, rest in _WITH.items():
            yield f"np.{name}({kind}, ...)", lambda p, n=name, t=tensor, r=rest: getattr(np, n)(t(p), *r)


def _plain(value: Any) -> Any:
    """What a program sees of a result of NumPy."""
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype == object:
            return "objects", value.shape
        return (
            type(value).__name__,
            value.dtype.name,
            value.shape,
            np.nan_to_num(value.astype(np.float64), nan=-77.0).tolist(),
        )
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def difference(program: Program) -> str | None:
    """What differs between the packages, or None."""
    outcomes: list[Any] = []
    for package in (torch, minitorch_pt):
        try:
            outcomes.append(program(package))
        except OutOfScope:
            raise
        except Exception as error:
            outcomes.append(error)
    theirs, ours = outcomes
    if isinstance(theirs, Exception):
        kind = builtin_type(theirs)
        if isinstance(ours, kind) or (kind is AttributeError and isinstance(ours, TypeError)):
            return None
        return (
            f"{'raises ' if isinstance(ours, Exception) else 'returns '}{ours!r}"[:200]
            + f", torch raises {theirs!r}"[:150]
        )
    if isinstance(ours, Exception):
        return f"raises {ours!r}"[:200] + f", torch returns {theirs!r}"[:100]
    try:
        assert_same(_plain(ours), _plain(theirs), 1e-4)
    except Exception as failure:
        return " ".join(str(failure).split())[:300]
    return None


def programs() -> list[tuple[str, Program]]:
    """All programs, each with its label."""
    kinds = (_modules, _optimisers, _makers, _operators, _numpy_functions)
    return [pair for kind in kinds for pair in kind()]


def sweep(limit: int | None, patterns: list[str] | None = None) -> tuple[collections.Counter, dict[str, str]]:
    """Counts, and what differs: label -> how."""
    chosen, counts, failures = programs(), collections.Counter(), {}
    if limit is not None:
        chosen = random.Random(0).sample(chosen, limit)
    for label, program in chosen:
        if patterns and not any(fnmatchcase(label, pattern) for pattern in patterns):
            continue
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                found = difference(program)
            except OutOfScope as reason:
                counts[f"skipped: {reason}"] += 1
                continue
        if found is None:
            counts["programs"] += 1
        elif any(fnmatchcase(f"{label}: {found}", pattern) for pattern in DIFFERENCES):
            counts["differ on purpose"] += 1
        else:
            failures[label] = found
    compared("numpy_numbers", counts)
    return counts, failures


def test_some_of_numpys_numbers_and_functions() -> None:
    _, failures = sweep(SAMPLE)
    assert not failures, "\n".join(f"{label}: {how}" for label, how in failures.items())


@pytest.mark.long
def test_all_of_numpys_numbers_and_functions() -> None:
    counts, failures = sweep(None)
    assert counts["programs"] > 5000
    assert not failures, "\n".join(f"{label}: {how}" for label, how in failures.items())


if __name__ == "__main__":
    counts, failures = sweep(None, sys.argv[1:])
    for label, how in failures.items():
        print(f"{label}: {how}")
    print(counts)
