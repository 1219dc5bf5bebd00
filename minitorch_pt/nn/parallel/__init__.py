"""torch.nn.parallel: one network on several GPUs. Without any, DataParallel is the network that it holds, as in torch."""

from ...names.places import settle as _settle
from .distributed import DistributedDataParallel as DistributedDataParallel

from .data_parallel import DataParallel as DataParallel, data_parallel as data_parallel  # isort: skip  # the function, not the module

__all__ = ["DataParallel", "DistributedDataParallel", "data_parallel"]
_settle(
    __name__,
    {name: globals()[name] for name in __all__},
    {"data_parallel": "DataParallel data_parallel", "distributed": "DistributedDataParallel"},
)
