"""SparseAdam: Adam for sparse gradients, which changes the rows that have one and leaves all others as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.changes import changed
from ..tensors.tensor import Tensor
from .algorithms import zeros
from .optimizer import Optimizer, check_betas, evaluate, number, with_gradients

__all__ = ["SparseAdam"]


class SparseAdam(Optimizer):
    """For the elements of which the gradient tells: m ← β1·m + (1 - β1)·g, v ← β2·v + (1 - β2)·g², p ← p - lr·m̂ / (sqrt(v) + eps).

    m̂ is m·sqrt(1 - β2ᵗ) / (1 - β1ᵗ), where t counts the steps of the whole parameter. Gradients come from `nn.Embedding(sparse=True)`.

    Raises:
        ValueError: lr or eps is not positive, a beta is outside [0, 1), or a parameter is sparse.
        RuntimeError: a gradient is dense (`step`).

    >>> import minitorch_pt as torch
    >>> table = torch.nn.Embedding(3, 2, sparse=True, _weight=torch.ones(3, 2))
    >>> optimizer = torch.optim.SparseAdam(table.parameters(), lr=0.1)
    >>> table(torch.tensor([2, 2])).sum().backward()
    >>> optimizer.step()
    >>> table.weight.detach()
    tensor([[1.0000, 1.0000],
            [1.0000, 1.0000],
            [0.9000, 0.9000]])
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError(f"Tensor lr must be 1-element, but it has {lr.numel()} elements")
        for name, value in {"learning rate": lr, "epsilon value": eps}.items():
            if not number(value) > 0:
                raise ValueError(f"Invalid {name}: {value}; it must be more than 0")
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        places = [[i, j] for i, group in enumerate(self.param_groups) for j, p in enumerate(group["params"]) if p.is_sparse]  # fmt: skip
        if places:
            raise ValueError(f"Sparse params at indices {places}: SparseAdam requires dense parameter tensors")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters where their gradients have elements."""
        loss = evaluate(closure)
        for group in self.param_groups:
            params = with_gradients(group)
            if not all(p._grad.is_sparse for p in params):
                raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
            for p in params:
                state = self.state[p]
                if not state:
                    state.update(step=0, exp_avg=zeros(p._data), exp_avg_sq=zeros(p._data))
                state["step"] += 1
                _change(group, state, p)
        return loss


def _change(group: dict[str, Any], state: dict[str, Any], p: Any) -> None:
    rows = p.grad.coalesce()
    index, g = tuple(rows.indices().numpy()), rows.values().numpy()
    if not g.size:
        return
    if group["maximize"]:
        g = -g
    (beta1, beta2), t = map(number, group["betas"]), state["step"]
    mean, square = state["exp_avg"]._data, state["exp_avg_sq"]._data
    m, v = mean[index], square[index]
    toward, wider = (g - m) * (1 - beta1), (g * g - v) * (1 - beta2)
    mean[index] += toward
    square[index] += wider
    size = number(group["lr"]) * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    p._data[index] += -size * ((toward + m) / (np.sqrt(wider + v) + group["eps"]))
    changed(p._data)
