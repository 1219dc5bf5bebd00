"""DataParallel: on a machine without GPUs, the module itself, under the name "module"."""

from __future__ import annotations

from typing import Any, NoReturn

from ..modules.module import Module

__all__ = ["DataParallel", "data_parallel"]


class DataParallel(Module):
    """Calls `module` as it is: there are no GPUs among which to divide a batch.

    The names in its `state_dict` begin with "module.", as in torch.

    >>> torch.nn.DataParallel(torch.nn.ReLU())(torch.tensor([-1.0, 1.0]))
    tensor([0., 1.])
    """

    def __init__(self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the module gives."""
        return self.module(*inputs, **kwargs)


def data_parallel(
    module: Module,
    inputs: Any,
    device_ids: Any = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: Any = None,
) -> NoReturn:
    """A module's call, divided among GPUs, of which there are none.

    Raises:
        RuntimeError: always, as in torch.
    """
    raise RuntimeError("device type could not be determined: minitorch_pt computes on the CPU; call the module itself")
