"""torch's first spectral norm, by a hook before each forward pass; many GANs use it. The newer one is `parametrizations.spectral_norm`."""

from __future__ import annotations

from typing import Any

from ...autograd.modes import no_grad
from ...tensors import creation
from .. import functional as F
from ..modules.module import Module
from ..parameter import Parameter
from .weight_norm import hooked, take_hook

__all__ = ["SpectralNorm", "remove_spectral_norm", "spectral_norm"]


class SpectralNorm:
    """Before each forward pass: weight = weight_orig / σ, the largest singular value, of which u and v are the singular vectors.

    Raises:
        ValueError: n_power_iterations is not positive.
    """

    def __init__(self, name: str = "weight", n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.name, self.n_power_iterations, self.dim, self.eps = name, n_power_iterations, dim, eps

    def reshape_weight_to_matrix(self, weight: Any) -> Any:
        """One row for each slice along `dim`."""
        return weight.movedim(self.dim, 0).reshape((weight.shape[self.dim], -1))

    def compute_weight(self, module: Module, do_power_iteration: bool) -> Any:
        """weight_orig / σ, if asked after some steps of the power method, which change u and v in place."""
        weight, u, v = (getattr(module, self.name + end) for end in ("_orig", "_u", "_v"))
        matrix = self.reshape_weight_to_matrix(weight)
        if do_power_iteration:
            u, v = self._improved(matrix, u, v)
        return weight / (u @ (matrix @ v))

    @no_grad()
    def _improved(self, matrix: Any, u: Any, v: Any) -> tuple:
        """u and v after some steps of the power method, which change them in place."""
        for _ in range(self.n_power_iterations):
            v.copy_(F.normalize(matrix.T @ u, dim=0, eps=self.eps))
            u.copy_(F.normalize(matrix @ v, dim=0, eps=self.eps))
        return u.clone(), v.clone()  # as they are now: the gradient needs them after the next pass has changed them

    def remove(self, module: Any) -> None:
        """The weight as a parameter, without u and v."""
        with no_grad():
            weight = self.compute_weight(module, False)
        for end in ("", "_u", "_v", "_orig"):
            delattr(module, self.name + end)
        module.register_parameter(self.name, Parameter(weight.detach()))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module, module.training))


def spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """Divide a weight by its largest singular value, so that the layer stretches no vector; returns the module.

    The parameter becomes `weight_orig`. The singular value is estimated by the power method, `n_power_iterations` steps each time that the
    module is called in training.

    dim: the axis of the outputs, by default 0, for transposed convolutions 1.

    Raises:
        ValueError: n_power_iterations is not positive, there is no weight, or its shape is not known yet. RuntimeError: done already.

    Source: Miyato et al. 2018, arXiv:1802.05957.

    >>> import warnings; warnings.simplefilter("ignore", FutureWarning)  # it is deprecated for parametrizations
    >>> layer = nn.utils.spectral_norm(nn.Linear(3, 2))
    >>> sorted(name for name, _ in layer.named_parameters())
    ['bias', 'weight_orig']
    """
    if dim is None:
        dim = int(any(kind.__name__.startswith("ConvTranspose") for kind in type(module).__mro__))
    hook = SpectralNorm(name, n_power_iterations, dim, eps)
    weight = hooked(module, hook, "spectral_norm")
    if weight is None:
        raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
    rows, columns = hook.reshape_weight_to_matrix(weight.detach()).shape
    u, v = (F.normalize(creation.empty(n, dtype=weight.dtype).normal_(), dim=0, eps=eps) for n in (rows, columns))
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    setattr(module, name, weight.detach())  # no parameter, but there for those who look for it
    module.register_buffer(name + "_u", u)
    module.register_buffer(name + "_v", v)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """Make the weight an ordinary parameter again; returns the module.

    Raises:
        ValueError: it has no spectral norm.

    >>> import warnings; warnings.simplefilter("ignore", FutureWarning)  # it is deprecated for parametrizations
    >>> layer = nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(3, 2)))
    >>> sorted(name for name, _ in layer.named_parameters())
    ['bias', 'weight']
    """
    return take_hook(module, SpectralNorm, name, "spectral_norm")
