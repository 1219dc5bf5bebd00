"""What the transforms share in reading arguments: which are differentiated, what a function may return."""

from __future__ import annotations

from typing import Any

from ..tensors.tensor import Tensor

__all__ = ["chosen", "only_tensors", "replaced", "with_aux"]


def _place(argnum: Any, count: int) -> int:
    if not isinstance(argnum, int):
        raise RuntimeError(f"argnum must be int, got: {type(argnum)}")
    if not -count <= argnum < count:
        raise RuntimeError(f"Got argnum={argnum}, but only {count} positional inputs")
    return argnum % count


def _places(argnums: Any, count: int) -> tuple[int, ...]:
    """The numbers of the arguments to differentiate, counted from the front.

    Raises:
        RuntimeError: no number and no tuple of them, none, one twice, or one that there is not.
    """
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    places = tuple(_place(n, count) for n in (argnums if isinstance(argnums, tuple) else (argnums,)))
    if not places:
        raise RuntimeError("argnums must be non-empty")
    if len(set(places)) != len(places):
        raise RuntimeError(f"argnums elements must be unique, got {places}")
    return places


def chosen(args: tuple, argnums: Any) -> Any:
    """The arguments to differentiate: one, or a tuple of several; all for None."""
    if argnums is None:
        return args
    places = _places(argnums, len(args))
    return tuple(args[i] for i in places) if isinstance(argnums, tuple) else args[places[0]]


def replaced(args: tuple, new: Any, argnums: Any) -> tuple:
    """The arguments with others in the place of those to differentiate."""
    if argnums is None:
        return new
    places = _places(argnums, len(args))
    values = dict(zip(places, new if isinstance(argnums, tuple) else (new,), strict=True))
    return tuple(values.get(i, a) for i, a in enumerate(args))


def with_aux(result: Any, has_aux: bool, api: str) -> tuple[Any, Any]:
    """The output of a function, and what it returns beside it.

    Raises:
        RuntimeError: it should return a pair and does not.
    """
    if not has_aux:
        return result, None
    if not (isinstance(result, tuple) and len(result) == 2):
        raise RuntimeError(f"{api}: output of function f should be a tuple: (output, aux) if has_aux is True")
    return result


def only_tensors(outputs: list, api: str) -> None:
    """Raise if a function returned nothing, or something that is no Tensor."""
    if not outputs or (len(outputs) == 1 and outputs[0] is None):
        raise RuntimeError(f"{api}: Expected f to be a function that has non-empty output (got output = {outputs})")
    for output in outputs:
        if not isinstance(output, Tensor):
            raise RuntimeError(
                f"{api}: expected f(*primals) to return only tensors, got unsupported type {type(output)}"
            )
