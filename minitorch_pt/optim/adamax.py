"""Adamax: Adam with a decaying maximum of the gradients in place of their mean square."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .algorithms import Elementwise, zeros
from .forms import form
from .optimizer import check_betas, check_implementation, counter, nonnegative, number

__all__ = ["Adamax", "adamax"]


class Adamax(Elementwise):
    """m ← β1·m + (1 - β1)·g, u ← max(β2·u, abs(g) + eps), p ← p - lr / (1 - β1ᵗ) · m / u.

    weight_decay λ adds λ·p to g.

    Raises:
        ValueError: a negative option, or a beta outside [0, 1).

    Source: Kingma and Ba, "Adam", arXiv 1412.6980, section 7.1.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adamax([w], lr=0.1)
    >>> (w * w).backward()  # slope 2; the first step is lr long
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)
    """

    dense_only = "Adamax"

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        nonnegative(lr=lr, eps=eps, weight_decay=weight_decay)
        check_betas(betas)
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        return {"step": counter(), "exp_avg": zeros(p), "exp_inf": zeros(p)}

    def _rule(self, group: dict[str, Any], state: dict[str, Tensor]) -> Callable[..., None]:
        beta1, beta2 = map(number, group["betas"])
        eps = group["eps"]
        rate = number(group["lr"]) / (1 - beta1 ** state["step"].item())

        def update(p: Any, g: Any, exp_avg: Any, exp_inf: Any) -> None:
            exp_avg += (1 - beta1) * (g - exp_avg)
            exp_inf *= beta2
            size = np.abs(g)
            size += eps
            np.maximum(exp_inf, size, out=exp_inf)
            p -= rate * exp_avg / exp_inf

        return update


adamax = form(
    Adamax,
    "params grads exp_avgs exp_infs state_steps",
    "foreach maximize differentiable capturable has_complex",
    "eps beta1 beta2 lr weight_decay",
)
