"""Tensor: an array, its gradient, and the step that made it.

The class holds little: the operations are rules in `ops/`, which `methods.py` and `operators.py` make methods; `autograd/` records them and
carries gradients back. What an array tells of itself is in `facts.py`, how it becomes other things in `conversion.py`. Start
with `autograd/rule.py` to see how one operation works.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from ..arrays.storage import apart, in_inference, is_inference
from ..autograd import changes, gradients, graph, hooks
from ..autograd.inplace import renew
from ..autograd.modes import recording
from ..autograd.nodes import Shown, shown
from ..autograd.takeovers import never, switch
from .asked import offer
from .conversion import Conversions
from .facts import Facts, warn_of_grad
from .memory import Memory
from .methods import Methods

__all__ = ["Tensor"]


class Tensor(Methods, Facts, Conversions, Memory):
    """An n-dimensional array that remembers how it was made, so that gradients can flow back.

    Make one with `torch.tensor`, `torch.zeros`, ...; `torch.Tensor(...)` itself is torch's old constructor (see `legacy.py`).

    >>> x = torch.tensor([2.0, 3.0], requires_grad=True)
    >>> (x**2).sum().backward()
    >>> x.grad
    tensor([4., 6.])
    """

    # _data: the array; _grad: the gradient; _node: the graph node that made it (None for a leaf);
    # _base: the tensor whose memory it looks into, if it is a view
    # _seen: of a view, the time when it looked last whether its memory was changed
    _data: np.ndarray
    _grad: Any
    _node: Any
    _requires_grad: Any
    _base: Any
    __slots__ = ("_data", "_grad", "_node", "_requires_grad", "_base", "_seen", "__dict__", "__weakref__")

    # seldom set, so kept in the instance's __dict__ only then
    _origin: str | None = None  # why a view may not be changed in place while that is recorded
    _hooks: dict | None = None
    _after: dict | None = None
    _mapped: Callable | None = None  # of samples inside vmap: what does an operation with them (func/batched.py)
    _makes: type  # the class of what operations on it give: that of a user's subclass, Tensor for a Parameter

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._makes = Tensor if cls.__torch_function__ is never else cls
        offer(cls)

    def __new__(cls, *data: Any, device: Any = None) -> Self:
        return cls._of(data, None, device)

    def _refresh(self) -> bool:
        """Whether this view requires grad; its history is brought up to date if it will be needed."""
        if not (self._requires_grad or self._base._requires_grad):
            return False
        if recording.on and self._seen != changes.last_change:
            renew(self)
        return True

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to or through this tensor: that of a view does if its base does. May be set on leaves."""
        return self._requires_grad or (self._base is not None and self._base._requires_grad)

    @requires_grad.setter
    def requires_grad(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise RuntimeError(f"requires_grad must be a bool, not {type(mode).__name__}")
        if self._node is not None:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        if mode and is_inference(self._data) and not in_inference():
            raise RuntimeError(
                "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed: make a clone()"
            )
        if mode and self._data.dtype.kind != "f":
            raise RuntimeError(
                f"only Tensors of floating point and complex dtype can require gradients, this one is {self.dtype}; convert it with .float() first"
            )
        self._requires_grad = mode

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set `requires_grad` and return the tensor.

        >>> torch.zeros(2).requires_grad_()
        tensor([0., 0.], requires_grad=True)
        """
        if not isinstance(requires_grad, bool):
            raise TypeError(
                f"requires_grad_(): argument 'requires_grad' must be bool, not {type(requires_grad).__name__}"
            )
        if requires_grad and not self.dtype.is_floating_point:
            raise RuntimeError(
                f"only Tensors of floating point dtype can require gradients, this one is {self.dtype}; convert it with .float() first"
            )
        if not (requires_grad and self._requires_grad):
            self.requires_grad = requires_grad
        return self

    @property
    def grad(self) -> Tensor | None:
        """The gradient that `backward` has added up here, or None."""
        if self._grad is None and not (self._node is None or self.retains_grad):
            warn_of_grad()
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(value)}")
            if value is self:
                raise RuntimeError("can't assign Variable as its own grad: give a clone()")
            if value.shape != self.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size '{list(self.shape)}'; they must be equal"
                )
            if value.dtype is not self.dtype:
                raise RuntimeError(
                    f"attempting to assign a gradient with dtype {value.dtype} to a tensor of {self.dtype}; convert it with .to()"
                )
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @property
    def grad_fn(self) -> Shown | None:
        """The graph node that made this tensor; None for a leaf."""
        if self._base is not None and self._seen != changes.last_change:
            renew(self)
        return None if self._node is None else shown(self._node)[0]

    @property
    def output_nr(self) -> int:
        """Which output of `grad_fn` this is."""
        return self._node.place if isinstance(self._node, graph.Output) else 0

    @property
    def is_leaf(self) -> bool:
        """True if no recorded operation made it: `backward` fills the `.grad` of such tensors."""
        if self._base is not None:
            self._refresh()
        return self._node is None

    @property
    def retains_grad(self) -> bool:
        """Whether `retain_grad` was called on this tensor, which is no leaf."""
        return "_retains" in self.__dict__

    @property
    def _version(self) -> int:
        if is_inference(self._data):
            raise RuntimeError("Inference tensors do not track version counter.")
        return changes.version(self._data)

    @property
    def data(self) -> Tensor:
        """The same memory without history; its changes are not noticed where this tensor was used."""
        return wrap(apart(self._data), False, self._makes if type(self) is Tensor or not switch.off else Tensor)

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        if self._requires_grad and value._data.dtype.kind != "f":
            raise RuntimeError(
                f"data set to a tensor that requires gradients must be floating point, and is {value.dtype}"
            )
        changes.exchange(self, value._data)

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Add the gradients of this tensor with respect to the leaves of its graph to their `.grad`.

        gradient: that of the final value with respect to this tensor, of its shape; 1 for a scalar if left out.

        Raises:
            RuntimeError: no graph, not a scalar and no gradient, or the graph was released by an earlier call.

        >>> x = torch.tensor([3.0], requires_grad=True)
        >>> (x * x).backward()
        >>> x.grad
        tensor([6.])
        """
        gradients.backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def register_hook(self, hook: Callable) -> hooks.RemovableHandle:
        """Call `hook(gradient)` when the gradient of this tensor is known; a tensor that it returns takes its place.

        Raises:
            RuntimeError: the tensor does not require grad.

        >>> x = torch.tensor([3.0], requires_grad=True)
        >>> handle = x.register_hook(lambda g: 10 * g)
        >>> (x * x).backward()
        >>> x.grad
        tensor([60.])
        """
        if not self.requires_grad:
            raise RuntimeError(
                "cannot register a hook on a tensor that doesn't require gradient; call requires_grad_() first"
            )
        return hooks.add_hook(self if self.is_leaf else self._node, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable) -> hooks.RemovableHandle:
        """Call `hook(tensor)` after the gradient of this leaf has been added to `.grad`."""
        if not self.requires_grad or not self.is_leaf:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors, or tensors that don't require gradient"
            )
        hooks.leaf_has_hooks()
        if self._after is None:
            self._after = {}
        handle = hooks.RemovableHandle(self._after)
        self._after[handle.id] = hook
        return handle

    def retain_grad(self) -> None:
        """Fill `.grad` of this tensor too, though it is no leaf.

        >>> x = torch.tensor([3.0], requires_grad=True)
        >>> y = 2 * x
        >>> y.retain_grad()
        >>> (y * y).backward()
        >>> y.grad
        tensor([12.])
        """
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        # a view that is a leaf is left alone, also where to ask it for its history (`grad_fn`) is an error
        if self._node is not None and not self.retains_grad and self.grad_fn is not None:
            me = weakref.ref(self)  # the graph must not keep the tensor alive

            def keep(gradient: Tensor | None) -> None:
                tensor = me()
                if tensor is not None and gradient is not None:
                    kept = gradient if recording.on else wrap(gradient._data.copy())
                    tensor._grad = kept if tensor._grad is None else tensor._grad + kept

            self._retains = hooks.add_hook(self._node, keep, hooks.RETAIN)

    def _moved(self) -> None:
        """Called after an in-place change gave this tensor another node: it is its gradient there that `retain_grad` keeps."""
        if self.retains_grad:
            self.__dict__.pop("_retains").remove()
            self.retain_grad()

    def detach(self) -> Tensor:
        """The same memory as a leaf without history.

        >>> x = torch.ones(2, requires_grad=True)
        >>> torch.detach(2 * x).requires_grad
        False
        """
        return wrap(self._data, False, self._makes if type(self) is Tensor or not switch.off else Tensor)

    def detach_(self) -> Tensor:
        """Cut this tensor off its history, in place.

        Raises:
            RuntimeError: it is a view, which shares the history of its base.

        >>> x = torch.ones(2, requires_grad=True)
        >>> torch.detach_(2 * x).requires_grad
        False
        """
        if self._base is not None:
            raise RuntimeError("Can't detach views in-place. Use detach() instead.")
        self._node, self._requires_grad = None, False
        return self

    def __hash__(self) -> Any:
        return id(self)


_new = object.__new__


def wrap(data: np.ndarray, requires_grad: bool = False, cls: type = Tensor) -> Tensor:
    """A leaf around an array, which is not copied: how the library makes its tensors."""
    tensor: Any = _new(cls)
    tensor._data, tensor._requires_grad = data, requires_grad
    tensor._grad = tensor._node = tensor._base = None
    return tensor


Tensor._makes = Tensor
graph.Tensor, graph.wrap = Tensor, wrap
