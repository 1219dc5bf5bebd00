"""Adagrad: each element's step is divided by the root of the sum of its squared gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensors.tensor import Tensor, wrap
from .algorithms import Elementwise
from .forms import form
from .optimizer import check_implementation, counter, nonnegative, number

__all__ = ["Adagrad", "adagrad"]


class Adagrad(Elementwise):
    """s ← s + g², p ← p - lr / (1 + (t - 1)·lr_decay) · g / (sqrt(s) + eps).

    s starts from initial_accumulator_value; weight_decay λ adds λ·p to g.

    Raises:
        ValueError: a negative option.

    Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods", JMLR 2011.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.Adagrad([w], lr=0.1)
    >>> (w * w).backward()  # slope 2; the first step is lr long
    >>> optimizer.step()
    >>> w
    tensor([0.9000], requires_grad=True)
    """

    later = {"foreach": None, "maximize": False, "differentiable": False, "fused": None}

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        nonnegative(
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        check_implementation(differentiable, fused, foreach)
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "fused": fused,
            },
        )
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p] = self._initial(group, p._data)

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        total = wrap(np.full_like(p, self.defaults["initial_accumulator_value"]))
        return {"step": counter(fused=group["fused"]), "sum": total}

    def _rate(self, group: dict[str, Any], state: dict[str, Tensor]) -> float:
        return number(group["lr"]) / (1 + (state["step"].item() - 1) * group["lr_decay"])

    def _change_rows(self, group: dict[str, Any], state: dict[str, Tensor], p: np.ndarray, gradient: Tensor) -> None:
        if group["fused"]:
            raise RuntimeError("`fused` does not support sparse grad or complex param")
        if group["weight_decay"]:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")
        rows, total = gradient.coalesce(), state["sum"]._data
        index, g = tuple(rows.indices().numpy()), rows.values().numpy()
        total[index] += g * g
        step = self._rate(group, state) * (g / (np.sqrt(total[index]) + group["eps"]))
        p[index] += step if group["maximize"] else -step

    def _rule(self, group: dict[str, Any], state: dict[str, Tensor]) -> Callable[..., None]:
        eps, rate = group["eps"], self._rate(group, state)

        def update(p: Any, g: Any, sum: Any) -> None:
            sum += g * g
            root = np.sqrt(sum)
            root += eps
            p -= rate * g / root

        return update


adagrad = form(
    Adagrad,
    "params grads state_sums state_steps",
    "fused grad_scale found_inf has_sparse_grad foreach differentiable has_complex",
    "lr weight_decay lr_decay eps maximize",
)
