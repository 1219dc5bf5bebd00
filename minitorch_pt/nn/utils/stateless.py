"""Modules called with other tensors in place of their parameters and buffers; torch.func.functional_call is the name of today."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...tensors.tensor import Tensor
from ..modules.module import Module

__all__ = ["exchanged", "functional_call"]


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """The old name of `torch.func.functional_call`, which says what the arguments are."""
    warnings.warn(
        "This API is deprecated as of PyTorch 2.0 and will be removed in a future version of PyTorch. Please use torch.func.functional_call instead which is a drop-in replacement for this API.",
        FutureWarning,
        stacklevel=2,
    )
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with exchanged(module, parameters_and_buffers, tie_weights, strict):
        return module(*args, **(kwargs or {}))


def _places(module: Module) -> dict[str, tuple[dict, str]]:
    """Where each parameter and buffer is kept, by its name: the table of its module, and the name there."""
    return {
        f"{prefix}.{name}" if prefix else name: (table, name)
        for prefix, part in module.named_modules(remove_duplicate=False)
        for table in (part._parameters, part._buffers)
        for name in table
    }


@contextmanager
def exchanged(
    module: Module, tensors: dict[str, Any], tie_weights: bool = True, strict: bool = False
) -> Iterator[None]:
    """Inside, the tensors stand in place of the parameters and buffers of these names.

    Raises:
        TypeError: something is no Tensor. ValueError: several for what is tied. RuntimeError: `strict` is broken.
    """
    places = _places(module)
    if tie_weights:
        tensors = _tied(places, tensors)
    missing, unexpected = places.keys() - tensors.keys(), tensors.keys() - places.keys()
    if strict and (missing or unexpected):
        problems = [
            f"{title} key(s): {', '.join(map(repr, sorted(keys)))}."
            for title, keys in (("Unexpected", unexpected), ("Missing", missing))
            if keys
        ]
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(problems))
    tensors = {name: value for name, value in tensors.items() if name in places}
    for value in tensors.values():
        if not isinstance(value, Tensor):
            raise TypeError(f"{value} is not an instance of torch.Tensor")
    before = [(*places[name], places[name][0][places[name][1]]) for name in tensors]
    try:
        for name, value in tensors.items():
            table, last = places[name]
            table[last] = value
        yield
    finally:
        for table, last, value in before:
            table[last] = value


def _tied(places: dict, tensors: dict[str, Any]) -> dict[str, Any]:
    """The tensors also under the other names of the parameters that they replace."""
    names: dict[int, list[str]] = {}
    for name, (table, last) in places.items():
        if table[last] is not None:
            names.setdefault(id(table[last]), []).append(name)
    result = dict(tensors)
    for same in names.values():
        given = {id(tensors[name]): tensors[name] for name in same if name in tensors}
        if len(given) > 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(n for n in same if n in tensors)}, which are tied. Consider using tie_weights=False"
            )
        for value in given.values():
            result.update(dict.fromkeys(same, value))
    return result


def _reparametrize_module(
    module: Module, parameters_and_buffers: dict[str, Tensor], tie_weights: bool = False, strict: bool = False
) -> Any:
    """torch's name for `exchanged`, which packages look for."""
    return exchanged(module, parameters_and_buffers, tie_weights, strict)
