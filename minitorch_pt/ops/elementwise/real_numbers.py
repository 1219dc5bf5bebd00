"""What torch asks of complex numbers, answered for real ones: the real part is the number itself, its angle 0 or pi."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ...arrays import dtypes
from ...autograd.contract import composed
from ...autograd.rule import differentiable
from ...names.titles import titled
from ..picking import flat_slope

if TYPE_CHECKING:
    from ...autograd.contract import CastOut, Pulled, Tensor

__all__ = ["angle", "conj", "conj_physical", "imag", "real", "resolve_conj", "resolve_neg", "view_as_real"]


@differentiable(linear=True, saves="input")
def angle(input: Tensor, *, out: CastOut | None = None) -> Pulled:
    """0 for positive numbers, pi for negative ones, nan for nan; its slope is 0.

    >>> torch.angle(torch.tensor([-1.0, 2.0]))
    tensor([3.1416, 0.0000])
    """
    kind = input.dtype if input.dtype.kind == "f" else dtypes.get_default_dtype().dtype
    values = (
        np.where(input < 0, np.pi, 0.0)
        if input.dtype.kind != "f"
        else np.where(np.isnan(input), np.nan, np.where(input < 0, np.pi, 0.0))
    )
    return values.astype(kind), flat_slope


def _itself(name: str, text: str) -> Callable[..., Tensor]:
    def function(input: Tensor) -> Tensor:
        return input

    example = f">>> torch.{name}(torch.tensor([1.0, -2.0]))\ntensor([ 1., -2.])"
    return composed(titled(function, name, f"{text} Of real numbers, the tensor itself.\n\n{example}"))


real = _itself("real", "The real parts.")
conj = _itself("conj", "The complex conjugates.")
resolve_conj = _itself("resolve_conj", "The conjugates, computed where they are only noted.")
resolve_neg = _itself("resolve_neg", "The negatives, computed where they are only noted.")


@composed
def conj_physical(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The complex conjugates, computed. Of real numbers, the tensor itself.

    >>> torch.conj_physical(torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """
    return input


@composed
def imag(input: Tensor) -> NoReturn:
    """The imaginary parts, which real numbers have not.

    Raises:
        RuntimeError: always.

    >>> torch.imag(torch.tensor([1.0]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    RuntimeError: imag is not implemented for tensors with non-complex dtypes...
    """
    raise RuntimeError("imag is not implemented for tensors with non-complex dtypes, and there are no others here")


@composed
def view_as_real(input: Tensor) -> NoReturn:
    """Complex numbers as pairs of real ones.

    Raises:
        RuntimeError: always.

    >>> torch.view_as_real(torch.tensor([1.0]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    RuntimeError: view_as_real is only supported for complex tensors...
    """
    raise RuntimeError("view_as_real is only supported for complex tensors, and there are none here")
