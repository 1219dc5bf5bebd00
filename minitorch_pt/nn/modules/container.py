"""Containers: modules and parameters in order or by name."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...tensors.tensor import Tensor
from ..parameter import Parameter
from .module import Module, indented

__all__ = ["ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"]


def _place(index: Any, n: int) -> int:
    """A number from the front.

    Raises:
        IndexError: out of range.
    """
    index = operator.index(index)
    if not -n <= index < n:
        raise IndexError(f"index {index} is out of range for a container of {n}")
    return index % n


class _Numbered(Module):
    """What Sequential and ModuleList share: modules under the names "0", "1", ..."""

    def _renumber(self, modules: Iterable[Module]) -> None:
        modules = [*modules]
        for module in modules:  # before anything is taken out
            if not (module is None or isinstance(module, Module)):
                raise TypeError(f"{type(module).__name__} is not a Module subclass")
        names = [*self._modules]
        for name in names:
            del self._modules[name]
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __setitem__(self, index: int, module: Module) -> None:
        name = [*self._modules][_place(index, len(self))]
        setattr(self, name, module)

    def __delitem__(self, index: Any) -> None:
        rest = [*self._modules.values()]
        if not isinstance(index, slice):
            index = _place(index, len(self))
        del rest[index]
        self._renumber(rest)

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Iterable):
            raise ValueError(f"add operator supports only containers of modules, but {type(other)} is given")
        return self._like([*self, *other])

    def __iadd__(self, other: Any) -> Any:
        return self.extend(other)

    def _like(self, modules: list) -> Any:
        raise NotImplementedError

    def append(self, module: Module) -> Any:
        """Add a module at the end; returns the container."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Any:
        """Add several modules at the end; returns the container.

        Raises:
            TypeError: something that cannot be iterated.
        """
        if not isinstance(modules, Iterable):
            raise TypeError(
                f"{type(self).__name__}.extend should be called with an iterable, but got {type(modules).__name__}"
            )
        for module in [*modules]:
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Add a module before place `index`."""
        rest = [*self._modules.values()]
        rest.insert(index, module)
        self._renumber(rest)

    def pop(self, key: Any) -> Module:
        """Take the module at a place out and return it."""
        module = self[key]  # type: ignore[index]  # both subclasses have it
        del self[key]
        return module


class Sequential(_Numbered):
    """Modules run one after the other, each on the output of the one before.

    Given as arguments, or by name in one OrderedDict.

    >>> torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def extend(self, sequential: Iterable[Module]) -> Any:
        """Add the modules of another Sequential, or several modules, at the end; returns the container."""
        return super().extend(sequential)

    def forward(self, input: Any) -> Any:
        """The last module's output."""
        for module in self._modules.values():
            input = module(input)  # type: ignore[misc]  # a place may hold None only until it is run
        return input

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(OrderedDict([*self._modules.items()][index]))
        return [*self._modules.values()][_place(index, len(self))]

    def insert(self, index: int, module: Module) -> Sequential:
        """Add a module before place `index`; returns the container.

        Raises:
            IndexError: a place outside of it.
        """
        if not -len(self) <= index <= len(self):
            raise IndexError(f"Index out of range: {index} in a Sequential of {len(self)} modules")
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}, but it is {module!r}")
        super().insert(index, module)
        return self

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Sequential):
            raise ValueError(f"add operator supports only objects of Sequential class, but {type(other)} is given.")
        return super().__add__(other)

    def _like(self, modules: list) -> Sequential:
        return Sequential(*modules)

    def __mul__(self, times: int) -> Sequential:
        if not isinstance(times, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(times)}")
        if times <= 0:
            raise ValueError(f"Non-positive multiplication factor {times} for {type(self)}")
        return Sequential(*[*self] * times)

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Sequential:
        repeated = [*(self * times)]
        return self.extend(repeated[len(self) :])


class ModuleList(_Numbered):
    """A list of modules whose parameters are registered.

    >>> layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])  # a plain list would hide their parameters
    >>> len(layers), len(list(layers.parameters()))
    (3, 6)
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, index: Any) -> Any:
        modules = [*self._modules.values()]
        return type(self)(modules[index]) if isinstance(index, slice) else modules[_place(index, len(self))]  # type: ignore[arg-type]

    def _like(self, modules: list) -> ModuleList:
        return ModuleList(modules)

    def __repr__(self) -> str:
        texts = [repr(module) for module in self]
        if not texts:
            return f"{self._get_name()}()"
        # equal neighbours are shown once, with their number
        lines, start = [], 0
        for i, text in enumerate(texts):
            if i + 1 == len(texts) or texts[i + 1] != text:
                count = i + 1 - start
                lines.append(f"({start}): {text}" if count == 1 else f"({start}-{i}): {count} x {text}")
                start = i + 1
        return f"{self._get_name()}(\n  " + "\n  ".join(indented(line) for line in lines) + "\n)"


class _Named(Module):
    """What ModuleDict and ParameterDict share: a dictionary's ways with entries that are attributes."""

    def _entries(self) -> dict[str, Any]:
        raise NotImplementedError

    def __getitem__(self, key: str) -> Any:
        return self._entries()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        raise NotImplementedError

    def __delitem__(self, key: str) -> None:
        del self._entries()[key]

    def __len__(self) -> int:
        return len(self._entries())

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries())

    def __contains__(self, key: str) -> bool:
        return key in self._entries()

    def clear(self) -> None:
        """Take everything out."""
        for key in [*self]:
            del self[key]

    def pop(self, key: str) -> Any:
        """Take an entry out and return it."""
        value = self[key]
        del self[key]
        return value

    def keys(self) -> Any:
        """The names."""
        return self._entries().keys()

    def items(self) -> Any:
        """(name, entry) pairs."""
        return self._entries().items()

    def values(self) -> Any:
        """The entries."""
        return self._entries().values()

    def update(self, modules: Any) -> None:
        """Add or replace entries from a dictionary or pairs.

        Raises:
            TypeError: neither of the two. ValueError: a pair that has not two items.
        """
        if not isinstance(modules, Iterable):
            raise TypeError(
                f"{type(self).__name__}.update should be called with an iterable of key/value pairs, but got {type(modules).__name__}"
            )
        pairs = modules.items() if isinstance(modules, (Mapping, _Named)) else modules
        for i, pair in enumerate(pairs):
            if not isinstance(pair, Iterable):
                raise TypeError(
                    f"{type(self).__name__} update sequence element #{i} should be Iterable; is {type(pair).__name__}"
                )
            if len([*pair]) != 2:
                raise ValueError(
                    f"{type(self).__name__} update sequence element #{i} has length {len([*pair])}; 2 is required"
                )
            key, value = pair
            self[key] = value


class ModuleDict(_Named):
    """A dictionary of modules whose parameters are registered.

    >>> parts = nn.ModuleDict({"up": nn.Linear(2, 4), "down": nn.Linear(4, 2)})
    >>> parts["down"](parts["up"](torch.zeros(1, 2))).shape
    torch.Size([1, 2])
    """

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def _entries(self) -> dict[str, Any]:
        return self._modules

    def __setitem__(self, key: str, value: Module) -> None:
        self.add_module(key, value)


class ParameterList(Module):
    """A list of parameters; tensors put in become parameters, other values stay as they are.

    >>> weights = nn.ParameterList([torch.zeros(2), torch.ones(2)])
    >>> weights[1]
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)([self[i] for i in range(*index.indices(len(self)))])
        return getattr(self, str(_place(index, len(self))))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, str(_place(index, len(self))), _as_parameter(value))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def append(self, value: Any) -> ParameterList:
        """Add a value at the end; returns the list."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values: Iterable[Any]) -> ParameterList:
        """Add several values at the end; returns the list.

        Raises:
            TypeError: something that cannot be iterated.
        """
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise TypeError(f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}")
        for value in values:
            self.append(value)
        return self

    __iadd__ = extend

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("ParameterList should not be called: it holds parameters for the forward() of a module.")

    def extra_repr(self) -> str:
        return _described(((str(i), value) for i, value in enumerate(self)), lambda value: value.dtype)


class ParameterDict(_Named):
    """A dictionary of parameters; tensors put in become parameters, other values stay as they are.

    >>> weights = nn.ParameterDict({"a": torch.zeros(2), "b": torch.ones(2)})
    >>> [name for name, _ in weights.named_parameters()]
    ['a', 'b']
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def _entries(self) -> dict[str, Any]:
        return {key: getattr(self, key) for key in self._keys}

    def __getitem__(self, key: str) -> Any:
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise TypeError(
                f"Index given to ParameterDict cannot be used as a key as it is not a string (type is '{type(key).__name__}'). Open an issue on github if you need non-string keys."
            )
        self._keys[key] = None
        setattr(self, key, _as_parameter(value))

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def update(self, parameters: Any) -> None:
        """Add or replace entries from a dictionary, sorted by name if it is a plain one, or from pairs.

        Raises:
            TypeError: neither of the two. ValueError: a pair that has not two items.
        """
        plain = isinstance(parameters, Mapping) and not isinstance(parameters, OrderedDict)
        super().update(sorted(parameters.items()) if plain else parameters)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("ParameterDict should not be called: it holds parameters for the forward() of a module.")

    def __or__(self, other: Any) -> ParameterDict:
        made = self.copy()
        made.update(other)
        return made

    def __ror__(self, other: Any) -> Any:
        made = other.copy()
        made.update(self)
        return made

    def __ior__(self, other: Any) -> ParameterDict:
        self.update(other)
        return self

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def copy(self) -> ParameterDict:
        """Another dictionary of the same parameters."""
        return ParameterDict(OrderedDict(self._entries()))

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The entry of that name, which becomes `default` if there was none."""
        if key not in self:
            self[key] = default
        return self[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The entry of that name, or `default`."""
        return self._entries().get(key, default)

    def popitem(self) -> tuple[str, Any]:
        """Take the last entry out and return its name and value."""
        key = next(reversed(self._keys))
        return key, self.pop(key)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A new dictionary with these names and one value."""
        return ParameterDict((key, default) for key in keys)

    def extra_repr(self) -> str:
        return _described(self.items(), lambda value: value.type())


def _as_parameter(value: Any) -> Any:
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


def _described(entries: Iterable[tuple[str, Any]], type_of: Callable) -> str:
    lines = []
    for name, value in entries:
        if isinstance(value, Tensor):
            sizes = "x".join(map(str, value.shape))
            kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
            lines.append(f"  ({name}): {kind} containing: [{type_of(value)} of size {sizes}]")
        else:
            lines.append(f"  ({name}): Object of type: {type(value).__name__}")
    return "\n".join(lines)
