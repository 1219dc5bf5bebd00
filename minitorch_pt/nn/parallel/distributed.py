"""DistributedDataParallel, in a group of one process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from ...distributed import get_rank
from ..modules.module import Module

__all__ = ["DistributedDataParallel"]


class DistributedDataParallel(Module):
    """Calls `module` as it is: gradients are averaged over the processes, and there is one.

    The names in its `state_dict` begin with "module.", as in torch. What says how processes would exchange gradients says nothing here.

    Raises:
        ValueError: no group was made by `torch.distributed.init_process_group`, or a GPU is named. RuntimeError: no parameter requires a
            gradient. NotImplementedError: mixed_precision.
    """

    def __init__(
        self,
        module: Module,
        device_ids: Any = None,
        output_device: Any = None,
        dim: int = 0,
        broadcast_buffers: bool | None = None,
        init_sync: bool = True,
        process_group: Any = None,
        bucket_cap_mb: float | None = None,
        find_unused_parameters: bool = False,
        check_reduction: bool = False,
        gradient_as_bucket_view: bool = False,
        static_graph: bool = False,
        delay_all_reduce_named_params: Any = None,
        param_to_hook_all_reduce: Any = None,
        mixed_precision: Any = None,
        device_mesh: Any = None,
        skip_all_reduce_unused_params: bool = False,
        bucket_cap_mb_list: list[int] | None = None,
        batched_grad_copy: bool = False,
        forward_sync_buffers: bool | None = None,
    ) -> None:
        super().__init__()
        get_rank()
        if not any(p.requires_grad for p in module.parameters()):
            raise RuntimeError(
                "DistributedDataParallel is not needed when a module doesn't have any parameter that requires a gradient."
            )
        if device_ids or output_device is not None:
            raise ValueError(
                f"DistributedDataParallel device_ids and output_device arguments only work with GPUs, and are {device_ids} and {output_device}: "
                "minitorch_pt computes on the CPU; leave them out"
            )
        if mixed_precision is not None:
            raise NotImplementedError(
                "DistributedDataParallel computes in the types of its module here: leave mixed_precision out"
            )
        self.module = module

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the module gives."""
        return self.module(*inputs, **kwargs)

    @contextlib.contextmanager
    def no_sync(self) -> Iterator[None]:
        """Where gradients are not averaged: the same."""
        yield
