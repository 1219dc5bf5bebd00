"""torch.utils.data: data sets, the order in which they are read, and the loader that makes batches of them."""

import sys as _sys

from ...names.places import settle as _settle
from .collate import (
    collate as _collate,
    default_collate as default_collate,
    default_collate_fn_map as _default_collate_fn_map,
    default_convert as default_convert,
    np_str_obj_array_pattern as _numbers_not,
)
from .dataloader import DataLoader as DataLoader, get_worker_info as get_worker_info
from .dataset import (
    ChainDataset as ChainDataset,
    ConcatDataset as ConcatDataset,
    Dataset as Dataset,
    IterableDataset as IterableDataset,
    StackDataset as StackDataset,
    Subset as Subset,
    TensorDataset as TensorDataset,
    random_split as random_split,
)
from .distributed import DistributedSampler as DistributedSampler
from .sampler import (
    BatchSampler as BatchSampler,
    RandomSampler as RandomSampler,
    Sampler as Sampler,
    SequentialSampler as SequentialSampler,
    SubsetRandomSampler as SubsetRandomSampler,
    WeightedRandomSampler as WeightedRandomSampler,
)

_settle(f"{__name__}._utils.collate", {"collate": _collate})
_settle(
    __name__,
    {"default_collate": default_collate, "default_convert": default_convert, "get_worker_info": get_worker_info},
    {"_utils.collate": "default_collate default_convert", "_utils.worker": "get_worker_info"},
)
vars(_sys.modules[f"{__name__}._utils.collate"]).update(
    default_collate_fn_map=_default_collate_fn_map, np_str_obj_array_pattern=_numbers_not
)

__all__ = [
    "BatchSampler", "ChainDataset", "ConcatDataset", "DataLoader", "Dataset", "DistributedSampler", "IterableDataset", "RandomSampler", "Sampler", "SequentialSampler",
    "StackDataset", "Subset", "SubsetRandomSampler", "TensorDataset", "WeightedRandomSampler", "default_collate", "default_convert", "get_worker_info", "random_split",
]  # fmt: skip
