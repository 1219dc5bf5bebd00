"""torch.distributed: programs ask it whether they are one of several processes that train together. Here they never are."""

from __future__ import annotations

__all__ = [
    "is_available", "is_gloo_available", "is_initialized", "is_mpi_available", "is_nccl_available", "is_torchelastic_launched", "is_ucc_available",
    "is_xccl_available",
]  # fmt: skip


def is_available() -> bool:
    """False: minitorch_pt works in one process."""
    return False


def is_initialized() -> bool:
    """False: no processes have met."""
    return False


def is_torchelastic_launched() -> bool:
    """False: no launcher started this process as one of several."""
    return False


def is_gloo_available() -> bool:
    """False, as `is_available`."""
    return False


is_mpi_available = is_nccl_available = is_ucc_available = is_xccl_available = is_gloo_available
