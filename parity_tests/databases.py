"""PyTorch's own test databases as the judge of minitorch_pt.

The torch wheel carries the inputs with which PyTorch tests itself: `op_db` (operations), `module_db`, `optim_db`. Every input of every
entry goes through both packages, and everything that a program can see is compared: value, structure, dtype, shape, gradients for
random cotangents, the method, in-place and operator forms, state, printed text, the type of an error.

    outcome = run_operation(entry)      # one Outcome per entry: how many inputs, which differ and why, the largest difference

`databases.toml` lists what is out of scope and what is known to differ; `test_databases.py` holds the table to the truth.
"""

from __future__ import annotations

import collections
import copy
import functools
import io
import random
import tomllib
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import ModuleErrorEnum, module_db
from torch.testing._internal.common_optimizers import (
    OptimizerErrorEnum,
    _get_optim_inputs_including_global_cliquey_kwargs,
    optim_db,
)

import minitorch_pt
from parity_tests.oracle import RTOL, assert_same, builtin_type, lookup

TABLE = Path(__file__).with_name("databases.toml")
# what the library does without being told
DTYPES = ("float64", "float32", "int64", "bool")  # what each operation is called with, where torch takes it


class OutOfScope(Exception):
    """An input needs what the library leaves out; the text says what."""


# ---------------------------------------------------------------------------------------------------------------------
# The table
# ---------------------------------------------------------------------------------------------------------------------
@dataclass
class Table:
    """What `databases.toml` says: patterns of names that are out of scope or not built yet, and how many inputs differ, and why."""

    groups: dict[str, list[str]]
    differs: dict[str, tuple[int, str]]
    unstable: dict[str, str]
    tolerances: dict[str, tuple[float, str]]
    magnifies: dict[str, str]

    def reason(self, name: str) -> str | None:
        """Why this entry is out of scope; None if it is in scope."""
        return next((r for r, names in self.groups.items() if any(fnmatchcase(name, n) for n in names)), None)


@functools.cache
def table() -> Table:
    """The table, read once."""
    text = tomllib.loads(TABLE.read_text())
    return Table(
        {group["reason"]: group["names"] for group in text["out_of_scope"]},
        {name: (row["inputs"], row["why"]) for name, row in text.get("differs", {}).items()},
        text.get("values_not_compared", {}),
        {name: (row["rtol"], row["why"]) for name, row in text.get("tolerance", {}).items()},
        text.get("magnifies_the_last_place", {}),
    )


# ---------------------------------------------------------------------------------------------------------------------
# The same arguments in both packages
# ---------------------------------------------------------------------------------------------------------------------
class Converter:
    """Copies of an input's arguments for one package: same strides, same sharing of objects, same requires_grad."""

    def __init__(self, package: Any) -> None:
        self.package = package
        self.made: dict[int, Any] = {}
        self.leaves: list = []

    def __call__(self, value: Any) -> Any:
        """The twin of a value, containers included.

        Raises:
            OutOfScope: there is none.
        """
        if isinstance(value, torch.Tensor):
            if id(value) not in self.made:
                self.made[id(value)] = self._tensor(value)
            return self.made[id(value)]
        if isinstance(value, complex):
            raise OutOfScope("complex numbers")
        if isinstance(value, dict):
            return {self(k): self(v) for k, v in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self(v) for v in value)
        if isinstance(value, slice):
            return slice(self(value.start), self(value.stop), self(value.step))
        if isinstance(value, np.ndarray):
            return value.copy()
        if self.package is torch:
            return copy.deepcopy(value) if isinstance(value, torch.Generator) else value
        if isinstance(value, torch.Size):
            return tuple(value)
        if isinstance(value, (torch.dtype, torch.layout, torch.memory_format)):
            name = str(value).removeprefix("torch.")
            if not hasattr(minitorch_pt, name):
                raise OutOfScope(f"torch.{name}")
            return getattr(minitorch_pt, name)
        if isinstance(value, torch.device):
            return minitorch_pt.device(str(value))
        if isinstance(value, torch.Generator):
            return minitorch_pt.Generator().manual_seed(value.initial_seed())
        if isinstance(value, torch.nn.Module):
            return twin_module(value)
        if callable(value):
            return twin(value)
        return value

    def _tensor(self, source: torch.Tensor) -> Any:
        if source.layout is not torch.strided or source.is_nested or source.is_quantized:
            raise OutOfScope("sparse, nested and quantized tensors")
        if source.device.type != "cpu":
            raise OutOfScope(f"device {source.device.type}")
        name = str(source.dtype).removeprefix("torch.")
        if source.ndim > 64:
            raise OutOfScope("more than 64 axes, NumPy's limit")
        if source.is_complex():
            raise OutOfScope("complex numbers")
        if not hasattr(minitorch_pt, name):
            raise OutOfScope(f"torch.{name}")
        source_data, dtype = source.detach().resolve_neg(), np.dtype(name)
        memory, offset = _memory(source_data, dtype), source.storage_offset() if source.numel() else 0
        if self.package is torch:
            result = torch.from_numpy(memory).as_strided(source.shape, source_data.stride(), offset).detach()
        else:
            strides = tuple(s * dtype.itemsize for s in source_data.stride())
            result = minitorch_pt.from_numpy(
                np.ndarray(tuple(source.shape), dtype, memory, offset * dtype.itemsize, strides)
            )
        if isinstance(source, torch.nn.Parameter):
            result = self.package.nn.Parameter(result, source.requires_grad)
        if source.requires_grad:
            self.leaves.append(result.requires_grad_())
        return result


def _memory(source: torch.Tensor, dtype: np.dtype) -> np.ndarray:
    """A copy of the memory that the tensor looks into."""
    if not source.numel():
        return np.empty(1, dtype)
    last = source.storage_offset() + sum((n - 1) * s for n, s in zip(source.shape, source.stride(), strict=True))
    return torch.as_strided(source, (last + 1,), (1,), 0).numpy().copy()


def _with_seed(operation: Callable, *args: Any, **kwargs: Any) -> Any:
    minitorch_pt.manual_seed(42)
    return operation(*args, **kwargs)


def twin(function: Any, name: str | None = None) -> Any:
    """Our counterpart of one of torch's functions; a function of the databases is run again with our package as `torch`.

    Raises:
        AttributeError: it does not exist.
    """
    if isinstance(function, functools.partial):
        return functools.partial(twin(function.func), *function.args, **function.keywords)
    if isinstance(function, types.FunctionType) and function.__module__.startswith("torch.testing"):
        names = {
            "torch": minitorch_pt,
            "wrapper_set_seed": _with_seed,
            "__builtins__": function.__globals__["__builtins__"],
        }
        for used in _names(function.__code__):
            if used not in names and used in function.__globals__:
                value = function.__globals__[used]
                names[used] = twin(value) if _of_torch(value) else value
        made = types.FunctionType(
            function.__code__, names, function.__name__, function.__defaults__, function.__closure__
        )
        made.__kwdefaults__ = function.__kwdefaults__
        return made
    name = (name or getattr(function, "__name__", str(function))).removeprefix("torch.")
    for place in (minitorch_pt, minitorch_pt.Tensor, minitorch_pt.nn.functional, minitorch_pt.optim.lr_scheduler):
        try:
            return lookup(place, name)
        except AttributeError:
            continue
    raise AttributeError(f"minitorch_pt has no {name}")


def _of_torch(value: Any) -> bool:
    kinds = (types.FunctionType, functools.partial, type)
    return isinstance(value, kinds) and getattr(value, "__module__", "").startswith(
        ("torch.testing", "torch.nn", "torch.optim")
    )


def _names(code: types.CodeType) -> set[str]:
    inner = [_names(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    return set(code.co_names).union(*inner)


def twin_module(module: torch.nn.Module) -> Any:
    """Our module for one that stands as an argument: what we read of the file that torch writes."""
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    return minitorch_pt.load(file, weights_only=False)


# ---------------------------------------------------------------------------------------------------------------------
# What came of an entry
# ---------------------------------------------------------------------------------------------------------------------
@dataclass
class Outcome:
    """One entry of a database: what was compared and what differed."""

    kind: str
    name: str
    inputs: int = 0  # compared: samples, error inputs
    errors: int = 0  # of them error inputs
    failures: dict[str, str] = field(default_factory=dict)  # input -> what differs first
    skipped: collections.Counter = field(default_factory=collections.Counter)  # reason -> inputs
    value_ulp: float = 0.0
    grad_ulp: float = 0.0
    reason: str | None = None  # why the whole entry is out of scope

    def run(self, label: str, compare: Callable[[], None], error: bool = False) -> None:
        """Run one comparison and note what came of it."""
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                compare()
        except OutOfScope as reason:
            self.skipped[str(reason)] += 1
            return
        except Exception as failure:
            text = " ".join(str(failure).split())[:300]
            self.failures[label] = text if isinstance(failure, AssertionError) else f"{type(failure).__name__}: {text}"
        self.inputs += 1
        self.errors += error


def _ulps(ours: Any, theirs: Any, scale: float = 0.0) -> float:
    """The largest difference, in units in the last place of the largest number of its array, or of `scale` if that is larger."""
    if isinstance(theirs, torch.Tensor):
        b = theirs.detach().numpy(force=True)
        if b.dtype.kind != "f" or not b.size:
            return 0.0
        a, finite = ours.detach().numpy(), np.isfinite(b)
        if not finite.any():
            return 0.0
        largest = b.dtype.type(max(np.abs(b[finite]).max(), scale))
        return float(np.abs(a[finite].astype("f8") - b[finite].astype("f8")).max() / np.spacing(largest))
    if isinstance(theirs, dict):
        return max((_ulps(ours[k], v) for k, v in theirs.items()), default=0.0)
    if isinstance(theirs, (list, tuple)):
        return max((_ulps(a, b) for a, b in zip(ours, theirs, strict=True)), default=0.0)
    return 0.0


def _tensors(value: Any, package: Any) -> list:
    if isinstance(value, package.Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in _tensors(v, package)]
    return []


def some(items: Iterable, limit: int | None, seed: str) -> list[tuple[int, Any]]:
    """(place, item) of all, or of `limit` that a fixed seed picks."""
    everything = list(enumerate(items))
    if limit is None or len(everything) <= limit:
        return everything
    return sorted(random.Random(seed).sample(everything, limit), key=lambda pair: pair[0])


def _plain(value: Any) -> Any:
    """torch's containers that have no meaning of their own as the ordinary ones."""
    if isinstance(value, torch.Size):
        return tuple(value)
    return value


def both(
    outcome: Outcome, program: Callable[[Any], Any], rtol: float | None = None, values: bool = True
) -> tuple | None:
    """Run `program(package)` in both; compare what it returns, or the type of its error (then None)."""
    try:
        theirs = program(torch)
    except OutOfScope:
        raise
    except Exception as error:
        try:
            result = program(minitorch_pt)
        except OutOfScope:
            raise
        except builtin_type(error):
            return None
        except Exception as other:
            raise AssertionError(f"raises {other!r}, torch {error!r}"[:600]) from other
        raise AssertionError(f"returns {str(result)[:80]}, torch raises {error!r}"[:600]) from error
    if any(t.is_complex() or t.layout is not torch.strided for t in _tensors(theirs, torch)):
        raise OutOfScope("complex or sparse results")
    if any(not hasattr(minitorch_pt, str(t.dtype).removeprefix("torch.")) for t in _tensors(theirs, torch)):
        raise OutOfScope("results of types that NumPy lacks")
    ours = program(minitorch_pt)
    if values:
        assert_same(ours, _plain(theirs), rtol)
        outcome.value_ulp = max(outcome.value_ulp, _ulps(ours, theirs))
    else:
        for a, b in zip(_tensors(ours, minitorch_pt), _tensors(theirs, torch), strict=True):
            assert (tuple(a.shape), str(a.dtype)) == (tuple(b.shape), str(b.dtype)), (
                f"{a.shape} {a.dtype}, torch {b.shape} {b.dtype}"
            )
    return ours, theirs


def _noise(outputs: list, seed: int) -> list[np.ndarray]:
    draw = np.random.Generator(np.random.PCG64(seed)).uniform
    return [np.asarray(draw(-2, 2, tuple(o.shape))).astype(str(o.dtype).removeprefix("torch.")) for o in outputs]


def compare_gradients(
    outcome: Outcome, results: tuple, leaves: tuple, rtol: float | None, second: bool = False
) -> None:
    """Compare the gradients of all leaves for random cotangents of all outputs; `second`: the gradients of these too."""
    pairs = list(zip(_tensors(results[0], minitorch_pt), _tensors(results[1], torch), strict=True))
    flags = [b.requires_grad for _, b in pairs]
    assert [a.requires_grad for a, _ in pairs] == flags, (
        f"requires_grad {[a.requires_grad for a, _ in pairs]}, torch has {flags}"
    )
    pairs = [pair for pair in pairs if pair[1].requires_grad]
    for order in (1, 2) if second else (1,):
        pairs = _one_order(outcome, pairs, leaves, rtol, order, order == 1 and second)


def _one_order(outcome: Outcome, pairs: list, leaves: tuple, rtol: float | None, order: int, again: bool) -> list:
    """Compare the gradients of these pairs of outputs; return the pairs of gradients that can be differentiated again."""
    if not pairs or not leaves[1]:
        return []
    what = "gradient" if order == 1 else "second-order gradient"
    seeds = _noise([b for _, b in pairs], 16 + order)
    options = {"allow_unused": True, "create_graph": again}
    try:
        theirs = torch.autograd.grad([b for _, b in pairs], leaves[1], [torch.from_numpy(s) for s in seeds], **options)
    except (NotImplementedError, RuntimeError):
        return []  # torch has no gradient here
    # a gradient that cannot be differentiated again says that the next ones are zeros
    tracked = [(a, minitorch_pt.from_numpy(s)) for (a, _), s in zip(pairs, seeds, strict=True) if a.requires_grad]
    ours: Any = [None] * len(theirs)
    if tracked:
        ours = minitorch_pt.autograd.grad([a for a, _ in tracked], leaves[0], [s for _, s in tracked], **options)
    # a sum may cancel: its error is relative to its terms, which are as large as the cotangents and the other gradients
    known = [*seeds, *(t.numpy(force=True) for t in theirs if t is not None)]
    scale = max(float(np.abs(x[np.isfinite(x)]).max(initial=0)) for x in known)
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        tolerance = (rtol or RTOL[str(leaves[1][i].dtype).removeprefix("torch.")]) * (1 if order == 1 else 100)
        if a is None or b is None:  # no gradient and a gradient of zeros say the same
            rest = a if b is None else b
            size = np.abs(rest.detach().numpy(force=True)).max(initial=0) if rest is not None else 0
            assert size <= tolerance * scale, f"{what} of input {i}: {a}, torch has {b}"
        else:
            assert_same(a, b, tolerance, tolerance * scale, f"{what} of input {i}")
            outcome.grad_ulp = max(outcome.grad_ulp, _ulps(a, b, scale)) if order == 1 else outcome.grad_ulp
    zero = minitorch_pt.zeros(())
    return [
        (zero if a is None else a, b) for a, b in zip(ours, theirs, strict=True) if b is not None and b.requires_grad
    ]


# ---------------------------------------------------------------------------------------------------------------------
# Operations
# ---------------------------------------------------------------------------------------------------------------------
def operation_name(entry: Any) -> str:
    """The entry's name with its variant, unique in the database: "nn.functional.relu", "linalg.norm[subgradients_at_zero]"."""
    return f"{entry.name}[{entry.variant_test_name}]" if entry.variant_test_name else entry.name


def built(entry: Any) -> bool:
    """Whether the library has the operation at all, as a function or as a method; random draws are methods in place only."""
    return any(_found(name) for name in (entry.name, entry.name + "_"))


def _found(name: str) -> bool:
    try:
        twin(None, name)
    except AttributeError:
        return False
    return True


def run_operation(entry: Any, limit: int | None = None, judged: bool = False) -> Outcome:
    """All inputs of one operation, or `limit` of each type of number; `judged`: also if it is out of scope."""
    name = operation_name(entry)
    outcome = Outcome("operation", name, reason=table().reason(name))
    if outcome.reason and not judged:
        return outcome
    if not built(entry):
        outcome.failures["name"] = "not built"
        outcome.inputs = 1
        return outcome
    try:
        forms = _forms(entry)
    except AttributeError as error:
        outcome.failures["name"], outcome.inputs = str(error), 1
        return outcome
    if name in ARBITRARY_SIGNS:
        forms = {form: (_signed(theirs), _signed(ours), inplace) for form, (theirs, ours, inplace) in forms.items()}
    if name in ARBITRARY_PLACES:
        forms = {
            form: (_named(theirs, name), _named(ours, name), inplace) for form, (theirs, ours, inplace) in forms.items()
        }
    values = name not in table().unstable
    for dtype in DTYPES:
        kind = getattr(torch, dtype)
        if kind not in entry.supported_dtypes("cpu"):
            continue
        tracked = kind.is_floating_point and entry.supports_autograd and kind in entry.supported_backward_dtypes("cpu")
        for i, sample in some(entry.sample_inputs("cpu", kind, requires_grad=tracked), limit, name + dtype):
            outcome.run(
                f"{dtype} {i}",
                lambda s=sample, d=dtype: _sample(
                    outcome, s, forms, values, _rtol(name, d), d == "float64" and entry.supports_gradgrad
                ),
            )
    if entry.error_inputs_func is not None:
        for i, wrong in some(entry.error_inputs("cpu"), None, name):
            sample = wrong.sample_input
            outcome.run(
                f"error {i}",
                lambda s=sample: both(outcome, _program(entry.op, twin(entry.op, entry.name), s)) and None,
                True,
            )
    return outcome


def _rtol(name: str, dtype: str) -> float | None:
    if name in table().tolerances and dtype == "float64":
        return table().tolerances[name][0]
    return 2e-5 if dtype == "float32" else RTOL.get(dtype)


def _forms(entry: Any) -> dict[str, tuple]:
    """The ways to call it: name of the form -> (torch's callable, ours, whether it changes its first argument)."""
    forms = {"function": (entry.op, twin(entry.op, entry.name), False)}
    for alias in (a for a in entry.aliases if not table().reason(a.name)):
        forms[alias.name] = (alias.op, twin(alias.op, alias.name), False)
    for named in (entry, *entry.aliases):
        for form, theirs in (("method", named.method_variant), ("in place", named.inplace_variant)):
            if theirs is not None and theirs is not named.op:
                forms[f"{form} {named.name}"] = (theirs, _method(theirs), form == "in place")
    for theirs, inplace in ((entry.operator_variant, False), (entry.inplace_operator_variant, True)):
        if theirs is not None:
            forms[theirs.__name__] = (theirs, theirs, inplace)
    return forms


# each LAPACK library has its own signs: MKL, which torch uses, and OpenBLAS, which NumPy uses, do not agree
ARBITRARY_SIGNS = ("linalg.eigh", "linalg.svd", "pca_lowrank", "svd", "svd_lowrank")


def _signed(operation: Callable) -> Callable:
    """The factorisation with the largest element of each eigenvector, or left singular vector, made positive.

    What full_matrices adds to the singular vectors is arbitrary, and left out.
    """

    def sign(vectors: Any) -> Any:
        plain = vectors.detach()
        return plain.gather(-2, plain.abs().argmax(-2, keepdim=True)).sign() if plain.numel() else plain[..., :1, :]

    @functools.wraps(operation)
    def factors(*args: Any, **kwargs: Any) -> tuple:
        result = operation(*args, **kwargs)
        if not hasattr(result, "U"):
            values, vectors = result
            return values, vectors * sign(vectors)
        u, v = (x[..., : result.S.shape[-1]] for x in (result.U, result.V if hasattr(result, "V") else result.Vh.mT))
        return u * sign(u), result.S, v * sign(u)

    return factors


# which of equal elements is named is left open without stable=True; in the value is the position of `dim` among the arguments
ARBITRARY_PLACES = {"argsort": 0, "kthvalue": 1, "mode": 0, "sort": 0, "topk": 1}


def _named(operation: Callable, name: str) -> Callable:
    """The operation with the elements that its places name in place of the places."""
    position = ARBITRARY_PLACES[name]

    @functools.wraps(operation)
    def elements(input: Any, *args: Any, **kwargs: Any) -> Any:
        result = operation(input, *args, **kwargs)
        if kwargs.get("stable"):
            return result
        dim = kwargs.get("dim", args[position] if len(args) > position else -1)
        *values, places = result if isinstance(result, tuple) else [result]
        if not places.numel() or not input.ndim:
            return result
        kept = places.unsqueeze(dim) if places.ndim < input.ndim else places
        named = input.detach().gather(dim, kept)
        different = (kept.sort(dim)[0].diff(dim=dim) != 0).sum(dim)  # no element is named twice
        fields = [field for field in ("values", "indices") if hasattr(result, field) and isinstance(result, tuple)]
        return (*values, named, different, places.dtype, tuple(places.shape), fields)

    return elements


def _method(theirs: Any) -> Callable:
    name = getattr(theirs, "__name__", "")
    if isinstance(theirs, (types.FunctionType, functools.partial)) and getattr(torch.Tensor, name, None) is not theirs:
        return twin(theirs)
    return lambda self, *args, **kwargs: getattr(self, name)(*args, **kwargs)


def _program(theirs: Any, ours: Any, sample: Any, leaves: dict | None = None, inplace: bool = False) -> Callable:
    def program(package: Any) -> Any:
        convert = Converter(package)
        input, args, kwargs = convert(sample.input), convert(sample.args), convert(sample.kwargs)
        if leaves is not None:
            leaves[package] = convert.leaves
        if "out" in kwargs:
            raise OutOfScope("out=")
        if inplace and isinstance(input, package.Tensor):
            input = input.clone()
        package.manual_seed(0)
        return (theirs if package is torch else ours)(input, *args, **kwargs)

    return program


def _sample(outcome: Outcome, sample: Any, forms: dict, values: bool, rtol: float | None, second: bool) -> None:
    for form, (theirs, ours, inplace) in forms.items():
        leaves: dict = {}
        try:
            results = both(outcome, _program(theirs, ours, sample, leaves, inplace), rtol, values)
            if results is not None and values:
                results = tuple(_tensors(r, p) for r, p in zip(results, (minitorch_pt, torch), strict=True))
                compare_gradients(
                    outcome, results, (leaves[minitorch_pt], leaves[torch]), rtol, second and form == "function"
                )
        except OutOfScope:
            raise
        except Exception as failure:
            kind = "" if isinstance(failure, AssertionError) else f"{type(failure).__name__}: "
            raise AssertionError(f"{form}: {kind}{failure}") from failure


# ---------------------------------------------------------------------------------------------------------------------
# Modules
# ---------------------------------------------------------------------------------------------------------------------
def module_name(info: Any) -> str:
    """The entry's name: "nn.Linear"."""
    return info.name


def run_module(info: Any, limit: int | None = None, judged: bool = False) -> Outcome:
    """All inputs of one module: text, initial weights, state, outputs, gradients, buffers after three calls, in train and eval mode."""
    name = module_name(info)
    outcome = Outcome("module", name, reason=table().reason(name))
    if outcome.reason and not judged:
        return outcome
    try:
        lookup(minitorch_pt, name)
    except AttributeError:
        outcome.failures["name"], outcome.inputs = "not built", 1
        return outcome
    modes = (True, False) if info.train_and_eval_differ else (True,)
    for dtype in ("float64", "float32"):
        for training in modes:
            inputs = info.module_inputs_func(
                info, device="cpu", dtype=getattr(torch, dtype), requires_grad=True, training=training
            )
            for i, sample in some(inputs, limit, f"{name}{dtype}{training}"):
                label = f"{dtype} {'train' if training else 'eval'} {i}"
                outcome.run(label, lambda s=sample, d=dtype, t=training: _module_sample(outcome, name, s, d, t))
    if info.module_error_inputs_func is not None:
        for training in modes:
            wrongs = info.module_error_inputs_func(
                info, device="cpu", dtype=torch.float32, requires_grad=False, training=training
            )
            for i, wrong in enumerate(wrongs):
                outcome.run(f"error {i}", lambda w=wrong: both(outcome, _module_error(name, w)) and None, True)
    return outcome


def _made(package: Any, name: str, sample: Any) -> Any:
    convert = Converter(package)
    package.manual_seed(0)
    return lookup(package, name)(*convert(sample.constructor_input.args), **convert(sample.constructor_input.kwargs))


def _module_error(name: str, wrong: Any) -> Callable:
    def program(package: Any) -> Any:
        module = _made(package, name, wrong.module_error_input)
        if wrong.error_on is ModuleErrorEnum.FORWARD_ERROR:
            convert, given = Converter(package), wrong.module_error_input.forward_input
            module(*convert(given.args), **convert(given.kwargs))

    return program


def _module_sample(outcome: Outcome, name: str, sample: Any, dtype: str, training: bool) -> None:
    modules: dict = {}

    def construct(package: Any) -> Any:
        module = modules[package] = _made(package, name, sample)
        lazy = any(isinstance(p, torch.nn.parameter.UninitializedTensorMixin) for p in module.state_dict().values())
        started = {} if lazy or "Lazy" in name else dict(module.state_dict())
        text = repr(module)
        modules[package] = module.to(getattr(package, dtype)).train(training)
        return started, text

    if both(outcome, construct) is None:
        return
    rtol = _rtol(name, dtype)
    for step in range(3):
        leaves: dict = {}

        def call(package: Any, step: int = step, leaves: dict = leaves) -> Any:
            convert = Converter(package)
            args, kwargs = convert(sample.forward_input.args), convert(sample.forward_input.kwargs)
            package.manual_seed(step)
            result = modules[package](*args, **kwargs)
            leaves[package] = [*convert.leaves, *(p for p in modules[package].parameters() if p.requires_grad)]
            return result

        results = both(outcome, call, rtol)
        if results is None:
            return
        compare_gradients(outcome, results, (leaves[minitorch_pt], leaves[torch]), rtol)
    both(outcome, lambda package: (dict(modules[package].state_dict()), repr(modules[package])), rtol)


# ---------------------------------------------------------------------------------------------------------------------
# Optimisers and schedulers
# ---------------------------------------------------------------------------------------------------------------------
STEPS = 10  # of a training, with one evaluation each; or 3 of up to 20
SCHEDULERS: dict[str, Callable[[Any, Any], Any]] = {
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda epoch: 0.95**epoch),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda epoch: 0.9),
    "StepLR": lambda s, o: s.StepLR(o, 3, gamma=0.3),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [2, 5, 5, 11], gamma=0.5),
    "ConstantLR": lambda s, o: s.ConstantLR(o, factor=0.3, total_iters=4),
    "LinearLR": lambda s, o: s.LinearLR(o, start_factor=0.2, total_iters=7),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.9),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, total_iters=12, power=2.0),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 7, eta_min=0.01),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.01),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, 0.2, step_size_up=4, mode="triangular2"),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 0.5, total_steps=25),
    "ReduceLROnPlateau": lambda s, o: s.ReduceLROnPlateau(o, patience=2, factor=0.5),
    "SequentialLR": lambda s, o: s.SequentialLR(o, [s.ConstantLR(o, 0.1, 3), s.ExponentialLR(o, 0.9)], milestones=[5]),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 3), s.ExponentialLR(o, 0.9)]),
}  # fmt: skip


def run_scheduler(name: str, limit: int | None = None, judged: bool = False) -> Outcome:
    """The learning rates and the state of one scheduler over 20 steps."""
    full = f"optim.lr_scheduler.{name}"
    outcome = Outcome("scheduler", full, reason=table().reason(full))
    if outcome.reason and not judged:
        return outcome

    def program(package: Any) -> Any:
        optimizer = package.optim.SGD([package.ones(2, requires_grad=True)], lr=0.1, momentum=0.9)
        return _scheduled(optimizer, SCHEDULERS[name](package.optim.lr_scheduler, optimizer), 20)

    outcome.run("rates", lambda: both(outcome, program) and None)
    return outcome


def _scheduled(optimizer: Any, scheduler: Any, steps: int) -> list:
    seen = []
    for step in range(steps):
        optimizer.step()
        # a loss that soon stops falling
        scheduler.step(*([1 / (1 + min(step, 4))] if type(scheduler).__name__ == "ReduceLROnPlateau" else []))
        state = {k: v for k, v in scheduler.state_dict().items() if isinstance(v, (int, float, list, str))}
        state.pop("_schedulers", None)
        seen.append(([float(group["lr"]) for group in optimizer.param_groups], state))
    return seen


def run_optimizer(info: Any, limit: int | None = None, judged: bool = False) -> Outcome:
    """All settings of one optimiser: parameters and state after each step; then the schedulers that its entry names."""
    name = f"optim.{info.optim_cls.__name__}"
    outcome = Outcome("optimizer", name, reason=table().reason(name))
    if outcome.reason and not judged:
        return outcome
    compare = compare_with_neighbours if name in table().magnifies else both
    for dtype in ("float64", "float32"):
        # recording a step to differentiate it is not built: the optimisers refuse the option and say so
        settings = _get_optim_inputs_including_global_cliquey_kwargs("cpu", dtype, info, skip=("differentiable",))
        for i, given in enumerate(settings):
            outcome.run(
                f"{dtype} {i} {given.desc}",
                lambda g=given, d=dtype: compare(outcome, training(name, g, d), _rtol(name, d)) and None,
            )
    for i, makers in enumerate(info.scheduler_inputs):
        outcome.run(f"schedulers {i}", lambda m=makers: both(outcome, _scheduling(name, m)) and None)
    for i, wrong in enumerate(info.optim_error_inputs_func("cpu", torch.float32)):
        outcome.run(f"error {i}", lambda w=wrong: both(outcome, _optimizer_error(name, w)) and None, True)
    return outcome


def _parameters(package: Any, dtype: str, neighbour: int = 0) -> list:
    """The start of a training; of a neighbour, moved by up to one unit in the last place."""
    noise, moves = (np.random.Generator(np.random.PCG64(seed)) for seed in (5, neighbour))
    arrays = [noise.uniform(-1, 1, shape).astype(dtype) for shape in ((4, 3), (2, 5))]
    if neighbour:
        arrays = [a + np.spacing(a) * moves.integers(-1, 2, a.shape).astype(dtype) for a in arrays]
    return [package.nn.Parameter(package.from_numpy(a)) for a in arrays]


def _stacked(package: Any, state: Any) -> Any:
    """A list of tensors (the history of LBFGS) as one: what is next to 0 is rounding alone, and compared relative to the others."""
    tensors = [x for x in state if x is not None] if isinstance(state, list) else []
    return (len(state), package.stack(tensors)) if tensors else state


def training(name: str, given: Any, dtype: str) -> Callable:
    """The program that trains with one setting of an optimiser: parameters, state and loss after each step; all points evaluated."""

    def program(package: Any, neighbour: int = 0) -> Any:
        parameters = _parameters(package, dtype, neighbour)
        visited = []
        kwargs = Converter(package)(given.kwargs)
        optimizer = lookup(package, name)(parameters, **kwargs)

        def closure() -> Any:
            optimizer.zero_grad()
            visited.append([p.detach().clone() for p in parameters])
            loss = sum(((p - 0.3) ** 2 + 3 * (p * p - 0.5) ** 2).sum() for p in parameters)
            loss.backward()
            return loss

        seen = []
        for _ in range(3 if name in table().magnifies else STEPS):
            loss = optimizer.step(closure)
            state = optimizer.state_dict()
            state = {i: {k: _stacked(package, v) for k, v in of.items()} for i, of in state["state"].items()}
            seen.append(([p.detach().clone() for p in parameters], copy.deepcopy(state), loss.detach()))
        return (
            seen,
            visited,
            {k: v for group in optimizer.state_dict()["param_groups"] for k, v in group.items()},
            repr(optimizer),
        )

    return program


NEIGHBOURS = 16


def compare_with_neighbours(outcome: Outcome, program: Callable, rtol: float) -> None:
    """Compare a training that magnifies the last place with torch, as closely as torch agrees with itself.

    torch also runs from starts that differ in the last place. A number may differ from torch's by `rtol`, and by twice as much
    as two of those runs do at this place of the record: ours is one more, and the largest of a few is exceeded now and then.
    A count, a length or a name must be what one of the runs has there. The loss is a polynomial, which both packages compute
    alike, so that the optimiser alone is compared; test_lbfgs.py compares it to the last bit, with torch's dot products.
    """
    runs = [dict(_leaves(program(torch, neighbour))) for neighbour in range(NEIGHBOURS + 1)]
    ours = dict(_leaves(program(minitorch_pt)))
    assert any(ours.keys() == run.keys() for run in runs), "the record has parts that no run of torch has"
    for path, mine in ours.items():
        theirs = [run[path] for run in runs if path in run]
        if isinstance(mine, (float, minitorch_pt.Tensor)):
            a, kind = _array(mine), float if isinstance(mine, float) else torch.Tensor
            near = [_array(t) for t in theirs if isinstance(t, kind)]
            near = [b for b in near if (b.dtype, b.shape) == (a.dtype, a.shape)]
            assert near, f"{path}: {mine!r}, torch has {theirs}"
            spread = float(np.ptp(near, axis=0).max())
            np.testing.assert_allclose(a, near[0], rtol, 2 * spread + rtol * float(np.abs(near[0]).max()), err_msg=path)
        else:
            assert any(type(mine) is type(t) and mine == t for t in theirs), f"{path}: {mine!r}, torch has {theirs}"


def _array(value: Any) -> np.ndarray:
    return np.asarray(value if isinstance(value, float) else value.detach().numpy())


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of all that is no container."""
    if isinstance(value, (dict, list, tuple)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, f"{path}[{key!r}]")
    else:
        yield path, value


def _scheduling(name: str, makers: Any) -> Callable:
    def program(package: Any) -> Any:
        optimizer = lookup(package, name)(_parameters(package, "float64"), lr=0.1)
        made = [(maker if package is torch else twin(maker))(optimizer) for maker in makers]
        return [_scheduled(optimizer, scheduler, 5) for scheduler in made]

    return program


def _optimizer_error(name: str, wrong: Any) -> Callable:
    def program(package: Any) -> Any:
        given, convert = wrong.optimizer_error_input, Converter(package)
        parameters = convert(given.params) if given.params is not None else _parameters(package, "float32")
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            optimizer = lookup(package, name)(parameters, **convert(given.kwargs))
        if wrong.error_on is OptimizerErrorEnum.STEP_ERROR:
            optimizer.step()

    return program


def entries() -> Iterator[tuple[str, Callable[..., Outcome]]]:
    """(name, how to run it) of everything in the databases."""
    for entry in op_db:
        yield operation_name(entry), functools.partial(run_operation, entry)
    for info in module_db:
        yield module_name(info), functools.partial(run_module, info)
    for info in optim_db:
        yield f"optim.{info.optim_cls.__name__}", functools.partial(run_optimizer, info)
    for name in SCHEDULERS:
        yield f"optim.lr_scheduler.{name}", functools.partial(run_scheduler, name)


if __name__ == "__main__":  # python -m parity_tests.databases 'scatter*': what differs, input by input
    import sys

    for name, run in entries():
        if any(fnmatchcase(name, pattern) for pattern in sys.argv[1:] or ["*"]):
            outcome = run(None)
            if outcome.failures:
                print(f"{name}: {len(outcome.failures)} of {outcome.inputs} inputs differ")
                print(*(f"    {label}: {text}" for label, text in outcome.failures.items()), sep="\n")
