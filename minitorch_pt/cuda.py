"""torch.cuda, for the questions that most programs ask of it: there is no such device, and seeding none does nothing."""

from __future__ import annotations

__all__ = ["device_count", "empty_cache", "is_available", "is_initialized", "manual_seed", "manual_seed_all"]


def is_available() -> bool:
    """False: everything runs on the CPU."""
    return False


def is_initialized() -> bool:
    """False."""
    return False


def device_count() -> int:
    """0."""
    return 0


def manual_seed(seed: int) -> None:
    """Nothing to seed; `torch.manual_seed` seeds the CPU's stream."""


def manual_seed_all(seed: int) -> None:
    """Nothing to seed; `torch.manual_seed` seeds the CPU's stream."""


def empty_cache() -> None:
    """Nothing to empty."""
