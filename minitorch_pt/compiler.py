"""torch.compiler: there is none. What would steer it is given back as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .names.absent import PACKAGE
from .names.places import settle
from .nn.modules.module import Module

__all__ = [
    "allow_in_graph", "assume_constant_result", "compile", "cudagraph_mark_step_begin", "disable", "is_compiling", "is_dynamo_compiling",
    "is_exporting", "list_backends", "reset",
]  # fmt: skip

_T = TypeVar("_T")


class OptimizedModule(Module):
    """A model as `torch.compile` hands it out: it holds the model as `_orig_mod`, and is in all else the model.

    The names in its state_dict begin with `_orig_mod.`, as they do in the checkpoints of programs that compile.

    >>> layer = torch.nn.Linear(2, 1)
    >>> compiled = torch.compile(layer)
    >>> list(compiled.state_dict()), compiled.in_features, compiled._orig_mod is layer
    (['_orig_mod.weight', '_orig_mod.bias'], 2, True)
    """

    __module__ = f"{PACKAGE}._dynamo.eval_frame"

    def __init__(self, mod: Module) -> None:
        super().__init__()
        del self.__dict__["training"]  # it is the model's
        self._modules["_orig_mod"] = mod

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self._orig_mod(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_modules"]["_orig_mod"], name) if name != "_orig_mod" else self._modules[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__:
            object.__setattr__(self, name, value)
        else:
            setattr(self._orig_mod, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._orig_mod, name)

    def __len__(self) -> int:
        return len(self._orig_mod)  # type: ignore[arg-type]

    def __dir__(self) -> list[str]:
        return dir(self._orig_mod)

    def __reduce__(self) -> tuple:
        return OptimizedModule, (self._orig_mod,)


def compile(
    model: Callable | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: Any = None,
    mode: str | None = None,
    options: Any = None,
    name: str | None = None,
    disable: bool = False,
    recompile_limit: int | None = None,
    isolate_recompiles: bool = False,
    shapes_spec: Any = None,
) -> Any:
    """The model or function, not compiled: there is no compiler here, and what it computes is the same without. Also a decorator.

    A function is given back as it is, a model as an `OptimizedModule` of it.

    >>> torch.compile(torch.relu)(torch.tensor([-1.0, 1.0]))
    tensor([0., 1.])
    """
    if model is None:
        return compile
    return OptimizedModule(model) if isinstance(model, Module) else model


def allow_in_graph(fn: _T) -> _T:
    """The function as it is. Also a decorator."""
    return fn


assume_constant_result = allow_in_graph


def disable(fn: Callable | None = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """The function as it is, not compiled; without one, a decorator."""
    return allow_in_graph if fn is None else fn


_disable_dynamo = disable  # what PyTorch's own optimisers call it


def cudagraph_mark_step_begin() -> None:
    """Nothing: there is no GPU."""


def reset() -> None:
    """Nothing: no compiled code is kept."""


def list_backends(exclude_tags: Any = ()) -> list[str]:
    """None."""
    return []


def is_compiling() -> bool:
    """False: what runs here runs in Python."""
    return False


is_dynamo_compiling = is_exporting = is_compiling  # nor is a program recorded to be run elsewhere

settle(PACKAGE, {"compile": compile})  # torch.compile
