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
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

import numpy as np

from ..arrays import dtypes, layouts
from ..arrays.notices import FILTER, hush
from ..arrays.storage import expanded, inferring, is_inference, note_inference
from . import changes, contract, graph
from .errors import explain
from .graph import Kind, Output, record
from .modes import recording
from .out import into
from .takeovers import Elsewhere, Instead, switch, taken, takers, takes_over

if TYPE_CHECKING:
    from ..tensors.tensor import Tensor

P = ParamSpec("P")  # a type checker sees the operation with the rule's own parameters, giving a Tensor
R = TypeVar("R")

__all__ = ["array", "differentiable", "kept", "named", "nondifferentiable", "same"]


def same(g: Any) -> Any:
    """The gradient of what passes an input on as it is. Named once: two new lambdas a node would cost time and memory."""
    return g


def kept(value: Any, again: Callable) -> Any:
    """`value`, or again() if it was changed in place since it was made: what a rule returns and needs, though torch does not save it."""
    return again() if type(value) is np.ndarray and changes.version(value) else value


def array(value: Any) -> Any:
    """The plain ndarray of a Tensor, as a constant; anything else as it is."""
    return value._data if isinstance(value, graph.Tensor) else value


def _promoted(arrays: list, how: str, count: int | None, check: Callable | None) -> list:
    """Arrays brought to the common type, Python numbers left (NumPy lets them follow the arrays).

    The same list if there is nothing to do.

    check: what the rule has to say against the operands as they were given.
    """
    settled = dtypes.settled(arrays) if arrays else None  # without any, Python says what is missing
    if not arrays or (settled is not None and (settled.kind == "f" or (how == "type" and check is None))):
        return arrays
    operands = arrays[:count]
    if check is not None:
        check(*operands)
    target = dtypes.result_type_of(operands)
    if how == "float" and target.kind != "f":
        target = dtypes.get_default_dtype().dtype
    arrays = arrays.copy()
    for i, x in enumerate(operands):
        if isinstance(x, np.ndarray):
            if x.dtype != target:
                arrays[i] = x.astype(target, "C" if expanded(x) else "K")  # NumPy puts an expanded axis last
        elif isinstance(x, (bool, int, float)):
            # a 0-d array, not a number: one whose type NumPy's rules cannot change again
            arrays[i] = dtypes.converted(np.asarray(x), target)
        elif not isinstance(x, np.generic) and (x is not None or len(operands) < 3):  # of three, some may be left out
            raise TypeError(f"argument {i + 1} must be a Tensor or a number, not {type(x).__name__}")
    return arrays


def _places(saves: Any, names: list[str]) -> Any:
    """The names of what a rule saves as positions: of arguments from 0, of outputs (result, result1, ...) from -1 down."""
    if isinstance(saves, list):
        return [_places(of, names) for of in saves]
    if saves is None:
        return None
    return tuple(names.index(s) if s in names else ~int(s.removeprefix("result") or 0) for s in saves.split())


def _operation(
    function: Callable,
    records: bool,
    promote: Any = None,
    linear: bool = False,
    view: bool = False,
    joint: bool = False,
    returns: Callable | None = None,
    name: Any = None,
    plain: Callable | None = None,
    exact: bool = False,
    check: Callable | None = None,
    saves: str | list[str] | None = None,
    fills: bool = True,
    order: str | None = None,
) -> Any:
    short = function.__name__.strip("_")
    camel = "".join(word.capitalize() for word in short.split("_"))
    names = [*function.__code__.co_varnames[: function.__code__.co_argcount]]
    saved, ordered = _places(saves, names), _places(order, names)
    node_name = name or f"{camel}Backward0"
    kind = Kind(function, node_name, linear, joint, plain, exact, fills, saved, records, view, ordered)
    desk = contract.Desk(function, short)
    if function.__name__ == short:  # what help() shows
        function.__annotations__["return"] = "Tensor" if returns is None else returns.__name__
    operation = _served(function, short, desk, kind, promote, check, returns)

    def on_arrays(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(a, graph.Tensor) for a in args):
            return operation(*[graph.wrap(a) if type(a) is np.ndarray else a for a in args], **kwargs)
        if check is not None:
            check(*args)
        result = function(*args, **kwargs)
        value = result[0] if records else result
        return getattr(result[1], "rule", result[1])(*args, **kwargs) if value is NotImplemented else value

    operation.rule = on_arrays
    if desk.out:
        as_method = contract.Desk(function, short, for_method=True)
        operation.method = _served(function, short, as_method, kind, promote, check, returns)
    return operation


def _served(
    function: Callable, short: str, desk: contract.Desk, kind: Kind, promote: Any, check: Callable | None, returns: Any
) -> Any:
    """The operation as users call it: what its desk lets through is unpacked, given to the rule, and recorded."""
    how, count = promote if isinstance(promote, tuple) else (promote, None)
    passed, records, ndarray = desk.passed, kind.records, np.ndarray
    look, arrange = ("", None) if kind.view else layouts.kind(function.__name__)
    place, by_value = look if type(look) is int else None, look == "value"

    @functools.wraps(function)
    def operation(*args: Any, **kwargs: Any) -> Any:
        # check: what the arguments are; a Tensor alone is right
        if kwargs:
            args, kwargs, target = desk.bind(args, kwargs)
            if target is not None:
                return into(target, operation(*args, **kwargs), short, args, desk.out_kinds, how is not None)
        elsewhere = None
        try:
            if desk.options and len(args) != 1 and tuple(map(type, args)) not in passed:
                args = desk.serve(args)
            # unpack: Tensors become arrays, and edges of the graph
            arrays, edges, tracked, made = _unpacked(args, desk)
        except Elsewhere as found:
            elsewhere = found
        if elsewhere is not None:
            return elsewhere.instead(operation, args, kwargs)
        given = arrays
        if how is not None:
            arrays = _promoted(arrays, how, count, check)
        # run: the rule itself, without NumPy's notes on 1/0
        filters = warnings.filters
        if not filters or filters[0] is not FILTER:
            hush()
        try:
            result = function(*arrays, **kwargs) if kwargs else function(*arrays)
        except (ValueError, TypeError, AttributeError, OverflowError, IndexError, MemoryError) as error:
            if len(args) > len(desk.slots) and desk.rest is None:
                return operation(*desk.reordered(args), **kwargs)
            explain(error, short, arrays)
        value = result[0] if records else result
        if arrange is not None:  # one look, where nearly always all is contiguous
            seen = arrays[place] if place is not None else value if by_value else None
            if type(seen) is not ndarray or not seen.flags.c_contiguous:
                value = arrange(value, arrays)
        # record
        recorded = tracked and records and recording.on
        if type(value) is not ndarray:
            if value is NotImplemented:
                return result[1](*args, **kwargs)
            if type(value) is tuple or type(value) is list:
                outputs = _outputs(value, kind, result, edges, arrays, kwargs, made, recorded, args[0])
                return tuple(outputs) if returns is None else returns(outputs)
            value = np.asarray(value)
        return _output(value, kind, result, edges, arrays, kwargs, made, recorded, args, given)

    operation.desk, operation.kind, operation.promote = desk, kind, (how, count)  # type: ignore[attr-defined]
    return operation


_new = object.__new__


def _output(
    value: Any,
    kind: Kind,
    result: Any,
    edges: list,
    arrays: list,
    kwargs: dict,
    made: type,
    recorded: bool,
    args: tuple,
    given: list,
) -> Any:
    """The value as a Tensor (graph.wrap, written out), and the node that made it.

    arrays: what the rule worked on; given: the same before operands were brought to a common type.
    """
    out: Any = _new(made)
    out._data = value
    out._grad = out._base = None
    dtype = value.dtype
    if recorded and dtype.kind == "f":
        out._node = node = record(kind, result, edges, arrays, kwargs, value.shape, dtype)
        if kind.keeps:
            node.outputs = (value,)
        if given is not arrays:
            node.given = given
        out._requires_grad = True
    else:
        out._node = None
        out._requires_grad = False
        if inferring:
            note_inference(value, arrays)
    if kind.view:
        _as_view(out, args[0])
    return out


def _unpacked(args: tuple, desk: contract.Desk, served: bool = False) -> tuple[list, list, bool, Any]:
    """Tensors as arrays and as edges of the graph, whether a gradient is wanted, and the class of the result."""
    Tensor = made = graph.Tensor
    arrays: list = []
    edges: list = []
    tracked = asked = False
    for a in args:
        if isinstance(a, Tensor):
            if a._base is not None and a._refresh():
                tracked = True
            if type(a) is not Tensor and a._makes is not Tensor:
                made = a._makes if issubclass(a._makes, made) else made
            arrays.append(a._data)
            if a._requires_grad:
                tracked = True
                node = a._node
                edges.append(a if node is None else node)
            else:
                edges.append(None)
        else:
            if type(a) is int and a.bit_length() > 63:
                a = desk.overflow(len(arrays), a)
            if desk.reads and (not arrays or type(a) not in desk.numbers):
                asked = True
            arrays.append(a)
            edges.append(None)
    # where only Tensors and numbers belong, calls are looked at that hold something else
    if asked and not served and (not desk.options or len(args) == 1) and tuple(map(type, args)) not in desk.passed:
        return _unpacked(desk.serve(args), desk, True)
    if made is not Tensor:
        if made._mapped is not None:
            raise Instead(made._mapped)
        if not switch.off and takes_over(made):
            raise taken(takers(args))
        made = Tensor if switch.off else made
    return arrays, edges, tracked, made


def _outputs(
    values: Any,
    kind: Kind,
    result: Any,
    edges: list,
    arrays: list,
    kwargs: dict,
    made: type,
    recorded: bool,
    source: Any,
) -> list:
    """The outputs of an operation that has several, which may look into the memory of `source`, and the node that made them."""
    node = None
    if recorded:
        node = record(kind, result, edges, arrays, kwargs, [v.shape for v in values], [v.dtype for v in values])
        if kind.keeps:
            node.outputs = values
    outputs = []
    for place, part in enumerate(values):
        out = graph.wrap(part if type(part) is np.ndarray else np.asarray(part), False, made)
        if node is not None and part.dtype.kind == "f":
            out._node, out._requires_grad = Output(node, place, part.shape, part.dtype), True
        if inferring:
            note_inference(out._data, arrays)
        if kind.view:
            _as_view(out, source, True)
        outputs.append(out)
    return outputs


@overload
def differentiable(function: Callable[P, Any]) -> Callable[P, Tensor]: ...
@overload
def differentiable(*, returns: Callable[..., R], **options: Any) -> Callable[[Callable[P, Any]], Callable[P, R]]: ...
@overload
def differentiable(**options: Any) -> Callable[[Callable[P, Any]], Callable[P, Tensor]]: ...
def differentiable(function: Callable | None = None, **options: Any) -> Any:
    """Make an operation of a rule that returns `value, pull0, pull1, ...`: the value and, for each input, how the gradient flows back.

    A rule may return `NotImplemented, operation`, which hands the call on to that operation.

    promote: "type" brings operands to their common type, "float" also integers to floating point; ("type", n) only the first n
    check: a function of the operands as they were given, which raises where their types are refused
    linear: the gradient functions look at no input's values, so the node keeps no arrays
    view: the value may share memory with the first argument
    joint: one gradient function for all inputs, returning a tuple, where they share work; what is a function in that tuple is
        called only if its input needs the gradient
    returns: a class of `return_types` for several outputs
    name: torch's name of the node, or a function of the arguments giving it
    saves: what may not be changed in place before backward: arguments and outputs ("result", "result1", ...); "" for nothing. In a
        list, what the gradient of each input needs. By default it is what the gradient functions hold. To be said where torch's
        node saves something else; all other arrays that the functions hold must then be copies
    fills: whether the gradient functions get zeros for outputs to which no gradient came, and not None
    order: in which order the hooks of inputs that are leaves run, if not in that of the arguments, and all are given: "bias input
        weight"; "" for from the last to the first
    exact: the gradients have the shapes and types of the inputs without the engine's looking at it
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
            node.kind = _renamed(node.kind, name)
    return value


@functools.cache
def _renamed(kind: Kind, name: str) -> Kind:
    kind = copy.copy(kind)
    kind.name = name
    return kind


@overload
def nondifferentiable(function: Callable[P, Any]) -> Callable[P, Tensor]: ...
@overload
def nondifferentiable(*, returns: Callable[..., R], **options: Any) -> Callable[[Callable[P, Any]], Callable[P, R]]: ...
@overload
def nondifferentiable(**options: Any) -> Callable[[Callable[P, Any]], Callable[P, Tensor]]: ...
def nondifferentiable(function: Callable | None = None, **options: Any) -> Any:
    """Make an operation of a function on arrays that has no gradient: comparisons, argmax."""
    make: Callable = functools.partial(_operation, records=False, **options)
    return make if function is None else make(function)


def _as_view(out: Any, source: Any, several: bool = False) -> None:
    """Remember that `out` looks into the memory of `source`, if it does: a change of either gives both a new history."""
    base = out._data.base
    if base is None or (base is not source._data and base is not source._data.base):
        return  # a copy
    if is_inference(base):
        return
    if source._base is None:
        out._base = source
    else:
        out._base = source._base
        if source._origin is not None:
            out._origin = source._origin
    if not recording.on:
        out._origin = "was created in no_grad mode"
    elif several:
        out._origin = "is the output of a function that returns multiple views"
    out._seen = changes.last_change
