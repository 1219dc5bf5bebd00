"""Windows, symmetric unless `sym=False` asks for a period of a repeated one. The largest value is 1 where M is odd."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .. import ops
from ..arrays import dtypes, formats
from ..names.places import settle
from ..tensors import creation
from ..tensors.ranges import arange, linspace
from ..tensors.tensor import Tensor

__all__ = [
    "bartlett", "blackman", "cosine", "exponential", "gaussian", "general_cosine", "general_hamming", "hamming", "hann", "kaiser", "nuttall",
]  # fmt: skip


def _short(name: str, M: int, options: dict, ones: bool = True) -> Tensor | None:
    """A window without numbers, or with a single 1 (unless ones=False); None where there is more to do. Checks what all windows are given.

    Raises:
        ValueError: M is negative, the dtype is no floating point type, the layout another.
    """
    dtype = dtypes.get_default_dtype() if options["dtype"] is None else options["dtype"]
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    if options["layout"] is not formats.strided:
        raise ValueError(f"{name} is implemented for strided tensors only, got: {options['layout']}")
    if dtype not in (dtypes.float32, dtypes.float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
    return creation.ones((int(M),), **options) if M == 0 or (M == 1 and ones) else None


def _steps(M: int, start: float, step: float, options: dict) -> Tensor:
    """M numbers from `start` on, each `step` after the other."""
    return linspace(start, start + (M - 1) * step, M, **options)


def _length(M: int, sym: bool) -> int:
    """The number of steps between the first and the last value of a symmetric window."""
    return M - 1 if sym or M <= 1 else M


def exponential(
    M: int,
    *,
    center: float | None = None,
    tau: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """exp(-|n - center| / tau).

    Raises:
        ValueError: tau is not positive, or a center of a symmetric window is given.

    >>> torch.signal.windows.exponential(5)
    tensor([0.1353, 0.3679, 1.0000, 0.3679, 0.1353])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    short = _short("exponential", M, options, ones=False)
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    if short is not None:
        return short
    center = _length(M, sym) / 2 if center is None else center
    return ops.exp(-ops.abs(_steps(M, -center / tau, 1 / tau, options)))


def cosine(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """sin(pi (n + 1/2) / M).

    >>> torch.signal.windows.cosine(4)
    tensor([0.3827, 0.9239, 0.9239, 0.3827])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    short = _short("cosine", M, options, ones=False)
    if short is not None:
        return short
    step = math.pi / (M + 1 if not sym and M > 1 else M)
    return ops.sin(_steps(M, 0.5 * step, step, options))


def gaussian(
    M: int,
    *,
    std: float = 1.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """exp(-(n - center)² / (2 std²)).

    Raises:
        ValueError: std is not positive.

    >>> torch.signal.windows.gaussian(5)
    tensor([0.1353, 0.6065, 1.0000, 0.6065, 0.1353])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    short = _short("gaussian", M, options, ones=False)
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    if short is not None:
        return short
    step = 1 / (std * math.sqrt(2))
    return ops.exp(-(_steps(M, -_length(M, sym) / 2 * step, step, options) ** 2))


def kaiser(
    M: int,
    *,
    beta: float = 12.0,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """I0(beta sqrt(1 - (2n / (M-1) - 1)²)) / I0(beta).

    Raises:
        ValueError: beta is negative.

    >>> torch.signal.windows.kaiser(5)
    tensor([5.2773e-05, 2.1567e-01, 1.0000e+00, 2.1567e-01, 5.2773e-05])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    short = _short("kaiser", M, options)
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    if short is not None:
        return short
    beta = float(beta)
    k = _steps(M, -beta, 2.0 * beta / _length(M, sym), options)
    scale = creation.tensor(beta, dtype=k.dtype)
    return ops.i0(ops.sqrt(ops.clamp(scale * scale - k**2, 0))) / ops.i0(scale)


def general_cosine(
    M: int,
    *,
    a: Iterable,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The sum of (-1)^i a_i cos(2 pi i n / (M-1)).

    Raises:
        TypeError: the coefficients are no sequence. ValueError: there are none.

    >>> torch.signal.windows.general_cosine(5, a=[0.5, 0.5])
    tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    short = _short("general_cosine", M, options)
    if short is not None:
        return short
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    if not a:
        raise ValueError("Coefficients cannot be empty")
    k = _steps(M, 0.0, 2 * math.pi / _length(M, sym), options)
    signed = creation.tensor([(-1) ** i * w for i, w in enumerate(a)], dtype=k.dtype)
    i = arange(len(signed), dtype=k.dtype)
    return (signed.unsqueeze(-1) * ops.cos(i.unsqueeze(-1) * k)).sum(0)


def general_hamming(
    M: int,
    *,
    alpha: float = 0.54,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """alpha - (1 - alpha) cos(2 pi n / (M-1)).

    >>> torch.signal.windows.general_hamming(5)
    tensor([0.0800, 0.5400, 1.0000, 0.5400, 0.0800])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    return general_cosine(M, a=[alpha, 1.0 - alpha], sym=sym, **options)


def hamming(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """0.54 - 0.46 cos(2 pi n / (M-1)).

    >>> torch.signal.windows.hamming(5)
    tensor([0.0800, 0.5400, 1.0000, 0.5400, 0.0800])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    return general_hamming(M, sym=sym, **options)


def hann(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """(1 - cos(2 pi n / (M-1))) / 2.

    >>> torch.signal.windows.hann(5)
    tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    return general_hamming(M, alpha=0.5, sym=sym, **options)


def blackman(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """0.42 - 0.5 cos(2 pi n / (M-1)) + 0.08 cos(4 pi n / (M-1)).

    >>> torch.signal.windows.blackman(5)
    tensor([-1.4901e-08,  3.4000e-01,  1.0000e+00,  3.4000e-01, -1.4901e-08])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    return general_cosine(M, a=[0.42, 0.5, 0.08], sym=sym, **options)


def nuttall(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The minimum 4-term Blackman-Harris window according to Nuttall.

    >>> torch.signal.windows.nuttall(5)
    tensor([3.6280e-04, 2.2698e-01, 1.0000e+00, 2.2698e-01, 3.6280e-04])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    return general_cosine(M, a=[0.3635819, 0.4891775, 0.1365995, 0.0106411], sym=sym, **options)


def bartlett(
    M: int,
    *,
    sym: bool = True,
    dtype: Any = None,
    layout: Any = formats.strided,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """1 - |2n / (M-1) - 1|.

    >>> torch.signal.windows.bartlett(5)
    tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    options = dict(dtype=dtype, layout=layout, device=device, requires_grad=requires_grad)
    short = _short("bartlett", M, options)
    if short is not None:
        return short
    return 1 - ops.abs(_steps(M, -1.0, 2 / _length(M, sym), options))


settle(__name__, globals(), {"windows": " ".join(__all__)})
