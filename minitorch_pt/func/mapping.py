"""vmap: a function of one sample made a function of many. How operations on samples are done stands in `batched.py` and `rules.py`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import ops
from ..arrays.samples import NeedsValues
from ..autograd.graph import stand_in
from ..tensors.tensor import Tensor
from ..utils._pytree import TreeSpec, tree_flatten, tree_leaves, tree_unflatten
from . import operations as operations  # which lets operations meet samples
from .batched import Batched, Level, batched, lifted

__all__ = ["vmap"]


def vmap(
    func: Callable, in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *, chunk_size: int | None = None
) -> Callable:
    """A function that does for many samples what `func` does for one: they lie along an axis of its arguments, and of its results.

    in_dims: the axis of each argument, in a tuple (nested as the arguments are), or one for all; None: the same for all samples.
    out_dims: where the axis is in the results. chunk_size: how many samples at a time.
    randomness: "error" refuses random numbers, "different" draws some for each sample, "same" the same for all.

    Raises:
        ValueError: in_dims or out_dims do not fit, the sizes differ, or something that is mapped over is no Tensor.
        RuntimeError: `func` asks for the values of a sample, in an `if` or by `item()`, or draws random numbers under "error".

    >>> torch.vmap(torch.dot)(torch.ones(2, 3), torch.arange(6.0).reshape(2, 3))
    tensor([ 3., 12.])
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func, updated=())
    def mapped(*args: Any, **kwargs: Any) -> Any:
        _check_out_dims(func, out_dims)
        size, dims, values, form = _read_inputs(func, in_dims, args)
        if chunk_size is None or chunk_size >= size:
            return _map(func, size, dims, values, form, out_dims, randomness, kwargs)
        pieces = []
        for start in range(0, size, chunk_size):
            count = min(chunk_size, size - start)
            chunk = [v if d is None else ops.narrow(v, d, start, count) for v, d in zip(values, dims, strict=True)]
            pieces.append(_map(func, count, dims, chunk, form, out_dims, randomness, kwargs))
        return _rejoined(pieces, out_dims)

    return mapped


def name_of(func: Any) -> str:
    """What a function is called in an error."""
    if hasattr(func, "__name__"):
        return func.__name__
    if isinstance(func, functools.partial):
        return f"functools.partial({name_of(func.func)}, ...)"
    return repr(func)


def _spread(prefix: Any, form: TreeSpec) -> list | None:
    """One value for each leaf of a tree, from a tree that may end earlier: a value in place of a container holds for all in it."""
    if form.is_leaf():
        return [prefix] if not isinstance(prefix, (tuple, list, dict)) else None
    if prefix is None or isinstance(prefix, int) or form.children_specs is None:
        return [prefix] * form.num_leaves
    leaves, shape = tree_flatten(prefix, lambda part: part is not prefix)
    if shape.type is not form.type or len(leaves) != len(form.children_specs):
        return None
    spread = [_spread(leaf, child) for leaf, child in zip(leaves, form.children_specs, strict=True)]
    return None if any(part is None for part in spread) else [value for part in spread if part for value in part]


def _read_inputs(func: Callable, in_dims: Any, args: tuple) -> tuple[int, list, list, TreeSpec]:
    """How many samples there are, along which axis they lie in each leaf of the arguments, the leaves, and the form of the arguments."""
    call = f"vmap({name_of(func)}, in_dims={in_dims}, ...)(<inputs>)"
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{call}: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name_of(func)})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function with no inputs. The latter is unsupported."
        )
    values, form = tree_flatten(args)
    dims = _spread(in_dims, form)
    if dims is None:
        raise ValueError(
            f"{call}: in_dims is not compatible with the structure of `inputs`. in_dims has structure {tree_flatten(in_dims)[1]} but inputs has structure {form}."
        )
    for i, (value, dim) in enumerate(zip(values, dims, strict=True)):
        if dim is None:
            continue
        if not isinstance(dim, int):
            raise ValueError(
                f"{call}: Got in_dim={dim} for an input but in_dim must be either an integer dimension or None."
            )
        if not isinstance(value, Tensor):
            raise ValueError(
                f"{call}: Got in_dim={dim} for an input but the input is of type {type(value)}. We cannot vmap over non-Tensor arguments, please use None as the respective in_dim"
            )
        if not -value.ndim <= dim < value.ndim:
            raise ValueError(
                f"{call}: Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {value.ndim} so expected in_dim to satisfy -{value.ndim} <= in_dim < {value.ndim}."
            )
        dims[i] = dim % value.ndim
    sizes = [value.shape[dim] for value, dim in zip(values, dims, strict=True) if dim is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped dimension"
        )
    return sizes[0], dims, values, form


def _check_out_dims(func: Callable, out_dims: Any) -> None:
    for dim in tree_leaves(out_dims):
        if dim is not None and not isinstance(dim, int):
            raise ValueError(
                f"vmap({name_of(func)}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints representing where in the outputs the vmapped dimension should appear."
            )


def _map(
    func: Callable, size: int, dims: list, values: list, form: TreeSpec, out_dims: Any, randomness: str, kwargs: dict
) -> Any:
    """Call the function once, on samples of which each is Batched."""
    with Level(size, randomness) as level:
        samples = [
            value if dim is None else batched(ops.movedim(value, dim, 0), level)
            for value, dim in zip(values, dims, strict=True)
        ]
        try:
            outputs = func(*tree_unflatten(samples, form), **kwargs)
        except NeedsValues as need:
            raise RuntimeError(str(need)) from need
    flat, spec = tree_flatten(outputs)
    ends = _spread_out(out_dims, outputs, spec)
    if ends is None:
        raise ValueError(
            f"vmap({name_of(func)}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of `outputs`. "
            f"out_dims has structure {tree_flatten(out_dims)[1]} but outputs has structure {spec}."
        )
    return tree_unflatten([_unmapped(func, output, dim, level) for output, dim in zip(flat, ends, strict=True)], spec)


def _spread_out(out_dims: Any, outputs: Any, spec: TreeSpec) -> list | None:
    if isinstance(outputs, Tensor) and isinstance(out_dims, tuple) and len(out_dims) == 1:
        return list(out_dims)
    return _spread(out_dims, spec)


def _unmapped(func: Callable, output: Any, dim: int | None, level: Level) -> Any:
    """One output of all samples."""
    name = name_of(func)
    if dim is None:
        if isinstance(output, Batched) and output.level is level:
            raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
        return output
    if not isinstance(output, Tensor):
        raise ValueError(
            f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(output)}. Did you mean to set out_dims= to None for output?"
        )
    return stand_in(ops.movedim(lifted(output, [level]).value, 0, dim), Tensor)


def _rejoined(pieces: list, out_dims: Any) -> Any:
    """The outputs of all chunks, joined where their samples lie."""
    rows = [tree_flatten(piece) for piece in pieces]
    form = rows[0][1]
    dims: Any = _spread_out(out_dims, pieces[0], form)
    columns = zip(*(leaves for leaves, _ in rows), strict=True)
    return tree_unflatten([ops.cat(column, dim) for column, dim in zip(columns, dims, strict=True)], form)
