"""Rprop: steps that look at the sign of the gradient only, and grow while it stays the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tensors.tensor import Tensor, wrap
from .algorithms import Elementwise, zeros
from .forms import form
from .optimizer import check_implementation, counter, nonnegative, number

__all__ = ["Rprop", "rprop"]


class Rprop(Elementwise):
    """p ← p - s·sign(g), where each element's step s starts from lr and is multiplied by etas[1] while the sign of g stays, and by
    etas[0] when it turns: then the element also rests for a step. s stays within step_sizes.

    Meant for gradients of the whole data, not of batches.

    Raises:
        ValueError: a negative rate, or etas that are not 0 < etas[0] < 1 < etas[1].

    Source: Riedmiller and Braun, "A Direct Adaptive Method for Faster Backpropagation Learning", 1993.

    >>> w = torch.tensor([1.0, 1.0], requires_grad=True)
    >>> optimizer = torch.optim.Rprop([w], lr=0.1)
    >>> (w * torch.tensor([1.0, 100.0])).sum().backward()  # only the sign counts
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    dense_only = "Rprop"

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        nonnegative(lr=lr)
        if not 0 < etas[0] < 1 < etas[1]:
            raise ValueError(
                f"Invalid eta values: {etas[0]}, {etas[1]}; the first must be in (0, 1), the second above 1"
            )
        check_implementation(differentiable)
        super().__init__(
            params,
            {
                "lr": lr,
                "etas": etas,
                "step_sizes": step_sizes,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        return {"step": counter(), "prev": zeros(p), "step_size": wrap(np.full_like(p, number(group["lr"])))}

    def _rule(self, group: dict[str, Any], state: dict[str, Tensor]) -> Callable[..., None]:
        (shrink, grow), (smallest, largest) = group["etas"], group["step_sizes"]

        def update(p: Any, g: Any, prev: Any, step_size: Any) -> None:
            agreement = g * prev
            turned = agreement < 0
            step_size[agreement > 0] *= grow
            step_size[turned] *= shrink
            np.clip(step_size, smallest, largest, out=step_size)
            prev[...] = g
            prev[turned] = 0
            p -= np.sign(prev) * step_size

        return update


rprop = form(
    Rprop,
    "params grads prevs step_sizes state_steps",
    "foreach capturable maximize differentiable has_complex",
    "step_size_min step_size_max etaminus etaplus",
)
