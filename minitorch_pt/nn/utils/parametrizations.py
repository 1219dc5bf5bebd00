"""Ready-made parametrisations: weight norm, spectral norm, orthogonality."""

from __future__ import annotations

from typing import Any

from ...autograd.contract import composed
from ...autograd.modes import no_grad
from ...tensors import creation
from ...tensors.tensor import Tensor
from .. import functional as F, init
from ..modules.module import Module
from .orthogonality import orthogonal as orthogonal
from .parametrize import register_parametrization

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


@composed
def norm_except_dim(v: Tensor, pow: int = 2, dim: int = 0) -> Tensor:
    """The `pow`-norm over all axes but `dim`, which stays; dim -1: over all.

    >>> torch.norm_except_dim(torch.tensor([[3.0, 4.0], [0.0, 2.0]]))
    tensor([[5.],
            [2.]])
    """
    if dim != -1:
        v.size(dim)  # an IndexError if there is no such axis
    if not v.is_floating_point():
        raise RuntimeError(f"norm(): input dtype should be either floating point or complex. Got {v.dtype} instead.")
    if dim == -1:
        return v.norm(pow)
    axes = [d for d in range(v.ndim) if d != dim % v.ndim]
    return v.norm(pow, axes, keepdim=True) if axes else v.abs()


def _weight_norm(v: Tensor, g: Tensor, dim: int = 0) -> Tensor:
    return v * (g / norm_except_dim(v, 2, dim))


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """g v / ‖v‖."""
        return _weight_norm(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Length and direction."""
        return norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Learn length and direction of a weight apart: w = g v / ‖v‖; returns the module.

    dim: the axis along which each slice has its own length, by default that of the outputs; None: one length for the whole weight.
    g is `module.parametrizations.weight.original0`, v `original1`.

    Source: Salimans and Kingma 2016, arXiv:1602.07868.
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def rename(module: Module, state: dict, prefix: str, *rest: Any) -> None:
        """States saved with torch's older weight_norm name g and v otherwise."""
        if f"{prefix}{name}_g" in state and f"{prefix}{name}_v" in state:
            for i, end in enumerate("gv"):
                state[f"{prefix}parametrizations.{name}.original{i}"] = state.pop(f"{prefix}{name}_{end}")

    module.register_load_state_dict_pre_hook(rename)
    return module


class _SpectralNorm(Module):
    """The weight divided by its largest singular value, which is followed by the power method: u and v are its singular vectors."""

    def __init__(self, weight: Tensor, n_power_iterations: int, dim: int, eps: float) -> None:
        super().__init__()
        if not -weight.ndim <= dim < weight.ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{-weight.ndim}, {weight.ndim - 1}] but got {dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim, self.eps, self.n_power_iterations = dim % weight.ndim, eps, n_power_iterations
        if weight.ndim > 1:
            matrix = self._matrix(weight.detach())
            for name, n in zip(("_u", "_v"), matrix.shape, strict=True):
                self.register_buffer(
                    name, F.normalize(init.normal_(creation.empty(n, dtype=matrix.dtype)), dim=0, eps=eps)
                )
            self._power_method(matrix, 15)

    def _matrix(self, weight: Tensor) -> Tensor:
        """One row for each slice along `dim`."""
        return weight.movedim(self.dim, 0).flatten(1)

    @no_grad()
    def _power_method(self, matrix: Tensor, steps: int) -> None:
        for _ in range(steps):
            self._u.copy_(F.normalize(matrix @ self._v, dim=0, eps=self.eps))
            self._v.copy_(F.normalize(matrix.T @ self._u, dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        """weight / σ; in training after `n_power_iterations` more steps."""
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        # copies: the next step of the power method changes u and v in place, and the gradient needs them as they are now
        return weight / (self._u.clone() @ (matrix @ self._v.clone()))

    def right_inverse(self, value: Tensor) -> Tensor:
        """The value itself: it may well be of norm 1 already."""
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a weight by its largest singular value, so that the layer stretches no vector; returns the module.

    The singular value is estimated by the power method, `n_power_iterations` steps each time that the weight is used in training.

    dim: the axis of the outputs, by default 0, for transposed convolutions 1.

    Raises:
        ValueError: there is no such parameter, or n_power_iterations is not positive.
        IndexError: no such axis.

    Source: Miyato et al. 2018, arXiv:1802.05957.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if dim is None:
        dim = int(any(kind.__name__.startswith("ConvTranspose") for kind in type(module).__mro__))
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))
