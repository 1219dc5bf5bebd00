"""torch.nn.parallel: one network on several GPUs. Without any, DataParallel is the network that it holds, as in torch."""

from ...places import settle as _settle
from .data_parallel import DataParallel as DataParallel
from .distributed import DistributedDataParallel as DistributedDataParallel

__all__ = ["DataParallel", "DistributedDataParallel"]
_settle(
    __name__,
    {name: globals()[name] for name in __all__},
    {"data_parallel": "DataParallel", "distributed": "DistributedDataParallel"},
)
