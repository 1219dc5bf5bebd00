"""RAdam: Adam that waits with the division by sqrt(v) until v has seen enough gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .algorithms import Elementwise, zeros
from .forms import form
from .optimizer import check_betas, check_implementation, counter, nonnegative, number

__all__ = ["RAdam", "radam"]


class RAdam(Elementwise):
    """Adam with its first steps rectified.

    ρ∞ = 2 / (1 - β2) - 1 and ρₜ = ρ∞ - 2·t·β2ᵗ / (1 - β2ᵗ) count the gradients that v effectively averages. While ρₜ <= 5
    p ← p - lr·m̂; then p ← p - lr·r·m̂ / (sqrt(v̂) + eps), r = sqrt((ρₜ - 4)(ρₜ - 2)ρ∞ / ((ρ∞ - 4)(ρ∞ - 2)ρₜ)).
    weight_decay λ adds λ·p to g, or with decoupled_weight_decay takes lr·λ·p off p.

    Raises:
        ValueError: a negative option, or a beta outside [0, 1).

    Source: Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", arXiv 1908.03265.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.RAdam([w], lr=0.1)
    >>> (w * w).backward()  # slope 2; the first steps are those of momentum
    >>> optimizer.step()
    >>> w
    tensor([0.8000], requires_grad=True)
    """

    later = {**Elementwise.later, "decoupled_weight_decay": False}
    dense_only = "RAdam"

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
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
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        return {"step": counter(), "exp_avg": zeros(p), "exp_avg_sq": zeros(p)}

    def _rule(self, group: dict[str, Any], state: dict[str, Tensor]) -> Callable[..., None]:
        eps, t = group["eps"], state["step"].item()
        beta1, beta2 = map(number, group["betas"])
        rate = float(number(group["lr"])) / (1 - beta1**t)
        correction = 1 - beta2**t
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * t * beta2**t / correction
        enough = length > 5
        if enough:
            rate *= math.sqrt(
                (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length) * correction
            )

        def update(p: Any, g: Any, exp_avg: Any, exp_avg_sq: Any) -> None:
            exp_avg += (1 - beta1) * (g - exp_avg)
            exp_avg_sq *= beta2
            exp_avg_sq += (1 - beta2) * g * g
            step = rate * exp_avg
            if enough:
                root = np.sqrt(exp_avg_sq)
                root += eps
                step /= root
            p -= step

        return update


radam = form(
    RAdam,
    "params grads exp_avgs exp_avg_sqs state_steps",
    "decoupled_weight_decay foreach differentiable capturable has_complex maximize",
    "beta1 beta2 lr weight_decay eps",
)
