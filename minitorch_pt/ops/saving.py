"""A composed operation that keeps what torch's own node keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..autograd.rule import differentiable, same

if TYPE_CHECKING:
    from ..autograd.contract import Array, Pulled


@differentiable(linear=True, name=lambda value, of, name: name, saves="of")
def saving(value: Array, of: tuple, name: str) -> Pulled:
    """`value`, whose node has torch's name and does not let the tensors `of` be changed in place before backward."""
    return value, same


saving_result = differentiable(saving.__wrapped__, linear=True, name=lambda value, of, name: name, saves="of result")
