"""gradcheck: compare the gradients that the engine computes with finite differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..stream import generator
from . import gradients, graph
from .modes import enable_grad, no_grad

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """The two gradients differ."""


def _outputs(function: Callable, inputs: tuple) -> list:
    result = function(*inputs)
    return [out for out in (result if isinstance(result, (tuple, list)) else (result,)) if out.is_floating_point()]


def _differentiable_outputs(function: Callable, inputs: tuple) -> list:
    with enable_grad():  # finite differences run under no_grad
        return [out for out in _outputs(function, inputs) if out.requires_grad]


def _numerical(function: Callable, inputs: tuple, tensor: Any, eps: float) -> list[np.ndarray]:
    """For each output the matrix d output[j] / d tensor[i] by central differences, (inputs, outputs)."""
    flat = tensor._data.reshape(-1)
    if not np.shares_memory(flat, tensor._data) and flat.size:
        raise GradcheckError(
            "gradcheck nudges its inputs in place, and this one is not contiguous; give x.contiguous()"
        )
    rows = []
    for i in range(flat.size):
        before = flat[i]
        flat[i] = before + eps
        up = [out._data.copy() for out in _outputs(function, inputs)]
        flat[i] = before - eps
        down = [out._data.copy() for out in _outputs(function, inputs)]
        flat[i] = before
        rows.append([((u - d) / (2 * eps)).reshape(-1) for u, d in zip(up, down, strict=True)])
    count = len(rows[0]) if rows else 0
    return [np.stack([row[k] for row in rows]) for k in range(count)]


def _analytical(output: Any, tensor: Any) -> np.ndarray:
    """The same matrix from the engine, one backward pass per output element."""
    columns = []
    for j in range(output._data.size):
        seed = np.zeros(output._data.shape, output._data.dtype)
        seed.reshape(-1)[j] = 1
        (gradient,) = gradients.grad(output, tensor, graph.wrap(seed), retain_graph=True, allow_unused=True)
        columns.append(np.zeros(tensor._data.size) if gradient is None else gradient._data.reshape(-1))
    return np.stack(columns, axis=1) if columns else np.zeros((tensor._data.size, 0))


def gradcheck(
    func: Callable,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Whether the gradients of `func(*inputs)` agree with central differences, for each floating point input that requires grad.

    (f(x + eps) - f(x - eps)) / (2 eps), element by element; inputs should be float64.

    Raises:
        ValueError: no input requires grad.
        GradcheckError: they do not agree (unless `raise_exception` is False).

    >>> import minitorch_pt as torch
    >>> torch.autograd.gradcheck(torch.sin, torch.ones(3, dtype=torch.float64, requires_grad=True))
    True
    """
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    wanted = [(i, t) for i, t in enumerate(inputs) if isinstance(t, graph.Tensor) and t.requires_grad]
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True."
        )
    with enable_grad():
        outputs = _outputs(func, inputs)
    for i, tensor in wanted:
        with no_grad():
            numerical = _numerical(func, inputs, tensor, eps)
        for j, output in enumerate(outputs):
            if not numerical:
                continue
            analytical = _analytical(output, tensor) if output.requires_grad else np.zeros_like(numerical[j])
            if not np.allclose(analytical, numerical[j], rtol=rtol, atol=atol):
                if not raise_exception:
                    return False
                raise GradcheckError(
                    f"Jacobian mismatch for output {j} with respect to input {i},\n"
                    f"numerical:{numerical[j]}\nanalytical:{analytical}\n"
                )
    return True


def gradgradcheck(
    func: Callable,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """`gradcheck` of the gradient of `func`: whether second-order gradients are right.

    grad_outputs: the gradients of the outputs at which to check; drawn between -1 and 1 if left out.

    Raises:
        GradcheckError: they do not agree (unless `raise_exception` is False).
    """
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    if grad_outputs is None:
        draw = generator.default_generator.uniform
        values = [out._data for out in _differentiable_outputs(func, inputs)]
        seeds = tuple(graph.wrap(draw(a.shape, -1, 1, a.dtype), True) for a in values)
    else:
        seeds = tuple(grad_outputs) if isinstance(grad_outputs, (tuple, list)) else (grad_outputs,)
    count = len(inputs)

    def gradient(*arguments: Any) -> tuple:
        given, cotangents = arguments[:count], arguments[count:]
        wanted = [t for t in given if isinstance(t, graph.Tensor) and t.requires_grad]
        return gradients.grad(
            _differentiable_outputs(func, given),
            wanted,
            list(cotangents),
            create_graph=True,
            allow_unused=True,
            materialize_grads=True,
        )

    return gradcheck(gradient, (*inputs, *seeds), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception)
