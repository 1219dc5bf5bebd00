"""gradcheck: compare the gradients that the engine computes with finite differences."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..stream import generator
from . import forward_ad, gradients, graph
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


def _forward(function: Callable, inputs: tuple, tensor: Any) -> list[np.ndarray]:
    """The same matrices by forward mode, one tangent per input element."""
    rows = []
    for i in range(tensor._data.size):
        seed = np.zeros(tensor._data.shape, tensor._data.dtype)
        seed.reshape(-1)[i] = 1
        with forward_ad.dual_level():
            dual = forward_ad.make_dual(tensor.detach(), graph.wrap(seed))
            outputs = _outputs(function, tuple(dual if t is tensor else t for t in inputs))
            tangents = [forward_ad.unpack_dual(out).tangent for out in outputs]
        rows.append(
            [
                np.zeros(o._data.size) if t is None else t._data.reshape(-1)
                for o, t in zip(outputs, tangents, strict=True)
            ]
        )
    return [np.stack(row) for row in zip(*rows, strict=True)]


def gradcheck(
    func: Callable,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether the gradients of `func(*inputs)` agree with central differences, for each floating point input that requires grad.

    (f(x + eps) - f(x - eps)) / (2 eps), element by element; inputs should be float64.

    nondet_tol: how far two backward passes may lie apart
    check_forward_ad, check_backward_ad: which of the two modes is checked
    check_undefined_grad, check_grad_dtypes, check_batched_grad, check_batched_forward_grad, fast_mode, masked: PyTorch's; each gradient is
        checked in full here, element by element, whatever they say

    Raises:
        ValueError: no input requires grad, or neither mode is to be checked.
        GradcheckError: they do not agree (unless `raise_exception` is False).

    >>> torch.autograd.gradcheck(torch.sin, torch.ones(3, dtype=torch.float64, requires_grad=True))
    True
    """
    if not (check_forward_ad or check_backward_ad):
        raise ValueError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    wanted = [(i, t) for i, t in enumerate(inputs) if isinstance(t, graph.Tensor) and t.requires_grad]
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True."
        )
    for i, tensor in wanted:
        if tensor.dtype != dtypes.float64:
            warnings.warn(
                f"Input #{i} requires gradient and is not a double precision floating point, so the check is likely to fail: "
                "differences of such numbers are too rough. Give float64.",
                stacklevel=2,
            )
    try:
        for i, tensor in wanted:
            with no_grad():
                numerical = _numerical(func, inputs, tensor, eps)
            for j, found in enumerate(_forward(func, inputs, tensor) if check_forward_ad else ()):
                what = f"computed with forward mode for output {j} with respect to input {i}"
                _compare(found, numerical[j], what, rtol, atol)
            if check_backward_ad:
                _check_backward(func, inputs, tensor, i, numerical, rtol, atol, nondet_tol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _check_backward(
    func: Callable, inputs: tuple, tensor: Any, place: int, numerical: list, rtol: float, atol: float, nondet_tol: float
) -> None:
    with enable_grad():
        outputs = _outputs(func, inputs)
    for j, (output, expected) in enumerate(zip(outputs, numerical, strict=bool(numerical))):
        found = _analytical(output, tensor) if output.requires_grad else np.zeros_like(expected)
        _compare(found, expected, f"for output {j} with respect to input {place}", rtol, atol)
        if output.requires_grad and np.abs(_analytical(output, tensor) - found).max(initial=0) > nondet_tol:
            raise GradcheckError(
                f"Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives "
                f"different values, although analytical gradient matches numerical gradient, with tolerance {nondet_tol}"
            )


def _compare(found: np.ndarray, expected: np.ndarray, where: str, rtol: float, atol: float) -> None:
    if not np.allclose(found, expected, rtol=rtol, atol=atol):
        raise GradcheckError(f"Jacobian mismatch {where},\nnumerical:{expected}\nanalytical:{found}\n")


def gradgradcheck(
    func: Callable,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """`gradcheck` of the gradient of `func`: whether second-order gradients are right.

    grad_outputs: the gradients of the outputs at which to check; drawn between -1 and 1 if left out
    check_fwd_over_rev, check_rev_over_rev: how the gradient is differentiated; the others are as in `gradcheck`.

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

    return gradcheck(
        gradient,
        (*inputs, *seeds),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
    )
