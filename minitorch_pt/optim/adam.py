"""Adam and AdamW: steps scaled by running means of the gradient and of its square."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.changes import changed
from ..tensors.tensor import Tensor
from . import recorded
from .algorithms import PerParameter, zeros
from .forms import form
from .optimizer import (
    Optimizer,
    blocks,
    check_implementation,
    check_tensors,
    counter,
    evaluate,
    nonnegative,
    number,
    with_gradients,
)

__all__ = ["Adam", "adam"]


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015).

    m ← β1·m + (1 - β1)·g and v ← β2·v + (1 - β2)·g², both divided by 1 - βᵗ as they start from 0: p ← p - lr·m̂ / (sqrt(v̂) + eps).
    weight_decay λ adds λ·p to g, or with decoupled_weight_decay takes lr·λ·p off p (AdamW). amsgrad divides by the largest v so far.

    Raises:
        ValueError: a negative rate, eps or decay, or a beta outside [0, 1).

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adam([w], lr=0.1)
    >>> (w * w).backward()  # slope 2; the first step is lr long
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)
    """

    later = {"amsgrad": False, **PerParameter.later, "decoupled_weight_decay": False, "fused": None}
    scalars = ("step",)

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        nonnegative(lr=lr, eps=eps, weight_decay=weight_decay)
        check_tensors(lr, betas, foreach and not capturable)
        check_implementation(differentiable, fused, foreach)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
                "fused": fused,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters along their gradients."""
        loss = evaluate(closure)
        for group in self.param_groups:
            rate, eps, decay = number(group["lr"]), group["eps"], group["weight_decay"]
            beta1, beta2 = (number(b) for b in group["betas"])
            amsgrad, maximize, decoupled = group["amsgrad"], group["maximize"], group["decoupled_weight_decay"]
            differentiable = group.get("differentiable")
            for p in with_gradients(group, "Adam"):
                data, gradient = p._data, p._grad._data
                state = self.state[p]
                if not state:
                    state["step"] = counter(fused=group["fused"])
                    for name in ("exp_avg", "exp_avg_sq", *(("max_exp_avg_sq",) if amsgrad else ())):
                        state[name] = zeros(data)
                state["step"]._data += 1
                if differentiable:
                    recorded.step(group, state, p, _change)
                    continue
                t = state["step"]._data.item()
                # v̂ = v / root²: the root is taken out of the fraction, which saves a pass over the arrays of twelve
                root = float((1 - beta2**t) ** 0.5)
                size = float(rate / (1 - beta1**t)) * root
                arrays = [data, gradient, state["exp_avg"]._data, state["exp_avg_sq"]._data]
                if amsgrad:
                    arrays.append(state["max_exp_avg_sq"]._data)
                for p_, g, m, v, *top in blocks(*arrays):
                    if maximize:
                        g = -g
                    if decay:
                        if decoupled:
                            p_ *= 1 - rate * decay
                        else:
                            g = g + decay * p_
                    scratch = g - m  # m += (1 - beta1) * (g - m)
                    scratch *= 1 - beta1
                    m += scratch
                    np.multiply(g, g, out=scratch)
                    scratch *= 1 - beta2
                    v *= beta2
                    v += scratch
                    if top:
                        np.maximum(top[0], v, out=top[0])
                        v = top[0]
                    np.sqrt(v, out=scratch)
                    scratch += eps * root
                    np.divide(m, scratch, out=scratch)
                    scratch *= size
                    p_ -= scratch
                changed(data, 2 if decay and decoupled else 1)
        return loss


def _change(group: dict[str, Any], state: dict[str, Any], p: Any, g: Any) -> None:
    """A step as it is recorded: the plain formula, and the corrections rounded as the count of steps is, as in torch."""
    (beta1, beta2), rate, t = group["betas"], number(group["lr"]), state["step"]._data[()]
    if group["maximize"]:
        g = -g
    if group["weight_decay"]:
        if group["decoupled_weight_decay"]:
            p *= 1 - rate * group["weight_decay"]
        else:
            g = g + group["weight_decay"] * p
    m, v = state["exp_avg"], state["exp_avg_sq"]
    m += (1 - number(beta1)) * (g - m)
    v *= number(beta2)
    v += (1 - number(beta2)) * g * g
    if group["amsgrad"]:
        np.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        v = state["max_exp_avg_sq"]
    size, root = rate / (1 - number(beta1) ** t), np.sqrt(1 - number(beta2) ** t)
    p -= m / (np.sqrt(v) / (root * size) + group["eps"] / size)


adam = form(
    Adam,
    "params grads exp_avgs exp_avg_sqs max_exp_avg_sqs state_steps",
    "foreach capturable differentiable fused grad_scale found_inf has_complex decoupled_weight_decay",
    "amsgrad beta1 beta2 lr weight_decay eps maximize",
)
