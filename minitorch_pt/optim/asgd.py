"""ASGD: gradient descent that also keeps the mean of the parameters along the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .algorithms import Elementwise, zeros
from .forms import form
from .optimizer import check_implementation, counter, nonnegative, number

__all__ = ["ASGD", "asgd"]


class ASGD(Elementwise):
    """p ← (1 - lambd·η)·p - η·g with the falling rate η = lr / (1 + lambd·lr·t)^alpha.

    From step t0 on `state[p]["ax"]` is the mean of p over the steps (before, p itself): a better answer than the last p when
    the gradients are noisy. weight_decay λ adds λ·p to g.

    Raises:
        ValueError: a negative rate or weight decay.

    Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM 1992.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer = torch.optim.ASGD([w], lr=0.1)
    >>> (w * w).backward()  # slope 2
    >>> optimizer.step()
    >>> w
    tensor([0.8000], requires_grad=True)
    """

    scalars = ("step", "eta", "mu")

    dense_only = "ASGD"

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        nonnegative(lr=lr, weight_decay=weight_decay)
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "lambd": lambd,
                "alpha": alpha,
                "t0": t0,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        return {"step": counter(), "eta": counter(number(group["lr"])), "mu": counter(1.0), "ax": zeros(p)}

    def _changes(self, group: dict[str, Any]) -> int:
        return 1 if group["foreach"] else 2  # torch's foreach shrinks the parameters in the same change

    def _rule(self, group: dict[str, Any], state: dict[str, Tensor]) -> Callable[..., None]:
        rate, lambd, t = number(group["lr"]), group["lambd"], state["step"].item()
        eta, mu = state["eta"].item(), state["mu"].item()
        # the rate and the weight of the mean for the step after this one; rounded to float32 also where loading has widened the state
        state["eta"]._data[...] = counter(rate / (1 + lambd * rate * t) ** group["alpha"])._data
        state["mu"]._data[...] = counter(1 / max(1, t - group["t0"]))._data

        def update(p: Any, g: Any, ax: Any) -> None:
            p *= 1 - lambd * eta
            p -= eta * g
            if mu == 1:
                ax[...] = p
            else:
                ax += mu * (p - ax)

        return update


asgd = form(
    ASGD,
    "params grads axs mus etas state_steps",
    "foreach maximize differentiable capturable has_complex",
    "lambd lr t0 alpha weight_decay",
)
