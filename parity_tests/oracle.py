"""The one place that compares minitorch_pt with torch.

    check("mul", rand(3, 4), rand(4))

looks the name up in both packages, calls both with the same numbers, and compares: structure, values, shape, dtype, the name of
`grad_fn`, and the gradient of every input for a random cotangent (all-ones cotangents let wrong transposes and softmax gradients
through). First in float64, to a relative 1e-12, which is the proof; then in float32, to a few units in the last place.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt

RTOL = {"float64": 1e-12, "float32": 2e-6, "float16": 2e-3}
_NAMES = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")


def _seed(shape: tuple, seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, *shape]))


def rand(*shape: int, low: float = -2.0, high: float = 2.0, seed: int = 0) -> np.ndarray:
    """Uniform float64 numbers, the same at each call."""
    return _seed(shape, seed).uniform(low, high, shape)


def randint(low: int, high: int, shape: tuple, seed: int = 0, dtype: str = "int64") -> np.ndarray:
    """Uniform integers, the same at each call."""
    return _seed(shape, seed).integers(low, high, shape).astype(dtype)


def lookup(package: Any, name: str) -> Any:
    """The object of that dotted name."""
    return functools.reduce(getattr, name.split("."), package)


def same_dtype(ours: Any, theirs: Any) -> bool:
    """Whether two dtypes are the same type in the two packages."""
    return str(ours) == str(theirs)


def dtype_pairs(names: tuple = _NAMES) -> list:
    """(our dtype, torch's) for parametrize."""
    return [pytest.param(getattr(minitorch_pt, n), getattr(torch, n), id=n) for n in names]


def to_ours(value: Any, requires_grad: bool = False) -> Any:
    """Arrays in a nested structure as our tensors; floating point ones require grad if asked."""
    return _convert(value, requires_grad, minitorch_pt.from_numpy)


def to_theirs(value: Any, requires_grad: bool = False) -> Any:
    """Arrays in a nested structure as torch tensors."""
    return _convert(value, requires_grad, torch.from_numpy)


def _convert(value: Any, requires_grad: bool, make: Any) -> Any:
    if isinstance(value, np.ndarray):
        tensor = make(np.array(value))  # a copy each: in-place operations must not reach the caller's
        return tensor.requires_grad_() if requires_grad and value.dtype.kind == "f" else tensor
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(_convert(v, requires_grad, make) for v in value)
    if make is torch.from_numpy and isinstance(value, minitorch_pt.arrays.dtypes.dtype):
        return getattr(torch, value.name)
    return value


def _tensors(value: Any, kind: type) -> list:
    if isinstance(value, kind):
        return [value]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in _tensors(v, kind)]
    return []


def assert_same(
    ours: Any, theirs: Any, rtol: float | None = None, atol: float | None = None, what: str = "value"
) -> None:
    """Assert that a structure of ours equals torch's: containers, dtypes, shapes, values (NaN equals NaN).

    `atol` is by default `rtol` times the largest magnitude in the array: sums cancel, and their error is relative to their terms.
    """
    if isinstance(theirs, torch.Tensor):
        assert isinstance(ours, minitorch_pt.Tensor), f"{what}: expected a Tensor, got {type(ours)}"
        assert same_dtype(ours.dtype, theirs.dtype), f"{what}: dtype {ours.dtype}, torch has {theirs.dtype}"
        assert tuple(ours.shape) == tuple(theirs.shape), (
            f"{what}: shape {tuple(ours.shape)}, torch has {tuple(theirs.shape)}"
        )
        a, b = ours.detach().numpy(), theirs.detach().numpy(force=True)
        if b.dtype.kind != "f":
            np.testing.assert_array_equal(a, b, err_msg=what)
            return
        tolerance = RTOL[b.dtype.name] if rtol is None else rtol
        finite = np.abs(b[np.isfinite(b)])
        if atol is None:
            atol = tolerance * (float(finite.max()) if finite.size else 0.0)
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=atol, err_msg=what, equal_nan=True)
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs), f"{what}: keys {list(ours)}, torch has {list(theirs)}"
        for key in theirs:
            assert_same(ours[key], theirs[key], rtol, atol, f"{what}[{key!r}]")
    elif isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs), f"{what}: {len(ours)} items, torch has {len(theirs)}"
        assert hasattr(ours, "n_fields") == hasattr(theirs, "n_fields") or isinstance(theirs, list), (
            f"{what}: {type(ours)} for {type(theirs)}"
        )
        for i, (x, y) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(x, y, rtol, atol, f"{what}[{i}]")
    elif isinstance(theirs, float):
        assert isinstance(ours, float), f"{what}: expected a float, got {type(ours)}"
        assert math.isclose(ours, theirs, rel_tol=rtol or 1e-12) or (ours != ours and theirs != theirs), (
            f"{what}: {ours} != {theirs}"
        )
    elif isinstance(theirs, torch.dtype):
        assert same_dtype(ours, theirs), f"{what}: {ours} != {theirs}"
    else:
        assert ours == theirs, f"{what}: {ours!r} != {theirs!r}"


def _cotangents(outputs: list, seed: int) -> list[np.ndarray]:
    return [
        np.asarray(rand(*o.shape, seed=seed + i)).astype(str(o.dtype).removeprefix("torch."))
        for i, o in enumerate(outputs)
    ]


def _cast(value: Any, dtype: str) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(dtype)
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(v, dtype) for v in value)
    return value


def check(
    name: str,
    *args: Any,
    grad: bool = True,
    second: bool = False,
    dtypes: tuple = ("float64", "float32"),
    rtol: float | None = None,
    atol: float | None = None,
    constant: tuple = (),
    grad_fn: bool = True,
    **kwargs: Any,
) -> None:
    """Compare one call in both packages; see the module's docstring.

    constant: positions of arguments that must not require grad; grad=False for all. second: compare gradients of gradients too.
    """
    for dtype in dtypes:
        ours = _call(minitorch_pt, to_ours, name, _cast(args, dtype), _cast_kwargs(kwargs, dtype), grad, constant)
        theirs = _call(torch, to_theirs, name, _cast(args, dtype), _cast_kwargs(kwargs, dtype), grad, constant)
        label = f"{name} {dtype}"
        assert_same(ours[0], theirs[0], rtol, atol, f"{label} value")
        if not grad:
            continue
        mine = [t for t in _tensors(ours[0], minitorch_pt.Tensor)]
        others = [t for t in _tensors(theirs[0], torch.Tensor)]
        flags = [t.requires_grad for t in others]
        assert [t.requires_grad for t in mine] == flags, (
            f"{label}: requires_grad {[t.requires_grad for t in mine]}, torch has {flags}"
        )
        if grad_fn:
            for a, b in zip(mine, others, strict=True):
                if b.grad_fn is not None:
                    assert a.grad_fn.name() == b.grad_fn.name(), (
                        f"{label}: grad_fn {a.grad_fn.name()}, torch has {b.grad_fn.name()}"
                    )
        mine = [t for t in mine if t.requires_grad]
        others = [t for t in others if t.requires_grad]
        if not others:
            continue
        seeds = _cotangents(others, seed=17)
        # with create_graph rules run on Tensors, without on arrays: both ways are compared
        for recorded in (False, True) if second else (False,):
            first = _gradients(minitorch_pt, mine, ours[1], [minitorch_pt.from_numpy(s) for s in seeds], recorded)
            reference = _gradients(torch, others, theirs[1], [torch.from_numpy(s) for s in seeds], recorded)
            _same_gradients(first, reference, rtol, atol, f"{label} gradient")
        if second and dtype == "float64":
            _check_second(first, reference, ours[1], theirs[1], label, rtol, atol)


def _check_second(first: list, reference: list, ours: list, theirs: list, label: str, rtol: Any, atol: Any) -> None:
    pairs = [(a, b) for a, b in zip(first, reference, strict=True) if b is not None and b.requires_grad]
    for a, _ in pairs:
        assert a.requires_grad, f"{label}: the gradient cannot be differentiated again, torch's can"
    if not pairs:
        return
    seeds = _cotangents([b for _, b in pairs], seed=31)
    mine = _gradients(minitorch_pt, [a for a, _ in pairs], ours, [minitorch_pt.from_numpy(s) for s in seeds], False)
    other = _gradients(torch, [b for _, b in pairs], theirs, [torch.from_numpy(s) for s in seeds], False)
    _same_gradients(mine, other, rtol, atol, f"{label} second-order gradient")


def _cast_kwargs(kwargs: dict, dtype: str) -> dict:
    return {key: _cast(value, dtype) for key, value in kwargs.items()}


def _call(package: Any, convert: Any, name: str, args: tuple, kwargs: dict, grad: bool, constant: tuple) -> tuple:
    """(result, tensors that require grad)."""
    tensors = [convert(a, grad and i not in constant) for i, a in enumerate(args)]
    keywords = {key: convert(value, False) for key, value in kwargs.items()}
    leaves = [t for t in _tensors(tensors, package.Tensor) if t.requires_grad]
    if name.endswith("_") and not name.endswith("__") and leaves:
        # an in-place operation needs a tensor that is no leaf
        tensors[0] = tensors[0].clone() if isinstance(tensors[0], package.Tensor) else tensors[0]
    return lookup(package, name)(*tensors, **keywords), leaves


def _gradients(package: Any, outputs: list, inputs: list, seeds: list, create_graph: bool) -> list:
    return list(
        package.autograd.grad(outputs, inputs, seeds, create_graph=create_graph, retain_graph=True, allow_unused=True)
    )


def _same_gradients(ours: list, theirs: list, rtol: Any, atol: Any, label: str) -> None:
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        if a is None or b is None:
            # no gradient and a gradient of zeros are the same statement
            rest = a if b is None else b
            assert rest is None or not rest.detach().numpy(force=True).any(), (
                f"{label} of input {i}: {a}, torch has {b}"
            )
        else:
            assert_same(a, b, rtol, atol, f"{label} of input {i}")


def check_error(name: str, *args: Any, match: str | None = None, grad: bool = False, **kwargs: Any) -> None:
    """Assert that both packages raise, ours the same type as torch's (or a kind of it), with a message that `match`es."""
    with pytest.raises(Exception) as theirs:
        lookup(torch, name)(*to_theirs(list(args), grad), **{k: to_theirs(v) for k, v in kwargs.items()})
    with pytest.raises(builtin_type(theirs.value), match=match) as ours:
        lookup(minitorch_pt, name)(*to_ours(list(args), grad), **{k: to_ours(v) for k, v in kwargs.items()})
    assert len(str(ours.value)) > 10, f"{name}: the message says too little: {ours.value}"


def builtin_type(error: BaseException) -> type:
    """The type of an error, or for a class of torch's own its nearest base in Python: that is what a program can catch."""
    return next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")


def same_program(program: Any, rtol: float | None = None) -> None:
    """Run `program(package)` with both packages: it returns the same structure, or raises the same type of error."""
    try:
        expected = program(torch)
    except NameError:  # a mistake of the test, which both packages would share
        raise
    except Exception as error:
        with pytest.raises(builtin_type(error)) as ours:
            program(minitorch_pt)
        assert len(str(ours.value)) > 10, f"the message says too little: {ours.value}"
        return
    assert_same(program(minitorch_pt), expected, rtol)


__all__ = [
    "assert_same",
    "check",
    "check_error",
    "dtype_pairs",
    "lookup",
    "rand",
    "randint",
    "same_program",
    "to_ours",
    "to_theirs",
]
