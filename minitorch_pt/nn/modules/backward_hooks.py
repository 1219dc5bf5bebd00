"""Backward hooks of a module: a node before it and one after it show what gradients flow past its borders."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ...autograd.function import Function
from ...autograd.modes import recording
from ...tensors.tensor import Tensor

__all__ = ["BackwardHookFunction", "Borders"]


class BackwardHookFunction(Function):
    """Passes tensors on as they are; the hooks of its node see their gradients."""

    @staticmethod
    def forward(ctx: Any, *tensors: Tensor) -> Any:
        """The same tensors."""
        ctx.mark_non_differentiable(*(t for t in tensors if not t.requires_grad))
        return tensors

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        """The same gradients."""
        return gradients


class Borders:
    """One call of a module: what its hooks are shown when the gradients come back.

    hooks: `hook(module, grad_input, grad_output)`; pre_hooks: `hook(module, grad_output)`, before the module's gradients are computed
    """

    def __init__(self, module: Any, hooks: list[Callable], pre_hooks: list[Callable]) -> None:
        self.module, self.hooks, self.pre_hooks = module, hooks, pre_hooks
        self.grad_output: tuple | None = None  # known between the two borders of a backward pass
        self.inputs: list[int] | None = (
            None  # the places of tensors among the arguments, if a gradient flows to one of them
        )
        self.outputs: list[int] | None = None
        self.count = self.wide = 0  # how many arguments and outputs there are

    def enter(self, args: tuple) -> tuple:
        """The arguments, behind a node of their own."""
        self.count = len(args)
        args, self.inputs = self._passed(args, lambda given, _: self._at_inputs(given))
        return args

    def leave(self, output: Any) -> Any:
        """The output, or the tuple of them, behind a node of its own."""
        single = not isinstance(output, tuple)
        outputs = (output,) if single else output
        self.wide = len(outputs)
        outputs, self.outputs = self._passed(outputs, lambda _, given: self._at_outputs(given))
        return outputs[0] if single else outputs

    def _passed(self, values: tuple, hook: Callable) -> tuple[tuple, list[int] | None]:
        places = [i for i, value in enumerate(values) if isinstance(value, Tensor)]
        if not (recording.on and any(values[i].requires_grad for i in places)):
            return values, None
        passed = BackwardHookFunction.apply(*(values[i] for i in places))
        next(t.grad_fn for t in passed if t.grad_fn is not None).register_hook(hook)
        full = list(values)
        for i, value in zip(places, passed, strict=True):
            full[i] = value
        return (tuple(full) if type(values) is tuple else type(values)(*full)), places

    def _at_outputs(self, gradients: tuple) -> tuple:
        grad_output = _spread(self.outputs, gradients, self.wide)
        for hook in self.pre_hooks:
            grad_output = _replaced("Backward pre hook", "grad_output", grad_output, hook(self.module, grad_output))
        self.grad_output = grad_output
        if self.inputs is None:  # the gradients end here, and so the hooks are called here
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require gradients. See register_full_backward_hook for more details.",
                stacklevel=2,
            )
            for hook in self.hooks:
                result = hook(self.module, (None,) * self.count, grad_output)
                if result is not None and not (isinstance(result, tuple) and all(g is None for g in result)):
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient should always return None or None for all gradients."
                    )
            self.grad_output = None
        return tuple(grad_output[i] for i in self.outputs or ())

    def _at_inputs(self, gradients: tuple) -> tuple | None:
        if self.grad_output is None:  # they did not come through the module's outputs, as under double backward
            return None
        grad_input = _spread(self.inputs, gradients, self.count)
        for hook in self.hooks:
            grad_input = _replaced(
                "Backward hook", "grad_input", grad_input, hook(self.module, grad_input, self.grad_output)
            )
        self.grad_output = None
        return tuple(grad_input[i] for i in self.inputs or ())


def _spread(places: list[int] | None, values: tuple, count: int) -> tuple:
    """The values in their places, None between them."""
    given = dict(zip(places or (), values, strict=True))
    return tuple(given.get(i) for i in range(count))


def _replaced(what: str, name: str, before: tuple, result: Any) -> tuple:
    if result is not None and len(result) != len(before):
        raise RuntimeError(
            f"{what} returned an invalid number of {name}, got {len(result)}, but expected {len(before)}"
        )
    return before if result is None else result
