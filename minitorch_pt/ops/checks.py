"""What several operations refuse, each with the words of the error: other types, empty axes, types that differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..arrays.dtypes import TITLES
from ..autograd.modes import is_grad_enabled
from ..autograd.rule import array
from .axes import from_front
from .halves import HALF

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dims


BOOL = np.dtype(bool)


def need(ok: bool, message: str) -> None:
    """Raise RuntimeError with this message unless `ok`."""
    if not ok:
        raise RuntimeError(message)


def same_dtype(name: str, *operands: Array) -> None:
    """torch's products do not promote, and take no bools."""
    kinds = [a.dtype for a in operands]
    if len(set(kinds)) > 1:
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {' != '.join(TITLES[kind.name].lower() for kind in kinds)} in {name}(); convert one with .to()"
        )
    if kinds[0] == BOOL:
        raise NotImplementedError(f"{name}() is not implemented for 'Bool'; convert with .int()")


def in_c(x: Array) -> str:
    """The type of elements as C calls it, and some of torch's errors."""
    names = {"float64": "double", "float32": "float", "float16": "c10::Half", "int64": "long int", "int16": "short int"}
    return (names | {"int8": "signed char", "uint8": "unsigned char"}).get(
        x.dtype.name, x.dtype.name.removesuffix("32")
    )


def other_dtype(input: Array, weight: Array) -> str:
    """What to do about an input whose type is not that of the weights."""
    given, wanted = input.dtype.name, weight.dtype.name
    repair = {"float32": "float()", "float64": "double()", "float16": "half()"}.get(wanted, f"to(torch.{wanted})")
    return f"the input is {given}, the weights are {wanted}: input.{repair}"


def weights_dtype(name: str, input: Array, weight: Array, *rest: Array) -> None:
    """`same_dtype` of a layer's input and weights."""
    if input.dtype != weight.dtype:
        given, wanted = (TITLES.get(x.dtype.name, x.dtype.name) for x in (input, weight))
        raise RuntimeError(
            f"mat1 and mat2 must have the same dtype, but got {given} and {wanted} in {name}(): {other_dtype(input, weight)}"
        )
    same_dtype(name, input, weight, *rest)


def no_bools(name: str, *data: Array) -> None:
    """Raise NotImplementedError if all operands are bools."""
    if all(np.asarray(x).dtype == bool for x in data):
        raise NotImplementedError(f"{name}() is not implemented for 'Bool'; convert with .int()")


def only_kinds(kinds: str, name: str, input: Array) -> None:
    """Raise unless the operands' common type is of these kinds."""
    kind = array(input).dtype
    if kind.kind not in kinds:
        raise NotImplementedError(f"{name}() is not implemented for '{TITLES[kind.name]}'; convert with .to()")


def alike(name: str) -> Callable[..., None]:
    """A check that operands are of one type."""

    def check(*operands: Array | float) -> None:
        types = [x.dtype for x in operands if isinstance(x, np.ndarray)]
        if len({*types}) > 1:
            names = ", ".join(t.name for t in types)
            raise RuntimeError(
                f"{name} is not yet implemented for tensors with different dtypes. Got {names}; convert one with .to()"
            )

    return check


def is_number(x: Array) -> bool:
    """Whether it is a number of Python's, bool among them."""
    return isinstance(x, (int, float))


def check_floating(name: str, input: Array) -> bool:
    """Check for a floating point type. Whether it is float16, which torch computes in float32.

    Raises:
        NotImplementedError: another.
    """
    dtype = input.dtype if type(input) is np.ndarray else array(input).dtype
    if dtype.kind != "f":
        raise NotImplementedError(
            f"{name}() is not implemented for '{TITLES.get(dtype.name)}': it needs a floating point tensor; convert it with .float()"
        )
    return dtype is HALF


def not_empty(name: str, shape: tuple[int, ...], dim: Dims | None) -> None:
    """Check that there is something to choose from.

    Raises:
        RuntimeError: no elements at all. IndexError: none along an axis.
    """
    if dim is None:
        if 0 in shape:
            raise RuntimeError(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0. "
                f"Specify the reduction dim with the 'dim' argument: the shape is {list(shape)}."
            )
        return
    for d in (dim,) if isinstance(dim, int) else dim:
        if shape and shape[from_front(d, len(shape))] == 0:
            d = from_front(d, len(shape))
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size. The shape is {list(shape)}.")


def not_narrower(name: str, data: np.ndarray, dtype: np.dtype) -> None:
    """Check that numbers keep their digits in the type that is asked for.

    Raises:
        RuntimeError: it is narrower.
    """
    if np.promote_types(data.dtype, np.dtype(dtype)) != np.dtype(dtype):
        raise RuntimeError(
            f"{name}: the dtype of the input ({data.dtype}) should be convertible without narrowing to the specified dtype ({np.dtype(dtype)})"
        )


def float_only(text: str, data: np.ndarray) -> None:
    """Check for a floating point type.

    Raises:
        RuntimeError: another.
    """
    if data.dtype.kind != "f":
        raise RuntimeError(f"{text} {TITLES[data.dtype.name]}; convert with .float()")


def check_constant(name: str, **arguments: Array | float | None) -> None:
    """Raise RuntimeError if an argument asks for a gradient, which the operation does not give."""
    for key, argument in arguments.items():
        if getattr(argument, "requires_grad", False) and is_grad_enabled():
            raise RuntimeError(
                f"The function '{name}' is not differentiable with respect to argument '{key}'. This input cannot have "
                f"requires_grad True; give {key}.detach()"
            )


def where_channels_stand(size: list[int], channels: int) -> str:
    """What to do about an input with another number of channels."""
    if channels == 1 and size[0] == 1:  # a batch of grey images, taken for the channels of one
        return "channels stand before the sizes of an image; give a batch of images of one channel each with input.unsqueeze(1)"
    if size[-1] == channels:
        order = [0, len(size) - 1, *range(1, len(size) - 1)]
        return f"channels stand second, and here they stand last; input.permute{tuple(order)} moves them"
    return f"the second axis of a batch holds its channels; make the layer with in_channels={size[1]}, or give an input of {channels}"
