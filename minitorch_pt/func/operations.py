"""Operations on samples: by a batching rule on all of them at once, or on one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..arrays import samples
from ..arrays.samples import NeedsValues, Outline
from ..tensors.tensor import Tensor
from ..utils._pytree import tree_flatten, tree_leaves, tree_map, tree_unflatten
from . import rules
from .batched import Batched, Level, batched, innermost, lifted, one_sample, refuse_larger
from .randomness import one_at_a_time

__all__ = ["one_by_one", "run"]


def run(operation: Callable, args: tuple, kwargs: dict) -> Any:
    """An operation some of whose arguments are Batched: by its batching rule, or sample by sample."""
    done = _by_rule(operation, args, kwargs)
    return one_by_one(operation, args, kwargs) if done is NotImplemented else done


def _by_rule(operation: Callable, args: tuple, kwargs: dict) -> Any:
    rule = rules.of(operation)
    if rule is None or any(isinstance(a, Outline) for a in tree_leaves(args)):
        return NotImplemented
    level: Any = innermost(args, kwargs)
    done = rule(rules.Call(operation, level), *args, **kwargs)
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
        raise RuntimeError("vmap: We do not support batching operators that can output dynamic shape. The results for the samples have the shapes "
                           f"{sorted({tuple(one.shape) for one in column})}")  # fmt: skip
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


samples.composed, samples.change, samples.one_by_one = _run_composed, _changed, one_by_one
Batched._mapped = staticmethod(run)
