"""What `__torch_function__` is handed: by every layer, function, method, operator and property that gets a tensor of a class that logs."""

from __future__ import annotations

import itertools
import operator
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db

import minitorch_pt
from parity_tests.databases.modules import made_module, module_name
from parity_tests.databases.operations import built, operation_name
from parity_tests.databases.outcomes import some
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter, twin
from parity_tests.oracle import lookup
from parity_tests.sweeps import judge, quiet

FACTS = (
    "dim",
    "ndim",
    "size",
    "shape",
    "dtype",
    "device",
    "is_nested",
    "is_floating_point",
    "requires_grad",
)  # how a layer looks at its input is its own
NAMES: dict[Any, str] = {}


def named(package: Any, function: Callable) -> str:
    """Where a function is found, by torch's names."""
    if (package, function) not in NAMES:
        NAMES[package, function] = str(package.overrides.resolve_name(function))
    return NAMES[package, function]


def logging(package: Any) -> Any:
    """A class of tensors that logs what it is handed: the function, and the classes."""

    class Logging(package.Tensor):
        log: list = []

        @classmethod
        def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            cls.log.append((named(package, func), [t.__name__ for t in types if t is not package.Tensor]))
            return super().__torch_function__(func, types, args, kwargs or {})

    return Logging


def marked(value: Any, cls: Any, package: Any) -> Any:
    """The tensors of a value as those of the class."""
    if isinstance(value, package.Tensor):
        return value.as_subclass(cls)
    return type(value)(marked(v, cls, package) for v in value) if type(value) in (list, tuple) else value


def logged(package: Any, call: Callable, args: Any, kwargs: Any) -> tuple[list, Any]:
    """The log of a call, and what became of it."""
    cls, convert = logging(package), Converter(package)
    args = [marked(convert(a), cls, package) for a in args]
    kwargs = {k: marked(convert(v), cls, package) for k, v in kwargs.items()}
    cls.log.clear()
    package.manual_seed(0)
    try:
        end = type(call(*args, **kwargs)).__name__
    except (OutOfScope, AssertionError):
        raise
    except Exception as error:
        end = type(error)
    return [step for step in cls.log if step[0].split(".")[2:3] not in [[fact] for fact in FACTS]], end


def compare(counts: Counter, differ: dict, key: str, calls: tuple[Callable, Callable], args: Any, kwargs: Any) -> None:
    """calls: ours and torch's."""
    with quiet():
        try:
            theirs = logged(torch, calls[1], args, kwargs)
            mine = logged(minitorch_pt, calls[0], args, kwargs)
        except OutOfScope:
            return
    counts["values" if not isinstance(theirs[1], type) else "errors"] += 1
    if mine != theirs and not isinstance(theirs[1], type):
        differ[key] = f"{mine[1]} {mine[0]},\n   torch {theirs[1]} {theirs[0]}"


def test_layers() -> None:
    counts: Counter = Counter()
    differ: dict[str, str] = {}
    for info in module_db:
        name = module_name(info)
        try:
            lookup(minitorch_pt, name)
        except AttributeError:
            continue
        samples = info.module_inputs_func(info, device="cpu", dtype=torch.float32, requires_grad=False, training=True)
        for sample in () if table().reason(name) else itertools.islice(samples, 3):
            given = sample.forward_input
            with quiet():
                calls = tuple(made_module(package, name, sample) for package in (minitorch_pt, torch))
            compare(counts, differ, name, calls, given.args, given.kwargs)
    judge("handed", counts, differ, 300)


OPERATORS = "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift lt le gt ge eq ne iadd isub imul itruediv ipow neg abs pos".split()


METHODS = "tolist item __len__ __bool__ __repr__ __iter__ __reversed__ __hash__ numpy clone detach is_complex get_device type".split()


def forms(entry: Any, name: str) -> dict[str, tuple[Callable, Callable]]:
    """The ways to call an operation of the database: ours and torch's."""
    found = {"function": (twin(entry.op, name), entry.op)}
    for form, call in {"method": entry.method_variant, "in place": entry.inplace_variant}.items():
        if hasattr(call, "__name__") and hasattr(minitorch_pt.Tensor, call.__name__):
            found[form] = (of_method(call.__name__),) * 2
    return found


def of_method(name: str) -> Callable:
    return lambda self, *args, **kwargs: getattr(self, name)(*args, **kwargs)


def test_operators_and_properties() -> None:
    counts: Counter = Counter()
    differ: dict[str, str] = {}
    x, numbers = torch.ones(2, 2), torch.ones(2, 2, dtype=torch.int64)
    for name in OPERATORS:
        call = getattr(operator, name)
        whole = name in ("and_", "or_", "xor", "lshift", "rshift")
        for given in ((x,),) if name in ("neg", "abs", "pos") else ((x, x), (x, 2), (2, x), (2.0, x)):
            args = [numbers if whole and a is x else int(a) if whole and a is not x else a for a in given]
            compare(counts, differ, f"{name}{[type(a).__name__ for a in args]}", (call, call), args, {})
    for name, found in vars(torch._C.TensorBase).items():
        if type(found).__name__ == "getset_descriptor" and hasattr(minitorch_pt.Tensor, name) and name[0] != "_":
            call = operator.attrgetter(name)
            compare(counts, differ, name, (call, call), (x,), {})
    for name in METHODS:
        call = operator.methodcaller(name)
        compare(counts, differ, name, (call, call), (torch.ones(1),), {})
    judge("handed", counts, differ, 80)


def sweep(limit: int | None) -> None:
    counts: Counter = Counter()
    differ: dict[str, str] = {}
    for entry in op_db:
        name = operation_name(entry)
        if torch.float32 not in entry.dtypes or table().reason(name) or not built(entry):
            continue
        samples = some(itertools.islice(entry.sample_inputs("cpu", torch.float32), limit or 20), limit, name)
        for (_, sample), (form, calls) in itertools.product(samples, forms(entry, name.split("[")[0]).items()):
            compare(counts, differ, f"{name} {form}", calls, [sample.input, *sample.args], sample.kwargs)
    judge("handed", counts, differ, 800)


def test_operations() -> None:
    """One input of each operation, in its forms."""
    sweep(1)


@pytest.mark.long
def test_operations_whole() -> None:
    sweep(None)
