"""The state of a module: `state_dict` gives it out, `load_state_dict` takes it back."""

from __future__ import annotations

import itertools
import warnings
from collections import OrderedDict, namedtuple
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...autograd.changes import changed
from ...tensors.tensor import Tensor
from ..parameter import Parameter
from .module_hooks import Replacing

EXTRA_STATE = "_extra_state"  # the key of it in a state_dict, behind the module's own


class IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What `load_state_dict` returns: torch's _IncompatibleKeys."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"_{super().__repr__()}" if any(self) else "<All keys matched successfully>"

    __str__ = __repr__


def _other_model(missing: list[str], unexpected: list[str]) -> str:
    """What to do about a `state_dict` of another model."""
    prefix = unexpected[0].removesuffix(missing[0]) if missing and unexpected else ""
    if prefix and [prefix + key for key in missing] == unexpected:
        return (
            f'Its names begin with "{prefix}"; load {{k.removeprefix("{prefix}"): v for k, v in state_dict.items()}}.'
        )
    return "Make the model by the class and with the sizes of the one that was saved; strict=False passes over names, not over sizes."


class State:
    """The part of Module that is saved and loaded."""

    _version: int = 1
    _parameters: dict
    _buffers: dict
    _modules: dict
    _non_persistent_buffers_set: set
    _state_dict_hooks: dict
    _state_dict_pre_hooks: dict
    _load_state_dict_pre_hooks: dict
    _load_state_dict_post_hooks: dict

    def get_extra_state(self) -> Any:
        """More to put into `state_dict`; a module that writes this also writes `set_extra_state`."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called: the module has no extra state"
        )

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` gave."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called: the module has no extra state"
        )

    def _extra(self) -> bool:
        return type(self).get_extra_state is not State.get_extra_state

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> dict[str, Any]:
        """All parameters and persistent buffers by dotted name, sharing memory with the module (detached unless `keep_vars`).

        args: the same three in this order, deprecated.
        """
        if args:
            warnings.warn(
                "Positional args are being deprecated, use kwargs instead: state_dict(destination=..., prefix=..., keep_vars=...)",
                FutureWarning,
                stacklevel=2,
            )
            destination, prefix, keep_vars = (*args, *(destination, prefix, keep_vars)[len(args) :])[:3]
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            result = hook(self, destination, prefix, local)
            if result is None:
                continue
            if not isinstance(hook, Replacing):
                raise RuntimeError("state_dict post-hook must return None: change the dictionary that it is given")
            destination = result
        return destination

    def _save_to_state_dict(self, destination: dict, prefix: str, keep_vars: bool) -> None:
        """Enter what is this module's own: programs override it, to save more or less."""
        for name, tensor in self._own_state():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if self._extra():
            destination[prefix + EXTRA_STATE] = self.get_extra_state()

    def _own_state(self) -> list[tuple[str, Tensor]]:
        buffers = ((n, b) for n, b in self._buffers.items() if n not in self._non_persistent_buffers_set)
        return [(name, t) for name, t in itertools.chain(self._parameters.items(), buffers) if t is not None]

    def _load_from_state_dict(
        self,
        state_dict: dict,
        prefix: str,
        local_metadata: dict,
        strict: bool,
        missing_keys: list,
        unexpected_keys: list,
        error_msgs: list,
    ) -> None:
        """Take what is this module's own of a `state_dict`: programs override it, to rename what older versions have saved."""
        for hook in self._load_state_dict_pre_hooks.values():
            hook(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        for name, tensor in self._own_state():
            key = prefix + name
            if key not in state_dict:
                if strict:
                    missing_keys.append(key)
                continue
            given = state_dict[key]
            if not isinstance(given, Tensor):
                error_msgs.append(
                    f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint but received {type(given)}'
                )
                continue
            if given._data.ndim == 1 and tensor._data.ndim == 0:  # as PyTorch 0.3 saved what has no axes
                given = given[0]
            if given._data.shape != tensor._data.shape:  # of lazy ones too, which tell no shape
                error_msgs.append(
                    f"size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, the shape in current model is {tensor.shape}."
                )
            elif local_metadata.get("assign_to_params_buffers", False):
                if isinstance(tensor, Parameter):
                    given = given if isinstance(given, Parameter) else Parameter(given)
                    given.requires_grad_(tensor.requires_grad)
                setattr(self, name, given)
            else:
                np.copyto(tensor._data, given._data, casting="unsafe")
                changed(tensor._data)
        key = prefix + EXTRA_STATE
        if self._extra():
            if key in state_dict:
                self.set_extra_state(state_dict[key])
            elif strict:
                missing_keys.append(key)
        elif key in state_dict and strict:
            unexpected_keys.append(key)
        if strict:
            unexpected_keys.extend(self._unknown(state_dict, prefix))

    def _unknown(self, state_dict: Mapping[str, Any], prefix: str) -> Iterator[str]:
        """The keys for which this module has nothing, and no module inside."""
        own = {EXTRA_STATE, *(name for name, _ in self._own_state())}
        for key in state_dict:
            if key.startswith(prefix):
                first, inside, _ = key[len(prefix) :].partition(".")
                if first not in (self._modules if inside else own):
                    yield key

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Copy parameters and buffers from a `state_dict`.

        strict: names must match exactly. assign: take the tensors themselves instead of copying their values.

        Returns a named tuple of missing_keys and unexpected_keys.

        Raises:
            RuntimeError: names (if strict) or shapes do not match; everything that is wrong is listed, and what fits was copied.
        """
        if not isinstance(state_dict, Mapping):
            hint = (
                " Read the file first: torch.load(path)."
                if isinstance(state_dict, str)
                else " Give its state_dict()." * hasattr(state_dict, "state_dict")
            )
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.{hint}")
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None) or {}
        state = dict(state_dict)

        def load(module: Any, part: dict, prefix: str) -> None:
            local = {**metadata.get(prefix[:-1], {})}
            if assign:
                local["assign_to_params_buffers"] = assign
            module._load_from_state_dict(part, prefix, local, True, missing, unexpected, errors)
            for name, child in module._modules.items():
                if child is not None:
                    inner = f"{prefix}{name}."
                    load(child, {k: v for k, v in part.items() if k.startswith(inner)}, inner)
            incompatible = IncompatibleKeys(missing, unexpected)
            for hook in module._load_state_dict_post_hooks.values():
                if hook(module, incompatible) is not None:
                    raise AssertionError(
                        "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values; change the lists in place"
                    )

        load(self, state, "")
        if strict:
            for keys, what in ((unexpected, "Unexpected"), (missing, "Missing")):
                if keys:
                    listed = ", ".join(f'"{k}"' for k in keys)
                    errors.insert(0, f"{what} key(s) in state_dict: {listed}. ")
        if errors:
            lines = "\n\t".join(errors)
            error = RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{lines}")
            error.add_note(_other_model(missing, unexpected))  # beside the lines, which programs print and read
            raise error
        return IncompatibleKeys(missing, unexpected)
