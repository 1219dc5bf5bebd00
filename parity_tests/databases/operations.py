"""PyTorch's operations, `op_db`: every input of every entry as function, method, in place and with out=."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

import torch

import minitorch_pt
from parity_tests.oracle import RTOL

from .outcomes import Outcome, both, compare_gradients, some, tensors_in
from .table import DTYPES, OutOfScope, table
from .twins import Converter, twin


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
        forms = forms_of(entry)
    except AttributeError as error:
        outcome.failures["name"], outcome.inputs = str(error), 1
        return outcome
    if name in ARBITRARY_SIGNS:
        forms = {form: (signed(theirs), signed(ours), inplace) for form, (theirs, ours, inplace) in forms.items()}
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
                    outcome, s, forms, values, rtol_of(name, d), d == "float64" and entry.supports_gradgrad
                ),
            )
    if entry.error_inputs_func is not None:
        for i, wrong in some(entry.error_inputs("cpu"), None, name):
            sample = wrong.sample_input
            outcome.run(
                f"error {i}",
                lambda s=sample: both(outcome, program_of(entry.op, twin(entry.op, entry.name), s)) and None,
                True,
            )
    return outcome


def rtol_of(name: str, dtype: str) -> float | None:
    if name in table().tolerances and dtype == "float64":
        return table().tolerances[name][0]
    return 2e-5 if dtype == "float32" else RTOL.get(dtype)


def forms_of(entry: Any) -> dict[str, tuple]:
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


def signed(operation: Callable) -> Callable:
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


def program_of(theirs: Any, ours: Any, sample: Any, leaves: dict | None = None, inplace: bool = False) -> Callable:
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
            results = both(outcome, program_of(theirs, ours, sample, leaves, inplace), rtol, values)
            if results is not None and values:
                results = tuple(tensors_in(r, p) for r, p in zip(results, (minitorch_pt, torch), strict=True))
                compare_gradients(
                    outcome, results, (leaves[minitorch_pt], leaves[torch]), rtol, second and form == "function"
                )
        except OutOfScope:
            raise
        except Exception as failure:
            kind = "" if isinstance(failure, AssertionError) else f"{type(failure).__name__}: "
            raise AssertionError(f"{form}: {kind}{failure}") from failure
