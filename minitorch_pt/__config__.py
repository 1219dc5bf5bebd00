"""torch.__config__: what this copy computes with."""

from __future__ import annotations

import numpy as np

from .tensors import threads

__all__ = ["parallel_info", "show"]


def show() -> str:
    """A text about what the library is made of: NumPy, and the products of matrices that came with it."""
    blas = np.show_config("dicts")["Build Dependencies"]["blas"]  # type: ignore[call-arg, index]  # NumPy's annotations know no mode
    return f"minitorch_pt built with:\n  - NumPy {np.__version__}\n  - {blas['name']} {blas['version']}\n  - Build settings: USE_CUDA=OFF, USE_MKL=OFF, USE_OPENMP=OFF\n"


def parallel_info() -> str:
    """A text about the threads that it computes with."""
    return f"minitorch_pt parallel info:\n\ttorch.get_num_threads() : {threads.get_num_threads()}\n"
