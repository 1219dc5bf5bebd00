"""Everything in the databases, by name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import (
    optim_db,
)

from .modules import module_name, run_module
from .operations import operation_name, run_operation
from .optimizers import SCHEDULERS, run_optimizer, run_scheduler
from .outcomes import Outcome


def entries() -> Iterator[tuple[str, Callable[..., Outcome]]]:
    """(name, how to run it) of everything in the databases."""
    for entry in op_db:
        yield operation_name(entry), functools.partial(run_operation, entry)
    for info in module_db:
        yield module_name(info), functools.partial(run_module, info)
    for info in optim_db:
        yield f"optim.{info.optim_cls.__name__}", functools.partial(run_optimizer, info)
    for name in SCHEDULERS:
        yield f"optim.lr_scheduler.{name}", functools.partial(run_scheduler, name)
