"""Modules as functions of their parameters: functional_call, the parameters of several models stacked, BatchNorm without running statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..nn import Module
from ..nn.modules.batchnorm import BatchNorm
from ..nn.utils.stateless import exchanged
from ..tensors.tensor import Tensor

__all__ = ["functional_call", "replace_all_batch_norm_modules_", "stack_module_state"]


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """module(*args, **kwargs) with these tensors in place of its parameters and buffers, which stay as they are.

    parameter_and_buffer_dicts: a dict by name, or several. args: a tuple, or the only argument. tie_weights: a parameter that has several
    names is replaced under all of them. strict: every parameter and buffer must be given, and nothing else.

    Raises:
        ValueError: a name is given twice. TypeError: something is no Tensor. RuntimeError: `strict` is broken.

    >>> layer = torch.nn.Linear(2, 1, bias=False)
    >>> torch.func.functional_call(layer, {"weight": torch.ones(1, 2)}, torch.tensor([3.0, 4.0]))
    tensor([7.])
    """
    tensors = _joined(parameter_and_buffer_dicts)
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with exchanged(module, tensors, tie_weights, strict):
        return module(*args, **(kwargs or {}))


def _joined(dicts: Any) -> dict[str, Any]:
    if isinstance(dicts, dict):
        return dicts
    if not isinstance(dicts, Sequence):
        raise ValueError(
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}"
        )
    if not all(isinstance(d, dict) for d in dicts):
        raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
    twice = [name for name, count in Counter(name for d in dicts for name in d).items() if count > 1]
    if twice:
        raise ValueError(f"{twice} appeared in multiple dictionaries; behavior of functional call is ambiguous")
    return {name: value for d in dicts for name, value in d.items()}


def stack_module_state(models: Any) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """(parameters, buffers) of several models of one class, each stacked along a new first axis: leaves of their own, by name.

    Raises:
        RuntimeError: no models, of different classes or modes, or a parameter requires grad in some of them alone.

    >>> parameters, buffers = torch.func.stack_module_state([torch.nn.Linear(2, 1) for _ in range(3)])
    >>> parameters["weight"].shape
    torch.Size([3, 1, 2])
    """
    if not len(models):
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({m.training for m in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if len({type(m) for m in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")
    states = [[dict(m.named_parameters()) for m in models], [dict(m.named_buffers()) for m in models]]
    parameters, buffers = ({name: _stacked([s[name] for s in state], name) for name in state[0]} for state in states)
    return parameters, buffers


def _stacked(tensors: list, name: str) -> Tensor:
    needs = {t.requires_grad for t in tensors}
    if len(needs) > 1:
        raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
    stacked = ops.stack([t.detach() for t in tensors])
    return stacked.requires_grad_() if needs == {True} else stacked


def replace_all_batch_norm_modules_(root: Module) -> Module:
    """Let all BatchNorm layers of a model do without running statistics, which vmap cannot change; in place, and the model is returned."""
    for part in root.modules():
        if isinstance(part, BatchNorm):
            part.running_mean = part.running_var = part.num_batches_tracked = None
            part.track_running_stats = False
    return root
