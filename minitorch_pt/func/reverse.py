"""Reverse mode as transforms of functions: vjp, grad, grad_and_value, jacrev."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import ops
from ..autograd.modes import no_grad, recording
from ..tensors.creation import zeros
from ..tensors.tensor import Tensor, wrap
from ..utils._pytree import tree_flatten, tree_unflatten
from .arguments import chosen, only_tensors, replaced, with_aux
from .transforms import Start

__all__ = ["grad", "grad_and_value", "jacrev", "recorded", "vjp"]


def recorded(
    function: Callable, args: tuple, argnums: Any, has_aux: bool, api: str, forward: bool = False, **kwargs: Any
) -> tuple:
    """Run the function on fresh inputs: (start, form of the chosen arguments, outputs, aux).

    forward: what the function computes within no_grad counts too, as tangents are no gradients.
    """
    given, form = tree_flatten(chosen(args, argnums))
    for value in given:
        if not isinstance(value, Tensor):
            raise ValueError(f"Thing passed to transform API must be Tensor, got {type(value)}")
    start = Start(given)
    fresh = replaced(args, tree_unflatten(start.inputs, form), argnums)
    before, recording.always = recording.always, forward
    try:
        outputs, aux = with_aux(start.run(function, *fresh, **kwargs), has_aux, api)
    finally:
        recording.always = before
    return start, form, outputs, start.released(aux)


def vjp(func: Callable, *primals: Any, has_aux: bool = False) -> Any:
    """(func(*primals), vjp_fn): the output, and the function of cotangents that gives their products with the Jacobian, one for each primal.

    has_aux: func returns (output, aux), and aux comes third.

    Raises:
        RuntimeError: the output is no Tensor of floating point numbers, or has no elements; the cotangents have another form.

    >>> x = torch.tensor([1.0, 2.0])
    >>> output, vjp_fn = torch.func.vjp(lambda x: x**2, x)
    >>> vjp_fn(torch.tensor([1.0, 10.0]))
    (tensor([ 2., 40.]),)
    """
    return _vjp(func, primals, None, has_aux)


def _vjp(func: Callable, primals: tuple, argnums: Any, has_aux: bool) -> Any:
    start, form, outputs, aux = recorded(func, primals, argnums, has_aux, "vjp(f, *primals)")
    ends, spec = tree_flatten(outputs)
    only_tensors(ends, "vjp(f, *primals)")
    for end in ends:
        if not end.is_floating_point():
            raise RuntimeError(
                f"vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype {end.dtype}"
            )

    def vjp_fn(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        given, given_spec = tree_flatten(cotangents)
        if given_spec != spec:
            raise RuntimeError(
                f"Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. cotangents: {given_spec}, primal output: {spec}"
            )
        if create_graph is False:
            with no_grad():
                return tree_unflatten(start.pull(ends, given), form)
        return tree_unflatten(start.pull(ends, given), form)

    result = start.released(outputs)
    return (result, vjp_fn, aux) if has_aux else (result, vjp_fn)


def grad_and_value(func: Callable, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Callable:
    """A function that gives (gradient, value) of `func`, whose output is a single number. See `grad`.

    has_aux: func returns (output, aux), and the value is that pair.

    >>> torch.func.grad_and_value(lambda x: (x**2).sum())(torch.tensor([1.0, 2.0]))
    (tensor([2., 4.]), tensor(5.))
    """

    @functools.wraps(func, updated=())
    def transformed(*args: Any, **kwargs: Any) -> tuple:
        start, form, output, aux = recorded(func, args, argnums, has_aux, "grad_and_value(f)(*args)", **kwargs)
        if not isinstance(output, Tensor):
            raise RuntimeError(f"grad_and_value(f)(*args): Expected f(*args) to return a Tensor, got {type(output)}")
        if output.dim():
            raise RuntimeError(
                f"grad_and_value(f)(*args): Expected f(*args) to return a scalar Tensor, got tensor with {output.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
            )
        one = wrap(np.ones((), output._data.dtype))
        gradient = tree_unflatten(start.pull([output], [one]), form)
        value = start.released(output)
        return gradient, ((value, aux) if has_aux else value)

    return transformed


def grad(func: Callable, argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Callable:
    """A function that gives the gradient of `func`, whose output is a single number.

    argnums: with respect to which arguments, a number or several in a tuple; an argument may be a tree of Tensors (a dict of parameters).
    has_aux: func returns (output, aux), and the gradient comes with aux: (gradient, aux).

    Raises:
        RuntimeError: the output is no Tensor without axes, or there is no such argument.

    >>> slope = torch.func.grad(torch.sin)
    >>> slope(torch.tensor(0.0)), torch.func.grad(slope)(torch.tensor(0.0))
    (tensor(1.), tensor(-0.))
    """

    @functools.wraps(func, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        gradient, value = grad_and_value(func, argnums, has_aux)(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return transformed


def jacrev(
    func: Callable,
    argnums: int | tuple[int, ...] = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable:
    """A function that gives the Jacobian of `func` by reverse mode: one backward pass for each element of the output.

    Of the shape (*output, *input); a tree of inputs within a tree of outputs where there are several. chunk_size changes nothing here.

    Raises:
        ValueError: chunk_size is not positive. RuntimeError: as `vjp`.

    >>> torch.func.jacrev(lambda x: x**2)(torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func, updated=())
    def transformed(*args: Any) -> Any:
        start, form, outputs, aux = recorded(func, args, argnums, has_aux, "vjp(f, *primals)")
        ends, spec = tree_flatten(outputs)
        only_tensors(ends, "jacrev(f, ...)(*args)")
        blocks = [tree_unflatten(_rows(start, end), form) for end in ends]
        jacobian = tree_unflatten(blocks, spec)
        return (jacobian, aux) if has_aux else jacobian

    return transformed


def _rows(start: Start, end: Any) -> list:
    """The derivatives of one output with respect to each input."""
    count = end.numel()
    if not count:
        return [zeros((*end.shape, *t.shape), dtype=end.dtype) for t in start.inputs]
    basis = wrap(np.eye(count, dtype=end._data.dtype).reshape(count, *end.shape))
    rows = start.rows(lambda weights: start.pull([end], weights), [basis])
    return [ops.reshape(row, (*end.shape, *t.shape)) for row, t in zip(rows, start.inputs, strict=True)]
