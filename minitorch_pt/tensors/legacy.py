"""torch's first constructors, which many programs still use: torch.Tensor(2, 3), torch.FloatTensor([1, 2]), torch.LongTensor(array)."""

from __future__ import annotations

import warnings
from typing import Any

from ..arrays import dtypes
from ..names.kin import Kin
from .tensor import Tensor

__all__ = ["set_default_tensor_type", *(f"{title}Tensor" for title in dtypes.TITLES.values())]


def set_default_tensor_type(t: Any, /) -> None:
    """`set_default_dtype` of the type that torch.DoubleTensor, or "torch.DoubleTensor", names.

    Raises:
        TypeError: no such type, or no floating point one.

    >>> import warnings; warnings.simplefilter("ignore")  # deprecated: see torch.set_default_dtype
    >>> torch.set_default_tensor_type(torch.DoubleTensor)
    >>> torch.tensor(1.5).dtype
    torch.float64
    >>> torch.set_default_tensor_type(torch.FloatTensor)
    """
    warnings.warn(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype()",
        stacklevel=2,
    )
    found = globals().get(t.removeprefix("torch.")) if isinstance(t, str) else t
    if not isinstance(found, tensortype):
        raise TypeError(
            f"invalid type object: {t!r} is none of torch.FloatTensor, torch.DoubleTensor, torch.HalfTensor"
        )
    dtypes.set_default_dtype(found.dtype)


class tensortype(Kin):
    """What torch.FloatTensor and its kin are: they make tensors of one type, and tell whether a tensor is of it.

    >>> torch.LongTensor([1, 2])
    tensor([1, 2])
    >>> isinstance(torch.ones(2), torch.FloatTensor), torch.FloatTensor(2, 3).shape
    (True, torch.Size([2, 3]))
    """

    text = "Makes tensors of {dtype}, and tells whether a tensor is one.\n\n>>> torch.{name}([1, 0]).dtype\n{dtype}"

    def __call__(self, *data: Any, device: Any = None) -> Tensor:
        return Tensor._of(data, self.dtype, device)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is self.dtype and not instance.is_sparse


globals().update(
    {f"{title}Tensor": tensortype(f"{title}Tensor", getattr(dtypes, name)) for name, title in dtypes.TITLES.items()}
)
