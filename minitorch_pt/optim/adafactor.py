"""Adafactor: the mean squares of a matrix's gradients kept as one row and one column."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .algorithms import PerParameter, zeros
from .optimizer import counter, nonnegative, number

__all__ = ["Adafactor"]


class Adafactor(PerParameter):
    """For a parameter (..., n, m) the state is the mean of g² over each row, r (..., n, 1), and over each column, c (..., 1, m).

    Both follow g² with the weight t^beta2_decay; v = r·c / mean(r) estimates the mean squares (a vector keeps v itself). The step
    u = g / sqrt(v) is made smaller if its root mean square exceeds d, and its rate follows the size of the parameter:
    p ← p - max(eps[1], rms(p))·min(lr, 1 / sqrt(t)) · u / max(1, rms(u) / d).
    weight_decay λ takes lr·λ·p off p first. eps[0] keeps v from 0; None means the machine epsilon of the dtype.

    Raises:
        ValueError: a negative rate, eps or weight decay, beta2_decay above 0, or d below 1.

    Source: Shazeer and Stern, arXiv 1804.04235.

    >>> w = torch.ones(2, 2, requires_grad=True)
    >>> optimizer = torch.optim.Adafactor([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([[0.9000, 0.9000],
            [0.9000, 0.9000]], requires_grad=True)
    """

    later = {"foreach": None}
    dense_only = "Adafactor"

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        nonnegative(lr=lr)
        for name, value in (("epsilon1", eps[0]), ("epsilon2", eps[1]), ("weight_decay", weight_decay)):
            if value is not None and not value >= 0:
                raise ValueError(f"{name} should be >= 0 but is: {value}")
        if not beta2_decay <= 0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if not d >= 1:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        super().__init__(
            params,
            {
                "lr": lr,
                "beta2_decay": beta2_decay,
                "eps": eps,
                "d": d,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
            },
        )

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        if p.ndim < 2:
            return {"step": counter(), "variance": zeros(p)}
        return {"step": counter(), "row_var": zeros(p[..., :1]), "col_var": zeros(p[..., :1, :])}

    def _change(self, group: dict[str, Any], state: dict[str, Tensor], p: np.ndarray, g: np.ndarray) -> None:
        rate, t, (eps1, eps2) = number(group["lr"]), state["step"].item(), group["eps"]
        if eps1 is None:
            eps1 = float(np.finfo(p.dtype).eps)
        weight = t ** group["beta2_decay"]
        size = max(eps2, _rms(p)) * min(rate, 1 / math.sqrt(t))
        if group["weight_decay"]:
            p *= 1 - rate * group["weight_decay"]
        square = g * g
        if p.ndim < 2:
            variance = state["variance"]._data
            variance += weight * (square - variance)
        else:
            row, column = state["row_var"]._data, state["col_var"]._data
            row += weight * (square.mean(axis=-1, keepdims=True) - row)
            column += weight * (square.mean(axis=-2, keepdims=True) - column)
            variance = row * column / np.maximum(row.mean(axis=-2, keepdims=True), eps1)
        update = g / np.sqrt(np.maximum(variance, eps1 * eps1))
        size /= max(1.0, _rms(update) / group["d"])
        if group["maximize"]:
            size = -size
        p -= size * update

    def _changes(self, group: dict[str, Any]) -> int:
        return 2 if group["weight_decay"] else 1


def _rms(x: np.ndarray) -> float:
    """The root of the mean square."""
    with np.errstate(all="ignore"):  # NumPy's own Python code
        return float(np.linalg.norm(x)) / math.sqrt(x.size)
