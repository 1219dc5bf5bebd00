"""Forward mode as transforms of functions: jvp, linearize, jacfwd, and the Hessian, which is forward over reverse."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..tensors.creation import zeros
from ..tensors.tensor import Tensor, wrap
from ..utils._pytree import tree_flatten, tree_unflatten
from .arguments import chosen, only_tensors
from .reverse import jacrev, recorded
from .transforms import Start

__all__ = ["hessian", "jacfwd", "jvp", "linearize"]

_JVP = "jvp(f, primals, tangents)"


def _list_of_tensors(values: list, name: str) -> None:
    if not values:
        raise RuntimeError(f"{_JVP}: Expected {name} to contain at least one Tensor.")
    for value in values:
        if not isinstance(value, Tensor):
            raise RuntimeError(f"{_JVP}: Expected {name} to only contain Tensors, got {type(value)}")


def jvp(func: Callable, primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False) -> Any:
    """(func(*primals), J tangents): the output, and how it changes where the primals change along the tangents.

    strict: refuse outputs that do not depend on the primals. has_aux: func returns (output, aux), and aux comes third.

    Raises:
        RuntimeError: primals is no tuple of Tensors, the tangents have another form, or the output is no Tensor.

    >>> torch.func.jvp(lambda x, y: x * y, (torch.tensor(2.0), torch.tensor(3.0)), (torch.tensor(1.0), torch.tensor(0.0)))
    (tensor(6.), tensor(3.))
    """
    if not isinstance(primals, tuple):
        raise RuntimeError(f"{_JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")
    flat, form = tree_flatten(primals)
    along, tangent_form = tree_flatten(tangents)
    if form != tangent_form:
        raise RuntimeError(
            f"{_JVP}: Expected primals and tangents to have the same python structure. For example, if primals is a tuple of 3 tensors, "
            f"tangents also must be. Got primals with structure {form} and tangents with structure {tangent_form}"
        )
    _list_of_tensors(flat, "primals")
    _list_of_tensors(along, "tangents")
    for primal, tangent in zip(flat, along, strict=True):
        if primal.shape != tangent.shape:
            raise RuntimeError(
                "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not supported. Tensor is "
                f"of size {list(primal.shape)} while the given forward gradient is of size {list(tangent.shape)}."
            )
    start, _, outputs, aux = recorded(func, primals, None, has_aux, _JVP, True)
    ends, spec = tree_flatten(outputs)
    only_tensors(ends, _JVP)
    if strict and not all(end.requires_grad for end in ends):
        raise RuntimeError(
            "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not allowed with strict=True."
        )
    result = start.released(outputs), tree_unflatten(start.linearized(ends)(along), spec)
    return (*result, aux) if has_aux else result


def linearize(func: Callable, *primals: Any) -> tuple[Any, Callable]:
    """(func(*primals), jvp_fn): the output, and the function of tangents that gives J tangents; cheaper than `jvp` for many tangents.

    Raises:
        RuntimeError: no Tensors, or tangents of another form, shape or type.

    >>> output, jvp_fn = torch.func.linearize(torch.sin, torch.tensor(0.0))
    >>> jvp_fn(torch.tensor(3.0))
    tensor(3.)
    """
    start, form, outputs, _ = recorded(func, primals, None, False, "linearize", True)
    ends, spec = tree_flatten(outputs)
    only_tensors(ends, "linearize")
    push = start.linearized(ends)

    def jvp_fn(*tangents: Any) -> Any:
        along, tangent_form = tree_flatten(tangents)
        if tangent_form != form:
            raise RuntimeError(f"Expected the tangents {tangent_form} to have the same argspec as the primals {form}")
        for i, (tangent, primal) in enumerate(zip(along, start.inputs, strict=True)):
            if tangent.shape != primal.shape:
                raise RuntimeError(
                    f"tangent:{i} with shape {tangent.shape} in flattened pytree doesn't match the shape {primal.shape} of the corresponding primal."
                )
            if tangent.dtype is not primal.dtype:
                raise RuntimeError(
                    f"tangent:{i} with dtype {tangent.dtype} in flattened pytree doesn't match the dtype {primal.dtype} of the corresponding primal."
                )
        return tree_unflatten(push(along), spec)

    return start.released(outputs), jvp_fn


def jacfwd(
    func: Callable, argnums: int | tuple[int, ...] = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Callable:
    """A function that gives the Jacobian of `func` by forward mode: one pass for each element of the inputs.

    Of the shape (*output, *input); a tree of inputs within a tree of outputs where there are several.

    Raises:
        RuntimeError: as `jvp`.

    >>> torch.func.jacfwd(lambda x: x**2)(torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @functools.wraps(func, updated=())
    def transformed(*args: Any) -> Any:
        _list_of_tensors(tree_flatten(chosen(args, argnums))[0], "primals")
        start, form, outputs, aux = recorded(func, args, argnums, has_aux, _JVP, True)
        ends, spec = tree_flatten(outputs)
        only_tensors(ends, _JVP)
        push = start.linearized(ends)
        columns = [_columns(start, push, i, ends) for i in range(len(start.inputs))]
        blocks = [tree_unflatten([column[i] for column in columns], form) for i in range(len(ends))]
        jacobian = tree_unflatten(blocks, spec)
        return (jacobian, aux) if has_aux else jacobian

    return transformed


def _columns(start: Start, push: Callable, place: int, ends: list) -> list:
    """The derivatives of each output with respect to one input."""
    this = start.inputs[place]
    count = this.numel()
    if not count:
        return [zeros((*end.shape, *this.shape), dtype=end.dtype) for end in ends]
    basis = [wrap(np.zeros((count, *t.shape), t._data.dtype)) for t in start.inputs]
    basis[place] = wrap(np.eye(count, dtype=this._data.dtype).reshape(count, *this.shape))
    pushed = start.rows(push, basis)
    return [
        ops.reshape(ops.movedim(column, 0, -1), (*end.shape, *this.shape))
        for column, end in zip(pushed, ends, strict=True)
    ]


def hessian(func: Callable, argnums: int | tuple[int, ...] = 0) -> Callable:
    """A function that gives the second derivatives of `func`: jacfwd(jacrev(func)).

    >>> torch.func.hessian(lambda x: (x**3).sum())(torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)
