"""torch.library: operations of a program's own, with a name in torch.ops and gradients written beside them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from . import ops
from .autograd import Function, is_grad_enabled
from .names.places import settle
from .tensors.tensor import Tensor

__all__ = ["CustomOpDef", "custom_op", "register_autocast", "register_autograd", "register_fake", "register_kernel", "register_vmap"]  # fmt: skip

_made: dict[str, CustomOpDef] = {}


class CustomOpDef:
    """An operation that `custom_op` has made: call it, or the one of its name in torch.ops."""

    def __init__(self, name: str, fn: Callable, device_types: Any = None) -> None:
        self._qualname = name
        self._namespace, _, self._name = name.partition("::")
        self._kernel = fn if _for_cpu(device_types) else self._no_kernel
        self._signature = inspect.signature(fn)
        self._named = [name for name, p in self._signature.parameters.items() if p.kind is p.KEYWORD_ONLY]
        # PyTorch hands out lists where the annotation says so
        self._listed = str(self._signature.return_annotation).removeprefix("typing.").lower().startswith("list")
        self._backward: Callable | None = None
        self._setup: Callable | None = None
        self._function = self._as_function()

    def __repr__(self) -> str:
        return f"<CustomOpDef({self._qualname})>"

    @property
    def default(self) -> CustomOpDef:
        """The operation itself, which torch.ops.mine.op.default names: it has one form."""
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            given = self._signature.bind(*args, **kwargs)
        except TypeError as error:
            raise RuntimeError(f"{self._qualname}() {error}; it is {self._signature}") from None
        given.apply_defaults()
        values = given.arguments.values()
        if is_grad_enabled() and any(
            t.requires_grad for v in values if isinstance(v, (list, tuple)) for t in _tensors(v)
        ):
            raise NotImplementedError(
                f"{self._qualname}(): no gradient flows to tensors in a list; give them one by one, or detached"
            )
        made = self._function.apply(*values)
        return list(made) if self._listed else made

    def _split(self, values: tuple) -> tuple[tuple, dict[str, Any]]:
        """What is given by its place, and what by its name alone."""
        count = len(values) - len(self._named)
        return values[:count], dict(zip(self._named, values[count:], strict=True))

    def _as_function(self) -> type[Function]:
        op = self

        class Made(Function):
            @staticmethod
            def forward(*values: Any) -> Any:  # type: ignore[override]
                placed, named = op._split(values)
                made = op._kernel(*placed, **named)
                op._check_own(values, made)
                return tuple(made) if isinstance(made, list) else made

            @staticmethod
            def setup_context(ctx: Any, inputs: tuple, output: Any) -> None:
                placed, named = op._split(inputs)
                if op._setup is not None:
                    op._setup(ctx=ctx, inputs=placed, output=output, **({"keyword_only_inputs": named} if named else {}))  # fmt: skip

            @staticmethod
            def backward(ctx: Any, *gradients: Any) -> Any:
                if op._backward is None:
                    raise RuntimeError(
                        f"Trying to backward through {op._namespace}.{op._name}.default but no autograd formula was registered. "
                        "Please use register_autograd to add one."
                    )
                found = op._backward(ctx, *gradients)
                return (*(found if isinstance(found, tuple) else (found,)), *(None for _ in op._named))

        Made.__name__ = f"GeneratedBackwardFor_{self._namespace}_{self._name}_default"
        return Made

    def _no_kernel(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NotImplementedError(
            f"Could not run '{self._qualname}' on the CPU: it was made for other devices; give it a kernel with register_kernel(\"cpu\", function)"
        )

    def _check_own(self, inputs: tuple, made: Any) -> None:
        """An operation gives back memory of its own: PyTorch counts on it."""
        taken = {t.untyped_storage().data_ptr() for t in _tensors(inputs) if t.numel()}
        if any(t.numel() and t.untyped_storage().data_ptr() in taken for t in _tensors(made)):
            raise RuntimeError(
                f"{self._name} (with implementation in {self._kernel.__module__}): The output of this custom operator (1) must not also be an "
                "input to this custom operator and (2) may not alias any inputs to this custom operator: return a clone()"
            )

    def register_autograd(self, backward: Callable, /, *, setup_context: Callable | None = None) -> None:
        """Say how the gradient flows back: backward(ctx, *gradients), after setup_context(ctx, inputs, output) has kept what it needs."""
        self._backward, self._setup = backward, setup_context

    def register_kernel(self, device_types: Any, fn: Callable | None = None, /) -> Callable:
        """Take this function in place of the first for a device: of them there is "cpu". Also a decorator."""
        if fn is None:
            return lambda fn: self.register_kernel(device_types, fn)
        if _for_cpu(device_types):
            self._kernel = fn
        return fn

    def register_fake(self, fn: Callable, /) -> Callable:
        """Nothing: it says which shapes would come out, for tensors without numbers, and there are none."""
        return fn

    def register_autocast(self, device_type: str, cast_inputs: Any, /) -> None:
        """Nothing: there is no mixed precision."""

    def register_vmap(self, func: Callable | None = None, /) -> Callable:
        """Say what torch.vmap does: func(info, in_dims, *inputs) gives the output and the axis of the samples in it. Also a decorator."""
        if func is None:
            return self.register_vmap
        self._function.vmap = staticmethod(func)  # type: ignore[attr-defined]
        return func


def _for_cpu(device_types: Any) -> bool:
    return device_types is None or "cpu" in ([device_types] if isinstance(device_types, str) else device_types)


def _tensors(values: Any) -> Iterator[Tensor]:
    for value in values if isinstance(values, (tuple, list)) else (values,):
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from _tensors(value)


class _Namespace:
    """torch.ops.mine: the operations of a program's own of one name before "::"."""


def _check_annotated(fn: Callable) -> None:
    signature = inspect.signature(fn)
    for name, parameter in signature.parameters.items():
        if parameter.annotation is parameter.empty:
            raise ValueError(
                f"infer_schema(func): Parameter {name} must have a type annotation. Got func with signature {signature}"
            )
    if signature.return_annotation is signature.empty:
        raise ValueError(
            f"infer_schema(func): No return type annotation was provided. Please add one. Got func with signature {signature}"
        )


def custom_op(
    name: str, fn: Callable | None = None, /, *, mutates_args: Any, device_types: Any = None, schema: str | None = None, tags: Any = None
) -> Any:  # fmt: skip
    """Make an operation of a function of tensors. Also a decorator.

    name: "mine::op", then found as torch.ops.mine.op. mutates_args: the names of the inputs that it changes. Its gradient is what
    `register_autograd` says, not that of what it does inside.

    >>> @torch.library.custom_op("mine::cube", mutates_args=())
    ... def cube(x: torch.Tensor) -> torch.Tensor:
    ...     return x**3
    >>> cube.register_autograd(lambda ctx, g: g * 3 * ctx.x**2, setup_context=lambda ctx, inputs, output: setattr(ctx, "x", inputs[0]))
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> torch.ops.mine.cube(x).backward()
    >>> x.grad
    tensor(12.)

    Raises:
        ValueError: an input or the output has no annotation and there is no schema; the name has no "::".
    """
    if fn is None:
        return lambda fn: custom_op(
            name, fn, mutates_args=mutates_args, device_types=device_types, schema=schema, tags=tags
        )
    if name.count("::") != 1:
        raise ValueError(f'custom_op(name): the name has the form "namespace::operation", got {name!r}')
    if schema is None:
        _check_annotated(fn)
    made = _made[name] = CustomOpDef(name, fn, device_types)
    space = vars(ops).setdefault(made._namespace, _Namespace())
    setattr(space, made._name, made)
    return made


def _find(op: Any) -> CustomOpDef:
    if isinstance(op, CustomOpDef):
        return op
    if op not in _made:
        raise RuntimeError(f"operator {op} does not exist: make it with torch.library.custom_op")
    return _made[op]


def register_autograd(op: Any, backward: Callable, /, *, setup_context: Callable | None = None, lib: Any = None) -> None:  # fmt: skip
    """`CustomOpDef.register_autograd` of an operation or of the one of a name."""
    _find(op).register_autograd(backward, setup_context=setup_context)


def register_kernel(op: Any, device_types: Any, func: Callable | None = None, /, *, lib: Any = None) -> Callable:
    """`CustomOpDef.register_kernel` of an operation or of the one of a name."""
    return _find(op).register_kernel(device_types, func)


def register_fake(op: Any, func: Callable | None = None, /, *, lib: Any = None, _stacklevel: int = 1, allow_override: bool = False) -> Callable:  # fmt: skip
    """Nothing, as `CustomOpDef.register_fake`; also of operations that a package would have compiled. Also a decorator."""
    return func or (lambda fn: fn)


def register_vmap(op: Any, func: Callable | None = None, /, *, lib: Any = None) -> Callable:
    """`CustomOpDef.register_vmap` of an operation or of the one of a name."""
    return _find(op).register_vmap(func)


def register_autocast(op: Any, device_type: str, cast_inputs: Any, /, *, lib: Any = None) -> None:
    """`CustomOpDef.register_autocast` of an operation or of the one of a name."""
    _find(op)


settle(__name__, {"CustomOpDef": CustomOpDef}, {"custom_ops": "CustomOpDef"})
