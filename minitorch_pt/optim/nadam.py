"""NAdam: Adam with Nesterov's momentum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .algorithms import Elementwise, zeros
from .forms import form
from .optimizer import check_betas, check_implementation, counter, nonnegative, number

__all__ = ["NAdam", "nadam"]


class NAdam(Elementwise):
    """Adam whose step looks one step ahead along the momentum.

    The momentum warms up: μₜ = β1·(1 - 0.96^(t·momentum_decay) / 2). With m and v as in `Adam` and v̂ = v / (1 - β2ᵗ):
    p ← p - lr·[(1 - μₜ) / (1 - Πμ₁..ₜ) · g + μₜ₊₁ / (1 - Πμ₁..ₜ₊₁) · m] / (sqrt(v̂) + eps).
    weight_decay λ adds λ·p to g, or with decoupled_weight_decay takes lr·λ·p off p.

    Raises:
        ValueError: a negative option, or a beta outside [0, 1).

    Source: T. Dozat, "Incorporating Nesterov Momentum into Adam", 2016.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.NAdam([w], lr=0.1)
    >>> (w * w).backward()  # slope 2
    >>> optimizer.step()
    >>> w
    tensor([0.8944], requires_grad=True)
    """

    scalars = ("step", "mu_product")

    later = {**Elementwise.later, "decoupled_weight_decay": False}
    dense_only = "NAdam"

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        nonnegative(lr=lr, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay)
        check_betas(betas)
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
            },
        )

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        return {"step": counter(), "mu_product": counter(1.0), "exp_avg": zeros(p), "exp_avg_sq": zeros(p)}

    def _changes(self, group: dict[str, Any]) -> int:
        return 1 + super()._changes(group)  # one along the gradient and one along the mean

    def _rule(self, group: dict[str, Any], state: dict[str, Tensor]) -> Callable[..., None]:
        rate, eps, t = number(group["lr"]), group["eps"], state["step"].item()
        beta1, beta2 = map(number, group["betas"])
        mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (i * group["momentum_decay"])) for i in (t, t + 1))
        state["mu_product"]._data *= mu
        product = state["mu_product"].item()
        along_gradient = rate * (1 - mu) / (1 - product)
        along_mean = rate * mu_next / (1 - product * mu_next)
        correction = 1 - beta2**t

        def update(p: Any, g: Any, exp_avg: Any, exp_avg_sq: Any) -> None:
            exp_avg += (1 - beta1) * (g - exp_avg)
            exp_avg_sq *= beta2
            exp_avg_sq += (1 - beta2) * g * g
            root = np.sqrt(exp_avg_sq / correction)
            root += eps
            p -= (along_gradient * g + along_mean * exp_avg) / root

        return update


nadam = form(
    NAdam,
    "params grads exp_avgs exp_avg_sqs mu_products state_steps",
    "decoupled_weight_decay foreach capturable differentiable has_complex maximize",
    "beta1 beta2 lr weight_decay momentum_decay eps",
)
