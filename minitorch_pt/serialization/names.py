"""What a file may name, and what that is here: the functions that make tensors from it, classes, dtypes, all by torch's names."""

from __future__ import annotations

import codecs
import pickle
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..arrays import dtypes, formats
from ..arrays.size import Size
from ..nn.parameter import Buffer, Parameter
from ..sparse.tensor import SparseTensor, sparse_coo_tensor
from ..tensors.conversion import rebuilt
from ..tensors.device import device
from ..tensors.tensor import Tensor, wrap

__all__ = [
    "ENCODE", "REBUILDS", "Storage", "StorageType", "add_safe_globals", "clear_safe_globals", "described", "get_layout", "get_safe_globals", "known", "later", "modern", "of_torch", "ours", "plain", "safe_globals",
    "storage_type", "user_allowed",
]  # fmt: skip

PACKAGE = __package__.partition(".")[0]


def plain(pickle_module: Any) -> None:
    """Check that files are to be pickled by Python's own module.

    Raises:
        NotImplementedError: another one, such as dill.
    """
    if pickle_module is not pickle:
        raise NotImplementedError(
            f"torch writes and reads files with Python's own pickle, not with {getattr(pickle_module, '__name__', pickle_module)}; leave pickle_module out"
        )


class _Later(threading.local):
    """What is to be done when the storages are read, where they stand behind the tensors that look into them."""

    steps: list[Callable] | None = None


later = _Later()


class Storage:
    """The memory that one or more tensors look into, as a row of elements; `key` is its name in the file."""

    __slots__ = ("key", "memory")

    def __init__(self, memory: np.ndarray, key: str) -> None:
        self.memory, self.key = memory, key


class StorageType:
    """The type of a storage's elements, which a file calls by a class of torch's: torch.FloatStorage."""

    __slots__ = ("dtype", "name")

    def __init__(self, dtype: str, name: str) -> None:
        self.dtype, self.name = np.dtype(dtype), name

    def __reduce__(self) -> str:
        return self.name  # pickle looks for it in this module


# ---------------------------------------------------------------------------------------------------------------------
# What a file calls to make a tensor. Nothing that it says is believed: it may be damaged, or made to do harm.
# ---------------------------------------------------------------------------------------------------------------------
def _counts(what: str, numbers: Any) -> tuple[int, ...]:
    """The tuple, of whole numbers that are not negative."""
    if not isinstance(numbers, (tuple, list)) or not all(type(n) is int and n >= 0 for n in numbers):
        raise RuntimeError(f"the file is damaged: the {what} of a tensor must be whole numbers, none of them negative")
    return tuple(numbers)


def _flag(requires_grad: Any, dtype: np.dtype) -> bool:
    if type(requires_grad) is not bool:
        raise RuntimeError(
            f"the file is damaged: requires_grad must be True or False, and is a {type(requires_grad).__name__}"
        )
    if requires_grad and dtype.kind != "f":
        raise RuntimeError(f"only Tensors of floating point dtype can require gradients, and the file holds {dtype}")
    return requires_grad


def _nothing(what: str, value: Any) -> None:
    """Refuse what torch has a place for, but saves empty."""
    if value is not None and not (isinstance(value, dict) and len(value) == 0):
        raise RuntimeError(f"the file holds a tensor with {what}, which are not loaded")


def _rebuild_tensor_v2(
    storage: Any,
    storage_offset: Any,
    size: Any,
    stride: Any,
    requires_grad: Any,
    backward_hooks: Any,
    metadata: Any = None,
) -> Tensor:
    """A tensor that looks into a storage: at its element `storage_offset`, and from there with `stride`."""
    if not isinstance(storage, Storage):
        raise RuntimeError(f"the file is damaged: a tensor's storage is a {type(storage).__name__}")
    memory, size, stride = storage.memory, _counts("sizes", size), _counts("strides", stride)
    (start,) = _counts("storage offset", [storage_offset])
    _nothing("hooks", backward_hooks)
    _nothing("bits (conj, neg)", metadata)
    last = start + sum((n - 1) * s for n, s in zip(size, stride, strict=False))
    if len(size) != len(stride) or (0 not in size and last >= memory.size):
        raise RuntimeError(
            f"the file is damaged: a tensor of shape {size} and strides {stride} from element {start} on does not fit into its storage of {memory.size} elements"
        )
    if 0 in size:
        memory, start = np.empty(1, memory.dtype), 0  # it shows none of it; NumPy wants room for the strides
    try:
        data = np.ndarray(
            size, memory.dtype, memory, start * memory.itemsize, tuple(s * memory.itemsize for s in stride)
        )
    except (ValueError, OverflowError) as error:  # more axes, or larger numbers, than NumPy has
        raise RuntimeError(
            f"a tensor of shape {size} and strides {stride} in the file cannot be made: {error}"
        ) from None
    return wrap(data, _flag(requires_grad, data.dtype))


def _rebuild_parameter(data: Any, requires_grad: Any, backward_hooks: Any) -> Parameter:
    if not isinstance(data, Tensor):
        raise RuntimeError(f"the file is damaged: the data of a Parameter is a {type(data).__name__}")
    _nothing("hooks", backward_hooks)
    return Parameter(data, _flag(requires_grad, data._data.dtype))


def _rebuild_parameter_with_state(data: Any, requires_grad: Any, backward_hooks: Any, state: Any) -> Tensor:
    """A Parameter with attributes that the user has set on it."""
    return _attributed(_rebuild_parameter(data, requires_grad, backward_hooks), state)


def _rebuild_sparse_tensor(layout: Any, data: Any) -> SparseTensor:
    """A sparse tensor of (indices, values, size, whether it is coalesced)."""
    if layout is not formats.sparse_coo:
        raise RuntimeError(f"the file holds a tensor of layout {layout!r:.80}, which is not loaded: save x.to_dense()")
    if not isinstance(data, tuple) or len(data) not in (3, 4) or not all(isinstance(part, Tensor) for part in data[:2]):
        raise RuntimeError("the file is damaged: a sparse tensor is made of indices, values and a size")
    indices, values, size = data[:3]
    made = sparse_coo_tensor(indices, values, _counts("sizes", size))
    if later.steps is not None:
        later.steps.append(lambda: made.copy_(_rebuild_sparse_tensor(layout, data)))
        return made
    if data[3:] != (True,):
        return made
    unique = made.coalesce()
    if not np.array_equal(unique._indices()._data, made._indices()._data):
        raise RuntimeError(
            "the file is damaged: the indices of a sparse tensor that is coalesced are not in order, or occur twice"
        )
    return unique


def get_layout(name: str) -> formats.layout:
    """The layout of a name such as "torch.sparse_coo".

    Raises:
        RuntimeError: there is none.
    """
    found = getattr(formats, name.removeprefix("torch."), None)
    if not isinstance(found, formats.layout):
        raise RuntimeError(f"the file is damaged: there is no layout {name[:80]!r}")
    return found


_IS_BUFFER = "_is_buffer"  # the attribute by which torch knows one: it is no class of its own there


def _rebuild_from_type_v2(function: Any, kind: Any, args: Any, state: Any) -> Tensor:
    """A tensor of the user's own class, or with attributes that the user has set on it."""
    if not any(function is known for known in REBUILDS.values()):
        raise RuntimeError("the file is damaged: a tensor is made by something that is no function for it")
    if isinstance(state, dict) and kind is Tensor and state.get(_IS_BUFFER) is True:
        kind, state = Buffer, {name: value for name, value in state.items() if name != _IS_BUFFER}
    if not isinstance(kind, type) or not issubclass(kind, Tensor):
        raise RuntimeError("the file is damaged: the class of a tensor is no kind of Tensor")
    if not isinstance(args, tuple):
        raise RuntimeError("the file is damaged: a tensor is made from something that is no tuple")
    tensor = function(*args)
    return _attributed(rebuilt(kind, tensor._data, tensor.requires_grad, {}), state)


def _attributed(tensor: Tensor, state: Any) -> Tensor:
    """The tensor with the user's attributes, and those of the slots of its class, but with none that is the engine's."""
    attributes, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
    for names, put in ((attributes, tensor.__dict__.__setitem__), (slots, tensor.__setattr__)):
        for name, value in dict(names or {}).items():
            found = getattr(Tensor, name, None)  # a method may be hidden by an attribute, as with any object
            if name == "_retains" or (found is not None and (name[0] == "_" or hasattr(type(found), "__set__"))):
                raise RuntimeError(f"the file is damaged: the attribute {name!r} of a tensor is not the user's to set")
            put(name, value)
    return tensor


# ---------------------------------------------------------------------------------------------------------------------
# torch's names
# ---------------------------------------------------------------------------------------------------------------------
REBUILDS: dict[str, Callable] = {
    "torch._utils._rebuild_tensor_v2": _rebuild_tensor_v2,
    "torch._utils._rebuild_parameter": _rebuild_parameter,
    "torch._utils._rebuild_parameter_with_state": _rebuild_parameter_with_state,
    "torch._utils._rebuild_sparse_tensor": _rebuild_sparse_tensor,
    "torch._tensor._rebuild_from_type_v2": _rebuild_from_type_v2,
}
ENCODE = codecs.encode
# what a file calls besides; `machine` looks at what it gives to them
_PLAIN: dict[str, Any] = {
    "torch.Size": Size, "torch.device": device, "collections.OrderedDict": OrderedDict, "collections.Counter": Counter, "builtins.set": set,
    "builtins.complex": complex, "builtins.bytearray": bytearray, "_codecs.encode": ENCODE,
    "torch.serialization._get_layout": get_layout,
}  # fmt: skip
_STORAGES = {f"torch.{title}Storage": StorageType(name, f"{title}Storage") for name, title in dtypes.TITLES.items()}
vars().update({kind.name: kind for kind in _STORAGES.values()})
# those too of which there are no tensors here
_DTYPES = {f"torch.{thing.name}": thing for thing in vars(dtypes).values() if isinstance(thing, dtypes.dtype)}
_CLASSES = {"torch.Tensor": Tensor, "torch.nn.parameter.Parameter": Parameter}
_KNOWN: dict[str, Any] = {**REBUILDS, **_PLAIN, **_CLASSES, **_DTYPES, **_STORAGES}
# which of ours go by another name in a file than that of their module
_SPECIAL = {(f.__module__, f.__name__): name for name, f in REBUILDS.items()}
_SPECIAL[__name__, get_layout.__name__] = "torch.serialization._get_layout"
_SPECIAL |= {(__name__, kind.name): name for name, kind in _STORAGES.items()}
_SPECIAL |= {(dtypes.__name__, thing.name): name for name, thing in _DTYPES.items()}


def of_torch(module: str, name: str) -> tuple[str, str]:
    """torch's name of what pickle finds here by that of a module and one in it."""
    if (module, name) in _SPECIAL:
        module, _, name = _SPECIAL[module, name].rpartition(".")
    first, dot, rest = module.partition(".")
    return ("torch" + dot + rest if first == PACKAGE else module), name


def described(tensor: Tensor) -> tuple[type, dict]:
    """The class of a tensor and the attributes that a user has set on it, as torch would save them."""
    attributes = tensor._attributes()
    return (Tensor, {**attributes, _IS_BUFFER: True}) if type(tensor) is Buffer else (type(tensor), attributes)


def ours(module: str, name: str) -> tuple[str, str]:
    """Where pickle finds here what torch's name stands for."""
    # where torch keeps gelu and others that are compiled, and the methods of tensors
    module = module.replace("torch._C._nn", "torch.nn.functional")
    if (module, name) == ("torch._C", "TensorBase"):
        module, name = "torch", "Tensor"
    first, dot, rest = module.partition(".")
    return (PACKAGE + dot + rest if first == "torch" else module), name


def modern(module: str, name: str) -> tuple[str, str]:
    """The name today of what Python 2 called so, as pickles of protocol 2 do."""
    return {"__builtin__": "builtins", "copy_reg": "copyreg"}.get(module, module), {"xrange": "range"}.get(name, name)


def known(module: str, name: str) -> Any:
    """What stands for a name of torch's or Python's that any file may use, or None.

    Raises:
        RuntimeError: a type of elements that we have not.
    """
    path = ".".join(modern(module, name))
    elements = name.endswith(("Storage", "_rebuild_tensor_v3")) and name not in ("TypedStorage", "UntypedStorage")
    if path not in _KNOWN and module.partition(".")[0] == "torch" and elements:
        raise RuntimeError(
            f"the file holds a {path[:80]}, elements of a type that minitorch_pt has not; convert the tensor, with .float() for instance, before it is saved"
        )
    return _KNOWN.get(path)


def storage_type(array: np.ndarray) -> StorageType:
    """What stands for the type of an array's elements."""
    return _STORAGES[f"torch.{dtypes.TITLES[array.dtype.name]}Storage"]


# ---------------------------------------------------------------------------------------------------------------------
# What the user allows besides
# ---------------------------------------------------------------------------------------------------------------------
_allowed: list[Any] = []
_BLOCKED = ("sys", "os", "posix", "nt")


def user_allowed() -> dict[str, Any]:
    """What `add_safe_globals` has allowed, by the names that files use."""
    found = {}
    for thing in _allowed:
        if isinstance(thing, tuple):
            thing, path = thing
        else:
            path = ".".join(of_torch(thing.__module__, thing.__qualname__))
        if path.partition(".")[0] not in _BLOCKED:
            found[path] = thing
    return found


def add_safe_globals(safe_globals: Iterable[Any]) -> None:
    """Let files call these classes and functions when they are loaded with weights_only=True; (function, "module.name") gives the name too.

    Raises:
        ValueError, TypeError: a tuple of something else.

    >>> from collections import deque
    >>> torch.serialization.add_safe_globals([deque])
    >>> torch.serialization.get_safe_globals()
    [<class 'collections.deque'>]
    >>> torch.serialization.clear_safe_globals()
    """
    for thing in (given := list(safe_globals)):
        if isinstance(thing, tuple) and len(thing) != 2:
            raise ValueError(
                f"Expected tuple of length 2 (global, str of callable full path), but got tuple of length: {len(thing)}"
            )
        if isinstance(thing, tuple) and type(thing[1]) is not str:
            raise TypeError(f"Expected second item in tuple to be str of callable full path, but got: {type(thing[1])}")
    _allowed.extend(thing for thing in given if thing not in _allowed)


def get_safe_globals() -> list[Any]:
    """What `add_safe_globals` has allowed."""
    return list(_allowed)


def clear_safe_globals() -> None:
    """Allow nothing any more that was added."""
    _allowed.clear()


class safe_globals:
    """A block in which files may call these classes and functions: see `add_safe_globals`."""

    def __init__(self, safe_globals: Iterable[Any]) -> None:
        self.safe_globals = list(safe_globals)

    def __enter__(self) -> None:
        add_safe_globals(self.safe_globals)

    def __exit__(self, *error: object) -> None:
        _allowed[:] = [thing for thing in _allowed if thing not in self.safe_globals]
