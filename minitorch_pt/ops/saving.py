"""A composed operation that keeps what torch's own node keeps."""

from __future__ import annotations

from typing import Any

from ..autograd.rule import differentiable, same


@differentiable(linear=True, name=lambda value, of, name: name, saves="of")
def saving(value: Any, of: tuple, name: str) -> Any:
    """`value`, whose node has torch's name and does not let the tensors `of` be changed in place before backward."""
    return value, same


saving_result = differentiable(saving.__wrapped__, linear=True, name=lambda value, of, name: name, saves="of result")
