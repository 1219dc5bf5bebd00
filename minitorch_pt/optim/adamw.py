"""AdamW: Adam with weight decay that does not pass through the running means."""

from __future__ import annotations

from typing import Any

from ..tensors.tensor import Tensor
from .adam import Adam
from .forms import form

__all__ = ["AdamW", "adamw"]


class AdamW(Adam):
    """Adam whose weight decay takes lr·λ·p off each parameter directly (Loshchilov and Hutter, 2019).

    Raises:
        ValueError: as `Adam`.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.AdamW([w], lr=0.1, weight_decay=0.5)
    >>> (w * w).backward()  # 1 - 0.1 * 0.5, and the first step, lr long
    >>> optimizer.step()
    >>> w
    tensor([0.8500], requires_grad=True)
    """

    later = {**Adam.later, "decoupled_weight_decay": True}

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:  # a checkpoint of Adam has it off
            group["decoupled_weight_decay"] = True


adamw = form(
    AdamW,
    "params grads exp_avgs exp_avg_sqs max_exp_avg_sqs state_steps",
    "foreach capturable differentiable fused grad_scale found_inf has_complex",
    "amsgrad beta1 beta2 lr weight_decay eps maximize",
)
