"""torch.utils: `data` feeds networks, `dlpack` shares memory with other libraries."""

from . import data as data, dlpack as dlpack

__all__ = ["data", "dlpack"]
