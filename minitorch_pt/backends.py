"""torch.backends: the libraries that torch could compute with, none of which is here. Their switches may be set and change nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]


class _Backend(ModuleType):
    """A library that is not there: a module, which programs import by its name."""

    enabled = False

    def __init__(self, name: str) -> None:
        super().__init__(f"{__name__}.{name}", self.__class__.__doc__)
        sys.modules[self.__name__] = self

    def is_available(self) -> bool:
        """False."""
        return False

    def is_built(self) -> bool:
        """False."""
        return False

    @contextmanager
    def flags(self, **switches: Any) -> Iterator[None]:
        """Sets switches for the time of a `with` block, as far as the library has them."""
        before = {name: getattr(self, name) for name in switches if hasattr(self, name)}
        try:
            vars(self).update({name: switches[name] for name in before})
            yield
        finally:
            vars(self).update(before)


class _CuDNN(_Backend):
    """NVIDIA's library for deep networks: programs set its switches before they know whether it is there."""

    enabled = True
    benchmark = False
    deterministic = False
    allow_tf32 = True

    def version(self) -> None:
        """None: it is not there."""


class _Cuda(_Backend):
    """NVIDIA's cards: their switches for products of matrices, and for the kernels of attention, of which the plain one alone is here."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.matmul = SimpleNamespace(
            allow_tf32=False,
            allow_fp16_reduced_precision_reduction=True,
            allow_bf16_reduced_precision_reduction=True,
            fp32_precision="none",
        )
        kernels = dict.fromkeys(("flash", "mem_efficient", "math", "cudnn"), True)
        for kernel in kernels:
            setattr(self, f"{kernel}_sdp_enabled", partial(kernels.__getitem__, kernel))
            setattr(self, f"enable_{kernel}_sdp", partial(kernels.__setitem__, kernel))


class _CPU(_Backend):
    """The processor."""

    def get_cpu_capability(self) -> str:
        """'DEFAULT': NumPy finds out by itself what the processor can do."""
        return "DEFAULT"


cpu, cuda, cudnn = _CPU("cpu"), _Cuda("cuda"), _CuDNN("cudnn")
mkl, mkldnn, mps, openmp = map(_Backend, ("mkl", "mkldnn", "mps", "openmp"))
