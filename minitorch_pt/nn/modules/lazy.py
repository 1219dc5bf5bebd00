"""Lazy layers: they learn the number of their inputs from the first input, and then become ordinary ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from ...autograd.takeovers import DisableTorchFunctionSubclass
from ...tensors import creation
from ...tensors.tensor import Tensor, wrap
from ..parameter import Parameter
from .module import Module

__all__ = ["UninitializedBuffer", "UninitializedParameter"]


_WITHOUT_NUMBERS = (
    "size copy_ is_complex is_floating_point half float double char short int long cuda cpu to get_device "
    "__reduce_ex__ __hash__ __dir__ __format__"
).split()


class _Uninitialized(Tensor):
    """A tensor whose shape is not known yet."""

    __slots__ = ()
    becomes: type = Tensor

    @classmethod
    def __torch_function__(
        cls, func: Callable, types: Iterable[type], args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        """Moves and conversions do as ever, and attributes; all else needs numbers.

        Raises:
            ValueError: it does.
        """
        if func.__name__ not in _WITHOUT_NUMBERS and type(func).__name__ != "method-wrapper":
            raise ValueError(
                f"Attempted to use an uninitialized parameter in {func}. This error happens when you are using a `LazyModule` or explicitly "
                "manipulating uninitialized parameters: call the module with an input first, then it knows its sizes."
            )
        if cls.becomes is Tensor:
            return super().__torch_function__(func, types, args, kwargs or {})
        with DisableTorchFunctionSubclass():  # what a parameter gives is a Tensor
            return func(*args, **kwargs or {})

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Become an ordinary tensor of that shape; its numbers are still to be set."""
        self.data = creation.empty(shape, dtype=self.dtype if dtype is None else dtype)
        self.__class__ = self.becomes  # type: ignore[assignment]

    @property
    def shape(self) -> Any:
        """Not known: raises RuntimeError."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. Call `forward` with an input first: "
            "then the lazy module knows its sizes."
        )

    def detach(self) -> Any:
        """Itself: there is nothing to detach, and a `state_dict` must tell that it is not initialised."""
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo: dict) -> Any:
        kind: Any = type(self)
        memo[id(self)] = twin = kind(self.requires_grad, dtype=self.dtype)
        return twin


class UninitializedParameter(_Uninitialized, Parameter):
    """A parameter whose shape is not known yet; `materialize(shape)` makes it a Parameter.

    >>> nn.LazyLinear(2).weight
    <UninitializedParameter>
    """

    __slots__ = ()
    becomes = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        return super().__new__(cls, creation.empty(0, dtype=dtype), requires_grad)


UninitializedParameter._makes = UninitializedParameter  # unlike those of a Parameter, calls with it are asked


class UninitializedBuffer(_Uninitialized):
    """A buffer whose shape is not known yet; `materialize(shape)` makes it a Tensor.

    >>> nn.UninitializedBuffer()
    <UninitializedBuffer>
    """

    __slots__ = ()

    def __new__(cls, requires_grad: bool = False, device: Any = None, dtype: Any = None) -> Any:
        return wrap(creation.empty(0, dtype=dtype)._data, requires_grad, cls)


def is_lazy(param: Any) -> bool:
    """Whether a parameter or buffer has no shape yet."""
    return isinstance(param, _Uninitialized)


class LazyModuleMixin(Module):
    """Makes a layer lazy. A subclass names `cls_to_become` and gives its uninitialised parameters their shapes in `initialize_parameters`.

    Before the first call `initialize_parameters` gets the input; then the module becomes a `cls_to_become`. A state_dict of an
    initialised module gives the shapes too.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.modules.lazy.LazyModuleMixin.html
    """

    cls_to_become: type | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._load_hook = self.register_load_state_dict_pre_hook(_take_shapes)
        self._initialize_hook = self.register_forward_pre_hook(_infer_parameters, with_kwargs=True)

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Give the parameters their shapes, by the arguments of the first call."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or buffer has no shape yet."""
        return any(is_lazy(t) for t in itertools.chain(self._parameters.values(), self._buffers.values()))


def _take_shapes(module: Module, state: dict, prefix: str, *rest: Any) -> None:
    """Before loading: what has no shape yet takes that of the state."""
    for name, tensor in itertools.chain(module._parameters.items(), module._buffers.items()):
        given = state.get(prefix + name)
        if isinstance(tensor, _Uninitialized) and given is not None and not is_lazy(given):
            tensor.materialize(given.shape)


def _infer_parameters(module: Any, args: tuple, kwargs: dict) -> None:
    """Before the first call: initialise, and become an ordinary module."""
    module.initialize_parameters(*args, **kwargs)
    if module.has_uninitialized_params():
        raise RuntimeError(f"module {module._get_name()} has not been fully initialized by initialize_parameters()")
    for name in ("_initialize_hook", "_load_hook"):
        getattr(module, name).remove()
        delattr(module, name)
    if module.cls_to_become is not None:
        module.__class__ = module.cls_to_become
