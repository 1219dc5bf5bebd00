"""Optimizer: what all algorithms share: groups of parameters with their options, state, hooks."""

from __future__ import annotations

import functools
import itertools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

import numpy as np

from ..arrays.dtypes import float32, float64, get_default_dtype
from ..arrays.notices import hush
from ..autograd import hooks
from ..autograd.hooks import RemovableHandle
from ..autograd.modes import recording
from ..tensors.tensor import Tensor, wrap

__all__ = ["Optimizer", "ParamsT", "register_optimizer_step_post_hook", "register_optimizer_step_pre_hook"]

# what an optimizer is given: parameters, groups of them, or parameters with their names
ParamsT = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]

_every_pre: OrderedDict[int, Callable] = OrderedDict()  # hooks on the steps of all optimizers
_every_post: OrderedDict[int, Callable] = OrderedDict()


def register_optimizer_step_pre_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` before each step of every optimizer; it may return other (args, kwargs)."""
    handle = RemovableHandle(_every_pre)
    _every_pre[handle.id] = hook
    return handle


def register_optimizer_step_post_hook(hook: Callable) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` after each step of every optimizer."""
    handle = RemovableHandle(_every_post)
    _every_post[handle.id] = hook
    return handle


class _Required:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()  # the default of an option that must be given with the optimizer or with each group

BLOCK = 32768  # elements updated at a time: with its gradient and state a block stays in the cache


def blocks(*arrays: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """The arrays, which have one shape, as pieces of vectors that fit the cache: 2.5 times as fast for a 784x512 weight."""
    if arrays[0].ndim == 0:  # arithmetic would give NumPy scalars, which cannot be changed in place
        arrays = tuple(a.reshape(1) for a in arrays)
    if arrays[0].size <= BLOCK or not all(a.flags.c_contiguous for a in arrays):
        yield arrays
        return
    flat = [a.reshape(-1) for a in arrays]
    for start in range(0, flat[0].size, BLOCK):
        yield tuple(a[start : start + BLOCK] for a in flat)


def number(x: Any) -> float:
    """An option that may be a tensor of one element, as a number; what torch computes from a float32 tensor stays float32."""
    if not isinstance(x, Tensor):
        return x
    return np.float32(x.item()) if x.dtype is float32 else x.item()  # type: ignore[return-value]  # it computes like a float


def nonnegative(**options: Any) -> None:
    """Check numbers that must be 0 or more, as most options must.

    Raises:
        ValueError: one is negative, NaN, or a tensor of several elements.
    """
    for name, value in options.items():
        if isinstance(value, Tensor) and value.numel() != 1:
            raise ValueError(f"Tensor {name} must be 1-element, but it has {value.numel()} elements")
        if not number(value) >= 0:
            label = {"lr": "learning rate", "eps": "epsilon value"}.get(name, f"{name} value")
            raise ValueError(f"Invalid {label}: {value}; it must be 0 or more")


def check_betas(betas: tuple[Any, Any]) -> None:
    """Check the decay rates of two running means.

    Raises:
        ValueError: one is outside [0, 1).
    """
    for i, beta in enumerate((betas[0], betas[1])):
        if not 0 <= number(beta) < 1:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}; it must be in [0, 1)")


def check_tensors(lr: Any, betas: tuple[Any, Any], foreach: bool | None) -> None:
    """Check options of Adam that may be tensors, except with foreach (without capturable).

    Raises:
        ValueError: one is a tensor together with foreach, one beta is a tensor and the other is none, or has several elements.
    """
    if foreach and isinstance(lr, Tensor):
        raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
    check_betas(betas)
    if not any(all(isinstance(beta, kind) for beta in betas) for kind in (float, Tensor)):
        raise ValueError(f"betas must be either both floats or both Tensors, and are {betas}")
    for i, beta in enumerate(betas):
        if isinstance(beta, Tensor) and foreach:
            raise ValueError(f"betas[{i}] as a Tensor is not supported for capturable=False and foreach=True")


def counter(value: float = 0.0, fused: bool | None = False) -> Tensor:
    """A number in the state of a parameter, as torch keeps it: float32, or float64 where that is the default and the step is not fused."""
    return wrap(np.full((), value, np.float64 if get_default_dtype() is float64 and not fused else np.float32))


def check_implementation(differentiable: bool, fused: bool | None = False, foreach: bool | None = False) -> None:
    """Check the options that choose one of torch's implementations: fused and foreach give the same numbers, and here the same code.

    Raises:
        RuntimeError: two of them together.
    """
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


class Optimizer:
    """Base of all optimisers.

    params: tensors, (name, tensor) pairs, or dictionaries {"params": ..., option: value} for groups with options of their own.
    defaults: the options of groups that do not set them.

    Raises:
        TypeError: params is a single tensor, or holds something else. ValueError: params is empty, or a tensor is no leaf.

    >>> optimizer = torch.optim.SGD([torch.zeros(2, requires_grad=True)], lr=0.1)
    >>> isinstance(optimizer, torch.optim.Optimizer), optimizer.param_groups[0]["lr"]
    (True, 0.1)
    """

    # of those that wrap another optimiser, and borrow its groups without this class's __init__, as Lookahead does
    _optimizer_step_pre_hooks: Any = MappingProxyType({})
    _optimizer_step_post_hooks = _optimizer_step_pre_hooks
    later: Mapping[str, Any] = MappingProxyType({})  # options that older checkpoints lack, and what they were then
    # state that is one number for the whole parameter; older checkpoints have it as Python's
    scalars: tuple[str, ...] = ()

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self._without_hooks()
        if isinstance(params, Tensor):
            raise TypeError(
                f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {params.type()}; write [tensor]"
            )
        self.state: dict[Any, Any] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        try:
            groups = list(params)
        except TypeError as error:  # SGD(model), SGD(model.parameters)
            hint = "" if not hasattr(params, "parameters") else ": give what it learns, model.parameters()"
            hint = ": call it, model.parameters()" if callable(params) and not hint else hint
            raise TypeError(f"{error}{hint}") from None
        if not groups:
            raise ValueError(
                "optimizer got an empty parameter list: layers in a plain list or dict are not found, keep them in nn.ModuleList or nn.ModuleDict; "
                "and a generator gives its parameters once: has it been read before?"
            )
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def _without_hooks(self) -> None:
        self._optimizer_step_pre_hooks, self._optimizer_step_post_hooks = OrderedDict(), OrderedDict()
        self._state_hooks: dict[str, dict[int, Callable]] = {
            k: OrderedDict() for k in ("pre", "post", "load_pre", "load_post")
        }

    def __init_subclass__(cls) -> None:
        # every algorithm's `step` runs between the hooks
        if "step" in cls.__dict__:
            cls.step = _hooked(cls.step)  # type: ignore[method-assign]

    def _patch_step_function(self) -> None:
        """What wrappers of other optimisers call in place of this class's __init__: `step` runs between the hooks already."""

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with options of their own, to fine-tune a layer that was frozen for instance.

        Raises:
            TypeError: no dictionary, or not of tensors. ValueError: a tensor is no leaf, is in another group, or an option is missing.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        if isinstance(given, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will change between runs. Please use a list instead."
            )
        given = [given] if isinstance(given, Tensor) else list(given)
        group = dict(param_group)
        if given and isinstance(given[0], tuple):
            if not all(isinstance(pair, tuple) for pair in given):
                raise ValueError("all optimizer params should be with/without names. Some param names are missing")
            group["param_names"] = [name for name, _ in given]
            given = [tensor for _, tensor in given]
        group["params"] = given
        for p in given:
            if not isinstance(p, Tensor):
                hint = (
                    "; give what it learns, its parameters()"
                    if hasattr(p, "parameters")
                    else "; give model.parameters()"
                )
                raise TypeError(
                    f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}{hint}"
                )
            if not (p.is_leaf or p.retains_grad or self.defaults.get("differentiable")):
                raise ValueError(
                    "can't optimize a non-leaf Tensor: give the tensor that it was computed from, or detach() it"
                )
        for name, value in self.defaults.items():
            if value is required and name not in group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            group.setdefault(name, value)
        for name, value in group.items():
            if name != "lr" and isinstance(value, Tensor) and not (group.get("differentiable") and value.requires_grad):
                group[name] = value.item()
        if len({id(p) for p in given}) < len(given):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error. Give each parameter once: it is stepped as often as it is listed.",
                stacklevel=3,
            )
        taken = {id(p) for other in self.param_groups for p in other["params"]}
        if any(id(p) in taken for p in given):
            raise ValueError("some parameters appear in more than one parameter group")
        if self.param_groups and ("param_names" in group) != ("param_names" in self.param_groups[0]):
            raise ValueError(
                f"all optimizer param groups should be with/without names. cannot add param group {'with' if 'param_names' in group else 'without'} names to the optimizer"
            )
        self.param_groups.append(group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters (or set them to 0): call it before each `backward`."""
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p._grad = None
                elif p._grad is not None:
                    p._grad = p._grad.detach() if p._grad._base is not None else p._grad.detach_()
                    p._grad.zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters along their gradients.

        closure: computes the loss and its gradients anew; its result is returned.
        """
        raise NotImplementedError(f"{type(self).__name__} has no step(): each optimiser writes its own")

    # -- state ---------------------------------------------------------------------------------------------------------
    def state_dict(self) -> dict[str, Any]:
        """The state of each parameter, by its number, and the options of each group: in torch's form."""
        for hook in self._state_hooks["pre"].values():
            hook(self)
        numbers: dict[int, int] = {}
        for group in self.param_groups:
            for p in group["params"]:
                numbers.setdefault(id(p), len(numbers))
        packed: dict[str, Any] = {
            "state": {(numbers[id(k)] if isinstance(k, Tensor) else k): v for k, v in self.state.items()},
            "param_groups": [
                {
                    **{k: v for k, v in group.items() if k != "params"},
                    "params": [numbers[id(p)] for p in group["params"]],
                }
                for group in self.param_groups
            ],
        }
        for hook in self._state_hooks["post"].values():
            result = hook(self, packed)
            packed = packed if result is None else result
        return packed

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a `state_dict`, ours or torch's with its tensors converted.

        Raises:
            ValueError: another number of groups, or of parameters in a group.
        """
        state_dict = dict(state_dict)
        for hook in self._state_hooks["load_pre"].values():
            result = hook(self, state_dict)
            state_dict = state_dict if result is None else result
        saved = deepcopy(state_dict["param_groups"])
        if len(saved) != len(self.param_groups):
            raise ValueError(
                f"loaded state dict has a different number of parameter groups: {len(saved)}, the optimizer has {len(self.param_groups)}"
            )
        for mine, theirs in zip(self.param_groups, saved, strict=True):
            if len(mine["params"]) != len(theirs["params"]):
                raise ValueError(
                    f"loaded state dict contains a parameter group that doesn't match the size of optimizer's group: {len(theirs['params'])} parameters, the optimizer's has {len(mine['params'])}"
                )
        keys = itertools.chain.from_iterable(group["params"] for group in saved)
        params = itertools.chain.from_iterable(group["params"] for group in self.param_groups)
        by_number = dict(zip(keys, params, strict=True))
        state: dict[Any, Any] = defaultdict(dict)
        for key, value in state_dict["state"].items():
            param = by_number.get(key)
            state[key if param is None else param] = value if param is None else _adapted(param, value)
        groups = [
            {
                **theirs,
                "params": mine["params"],
                **({"param_names": mine["param_names"]} if "param_names" in mine else {}),
            }
            for mine, theirs in zip(self.param_groups, saved, strict=True)
        ]
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in self._state_hooks["load_post"].values():
            hook(self)

    # -- hooks ---------------------------------------------------------------------------------------------------------
    def _register(self, hooks: dict, hook: Callable, prepend: bool = False) -> RemovableHandle:
        handle = RemovableHandle(hooks)
        hooks[handle.id] = hook
        if prepend:
            hooks.move_to_end(handle.id, last=False)  # type: ignore[attr-defined]
        return handle

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each step; it may return other (args, kwargs)."""
        return self._register(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return self._register(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` before `state_dict`."""
        return self._register(self._state_hooks["pre"], hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` after `state_dict`; it may return another one."""
        return self._register(self._state_hooks["post"], hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` before loading; it may return another one."""
        return self._register(self._state_hooks["load_pre"], hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` after loading."""
        return self._register(self._state_hooks["load_post"], hook, prepend)

    def __getstate__(self) -> dict[str, Any]:
        return {key: self.__dict__[key] for key in ("defaults", "state", "param_groups")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """What pickle and `load_state_dict` call; programs extend it, to set options that older files lack."""
        self.__dict__.update(state)
        if "_state_hooks" not in self.__dict__:
            self._without_hooks()
        self.defaults.setdefault("differentiable", False)
        for group in self.param_groups:
            for option, value in self.later.items():
                group.setdefault(option, value)
            for kept in [self.state[p] for p in group["params"] if self.scalars and p in self.state]:
                kept.update({k: counter(kept[k]) for k in self.scalars if isinstance(kept.get(k), (int, float))})

    def __repr__(self) -> str:
        lines = [type(self).__name__ + " ("]
        for i, group in enumerate(self.param_groups):
            lines += [""] * (i > 0) + [f"Parameter Group {i}"]
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join(lines) + "\n" * bool(self.param_groups) + ")"


def _adapted(param: Tensor, state: Any) -> Any:
    """Loaded state in the parameter's dtype, the very tensors where they have it, as in torch; the count of steps as it is."""
    if isinstance(state, dict):
        return {k: v if k == "step" else _adapted(param, v) for k, v in state.items()}
    if isinstance(state, list):
        return [_adapted(param, v) for v in state]
    return state.to(param.dtype) if isinstance(state, Tensor) and state.is_floating_point() else state


def _hooked(step: Callable) -> Callable:
    @functools.wraps(step)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._opt_called = True  # schedulers ask for it
        hush()
        if not (
            args
            or kwargs
            or self._optimizer_step_pre_hooks
            or self._optimizer_step_post_hooks
            or _every_pre
            or _every_post
        ):
            return step(self)  # as most often
        args = (self, *args)  # hooks see the optimiser as the first argument
        for hook in (*_every_pre.values(), *self._optimizer_step_pre_hooks.values()):
            result = hook(self, args, kwargs)
            if result is not None:
                if not (isinstance(result, tuple) and len(result) == 2):
                    raise RuntimeError(
                        f"{step} must return None or a tuple of (new_args, new_kwargs), but got {result}."
                    )
                args, kwargs = result
        result = step(*args, **kwargs)
        for hook in (*self._optimizer_step_post_hooks.values(), *_every_post.values()):
            hook(self, args, kwargs)
        return result

    wrapped._wrapped_by_lr_sched = True  # type: ignore[attr-defined]  # torch's name: it is this class's own step
    return wrapped


def evaluate(closure: Callable | None) -> Any:
    """The loss of a closure, computed with gradients."""
    if closure is None:
        return None
    before, recording.on = recording.on, True
    try:
        return closure()
    finally:
        recording.on = before


def with_gradients(group: dict[str, Any], dense_only: str | None = None) -> list[Tensor]:
    """The parameters of a group that have a gradient.

    dense_only: the name of an algorithm that takes no sparse gradients.

    Raises:
        AssertionError: capturable, which is for graphs of CUDA. RuntimeError: a gradient is sparse.
    """
    params = [p for p in group["params"] if p._grad is not None]
    if dense_only is not None and hooks.Sparse is not None and any(p._grad.is_sparse for p in params):
        instead = ", please consider SparseAdam instead" if dense_only == "Adam" else ""
        raise RuntimeError(f"{dense_only} does not support sparse gradients{instead}")
    if params and group.get("capturable"):
        raise AssertionError(
            "If capturable=True, params must be on a GPU, but they are on the CPU: leave capturable out"
        )
    return params
