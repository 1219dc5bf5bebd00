"""Checkpointing: a part of a network keeps nothing for backward, and is computed again there. Memory is bought with time."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from .. import autograd
from ..arrays.notices import warn
from ..autograd.modes import enable_grad, recording
from ..autograd.saved_tensors import saved_tensors_hooks
from ..random import get_rng_state, set_rng_state
from ..tensors.tensor import Tensor

__all__ = [
    "CheckpointError", "CheckpointFunction", "check_backward_validity", "checkpoint", "checkpoint_sequential", "detach_variable", "get_device_states",
    "noop_context_fn", "set_checkpoint_early_stop", "set_device_states",
]  # fmt: skip


class CheckpointError(RuntimeError):
    """What was computed again in backward is not what was computed before."""


def noop_context_fn() -> tuple:
    """Two contexts that do nothing: for the first computation, and for the second."""
    return contextlib.nullcontext(), contextlib.nullcontext()


def get_device_states(*args: Any) -> tuple[list, list]:
    """The other devices of the arguments and the states of their random numbers: there are none."""
    return [], []


def set_device_states(devices: Any, states: Any, *, device_type: str | None = None) -> None:
    """Set what `get_device_states` gave: nothing."""


_early_stop: bool | None = None


@contextlib.contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Inside, whether checkpointed functions stop in backward as soon as all is computed that was saved; `early_stop` says it of one call."""
    global _early_stop
    before, _early_stop = _early_stop, enable
    try:
        yield
    finally:
        _early_stop = before


def detach_variable(inputs: tuple) -> tuple:
    """The inputs as leaves that require grad as they did; what is no tensor, as it is."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(f"Only tuple of tensors is supported. Got Unsupported input type: {type(inputs).__name__}")
    return tuple(x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x for x in inputs)


def check_backward_validity(inputs: Any) -> None:
    """Warn if none of the inputs requires grad: then no gradient reaches what `use_reentrant=True` computes."""
    if not any(isinstance(x, Tensor) and x.requires_grad for x in inputs):
        warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=3)


@contextlib.contextmanager
def _drawing_again(state: Tensor | None) -> Iterator[None]:
    """Draw the numbers that follow a state of the global stream once more, and leave the stream as it is."""
    if state is None:
        yield
        return
    now = get_rng_state()
    set_rng_state(state)
    try:
        yield
    finally:
        set_rng_state(now)


class CheckpointFunction(autograd.Function):
    """`use_reentrant=True`: forward runs unrecorded, backward runs it again and then a backward pass within the pass."""

    @staticmethod
    def forward(ctx: Any, run_function: Callable, preserve_rng_state: bool, *args: Any) -> Any:
        """The value of `run_function(*args)`."""
        check_backward_validity(args)
        ctx.run, ctx.state = run_function, get_rng_state() if preserve_rng_state else None
        ctx.inputs = [None if isinstance(a, Tensor) else a for a in args]
        ctx.places = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
        ctx.save_for_backward(*(args[i] for i in ctx.places))
        return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradients of the arguments.

        Raises:
            RuntimeError: called by autograd.grad, or no output requires grad.
        """
        if recording.task.useful is not None:
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` parameter to .backward(). "
                "To resolve this error, you can either set use_reentrant=False, or call .backward() without passing the `inputs` argument."
            )
        inputs = list(ctx.inputs)
        for place, tensor in zip(ctx.places, ctx.saved_tensors, strict=True):
            inputs[place] = tensor
        detached = detach_variable(tuple(inputs))
        with _drawing_again(ctx.state), enable_grad():
            outputs = ctx.run(*detached)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        pairs = [
            (o, g) for o, g in zip(outputs, grad_outputs, strict=True) if isinstance(o, Tensor) and o.requires_grad
        ]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        autograd.backward([output for output, _ in pairs], [gradient for _, gradient in pairs])
        return None, None, *(x.grad if isinstance(x, Tensor) else None for x in detached)


class _Stop(Exception):
    """All that was asked for is computed."""


class _Frame:
    """One call of a function that keeps nothing: how it is computed again, and what the nodes get back of it."""

    def __init__(self, again: Callable[[], Any], early: bool) -> None:
        self.again, self.early = again, early
        self.facts: list[tuple] = []  # shape and type of each tensor that was saved
        self.found: dict[int, Tensor] = {}

    def pack(self, tensor: Tensor) -> int:
        """Keep no tensor but its number."""
        self.facts.append((tuple(tensor.shape), tensor.dtype))
        return len(self.facts) - 1

    def unpack(self, number: int) -> Tensor:
        """The tensor of that number; all are computed when the first is asked for, and each is given out once."""
        if number not in self.found:
            self._compute()
        return self.found.pop(number)

    def _compute(self) -> None:
        found: list[Tensor] = []

        def keep(tensor: Tensor) -> Tensor:
            found.append(tensor.detach())
            if self.early and len(found) == len(self.facts):
                raise _Stop
            return found[-1]

        with contextlib.suppress(_Stop), enable_grad(), _whole(keep, lambda kept: kept):
            self.again()
        facts = [(tuple(t.shape), t.dtype) for t in found]
        if len(facts) != len(self.facts):
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\n"
                f"Number of tensors saved during forward: {len(self.facts)}\nNumber of tensors saved during recomputation: {len(facts)}"
            )
        if facts != self.facts:
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during the forward "
                f"pass: {[pair for pair in zip(self.facts, facts, strict=True) if pair[0] != pair[1]]}"
            )
        self.found = dict(enumerate(found))


class _whole(saved_tensors_hooks):
    _whole = True


def _not_reentrant(
    function: Callable, args: tuple, kwargs: dict, state: Tensor | None, context_fn: Callable, early: bool
) -> Any:
    first, second = context_fn()
    frames: list[_Frame] = []

    def again() -> Any:
        with _drawing_again(state), second:
            return function(*args, **kwargs)

    frames.append(_Frame(again, early))
    with _whole(frames[0].pack, frames[0].unpack), first:
        return function(*args, **kwargs)


def checkpoint(
    function: Callable,
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """`function(*args, **kwargs)`, of which nothing is kept for backward: there it is computed again.

    use_reentrant: False is what torch recommends; True, the old way, needs an input that requires grad, and `.backward()`.
    preserve_rng_state: draw the same random numbers the second time.
    context_fn: gives two contexts, in which the first and the second computation run.
    early_stop: stop the second computation as soon as all is there that backward needs.

    Raises:
        ValueError: keywords with use_reentrant=True. CheckpointError: the second time other tensors are saved.

    >>> from minitorch_pt.utils.checkpoint import checkpoint
    >>> x = torch.ones(2, requires_grad=True)
    >>> checkpoint(torch.exp, x, use_reentrant=False).sum().backward()
    >>> x.grad
    tensor([2.7183, 2.7183])
    """
    if use_reentrant is None:
        warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, calling checkpoint without "
            "use_reentrant will raise an exception. use_reentrant=False is recommended, but if you need to preserve the current default behavior, "
            "you can pass use_reentrant=True."
        )
        use_reentrant = True
    preserve_rng_state = kwargs.pop("preserve_rng_state", True)
    if use_reentrant and kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if use_reentrant:
        if context_fn is not noop_context_fn or debug is not False:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        return CheckpointFunction.apply(function, preserve_rng_state, *args)
    state = get_rng_state() if preserve_rng_state else None
    early = early_stop if _early_stop is None else _early_stop
    return _not_reentrant(function, args, kwargs, state, context_fn, early)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """A Sequential, or a list of functions, in so many segments, of which all but the last are checkpointed.

    kwargs: `preserve_rng_state`, as for `checkpoint`.

    Raises:
        ValueError: another keyword.

    >>> from minitorch_pt.utils.checkpoint import checkpoint_sequential
    >>> model = torch.nn.Sequential(torch.nn.Tanh(), torch.nn.Tanh(), torch.nn.Tanh(), torch.nn.Tanh())
    >>> checkpoint_sequential(model, 2, torch.ones(1, requires_grad=True), use_reentrant=False).shape
    torch.Size([1])
    """
    if use_reentrant is None:
        warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In version 2.9 we will raise an "
            "exception if use_reentrant is not passed. use_reentrant=False is recommended."
        )
        use_reentrant = True
    preserve_rng_state = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    functions = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = len(functions) // segments

    def segment(start: int, end: int) -> Callable:
        def run(value: Any) -> Any:
            for function in functions[start:end]:
                value = function(value)
            return value

        return run

    for start in range(0, size * (segments - 1), size):
        input = checkpoint(
            segment(start, start + size), input, use_reentrant=use_reentrant, preserve_rng_state=preserve_rng_state
        )
    return segment(size * (segments - 1), len(functions))(input)
