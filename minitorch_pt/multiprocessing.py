"""torch.multiprocessing: Python's own `multiprocessing`. Tensors that pass between processes are copied; none trains in several."""

from __future__ import annotations

import multiprocessing as _multiprocessing
from multiprocessing import *  # noqa: F403
from typing import Any, NoReturn

__all__ = [
    *_multiprocessing.__all__,
    "get_all_sharing_strategies",
    "get_sharing_strategy",
    "set_sharing_strategy",
    "spawn",
    "start_processes",
]


def get_all_sharing_strategies() -> set[str]:
    """The ways in which torch shares memory on Linux."""
    return {"file_descriptor", "file_system"}


def get_sharing_strategy() -> str:
    """torch's default on Linux; here it changes nothing."""
    return "file_descriptor"


def set_sharing_strategy(new_strategy: str) -> None:
    """Nothing: tensors are copied.

    Raises:
        AssertionError: torch has no such strategy.
    """
    assert new_strategy in get_all_sharing_strategies(), (
        f"{new_strategy!r} is none of {sorted(get_all_sharing_strategies())}"
    )


def spawn(
    fn: Any, args: Any = (), nprocs: int = 1, join: bool = True, daemon: bool = False, start_method: str = "spawn"
) -> NoReturn:
    """Refused.

    Raises:
        RuntimeError: always: training in several processes is left out.
    """
    raise RuntimeError(
        "minitorch_pt trains in one process: instead of torch.multiprocessing.spawn(fn, args), call fn(0, *args)"
    )


start_processes = spawn
