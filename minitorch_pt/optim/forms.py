"""The algorithms as functions of lists: one step for parameters, gradients and state that a program keeps itself.

    from torch.optim.sgd import sgd

    sgd(params, grads, momentum_buffers, lr=0.1, momentum=0.9, dampening=0, weight_decay=0, nesterov=False, maximize=False)

Each runs the `step` of its class. They change parameters and state in place; call them under `torch.no_grad()`.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

__all__ = ["form"]

# what a step leaves alone without an option of this name
_OPTIONAL = {"max_exp_avg_sq": "amsgrad", "grad_avg": "centered", "momentum_buffer": "momentum"}
_PAIRS = {
    "betas": ("beta1", "beta2"),
    "etas": ("etaminus", "etaplus"),
    "step_sizes": ("step_size_min", "step_size_max"),
}


def form(algorithm: Any, lists: str, later: str, options: str) -> Callable[..., None]:
    """The function of an algorithm, with torch's parameters.

    lists: the parameters, their gradients, and what the state of each holds; later: what may be left out; options: by name only.
    """
    names = lists.split()
    signature = Signature(
        [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
        + [
            Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=None if name in _UNSET else False)
            for name in later.split()
        ]
        + [Parameter(name, Parameter.KEYWORD_ONLY) for name in options.split()]
    )

    def step(*args: Any, **kwargs: Any) -> None:
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        params, grads, *kept = (given.arguments.pop(name) for name in names)
        group = {**algorithm.later, **given.arguments, "params": params}
        group |= {pair: tuple(group[k] for k in parts) for pair, parts in _PAIRS.items() if parts[0] in group}
        states = {_in_state(name): each for name, each in zip(names[2:], kept, strict=True)}
        used = {name: each for name, each in states.items() if group.get(_OPTIONAL.get(name, ""), True)}
        optimizer = object.__new__(algorithm)
        optimizer.param_groups, optimizer.defaults = [group], group
        optimizer.state = {
            p: {name: each[i] for name, each in used.items() if each[i] is not None} for i, p in enumerate(params)
        }
        before = [p._grad for p in params]
        try:
            for p, gradient in zip(params, grads, strict=True):
                p._grad = gradient
            algorithm.step(optimizer)
        finally:
            for p, gradient in zip(params, before, strict=True):
                p._grad = gradient
        for i, p in enumerate(params):  # what the first step made
            for name, each in used.items():
                each[i] = optimizer.state[p][name]

    step.__name__ = step.__qualname__ = algorithm.__name__.lower()
    step.__module__ = algorithm.__module__
    step.__signature__ = signature  # type: ignore[attr-defined]
    step.__doc__ = (
        f"One step of {algorithm.__name__} for lists of parameters, gradients and state, all changed in place."
    )
    return step


_UNSET = ("foreach", "fused", "grad_scale", "found_inf")


def _in_state(name: str) -> str:
    """What `state[p]` calls the items of a list."""
    return name.removeprefix("state_").removesuffix("_list").removesuffix("s")
