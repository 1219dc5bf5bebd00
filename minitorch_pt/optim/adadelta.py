"""Adadelta: steps whose size follows the running mean of the steps before, so that no rate has to be tuned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .algorithms import Elementwise, zeros
from .forms import form
from .optimizer import check_implementation, counter, nonnegative, number

__all__ = ["Adadelta", "adadelta"]


class Adadelta(Elementwise):
    """v ← ρ·v + (1 - ρ)·g², Δ = g·sqrt(u + eps) / sqrt(v + eps), u ← ρ·u + (1 - ρ)·Δ², p ← p - lr·Δ.

    weight_decay λ adds λ·p to g.

    Raises:
        ValueError: a negative option, or rho above 1.

    Source: M. Zeiler, arXiv 1212.5701.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adadelta([w], lr=100.0)
    >>> (w * w).backward()  # slope 2
    >>> optimizer.step()
    >>> w
    tensor([0.6838], requires_grad=True)
    """

    dense_only = "Adadelta"

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        nonnegative(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)
        if rho > 1:
            raise ValueError(f"Invalid rho value: {rho}; it must be in [0, 1]")
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "rho": rho,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "capturable": capturable,
                "foreach": foreach,
                "differentiable": differentiable,
            },
        )

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        return {"step": counter(), "square_avg": zeros(p), "acc_delta": zeros(p)}

    def _rule(self, group: dict[str, Any], state: dict[str, Tensor]) -> Callable[..., None]:
        rate, rho, eps = number(group["lr"]), group["rho"], group["eps"]

        def update(p: Any, g: Any, square_avg: Any, acc_delta: Any) -> None:
            square_avg *= rho
            square_avg += (1 - rho) * g * g
            delta = np.sqrt(acc_delta + eps)
            delta /= np.sqrt(square_avg + eps)
            delta *= g
            acc_delta *= rho
            acc_delta += (1 - rho) * delta * delta
            p -= rate * delta

        return update


adadelta = form(
    Adadelta,
    "params grads square_avgs acc_deltas state_steps",
    "capturable foreach differentiable has_complex",
    "lr rho eps weight_decay maximize",
)
