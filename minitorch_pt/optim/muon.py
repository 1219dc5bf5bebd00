"""Muon: momentum whose matrix is made orthogonal before each step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..tensors.tensor import Tensor
from .algorithms import PerParameter, zeros
from .optimizer import Optimizer, nonnegative, number

__all__ = ["Muon"]


class Muon(PerParameter):
    """For matrices (of hidden layers): b ← μ·b + (1 - μ)·g, p ← (1 - lr·λ)·p - lr·s·O, with O ≈ U·Vᵀ for b = U·S·Vᵀ.

    All directions of the matrix thus get steps of about one size. O comes from ns_steps Newton-Schulz iterations,
    X ← a·X + (b·A + c·A²)·X, A = X·Xᵀ, with (a, b, c) = ns_coefficients, computed as torch does in bfloat16. nesterov takes
    (1 - μ)·g + μ·b in place of b. adjust_lr_fn: s is sqrt(max(1, rows / columns)) for "original" or None, 0.2·sqrt(max(rows, columns))
    for "match_rms_adamw", which lets rates found for AdamW serve. Use another optimiser for vectors, embeddings and the last layer.

    Raises:
        ValueError: a negative option, a parameter that is no matrix, an unknown adjust_lr_fn; at the step: ns_steps of 100 or more, or
            another number of coefficients than 3.

    Source: K. Jordan, https://kellerjordan.github.io/posts/muon/ ; Liu et al., arXiv 2502.16982.

    >>> w = torch.eye(2).requires_grad_()
    >>> optimizer = torch.optim.Muon([w], lr=0.1, weight_decay=0.0)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.diagonal() < 1
    tensor([True, True])
    """

    later = Optimizer.later
    dense_only = "Muon"

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        nonnegative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(
                f"Adjust learning rate function {adjust_lr_fn} is not supported: use 'original' or 'match_rms_adamw'"
            )
        super().__init__(
            params,
            {
                "lr": lr,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "nesterov": nesterov,
                "ns_coefficients": ns_coefficients,
                "eps": eps,
                "ns_steps": ns_steps,
                "adjust_lr_fn": adjust_lr_fn,
            },
        )
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters, but one has the shape {tuple(p.shape)}: give it to another optimiser"
                    )

    def _initial(self, group: dict[str, Any], p: np.ndarray) -> dict[str, Tensor]:
        return {"momentum_buffer": zeros(p)}

    def _change(self, group: dict[str, Any], state: dict[str, Tensor], p: np.ndarray, g: np.ndarray) -> None:
        if p.ndim != 2:
            raise ValueError(f"Param gradient must be a 2D matrix, and one has the shape {p.shape}")
        rate, momentum, mean = number(group["lr"]), group["momentum"], state["momentum_buffer"]._data
        mean[...] = _between(mean, g, 1 - momentum)
        update = _between(g, mean, momentum) if group["nesterov"] else mean
        direction = _orthogonal(update, group["ns_coefficients"], group["ns_steps"], group["eps"]).astype(p.dtype)
        rows, columns = p.shape
        match = group["adjust_lr_fn"] == "match_rms_adamw"
        p *= 1 - rate * group["weight_decay"]
        p -= rate * (0.2 * math.sqrt(max(rows, columns)) if match else math.sqrt(max(1, rows / columns))) * direction

    def _changes(self, group: dict[str, Any]) -> int:
        return 2  # the decay too where it is 0


def _between(start: np.ndarray, end: np.ndarray, weight: float) -> np.ndarray:
    """start + weight·(end - start), rounded as torch.lerp rounds it: a last bit that differs may turn one of bfloat16's few."""
    base, weight = (start, weight) if weight < 0.5 else (end, weight - 1)
    return (base + np.float64(start.dtype.type(weight)) * (end - start)).astype(start.dtype)


def _orthogonal(matrix: np.ndarray, coefficients: tuple[float, float, float], steps: int, eps: float) -> np.ndarray:
    """About U·Vᵀ for a matrix U·S·Vᵀ: the iteration draws every singular value towards 1."""
    if steps >= 100:
        raise ValueError(f"Number of steps must be less than 100 for computational efficiency, but ns_steps is {steps}")
    if len(coefficients) != 3:
        raise ValueError(f"Coefficients must be a tuple of exactly 3 values, but there are {len(coefficients)}")
    # in float64 the sums below are rounded once, as by the fused multiply-add of torch's kernels
    a, b, c = np.array(coefficients, np.float32).astype(np.float64)
    x = _bfloat16(matrix)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    with np.errstate(all="ignore"):  # NumPy's own Python code
        size = np.linalg.norm(x)
    x = _bfloat16(x / max(_bfloat16(size), eps))  # no singular value exceeds 1
    for _ in range(steps):
        gram = _bfloat16(x @ x.T)
        polynomial = _bfloat16(b * gram + c * (gram @ gram))
        x = _bfloat16(a * x + polynomial @ x)
    return x.T if tall else x


def _bfloat16(x: Any) -> Any:
    """float32 numbers rounded to the 8 significant bits of bfloat16, half to even."""
    bits = np.asarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).view(np.float32)
