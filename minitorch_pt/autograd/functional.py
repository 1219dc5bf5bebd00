"""Derivatives of functions rather than of tensors: jacobian, hessian, and their products with vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import gradients, graph
from .modes import enable_grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def _tuple(value: Any) -> tuple[tuple, bool]:
    """The value as a tuple, and whether it was one."""
    return (tuple(value), True) if isinstance(value, (tuple, list)) else ((value,), False)


def _prepared(inputs: tuple, create_graph: bool) -> tuple:
    """Inputs as the start of a graph of their own; with create_graph still joined to the graph they come from."""
    return tuple(t.view_as(t) if create_graph and t.requires_grad else t.detach().requires_grad_() for t in inputs)


def _finished(value: Any, create_graph: bool) -> Any:
    if isinstance(value, tuple):
        return tuple(_finished(v, create_graph) for v in value)
    return value if create_graph else value.detach()


def _zeros(tensor: Any) -> Any:
    return graph.wrap(np.zeros(tensor._data.shape, tensor._data.dtype))


def _grads(outputs: Any, inputs: Any, seeds: Any, create_graph: bool, strict: bool, keep: bool = True) -> list:
    """Gradients with zeros for what does not depend on an input, or an error if `strict`."""
    pairs = [(o, s) for o, s in zip(outputs, seeds, strict=True) if o.requires_grad]
    if not pairs:
        if strict:
            raise RuntimeError(
                "The output of the user-provided function is independent of the inputs; this is not allowed in strict mode."
            )
        return [_zeros(t) for t in inputs]
    found = gradients.grad([o for o, _ in pairs], inputs, [s for _, s in pairs], keep, create_graph, allow_unused=True)
    if strict and any(g is None for g in found):
        raise RuntimeError(
            "The output of the user-provided function is independent of one of the inputs; this is not allowed in strict mode."
        )
    return [_zeros(t) if g is None else g for g, t in zip(found, inputs, strict=True)]


def _checked(v: Any, like: tuple, what: str) -> tuple:
    """The vector of a product, of the shapes of `like`; ones for a single number."""
    if v is None:
        if len(like) != 1 or like[0]._data.size != 1:
            raise RuntimeError(
                f"The vector v can only be None if the {what} is a single element; give v with its shape"
            )
        return (graph.wrap(np.ones(like[0]._data.shape, like[0]._data.dtype)),)
    v, _ = _tuple(v)
    if len(v) != len(like) or any(a.shape != b.shape for a, b in zip(v, like, strict=True)):
        raise RuntimeError(
            f"v has shapes {[list(a.shape) for a in v]}, but the {what} has {[list(b.shape) for b in like]}; they must be equal"
        )
    return v


def _tensors(what: str, values: tuple) -> None:
    for value in values:
        if not isinstance(value, graph.Tensor):
            raise TypeError(f"The {what} of the function must be Tensors, but one has type {type(value).__name__}")


def _run(func: Callable, inputs: Any, create_graph: bool) -> tuple:
    given, several = _tuple(inputs)
    _tensors("inputs", given)
    with enable_grad():
        given = _prepared(given, create_graph)
        outputs, many = _tuple(func(*given))
    _tensors("outputs", outputs)
    return given, several, outputs, many


def vjp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(outputs, vᵀ J): the product of a vector of the outputs' shape with the Jacobian of `func` at `inputs`.

    Raises:
        RuntimeError: `v` has not the outputs' shape, or with `strict` an output is independent of an input.
    """
    given, several, outputs, many = _run(func, inputs, create_graph)
    seeds = _checked(v, outputs, "output")
    found = tuple(_grads(outputs, given, seeds, create_graph, strict))
    result = outputs if many else outputs[0]
    return _finished(result, create_graph), _finished(found if several else found[0], create_graph)


def jvp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(outputs, J v): the product of the Jacobian of `func` at `inputs` with a vector of the inputs' shape.

    By the double-backward trick: uᵀJ is linear in u, and its gradient with respect to u, weighted by v, is J v.

    Raises:
        RuntimeError: `v` has not the inputs' shape, or with `strict` an output is independent of an input.
    """
    given, _, outputs, many = _run(func, inputs, create_graph)
    v = _checked(v, given, "input")
    with enable_grad():
        seeds = tuple(_zeros(o).requires_grad_() for o in outputs)
        products = _grads(outputs, given, seeds, True, strict)
    found = tuple(_grads(products, seeds, v, create_graph, False))
    result = outputs if many else outputs[0]
    return _finished(result, create_graph), _finished(found if many else found[0], create_graph)


def jacobian(
    func: Callable,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """All derivatives of each output element with respect to each input element, of shape (*output, *input).

    One backward pass per output element, whatever `vectorize` and `strategy` say. With several inputs (outputs) a tuple for each.

    Raises:
        RuntimeError: with `strict` an output is independent of an input. AssertionError: an unknown strategy.

    >>> import minitorch_pt as torch
    >>> torch.autograd.functional.jacobian(lambda x: x**2, torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(f"Expected strategy to be either 'forward-mode' or 'reverse-mode', not {strategy!r}")
    given, several, outputs, many = _run(func, inputs, create_graph)
    result = []
    for output in outputs:
        rows: list[list] = [[] for _ in given]
        with enable_grad():
            if not output._data.size:
                raise RuntimeError(f"jacobian needs outputs with elements, got shape {list(output.shape)}")
            elements = output.reshape(-1).unbind(0)
        for element in elements:
            one = graph.wrap(np.ones((), output._data.dtype))
            for row, gradient in zip(rows, _grads([element], given, [one], create_graph, strict), strict=True):
                row.append(gradient)
        blocks = []
        for row, tensor in zip(rows, given, strict=True):
            shape = (*output.shape, *tensor.shape)
            with enable_grad():
                stacked = np.stack([graph.stand_in(g, graph.Traced) for g in row])  # an operation on Tensors
                blocks.append(graph.stand_in(stacked.reshape(shape), graph.Tensor))
        result.append(tuple(blocks) if several else blocks[0])
    return _finished(tuple(result) if many else result[0], create_graph)


def hessian(
    func: Callable,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of a function with one number as its output: the Jacobian of its gradient.

    Shape (*input, *input); with several inputs a tuple of tuples.

    Raises:
        RuntimeError: the output has not exactly one element.
    """
    _, several = _tuple(inputs)

    def gradient(*arguments: Any) -> Any:
        output = _single(func(*arguments))
        found = tuple(
            _grads([output], arguments, [graph.wrap(np.ones(output._data.shape, output._data.dtype))], True, strict)
        )
        return found if several else found[0]

    return jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


def _single(output: Any) -> Any:
    if not isinstance(output, graph.Tensor) or output._data.size != 1:
        raise RuntimeError(
            f"the function given must return a Tensor with a single element, got {output!r:.80}; reduce it with .sum()"
        )
    return output


def vhp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(output, vᵀ H): the product of a vector of the inputs' shape with the Hessian of `func`.

    Raises:
        RuntimeError: the output has not exactly one element, or `v` not the inputs' shape.
    """
    given, several, outputs, _ = _run(func, inputs, create_graph)
    v = _checked(v, given, "input")
    output = _single(outputs[0])
    one = graph.wrap(np.ones(output._data.shape, output._data.dtype))
    with enable_grad():
        first = _grads([output], given, [one], True, strict)
    found = tuple(_grads(first, given, v, create_graph, strict))
    return _finished(output, create_graph), _finished(found if several else found[0], create_graph)


def hvp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(output, H v): the same numbers as `vhp`, as the Hessian is symmetric.

    Raises:
        RuntimeError: as `vhp`.
    """
    return vhp(func, inputs, v, create_graph, strict)
