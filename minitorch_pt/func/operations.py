"""Operations on samples: by a batching rule on all of them at once, or on one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .. import ops
from ..arrays import samples
from ..arrays.samples import NeedsValues, Outline
from ..tensors.tensor import Tensor
from ..utils._pytree import tree_flatten, tree_leaves, tree_map, tree_unflatten
from . import table
from .batched import Batched, Level, batched, innermost, lifted, one_sample, refuse_larger
from .randomness import one_at_a_time
from .rules import Call

__all__ = ["VmapInfo", "one_by_one", "run"]


def run(operation: Callable, args: tuple, kwargs: dict) -> Any:
    """An operation some of whose arguments are Batched: by its batching rule, or sample by sample."""
    done = _by_rule(operation, args, kwargs)
    return one_by_one(operation, args, kwargs) if done is NotImplemented else done


def _by_rule(operation: Callable, args: tuple, kwargs: dict) -> Any:
    rule = table.of(operation)
    if rule is None or any(isinstance(a, Outline) for a in tree_leaves(args)):
        return NotImplemented
    level: Any = innermost(args, kwargs)
    done = rule(Call(operation, level), *args, **kwargs)
    return done if done is NotImplemented else tree_map(lambda value: batched(value, level), done)


def _run_composed(served: Any, args: tuple, kwargs: dict) -> Any:
    """A function made of operations: these meet the samples themselves, unless it has a batching rule or looks at values."""
    done = _by_rule(served, args, kwargs)
    if done is not NotImplemented:
        return done
    try:
        return served.rule(*served.desk.serve(args), **kwargs)
    except NeedsValues:
        return one_by_one(served, args, kwargs)


def one_by_one(function: Callable, args: tuple, kwargs: dict) -> Any:
    """Call the function for each sample of the innermost level, and stack what it gives."""
    leaves, spec = tree_flatten((args, kwargs))
    level = innermost(leaves)
    if level is None or any(isinstance(leaf, Outline) for leaf in leaves):
        raise NeedsValues
    if not level.size:
        raise RuntimeError(
            f"vmap: {getattr(function, '__name__', function)}() has no batching rule, and there is no sample to call it for"
        )
    rows = []
    with one_at_a_time(level):
        for sample in range(level.size):
            one_args, one_kwargs = tree_unflatten([one_sample(leaf, level, sample) for leaf in leaves], spec)
            row, form = tree_flatten(function(*one_args, **one_kwargs))
            rows.append(row)
    return tree_unflatten([_stacked(column, level) for column in zip(*rows, strict=True)], form)


def _stacked(column: tuple, level: Level) -> Any:
    if not isinstance(column[0], Tensor):
        if column[0] is not None:
            raise NeedsValues
        return None
    if any(one.shape != column[0].shape for one in column):
        raise RuntimeError(
            f"vmap: We do not support batching operators that can support dynamic shape. Attempting to batch over what has for the samples the shapes {sorted({tuple(one.shape) for one in column})}"
        )
    return batched(ops.stack(column), level)


def _changed(tensor: Any, operation: Callable, args: tuple, kwargs: dict) -> Any:
    """Change samples in place: the result of the operation is copied into the values of all.

    Raises:
        RuntimeError: the tensor has one value for all samples, and would get several.
    """
    refuse_larger(tensor, [*args, *kwargs.values()])
    after = lifted(operation(tensor, *args, **kwargs), [tensor.level])
    if after.shape != tensor.shape:
        raise RuntimeError(
            f"output with shape {list(tensor.shape)} doesn't match the broadcast shape {list(after.shape)}"
        )
    tensor.value.copy_(after.value)
    return tensor


def _run_function(cls: Any, args: tuple, separate: bool) -> Any:
    """A user's Function: by its own rule `vmap(info, in_dims, *args)`, or sample by sample if it sets generate_vmap_rule.

    Raises:
        RuntimeError: it has neither, or its `forward` takes the ctx.
    """
    if not separate:
        raise RuntimeError(
            "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must override the setup_context "
            "staticmethod. For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"
        )
    if cls.generate_vmap_rule:
        return one_by_one(cls.apply, args, {})
    if not hasattr(cls, "vmap"):
        raise RuntimeError(
            f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and implement the vmap staticmethod or set generate_vmap_rule=True."
        )
    level: Any = innermost(args)
    mine = [isinstance(a, Batched) and a.level is level for a in args]
    info = VmapInfo(level.size, level.randomness)
    values = [a.value if own else a for a, own in zip(args, mine, strict=True)]
    outputs, dims = cls.vmap(info, tuple(0 if own else None for own in mine), *values)
    single = not isinstance(outputs, tuple)
    pairs = zip(
        (outputs,) if single else outputs,
        dims if isinstance(dims, tuple) else (dims,) * (1 if single else len(outputs)),
        strict=True,
    )
    wrapped = tuple(o if d is None else batched(ops.movedim(o, d, 0), level) for o, d in pairs)
    return wrapped[0] if single else wrapped


class VmapInfo(NamedTuple):
    """What a Function's own rule is told of the vmap that it runs in."""

    batch_size: int
    randomness: str


samples.function = _run_function
samples.composed, samples.change, samples.one_by_one = _run_composed, _changed, one_by_one
Batched._mapped = staticmethod(run)
