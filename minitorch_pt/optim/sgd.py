"""SGD: stochastic gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd import hooks
from ..autograd.changes import changed
from ..autograd.modes import no_grad
from ..tensors.tensor import Tensor, wrap
from . import recorded
from .forms import form
from .optimizer import Optimizer, blocks, check_implementation, evaluate, nonnegative, number, with_gradients

__all__ = ["SGD", "sgd"]


class SGD(Optimizer):
    """p ← p - lr·g; with momentum μ the velocity v ← μ·v + (1 - dampening)·g takes the place of g.

    weight_decay λ adds λ·p to g; nesterov steps along g + μ·v (Sutskever et al., 2013); maximize turns the sign of g.

    Raises:
        ValueError: a negative rate, momentum or decay, or nesterov without momentum or with dampening.

    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> (w * 3).sum().backward()
    >>> torch.optim.SGD([w], lr=0.1).step()
    >>> w
    tensor([0.7000], requires_grad=True)
    """

    later = {"nesterov": False, "maximize": False, "foreach": None, "differentiable": False, "fused": False}

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        nonnegative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        check_implementation(differentiable, fused, foreach)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
                "foreach": foreach,
                "differentiable": differentiable,
                "fused": fused,
            },
        )

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters along their gradients."""
        loss = evaluate(closure)
        for group in self.param_groups:
            params = with_gradients(group)
            if hooks.Sparse is not None:
                for p in params:
                    if p._grad.is_sparse:
                        _descend_rows(group, self.state, p)
                params = [p for p in params if not p._grad.is_sparse]
            if group.get("differentiable"):
                for p in params:
                    recorded.step(group, self.state[p] if group["momentum"] else {}, p, _change)
            elif group["momentum"] or group["weight_decay"] or group["maximize"]:
                self._descend_with(group, params)
            else:
                _descend(params, number(group["lr"]))
        return loss

    def _descend_with(self, group: dict[str, Any], params: list[Tensor]) -> None:
        rate, momentum, decay = number(group["lr"]), group["momentum"], number(group["weight_decay"])
        keep, nesterov, maximize = 1 - group["dampening"], group["nesterov"], group["maximize"]
        for p in params:
            data, gradient = p._data, p._grad._data
            velocity = None
            if momentum:
                state = self.state[p]
                known = state.get("momentum_buffer")
                if known is None:
                    known = state["momentum_buffer"] = wrap(np.empty_like(data))
                    first = True
                else:
                    first = False
                velocity = known._data
            for piece in blocks(data, gradient) if velocity is None else blocks(data, gradient, velocity):
                g = -piece[1] if maximize else piece[1]
                if decay:
                    g = g + decay * piece[0]
                if velocity is not None:
                    v = piece[2]
                    if first:
                        v[...] = g
                    else:
                        v *= momentum
                        v += keep * g
                    g = g + momentum * v if nesterov else v
                piece[0][...] -= rate * g
            changed(data)


def _change(group: dict[str, Any], state: dict[str, Any], p: Any, g: Any) -> None:
    """`_descend_with` as it is recorded: the gradient does not flow into the first velocity."""
    momentum = group["momentum"]
    if group["maximize"]:
        g = -g
    if group["weight_decay"]:
        g = g + number(group["weight_decay"]) * p
    if momentum:
        if "momentum_buffer" in state:
            state["momentum_buffer"] *= momentum
            state["momentum_buffer"] += (1 - group["dampening"]) * g
        else:
            state["momentum_buffer"] = recorded.Cell(g.value.detach().clone())
        velocity = state["momentum_buffer"]
        g = g + momentum * velocity if group["nesterov"] else velocity
    p -= number(group["lr"]) * g


@no_grad()
def _descend_rows(group: dict[str, Any], states: dict[Any, dict], p: Tensor) -> None:
    """A step with a sparse gradient: momentum is sparse too, and so goes on where there was a gradient once.

    Raises:
        RuntimeError: fused, or weight_decay: all rows decay.
    """
    if group["fused"]:
        raise RuntimeError("`_fused_sgd` does not support sparse gradients")
    g: Any = p.grad
    g = -g if group["maximize"] else g
    if group["weight_decay"]:
        g = g.add(p, alpha=group["weight_decay"])
    if group["momentum"]:
        state = states[p]
        velocity = state.get("momentum_buffer")
        if velocity is None:
            velocity = state["momentum_buffer"] = g.detach().clone()
        else:
            velocity.mul_(group["momentum"]).add_(g, alpha=1 - group["dampening"])
        g = g.add(velocity, alpha=group["momentum"]) if group["nesterov"] else velocity
    p.add_(g, alpha=-number(group["lr"]))


def _descend(params: list[Tensor], rate: float) -> None:
    """p ← p - lr·g and no more, as most often: two passes over each parameter, no blocks."""
    for p in params:
        p._data -= rate * p._grad._data
        changed(p._data)


sgd = form(
    SGD,
    "params d_p_list momentum_buffer_list",
    "has_sparse_grad foreach fused grad_scale found_inf",
    "weight_decay momentum lr dampening nesterov maximize",
)
