"""torch.hann_window and its kin: by default a period of a repeated window, as spectra need it; `torch.signal.windows` has more."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import ops
from ..arrays import dtypes
from ..autograd.contract import composed
from .creation import empty, ones, tensor
from .ranges import arange
from .tensor import Tensor

if TYPE_CHECKING:
    from ..autograd.contract import DType, Layout, Pin

__all__ = ["bartlett_window", "blackman_window", "hamming_window", "hann_window", "kaiser_window"]


def _window(
    name: str, length: int, periodic: bool, dtype: Any, options: dict, curve: Callable[[Tensor, int], Tensor]
) -> Tensor:
    """The curve of `length` numbers, a period of it one short of a symmetric window.

    Raises:
        RuntimeError: a negative length, or no floating point type.
    """
    kind = dtypes.get_default_dtype() if dtype is None else dtype
    requires_grad = options.pop("requires_grad")
    if length < 0:
        raise RuntimeError(f"{name} requires non-negative window_length, got window_length={length}")
    if not kind.is_floating_point:
        raise RuntimeError(f"{name} expects floating point dtypes, got: {kind}")
    if length < 2:
        made = ones(length, dtype=kind, **options) if length else empty(0, dtype=kind, **options)
    else:
        size = length + 1 if periodic else length
        made = curve(arange(size, dtype=kind, **options), size - 1)
        made = made[:length].clone() if periodic else made
    return made.requires_grad_() if requires_grad else made


@composed
def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: bool = False,
) -> Tensor:
    """alpha - beta cos(2 pi n / (N-1)).

    Raises:
        RuntimeError: a negative length, or no floating point type.

    >>> torch.hamming_window(4)
    tensor([0.0800, 0.5400, 1.0000, 0.5400])
    """
    options = {"device": device, "requires_grad": requires_grad}

    def curve(n: Tensor, last: int) -> Tensor:
        return n.mul_(math.pi * 2.0 / last).cos_().mul_(-beta).add_(alpha)

    return _window("hamming_window", window_length, periodic, dtype, options, curve)


@composed
def hann_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: bool = False,
) -> Tensor:
    """(1 - cos(2 pi n / (N-1))) / 2: `hamming_window` with alpha = beta = 0.5.

    >>> torch.hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return hamming_window(window_length, periodic, 0.5, 0.5, dtype=dtype, device=device, requires_grad=requires_grad)


@composed
def blackman_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: bool = False,
) -> Tensor:
    """0.42 - 0.5 cos(2 pi n / (N-1)) + 0.08 cos(4 pi n / (N-1)).

    >>> torch.blackman_window(4)
    tensor([-2.9802e-08,  3.4000e-01,  1.0000e+00,  3.4000e-01])
    """

    def curve(n: Tensor, last: int) -> Tensor:
        n = n.mul_(math.pi / last)
        return n.mul(4).cos_().mul_(0.08) - n.mul(2).cos_().mul_(0.5) + 0.42

    return _window(
        "blackman_window", window_length, periodic, dtype, {"device": device, "requires_grad": requires_grad}, curve
    )


@composed
def bartlett_window(
    window_length: int,
    periodic: bool = True,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: bool = False,
) -> Tensor:
    """1 - |2n / (N-1) - 1|: a triangle.

    >>> torch.bartlett_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """

    def curve(n: Tensor, last: int) -> Tensor:
        n = n.mul_(2.0 / last)
        n[last // 2 + 1 :].mul_(-1).add_(2)
        return n

    return _window(
        "bartlett_window", window_length, periodic, dtype, {"device": device, "requires_grad": requires_grad}, curve
    )


@composed
def kaiser_window(
    window_length: int,
    periodic: bool = True,
    beta: float = 12.0,
    *,
    dtype: DType | None = None,
    layout: Layout | None = None,
    device: object = None,
    pin_memory: Pin = False,
    requires_grad: bool = False,
) -> Tensor:
    """I0(beta sqrt(1 - (2n / (N-1) - 1)²)) / I0(beta).

    >>> torch.kaiser_window(4)
    tensor([5.2773e-05, 2.1567e-01, 1.0000e+00, 2.1567e-01])
    """

    def curve(n: Tensor, last: int) -> Tensor:
        x = n * (2.0 / last) - 1
        height = ops.i0(tensor(beta, dtype=n.dtype))
        return ops.i0(beta * ops.sqrt(ops.clamp(1 - x * x, 0))) / height

    return _window(
        "kaiser_window", window_length, periodic, dtype, {"device": device, "requires_grad": requires_grad}, curve
    )
