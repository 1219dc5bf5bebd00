"""`backward()` and `torch.autograd.grad()`, as users call them: what they are given, and what they give back."""

from __future__ import annotations

import functools
import warnings
from typing import Any

import numpy as np

from ..arrays import samples
from . import graph
from .graph import stand_in, target
from .walk import fit, run_backward

__all__ = ["backward", "grad"]


def _as_list(value: Any) -> list:
    if type(value) is dict:
        return list(value.values())
    return (
        [value]
        if value is None or isinstance(value, graph.Tensor) or hasattr(value, "ownership_token")
        else list(value)
    )


def _starts(outputs: Any, gradients: Any, create_graph: bool) -> list:
    """(node or leaf, gradient) of each output: where a backward pass begins."""
    outputs = _as_list(outputs)
    gradients = [None] * len(outputs) if gradients is None else _as_list(gradients)
    for gradient in gradients:
        if gradient is not None and not isinstance(gradient, graph.Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if len(gradients) < len(outputs):
        raise RuntimeError(
            f"got {len(outputs)} tensors and {len(gradients)} gradients; give one gradient for each tensor"
        )
    return [_start(i, output, gradients[i], create_graph) for i, output in enumerate(outputs)]


# where a backward pass starts, made once
_ONE = {np.dtype(t): np.dtype(t).type(1) for t in ("f2", "f4", "f8")}


def _start(i: int, output: Any, gradient: Any, create_graph: bool) -> tuple:
    if hasattr(output, "ownership_token") and gradient is not None:
        return target(output), gradient if create_graph else gradient._data
    if not isinstance(output, graph.Tensor):
        raise AssertionError(f"Expected output to be a torch.Tensor, but got {type(output).__name__}")
    # a view takes over its base's history when `grad_fn` is asked for
    if (output._node if output._base is None else output.grad_fn) is None and not output._requires_grad:
        raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn: it was computed under torch.no_grad(), from what was cut off by "
                           "detach() or item(), by an operation without a gradient such as argmax, or from tensors without requires_grad=True")  # fmt: skip
    data = output._data
    if gradient is None:
        if data.size != 1:
            raise RuntimeError(
                f"grad can be implicitly created only for scalar outputs, and this one has shape {list(data.shape)}: reduce it with .sum() or .mean(), or give a gradient of that shape"
            )
        gradient = np.ones(data.shape, data.dtype) if create_graph or data.ndim else _ONE[data.dtype]
        gradient = graph.wrap(gradient) if create_graph else gradient
    elif gradient._data.shape != data.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{i}] has a shape of {gradient.shape} and output[{i}] has a shape of {output.shape}; they must be equal."
        )
    else:
        gradient = fit(gradient if create_graph else gradient._data, data)
    return (output if output._node is None else output._node), gradient


@functools.cache  # once, as torch does
def _warn_of_cycle() -> None:
    warnings.warn(
        "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can cause a "
        "memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this function, make "
        "sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak.",
        stacklevel=4,
    )


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Add the gradients of `tensors` with respect to the graph's leaves to the leaves' `.grad`.

    grad_tensors: for each tensor the gradient of the final value with respect to it; may be left out for scalars.
    inputs: accumulate only into these, also if they are no leaves. grad_variables: the old name of grad_tensors.

    Raises:
        RuntimeError: a tensor has no graph, is no scalar and has no gradient given, or its graph was already released.

    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> torch.autograd.backward(x * x)
    >>> x.grad
    tensor(6.)
    """
    if grad_variables is not None:
        warnings.warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`: give `grad_tensors`"
            )
        grad_tensors = grad_variables
    if isinstance(tensors, graph.Tensor) and grad_tensors is None:  # loss.backward(), as most often
        starts = [_start(0, tensors, None, create_graph)]
    else:
        starts = _starts(tensors, grad_tensors, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    wanted = None
    if inputs is not None:
        wanted = [target(t) for t in _as_list(inputs)]
        if not wanted:
            raise RuntimeError("`inputs` argument to `backward()` cannot be empty. Leave it out to reach every leaf.")
        for tensor in _as_list(inputs):
            tensor.retain_grad()
    if create_graph:
        _warn_of_cycle()
    run_backward(starts, keep, create_graph, wanted, True)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> Any:
    """The gradients of `outputs` with respect to `inputs`, as a tuple (a dict for a dict of inputs); `.grad` is left alone.

    create_graph: record the computation of the gradients too, so that they can be differentiated again.
    allow_unused: None for inputs that are not part of the graph; materialize_grads: zeros for them.
    is_grads_batched: the first axis of each of `grad_outputs` counts a batch, and so does that of each gradient.

    Raises:
        RuntimeError: an input is not part of the graph (unless `allow_unused`), or as for `backward`.

    >>> x = torch.tensor(3.0, requires_grad=True)
    >>> (slope,) = torch.autograd.grad(x**3, x, create_graph=True)
    >>> torch.autograd.grad(slope, x)
    (tensor(18.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    if not only_inputs:
        warnings.warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for other parts of the graph, please use torch.autograd.backward.",
            FutureWarning,
            stacklevel=2,
        )
    wanted = _as_list(inputs)
    if not wanted:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty: name the tensors whose gradients to return")
    for tensor in wanted:
        if hasattr(tensor, "ownership_token"):
            continue
        if not isinstance(tensor, graph.Tensor):
            raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(tensor).__name__}")
        if not tensor.requires_grad:
            raise RuntimeError(
                "One of the differentiated Tensors does not require grad; call requires_grad_() before using it"
            )
    keep = create_graph if retain_graph is None else retain_graph
    allow = materialize_grads or allow_unused
    # samples of vmap are no arrays: with some among the gradients the pass computes on Tensors, as where it is recorded
    on_tensors = create_graph or (bool(samples.active) and samples.among([grad_outputs]))
    if is_grads_batched:
        found = _batched(outputs, wanted, grad_outputs, keep, create_graph, allow)
    else:
        found = run_backward(_starts(outputs, grad_outputs, on_tensors), keep, on_tensors, list(map(target, wanted)))
    result = [
        _returned(i, *pair, allow, materialize_grads, create_graph)
        for i, pair in enumerate(zip(found, wanted, strict=True))
    ]
    if on_tensors and not create_graph:
        result = [gradient if gradient is None else gradient.detach() for gradient in result]
    return dict(zip(inputs, result, strict=True)) if type(inputs) is dict else tuple(result)


def _returned(i: int, gradient: Any, tensor: Any, allow_unused: Any, zeros: bool, create_graph: bool) -> Any:
    """What `grad` returns for an input: a tensor that, as in `_settle`, shares its memory with nothing."""
    if gradient is None and zeros:
        return graph.wrap(np.zeros(tensor._data.shape, tensor._data.dtype), create_graph)
    if gradient is None and not allow_unused:
        raise RuntimeError(
            f"The differentiated Tensor at index {i} appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior."
        )
    return (
        graph.wrap(np.array(gradient))
        if isinstance(gradient, (np.ndarray, np.generic))
        else stand_in(gradient, graph.Tensor)
    )


def _batched(outputs: Any, wanted: list, batches: Any, keep: bool, create_graph: bool, allow_unused: Any) -> list:
    """`grad` for each row of the gradients given."""
    batches = _as_list(batches)
    for i, (output, batch) in enumerate(zip(_as_list(outputs), batches, strict=False)):
        if batch is None or batch.shape[1:] != output.shape:
            raise RuntimeError(
                f"If `is_grads_batched=True`, the first dimension of each grad_output is the batch dimension, and the others must "
                f"be the output's: grad_output[{i}] has {'none' if batch is None else list(batch.shape)}, output[{i}] {list(output.shape)}"
            )
    count, *others = {batch.shape[0] for batch in batches}
    if others or not count:
        raise (ValueError if others else IndexError)(
            f"grad_outputs must be batches of the same size, of at least one: {[list(b.shape) for b in batches]}"
        )
    rows = [
        grad(
            outputs,
            wanted,
            [batch[i] for batch in batches],
            keep or i + 1 < count,
            create_graph,
            allow_unused=allow_unused,
        )
        for i in range(count)
    ]
    columns = zip(*rows, strict=True)
    joined = (None if c[0] is None else np.stack([stand_in(g, graph.Traced) for g in c]) for c in columns)
    return [stand_in(c, graph.Tensor) for c in joined]
