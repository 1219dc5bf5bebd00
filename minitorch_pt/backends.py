"""torch.backends: the libraries that torch could compute with, none of which is here. Their switches may be set and change nothing."""

from __future__ import annotations

__all__ = ["cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]


class _Backend:
    """A library that is not there."""

    enabled = False

    def is_available(self) -> bool:
        """False."""
        return False

    def is_built(self) -> bool:
        """False."""
        return False


class _CuDNN(_Backend):
    """NVIDIA's library for deep networks: programs set its switches before they know whether it is there."""

    enabled = True
    benchmark = False
    deterministic = False

    def version(self) -> None:
        """None: it is not there."""


cuda, mps, cudnn, mkl, mkldnn, openmp = _Backend(), _Backend(), _CuDNN(), _Backend(), _Backend(), _Backend()
