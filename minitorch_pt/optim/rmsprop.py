"""RMSprop: each element's step is divided by the root of a running mean of its squared gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .algorithms import Elementwise, zeros
from .forms import form
from .optimizer import check_implementation, counter, nonnegative, number

__all__ = ["RMSprop", "rmsprop"]


class RMSprop(Elementwise):
    """v ← α·v + (1 - α)·g², p ← p - lr·g / (sqrt(v) + eps).

    centered takes the square of the mean gradient off v, which makes it the variance; with momentum μ a velocity
    b ← μ·b + g / (sqrt(v) + eps) takes the place of the quotient; weight_decay λ adds λ·p to g.

    Raises:
        ValueError: a negative option.

    Source: G. Hinton, lecture 6 of "Neural Networks for Machine Learning", 2012; centered: A. Graves, arXiv 1308.0850.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.RMSprop([w], lr=0.1, alpha=0.75)
    >>> (w * w).backward()  # 0.1 * 2 / sqrt(0.25 * 2²)
    >>> optimizer.step()
    >>> w
    tensor([0.8000], requires_grad=True)
    """

    later = {"momentum": 0, "centered": False, **Elementwise.later}
    dense_only = "RMSprop"

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        nonnegative(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "alpha": alpha,
                "eps": eps,
                "centered": centered,
                "weight_decay": weight_decay,
                "capturable": capturable,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
            },
        )

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        state = {"step": counter(), "square_avg": zeros(p)}
        if group["momentum"] > 0:
            state["momentum_buffer"] = zeros(p)
        if group["centered"]:
            state["grad_avg"] = zeros(p)
        return state

    def _rule(self, group: dict[str, Any], state: dict[str, Tensor]) -> Callable[..., None]:
        rate, alpha, eps, momentum = number(group["lr"]), group["alpha"], group["eps"], group["momentum"]

        def update(p: Any, g: Any, square_avg: Any, momentum_buffer: Any = None, grad_avg: Any = None) -> None:
            square_avg *= alpha
            square_avg += (1 - alpha) * g * g
            variance = square_avg
            if grad_avg is not None:
                grad_avg += (1 - alpha) * (g - grad_avg)
                variance = square_avg - grad_avg * grad_avg
            root = np.sqrt(variance)
            root += eps
            direction = np.divide(g, root, out=root)
            if momentum_buffer is not None:
                momentum_buffer *= momentum
                momentum_buffer += direction
                direction = momentum_buffer
            p -= rate * direction

        return update


rmsprop = form(
    RMSprop,
    "params grads square_avgs grad_avgs momentum_buffer_list state_steps",
    "foreach maximize differentiable capturable has_complex",
    "lr alpha eps weight_decay momentum centered",
)
