"""repr and str of tensors, as torch prints them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..arrays import dtypes
from ..names.absent import PACKAGE

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["get_printoptions", "set_printoptions", "sparse_repr", "tensor_repr"]


class _Options(NamedTuple):
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES = {
    "default": _Options(),
    "short": _Options(precision=2, edgeitems=2),
    "full": _Options(threshold=math.inf),
}
_options = _PROFILES["default"]


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """How tensors are printed.

    precision: decimals; threshold: the most elements that are shown whole; edgeitems: how many at each end otherwise;
    linewidth: characters a line; profile: "default", "short" or "full" sets all; sci_mode: always or never 1.0000e+00.
    What is None stays as it is, but sci_mode, which each call sets: None chooses by the numbers.
    Source: https://docs.pytorch.org/docs/stable/generated/torch.set_printoptions.html

    >>> torch.set_printoptions(precision=2)
    >>> torch.tensor([1.12345])
    tensor([1.12])
    >>> torch.set_printoptions(profile="default")
    """
    global _options
    if profile is not None:
        _options = _PROFILES.get(profile, _options)
    given: dict[str, Any] = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    _options = _options._replace(sci_mode=sci_mode, **{k: v for k, v in given.items() if v is not None})


def get_printoptions() -> dict[str, Any]:
    """The present options, as a dictionary."""
    return _options._asdict()


class _Formatter:
    """Brings all shown numbers to one form and width: whole numbers as "1.", else fixed decimals, else scientific."""

    def __init__(self, shown: np.ndarray) -> None:
        self.floating = shown.dtype.kind == "f"
        self.whole, self.scientific, self.width = True, False, 1
        if not self.floating:
            self.width = max((len(str(x)) for x in shown.reshape(-1).tolist()), default=1)
            return
        numbers = shown[np.isfinite(shown) & (shown != 0)].astype(np.float64)  # 0, inf and nan do not decide the form
        if numbers.size:
            size = np.abs(numbers)
            small, large = size.min(), size.max()
            self.whole = bool((numbers == np.ceil(numbers)).all())
            self.scientific = bool(large / small > 1000.0 or large > 1.0e8 or small < 1.0e-4)
            if _options.sci_mode is not None:
                self.scientific = _options.sci_mode
            self.width = max(len(self._number(x)) for x in numbers.tolist())

    def _number(self, x: float) -> str:
        if self.scientific:
            return f"{x:.{_options.precision}e}"
        if self.whole:
            text = f"{x:.0f}"
            return text + "." if math.isfinite(x) else text
        return f"{x:.{_options.precision}f}"

    def text(self, x: Any) -> str:
        """One element, padded to the common width."""
        return (self._number(x) if self.floating else str(x)).rjust(self.width)


def _summarised(data: np.ndarray) -> np.ndarray:
    """The elements that a summary shows: those near the ends of every axis."""
    edge = _options.edgeitems
    for axis, n in enumerate(data.shape):
        if n > 2 * edge:
            data = np.take(data, [*range(edge), *range(n - edge, n)], axis)
    return data


def _vector(data: np.ndarray, indent: int, summarise: bool, form: _Formatter) -> str:
    width = form.width + 2
    per_line = max(1, math.floor((_options.linewidth - indent) / width))
    edge = _options.edgeitems
    if summarise and not edge:
        cells = ["..."]
    elif summarise and len(data) > 2 * edge:
        cells = [*map(form.text, data[:edge].tolist()), " ...", *map(form.text, data[-edge:].tolist())]
    else:
        cells = [*map(form.text, data.tolist())]
    lines = [", ".join(cells[i : i + per_line]) for i in range(0, len(cells), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _block(data: np.ndarray, indent: int, summarise: bool, form: _Formatter) -> str:
    if data.ndim == 0:
        return form.text(data.item())
    if data.ndim == 1:
        return _vector(data, indent, summarise, form)
    edge = _options.edgeitems
    if summarise and len(data) > 2 * edge:
        parts = [_block(x, indent + 1, True, form) for x in data[:edge]]
        parts += ["..."]
        parts += [_block(x, indent + 1, True, form) for x in data[len(data) - edge :]]
    else:
        parts = [_block(x, indent + 1, summarise, form) for x in data]
    return "[" + ("," + "\n" * (data.ndim - 1) + " " * (indent + 1)).join(parts) + "]"


@np.errstate(all="ignore")
def tensor_repr(tensor: Tensor) -> str:
    """The text of a tensor: numbers of one form, then what cannot be seen from them: dtype, grad_fn, requires_grad.

    A class derived from Tensor prints under its own name, but not those of this package.

    >>> torch.tensor([1.0, 2.5], requires_grad=True) * 2
    tensor([2., 5.], grad_fn=<MulBackward0>)
    """
    data = tensor._data
    kind = type(tensor)
    plain = kind.__module__.partition(".")[0] in (PACKAGE, "torch")  # `run` calls our classes torch's
    prefix = "tensor(" if plain else f"{kind.__name__}("
    suffixes = []
    usual = (dtypes.get_default_dtype().dtype, dtypes.int64.dtype, dtypes.bool.dtype)
    if data.size == 0:
        if data.ndim != 1:
            suffixes.append(f"size={tuple(data.shape)}")
        if data.dtype != dtypes.get_default_dtype().dtype:
            suffixes.append(f"dtype={tensor.dtype}")
        body = "[]"
    else:
        if not _options.edgeitems:
            suffixes.append(f"size={tuple(data.shape)}")
        if data.dtype not in usual:
            suffixes.append(f"dtype={tensor.dtype}")
        body = _numbers(data, len(prefix))
    suffixes += _history(tensor)
    return _with_suffixes(prefix + body, suffixes, len(prefix))


def _numbers(data: np.ndarray, indent: int) -> str:
    """The numbers of an array that has some, in brackets."""
    summarise = data.size > _options.threshold
    form = _Formatter(_summarised(data) if summarise else data)
    return _block(data, indent, summarise, form)


def _history(tensor: Tensor) -> list[str]:
    """What is said of a tensor's gradients."""
    try:
        node = tensor.grad_fn
        name = node and node.name().rpartition("::")[2]
    except RuntimeError:  # a view whose base was changed against the rules
        name = "Invalid"
    if name is not None:
        return [f"grad_fn=<{name}>"]
    return ["requires_grad=True"] if tensor.requires_grad else []


@np.errstate(all="ignore")
def sparse_repr(tensor: Any) -> str:
    """The text of a sparse tensor: its indices and values, its size, and how many elements are kept.

    >>> torch.eye(2).to_sparse()
    tensor(indices=tensor([[0, 1],
                           [0, 1]]),
           values=tensor([1., 1.]),
           size=(2, 2), nnz=2, layout=torch.sparse_coo)
    """
    indent = len("tensor(")
    parts = []
    for name, part in (("indices", tensor._indices()), ("values", tensor._values())):
        opening = f"{name}=tensor("
        body = _numbers(part._data, indent + len(opening)) if part.numel() else f"[], size={tuple(part.shape)}"
        parts.append(f"{opening}{body})")
    suffixes = [f"size={tuple(tensor.shape)}", f"nnz={tensor._nnz()}"]
    if tensor.dtype not in (dtypes.get_default_dtype(), dtypes.int64, dtypes.bool):
        suffixes.append(f"dtype={tensor.dtype}")
    suffixes += [f"layout={tensor.layout}", *_history(tensor)]
    text = f"tensor({parts[0]},\n{' ' * indent}{parts[1]}"
    return _with_suffixes(text, suffixes, indent, True)


def _with_suffixes(text: str, suffixes: list[str], indent: int, new_line: bool = False) -> str:
    """Append the suffixes on the last line, or on a new one, also where they do not fit."""
    last = _options.linewidth if new_line else len(text) - text.rfind("\n") + 1
    parts = [text]
    for suffix in suffixes:
        if last + len(suffix) + 2 > _options.linewidth:
            parts.append(",\n" + " " * indent + suffix)
            last = indent + len(suffix)
        else:
            parts.append(", " + suffix)
            last += len(suffix) + 2
    return "".join(parts) + ")"
