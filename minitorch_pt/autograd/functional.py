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


_STRICT = "This is not allowed in strict mode."


def _dependent(strict: bool, what: str, found: Any) -> None:
    """With `strict`, refuse results that do not depend on the inputs."""
    for i, tensor in enumerate(found):
        if strict and not tensor.requires_grad:
            raise RuntimeError(f"{what.format(i)}. {_STRICT}")


_OUTPUT = "Output {} of the user-provided function does not require gradients: it must be computed differentiably from the inputs"
_JACOBIAN = "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} is independent of the input, as that of a linear function is"


def _grads(
    outputs: Any, inputs: Any, seeds: Any, create_graph: bool, strict: bool, keep: bool = True, what: str = "The output"
) -> list:
    """Gradients with zeros for what does not depend on an input, or an error if `strict`."""
    pairs = [(o, s) for o, s in zip(outputs, seeds, strict=True) if o.requires_grad]
    if not pairs:
        found = [None] * len(inputs)
    else:
        found = gradients.grad(
            [o for o, _ in pairs], inputs, [s for _, s in pairs], keep, create_graph, allow_unused=True
        )
    for i, g in enumerate(found if strict else ()):
        if g is None:
            raise RuntimeError(f"{what} of the user-provided function is independent of input {i}. {_STRICT}")
    return [_zeros(t) if g is None else g for g, t in zip(found, inputs, strict=True)]


def _checked(v: Any, like: tuple, what: str) -> tuple:
    """The vector of a product, of the shapes of `like`; ones for a single number."""
    if v is None:
        if len(like) != 1 or like[0]._data.size != 1:
            where = "user-provided function returns" if what == "output" else "input to the user-provided function is"
            raise RuntimeError(f"The vector v can only be None if the {where} a single Tensor with a single element.")
        return (graph.wrap(np.ones(like[0]._data.shape, like[0]._data.dtype)),)
    v, _ = _tuple(v)
    if len(v) != len(like):
        if len(like) == 1:
            raise RuntimeError("The given v should contain a single Tensor.")
        raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}.")
    for i, (a, b) in enumerate(zip(v, like, strict=True)):
        if a.shape != b.shape:
            where = f"Entry {i} in " if len(like) > 1 else ""
            raise RuntimeError(
                f"{where}v has invalid size: should be {b.shape}, as that of the {what}, but got {a.shape}."
            )
    return v


def _tensors(what: str, values: tuple, several: bool, name: str) -> None:
    for i, value in enumerate(values):
        if not isinstance(value, graph.Tensor):
            where = f"value at index {i}" if several else f"given {what}"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {where} has type {type(value)}."
            )


def _run(name: str, func: Callable, inputs: Any, create_graph: bool, strict: bool) -> tuple:
    given, several = _tuple(inputs)
    _tensors("inputs", given, several, name)
    with enable_grad():
        given = _prepared(given, create_graph)
        outputs, many = _tuple(func(*given))
    what = "outputs of the user-provided function"
    _tensors(what, outputs, many, name)
    _dependent(strict, _OUTPUT, outputs)
    return given, several, outputs, many


def vjp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(outputs, vᵀ J): the product of a vector of the outputs' shape with the Jacobian of `func` at `inputs`.

    Raises:
        RuntimeError: `v` has not the outputs' shape, or with `strict` an output is independent of an input.

    >>> torch.autograd.functional.vjp(lambda x: x**2, torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    given, several, outputs, many = _run("vjp", func, inputs, create_graph, strict)
    seeds = _checked(v, outputs, "output")
    found = tuple(_grads(outputs, given, seeds, create_graph, strict))
    result = outputs if many else outputs[0]
    return _finished(result, create_graph), _finished(found if several else found[0], create_graph)


def jvp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(outputs, J v): the product of the Jacobian of `func` at `inputs` with a vector of the inputs' shape.

    By the double-backward trick: uᵀJ is linear in u, and its gradient with respect to u, weighted by v, is J v.

    Raises:
        RuntimeError: `v` has not the inputs' shape, or with `strict` an output is independent of an input.

    >>> torch.autograd.functional.jvp(lambda x: x**2, torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    given, _, outputs, many = _run("jvp", func, inputs, create_graph, strict)
    v = _checked(v, given, "input")
    with enable_grad():
        seeds = tuple(_zeros(o).requires_grad_() for o in outputs)
        products = _grads(outputs, given, seeds, True, strict)
    _dependent(
        strict,
        "The gradient with respect to input {} is independent of the inputs of the user-provided function",
        products,
    )
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

    >>> torch.autograd.functional.jacobian(lambda x: x**2, torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(f"Expected strategy to be either 'forward-mode' or 'reverse-mode', not {strategy!r}")
    if strict and (vectorize or strategy == "forward-mode"):
        which = "vectorized=True" if vectorize and strategy == "reverse-mode" else 'strategy="forward-mode"'
        raise RuntimeError(
            f"torch.autograd.functional.jacobian: `strict=True` and `{which}` are not supported together (yet)."
        )
    if strategy == "forward-mode" and create_graph:
        raise NotImplementedError(
            'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported together (yet).'
        )
    if strategy == "forward-mode" and not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian is only implemented for `vectorize=True`."
        )
    given, several, outputs, many = _run("jacobian", func, inputs, create_graph, strict)
    result: list[Any] = []
    for output in outputs:
        rows: list[list] = [[] for _ in given]
        with enable_grad():
            if not output._data.size:
                raise RuntimeError(f"jacobian needs outputs with elements, got shape {list(output.shape)}")
            elements = output.reshape(-1).unbind(0)
        for element in elements:
            one = graph.wrap(np.ones((), output._data.dtype))
            found = _grads([element], given, [one], create_graph, strict, what=f"Output {len(result)}")
            _dependent(
                strict and create_graph, "The jacobian of the user-provided function is independent of input {}", found
            )
            for row, gradient in zip(rows, found, strict=True):
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

    >>> torch.autograd.functional.hessian(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    _, several = _tuple(inputs)

    def gradient(*arguments: Any) -> Any:
        output = _single(func(*arguments), "hessian")
        _dependent(strict, _OUTPUT, [output])
        found = tuple(
            _grads([output], arguments, [graph.wrap(np.ones(output._data.shape, output._data.dtype))], True, strict)
        )
        _dependent(strict, _JACOBIAN, found)
        return found if several else found[0]

    _tensors("inputs", _tuple(inputs)[0], several, "hessian")
    return jacobian(gradient, inputs, create_graph, strict, vectorize, outer_jacobian_strategy)


def _single(output: Any, name: str) -> Any:
    what = f"given to {name} should"
    outputs, several = _tuple(output)
    _tensors("outputs of the user-provided function", outputs, several, name)
    if len(outputs) != 1:
        raise RuntimeError(f"The function {what} return a single Tensor")
    if outputs[0]._data.size != 1:
        raise RuntimeError(
            f"The Tensor returned by the function {what} contain a single element, and has shape {list(outputs[0].shape)}"
        )
    return outputs[0]


def vhp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(output, vᵀ H): the product of a vector of the inputs' shape with the Hessian of `func`.

    Raises:
        RuntimeError: the output has not exactly one element, or `v` not the inputs' shape.

    >>> torch.autograd.functional.vhp(lambda x: (x**3).sum(), torch.tensor([1.0]), torch.tensor([1.0]))
    (tensor(1.), tensor([6.]))
    """
    return _vhp("vhp", func, inputs, v, create_graph, strict)


def _vhp(name: str, func: Callable, inputs: Any, v: Any, create_graph: bool, strict: bool) -> tuple:
    given, several, outputs, _ = _run(name, func, inputs, create_graph, strict)
    v = _checked(v, given, "input")
    output = _single(outputs, name)
    one = graph.wrap(np.ones(output._data.shape, output._data.dtype))
    with enable_grad():
        first = _grads([output], given, [one], True, strict)
    _dependent(strict, _JACOBIAN, first)
    found = tuple(_grads(first, given, v, create_graph, strict, what="The jacobian"))
    return _finished(output, create_graph), _finished(found if several else found[0], create_graph)


def hvp(func: Callable, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> tuple:
    """(output, H v): the same numbers as `vhp`, as the Hessian is symmetric.

    Raises:
        RuntimeError: as `vhp`.

    >>> torch.autograd.functional.hvp(lambda x: (x**3).sum(), torch.tensor([1.0]), torch.tensor([1.0]))
    (tensor(1.), tensor([6.]))
    """
    return _vhp("hvp", func, inputs, v, create_graph, strict)
