"""@differentiable: turns a rule, one NumPy function that returns a value and its gradient functions, into an operation.

    @differentiable(promote="type")
    def mul(input, other):
        return input * other, lambda g: g * other, lambda g: g * input

The rule sees arrays only. The operation takes and gives Tensors, brings the operands to a common type, and records a node.
To differentiate a gradient (`create_graph`) the same rule is run on Tensors: it then builds a graph of its own.

What a rule may call: NumPy's functions, Python's operators, and other operations as `softmax.rule(...)`, which takes what the rule
itself was given: arrays, or Tensors when it is run on Tensors. `softmax(...)` is for users: it refuses arrays.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from .. import dtypes
from . import contract, graph
from .graph import Node, Output, Rule, changed, record
from .modes import recording

__all__ = ["array", "differentiable", "inplace", "named", "nondifferentiable", "same"]


def same(g: Any) -> Any:
    """The gradient of what passes an input on as it is. Named once: two new lambdas a node would cost 0.1 us and 300 bytes."""
    return g


def array(value: Any) -> Any:
    """The plain ndarray of a Tensor, as a constant; anything else as it is."""
    return value._data if isinstance(value, graph.Tensor) else value


def _promoted(arrays: list, how: str, count: int | None, check: Callable | None) -> list:
    """Arrays brought to the common type, Python numbers left (NumPy lets them follow the arrays).

    check: what the rule has to say against the operands as they were given.
    """
    first = arrays[0]
    if type(first) is np.ndarray and first.dtype.kind == "f":  # most often nothing is to be done
        dtype = first.dtype
        for x in arrays:
            if x is not first and (x.dtype is not dtype if type(x) is np.ndarray else type(x) not in (int, float)):
                break
        else:
            return arrays
    operands = arrays[:count]
    if check is not None:
        check(*operands)
    target = dtypes.result_type_of(operands)
    if how == "float" and target.kind != "f":
        target = dtypes.get_default_dtype().dtype
    for i, x in enumerate(operands):
        if isinstance(x, np.ndarray):
            if x.dtype != target:
                arrays[i] = x.astype(target)
        elif isinstance(x, (bool, int, float)):
            # a 0-d array, not a number: one whose type NumPy's rules cannot change again
            arrays[i] = np.asarray(x).astype(target)
        elif not isinstance(x, np.generic) and (x is not None or len(operands) < 3):  # of three, some may be left out
            raise TypeError(f"argument {i + 1} must be a Tensor or a number, not {type(x).__name__}")
    return arrays


def _explain(error: Exception, name: str, arrays: list) -> NoReturn:
    """Raise torch's exception in place of NumPy's."""
    shapes = [list(a.shape) for a in arrays if isinstance(a, np.ndarray)]
    if isinstance(error, np.exceptions.AxisError):
        n = max(error.ndim or 0, 1)
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {error.axis}) in {name}() of shapes {shapes}") from None  # fmt: skip
    text = str(error)
    if isinstance(error, OverflowError):
        raise RuntimeError(f"{name}(): value cannot be converted to the tensor's type without overflow: {text}") from None  # fmt: skip
    if isinstance(error, ValueError) and "broadcast" in text and len(shapes) >= 2:
        for a in shapes:
            for b in shapes:
                for i in range(1, min(len(a), len(b)) + 1):
                    if a[-i] != b[-i] and 1 not in (a[-i], b[-i]):
                        raise RuntimeError(
                            f"The size of tensor a ({a[-i]}) must match the size of tensor b ({b[-i]}) at non-singleton dimension "
                            f"{max(len(a), len(b)) - i}: {name}() got shapes {a} and {b}, which do not broadcast. Sizes must be equal, or 1."
                        ) from None
        raise RuntimeError(f"{name}() got shapes {shapes}, which do not broadcast: {text}") from None
    # a rule met something that is no array, or no number
    if isinstance(error, AttributeError) or text.startswith(("could not convert", "invalid literal", "ufunc")):
        given = ", ".join("Tensor" if isinstance(a, np.ndarray) else type(a).__name__ for a in arrays)
        raise TypeError(f"{name}() needs Tensors and got ({given}): {error}") from error
    raise error


def _operation(function: Callable, records: bool, promote: Any = None, linear: bool = False, view: bool = False,
               joint: bool = False, returns: Callable | None = None, name: Any = None, plain: Callable | None = None,
               exact: bool = False, check: Callable | None = None) -> Any:  # fmt: skip
    short = function.__name__.strip("_")
    camel = "".join(word.capitalize() for word in short.split("_"))
    node = Rule(function, name or f"{camel}Backward0", linear, joint, plain, exact)
    desk = contract.Desk(function, short)
    operation = _served(function, short, desk, node, records, promote, check, view, returns)

    def on_arrays(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(a, graph.Tensor) for a in args):
            return operation(*[graph.wrap(a) if type(a) is np.ndarray else a for a in args], **kwargs)
        result = function(*args, **kwargs)
        value = result[0] if records else result
        return getattr(result[1], "rule", result[1])(*args, **kwargs) if value is NotImplemented else value

    operation.rule, operation.desk, operation.node = on_arrays, desk, node
    if desk.out:
        as_method = contract.Desk(function, short, out=False)
        operation.method = _served(function, short, as_method, node, records, promote, check, view, returns)
    return operation


def _served(function: Callable, short: str, desk: contract.Desk, rule: Rule, records: bool, promote: Any, check: Callable | None,
            view: bool, returns: Callable | None) -> Any:  # fmt: skip
    """The operation as users call it: what its desk lets through is unpacked, given to the rule, and recorded."""
    how, count = promote if isinstance(promote, tuple) else (promote, None)
    passed = desk.passed
    new = object.__new__

    @functools.wraps(function)
    def operation(*args: Any, **kwargs: Any) -> Any:
        # what the arguments are
        if kwargs:
            args, kwargs, target = desk.bind(args, kwargs)
            if target is not None:
                return contract.into(target, operation(*args, **kwargs), short)
        if tuple(map(type, args)) not in passed:
            args = desk.serve(args)
        # Tensors become arrays, and edges of the graph
        Tensor = made = graph.Tensor
        arrays: list = []
        edges: list = []
        tracked = False
        for a in args:
            if isinstance(a, Tensor):
                if a._base is not None:
                    a._refresh()
                if a._makes is not Tensor:
                    made = a._makes
                arrays.append(a._data)
                if a._requires_grad:
                    tracked = True
                    node = a._node
                    edges.append(a if node is None else node)
                else:
                    edges.append(None)
            else:
                if type(a) is int and a.bit_length() > 63:
                    desk.overflow(len(arrays), a)
                arrays.append(a)
                edges.append(None)
        if how is not None:
            arrays = _promoted(arrays, how, count, check)
        # the rule itself
        try:
            result = function(*arrays, **kwargs) if kwargs else function(*arrays)
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            _explain(error, short, arrays)
        value = result[0] if records else result
        if type(value) is not np.ndarray:
            if value is NotImplemented:
                return result[1](*args, **kwargs)
            if type(value) is tuple or type(value) is list:
                node = None
                if tracked and records and recording.on:
                    shapes, types = [part.shape for part in value], [part.dtype for part in value]
                    node = record(rule, result, edges, arrays, kwargs, shapes, types)
                outputs = [_output(made, node, place, part) for place, part in enumerate(value)]
                if view:
                    for out in outputs:
                        _as_view(out, args[0], None)
                return tuple(outputs) if returns is None else returns(*outputs)
            value = np.asarray(value)
        # graph.wrap(value), written out: an __init__ in Python costs 0.3 us
        out = new(made)
        out._data = value
        out._grad = out._base = None
        dtype = value.dtype
        if tracked and records and dtype.kind == "f" and recording.on:
            out._node = record(rule, result, edges, arrays, kwargs, value.shape, dtype)
            out._requires_grad = True
        else:
            out._node = None
            out._requires_grad = False
        if view:
            rest = args[1:]  # not args: the view must not hold on to the tensor that it was made from
            _as_view(out, args[0], lambda base: operation(base, *rest, **kwargs))
        return out

    return operation


def _output(made: type, node: Node | None, place: int, part: Any) -> Any:
    """One of several outputs of an operation."""
    out = graph.wrap(part if type(part) is np.ndarray else np.asarray(part), False, made)
    if node is not None and part.dtype.kind == "f":
        out._node, out._requires_grad = Output(node, place, part.shape, part.dtype), True
    return out


def differentiable(function: Callable | None = None, **options: Any) -> Any:
    """Make an operation of a rule that returns `value, pull0, pull1, ...`: the value and, for each input, how the gradient flows back.

    A rule may return `NotImplemented, operation`, which hands the call on to that operation.

    promote: "type" brings operands to their common type, "float" also integers to floating point; ("type", n) only the first n
    check: a function of the operands as they were given, which raises where their types are refused
    linear: the gradient functions look at no input's values, so the node keeps no arrays
    view: the value may share memory with the first argument
    joint: one gradient function for all inputs, returning a tuple, where they share work; what is a function in that tuple is
        called only if its input needs the gradient
    returns: a namedtuple class for several outputs
    name: torch's name of the node, or a function of the arguments giving it
    exact: the gradients have the shapes and types of the inputs without the engine's looking at it, which costs 0.3 us for each
    plain: the same operation composed of others, differentiated in its place where the rule cannot run on Tensors
    """
    make: Callable = functools.partial(_operation, records=True, **options)
    return make if function is None else make(function)


def named(value: Any, name: str) -> Any:
    """The value of operations composed of others, with torch's name of the whole on the node that made it."""
    for out in value if isinstance(value, tuple) else (value,):
        node = getattr(out, "_node", None)
        if node is not None:
            node = node.edges[0] if type(node) is Output else node
            node.rule = _renamed(node.rule, name)
    return value


@functools.cache
def _renamed(rule: Rule, name: str) -> Rule:
    rule = copy.copy(rule)
    rule.name = name
    return rule


def nondifferentiable(function: Callable | None = None, **options: Any) -> Any:
    """Make an operation of a function on arrays that has no gradient: comparisons, argmax."""
    make: Callable = functools.partial(_operation, records=False, **options)
    return make if function is None else make(function)


# ---------------------------------------------------------------------------------------------------------------------
# Views and in-place operations
# ---------------------------------------------------------------------------------------------------------------------
def _as_view(out: Any, source: Any, replay: Callable | None) -> None:
    """Remember that `out` looks into the memory of `source`: an in-place change of either gives both a new history.

    `replay` makes the view anew from its base. None (outputs of split, views made under no_grad): the view may not be changed
    in place while gradients are tracked.
    """
    base = out._data.base
    if base is None or (base is not source._data and base is not source._data.base):
        return  # a copy
    root = source if source._base is None else source._base
    if replay is not None and source._base is not None:
        first, second = source._replay, replay
        replay = None if first is None else lambda base: second(first(base))
    out._base, out._epoch = root, root._epoch
    out._replay = replay if recording.on else None


@differentiable(linear=True)
def _outside(input: Any, replay: Callable) -> Any:
    """`input` with zeros in the region that a view shows."""
    value = np.array(input)
    _writable(replay(graph.wrap(value))._data)[...] = 0
    return value, lambda g: _outside(g, replay)


@differentiable(linear=True, name="CopySlices")
def _copy_slices(base: Any, region: Any, replay: Callable) -> Any:
    """`base` after a view of it was changed in place to `region`."""

    def show(g: Any) -> Any:
        return replay(g) if isinstance(g, graph.Tensor) else replay(graph.wrap(g))._data

    return base, lambda g: _outside(g, replay), show


def _alias(tensor: Any, data: np.ndarray) -> Any:
    """A stand-in for `tensor` as it is now, that will not follow its later changes."""
    alias = graph.wrap(data)
    alias._node, alias._requires_grad = tensor._node, tensor._requires_grad
    return alias


def write(tensor: Any, value: np.ndarray) -> None:
    """Copy `value` into the tensor's memory.

    Raises:
        RuntimeError: the shape or type of the value does not fit, or the tensor shows one element in many places (expand).
    """
    data = tensor._data
    if not dtypes.castable(value.dtype, data.dtype):
        raise RuntimeError(
            f"result type {dtypes.TITLES[value.dtype.name]} can't be cast to the desired output type {dtypes.TITLES[data.dtype.name]}; "
            "use the out-of-place form, or convert the tensor first"
        )
    if value.shape != data.shape:
        raise RuntimeError(
            f"output with shape {list(data.shape)} doesn't match the broadcast shape {list(value.shape)}: an in-place operation "
            "cannot change the shape; use the out-of-place form"
        )
    if any(n > 1 and s == 0 for n, s in zip(data.shape, data.strides, strict=True)) and data.size:
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )
    np.copyto(_writable(data), value, casting="unsafe")
    changed(data)


def _writable(data: np.ndarray) -> np.ndarray:
    """The array, to be written to: NumPy marks parts of an expanded array as read-only, also where they show no element twice."""
    if data.flags.writeable:
        return data
    memory = graph.owner(data)
    start = data.__array_interface__["data"][0] - memory.__array_interface__["data"][0]
    return np.ndarray(data.shape, data.dtype, memory.data, start, data.strides)


def apply_inplace(tensor: Any, operation: Callable, args: tuple, kwargs: dict) -> Any:
    """Run `operation(tensor, ...)`, write the value into `tensor` and give it, and what it views, the new history.

    Raises:
        RuntimeError: `tensor` is a leaf that requires grad, a view of one, or a view that may not be changed; or as `write`.
    """
    tensor._refresh()
    inputs = [tensor, *args, *kwargs.values()]
    tracked = recording.on and any(isinstance(a, graph.Tensor) and a.requires_grad for a in inputs)
    root = tensor._base
    if tracked:
        if tensor._requires_grad and tensor._node is None:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation. "
                               "Change it under torch.no_grad(), or use the out-of-place form.")  # fmt: skip
        if root is not None:
            if root._requires_grad and root._node is None:
                raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation. "
                                   "Change it under torch.no_grad(), or take a clone() first.")  # fmt: skip
            if tensor._replay is None:
                raise RuntimeError("a view made under no_grad, or one of several made by one call (split, unbind), is being "
                                   "modified inplace while gradients are tracked. Use the out-of-place form, or clone() it.")  # fmt: skip
    # what the gradient functions keep must be the values before the change
    linear = getattr(operation, "node", None) is not None and operation.node.linear  # type: ignore[attr-defined]
    before = _alias(tensor, tensor._data if linear or not tracked else tensor._data.copy())
    after = operation(before, *args, **kwargs)
    write(tensor, after._data)
    if not tracked or not after._requires_grad:
        return tensor
    if root is None:
        tensor._node, tensor._requires_grad = after._node, True
        tensor._epoch += 1  # its views look up their history anew
        tensor._moved()
        return tensor
    whole = _copy_slices(_alias(root, root._data), after, tensor._replay)
    root._node, root._requires_grad = whole._node, True
    root._epoch += 1
    root._moved()
    tensor._refresh()
    return tensor


def inplace(operation: Callable) -> Callable:
    """The in-place form of an operation: `relu_ = inplace(relu)`."""

    @functools.wraps(operation, updated=())
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return apply_inplace(self, operation, args, kwargs)

    method.__name__ = operation.__name__ + "_"
    method.__doc__ = f"In-place form of `{operation.__name__}`: changes the tensor itself and returns it."
    return method
