"""Every operation of PyTorch's database under the transforms of torch.func: vmap over each choice of its tensors, vjp, jvp, Jacobians."""

from __future__ import annotations

import collections
import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from parity_tests.databases.operations import ARBITRARY_SIGNS, built, operation_name
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter, twin
from parity_tests.oracle import assert_same
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("func")
RTOL = 1e-9
ENTRIES = {
    operation_name(e): e
    for e in op_db
    if table().reason(operation_name(e)) is None
    and operation_name(e) not in {*table().unstable, *table().tolerances, *ARBITRARY_SIGNS}
    and torch.float64 in e.supported_dtypes("cpu")
    and built(e)
}


def tensors_of(sample: Any) -> list:
    """The tensors among the arguments of a call, at the top."""
    return [v for v in (sample.input, *sample.args) if isinstance(v, torch.Tensor)]


def function_of(package: Any, entry: Any, sample: Any) -> Callable:
    """The operation as a function of its tensors alone; only its tensors are returned."""
    convert = Converter(package)
    operation = entry.op if package is torch else twin(entry.op, entry.name)
    given, kwargs = [convert(v) for v in (sample.input, *sample.args)], convert(sample.kwargs)

    def function(*tensors: Any) -> Any:
        rest = iter(tensors)
        result = operation(*(next(rest) if isinstance(v, package.Tensor) else v for v in given), **kwargs)
        if isinstance(result, (tuple, list)):
            return tuple(r for r in result if isinstance(r, package.Tensor))
        return result

    return function


def samples_of(entry: Any, count: int) -> Iterator[Any]:
    whole = list(entry.sample_inputs("cpu", torch.float64, requires_grad=False))
    for sample in whole[:: max(1, len(whole) // count)][:count]:
        if tensors_of(sample) and "out" not in sample.kwargs and "inplace" not in sample.kwargs:
            yield sample


# ---------------------------------------------------------------------------------------------------------------------
# The transforms: each a program(package, entry, sample)
# ---------------------------------------------------------------------------------------------------------------------
def several(tensor: torch.Tensor) -> torch.Tensor:
    """Samples like this one: other numbers of floating point, the same integers in another order."""
    other = tensor * 0.9 + 0.01 if tensor.is_floating_point() else tensor.flip(0) if tensor.ndim else tensor
    return torch.stack([tensor, other]).detach()


def mapped(dims: Callable[[int], tuple]) -> Callable:
    def program(package: Any, entry: Any, sample: Any) -> Any:
        tensors = tensors_of(sample)
        chosen = dims(len(tensors))
        if all(d is None for d in chosen) or (
            chosen.count(None) == 0 and dims is not ALL[0] and len(tensors) == 1 and 0 in chosen
        ):
            raise OutOfScope("nothing new to map over")
        batch = [t if d is None else several(t).movedim(0, d) for t, d in zip(tensors, chosen, strict=True)]
        convert = Converter(package)
        return package.func.vmap(function_of(package, entry, sample), in_dims=chosen)(*map(convert, batch))

    return program


ALL = [
    lambda n: (0,) * n,
    lambda n: (0,) + (None,) * (n - 1),
    lambda n: (None,) + (0,) * (n - 1),
    lambda n: (-1,) * n,
]


def differentiated(transform: Callable) -> Callable:
    def program(package: Any, entry: Any, sample: Any) -> Any:
        if not entry.supports_autograd:
            raise OutOfScope("not differentiable")
        tensors = [Converter(package)(t.detach()) for t in tensors_of(sample)]
        places = [i for i, t in enumerate(tensors) if t.is_floating_point()]
        function = function_of(package, entry, sample)

        def floats(*some: Any) -> Any:
            given = list(tensors)
            for i, t in zip(places, some, strict=True):
                given[i] = t
            result = function(*given)
            outputs = [r for r in (result if isinstance(result, tuple) else (result,)) if r.is_floating_point()]
            if not outputs:
                raise OutOfScope("nothing differentiable")
            return tuple(outputs)

        return transform(package, floats, tuple(tensors[i] for i in places))

    return program


def _like(package: Any, tensor: Any, seed: int) -> Any:
    return package.from_numpy(np.random.Generator(np.random.PCG64(seed)).uniform(-1, 1, tuple(tensor.shape)))


def vjp(package: Any, function: Callable, primals: tuple) -> Any:
    outputs, pull = package.func.vjp(function, *primals)
    gradients = pull(tuple(_like(package, o, i) for i, o in enumerate(outputs)))
    return outputs, tuple(g if g is None else g.to_dense() for g in gradients)  # an embedding's may be sparse


def jvp(package: Any, function: Callable, primals: tuple) -> Any:
    return package.func.jvp(function, primals, tuple(_like(package, p, i) for i, p in enumerate(primals)))


def small(transform: str) -> Callable:
    def program(package: Any, function: Callable, primals: tuple) -> Any:
        if sum(p.numel() for p in primals) > 40 or sum(o.numel() for o in function(*primals)) > 40:
            raise OutOfScope("a large Jacobian")
        return getattr(package.func, transform)(function, argnums=tuple(range(len(primals))))(*primals)

    return program


def per_sample(package: Any, function: Callable, primals: tuple) -> Any:
    """vmap(grad): with respect to the first input, which is the same for all samples."""

    def loss(*inputs: Any) -> Any:
        return sum((o * o).sum() for o in function(*inputs))

    scales = package.tensor([1.0, 0.9], dtype=package.float64)
    return package.func.vmap(
        package.func.grad(lambda first, scale, *rest: loss(first * scale, *rest)),
        (None, 0, *(None,) * (len(primals) - 1)),
    )(primals[0], scales, *primals[1:])


def recorded(package: Any, function: Callable, primals: tuple) -> Any:
    """vmap over the gradients that a graph recorded outside is given, as Jacobians are computed by hand."""
    leaves = [p.detach().clone().requires_grad_() for p in primals]
    outputs = [o for o in function(*leaves) if o.requires_grad]
    if not outputs:
        raise OutOfScope("nothing recorded")
    given = [package.stack([_like(package, o, i), _like(package, o, i + 9)]) for i, o in enumerate(outputs)]

    def pull(*gradients: Any) -> Any:
        found = package.autograd.grad(outputs, leaves, gradients, allow_unused=True, materialize_grads=True)
        return tuple(g.to_dense() for g in found)

    return package.vmap(pull)(*given)


PROGRAMS: dict[str, Callable] = {
    **{f"vmap {i}": mapped(dims) for i, dims in enumerate(ALL)},
    "vjp": differentiated(vjp),
    "jvp": differentiated(jvp),
    "jacrev": differentiated(small("jacrev")),
    "jacfwd": differentiated(small("jacfwd")),
    "vmap(grad)": differentiated(per_sample),
    "vmap of a graph": differentiated(recorded),
}


def compare(program: Callable, entry: Any, sample: Any) -> str:
    """Run a program in both packages: "values", or "errors" where both refuse."""
    try:
        torch.manual_seed(0)
        theirs = program(torch, entry, sample)
    except OutOfScope:
        raise
    except Exception as error:
        try:
            program(minitorch_pt, entry, sample)
        except OutOfScope:
            raise
        except Exception:
            return "errors"
        raise OutOfScope(f"torch refuses: {type(error).__name__}") from None
    if any(t.is_complex() for t in torch.utils._pytree.tree_leaves(theirs) if isinstance(t, torch.Tensor)):
        raise OutOfScope("complex results")
    minitorch_pt.manual_seed(0)
    ours = program(minitorch_pt, entry, sample)
    try:
        assert_same(ours, theirs, RTOL)
    except AssertionError:
        assert_same(ours, theirs, RTOL, atol=1e-11)  # zeros but for rounding
    return "values"


def sweep(names: Iterable[str], count: int, transforms: Iterable[str] = PROGRAMS) -> collections.Counter:
    counts: collections.Counter = collections.Counter()
    failures: dict[str, str] = {}
    for name in names:
        for (i, sample), transform in itertools.product(enumerate(samples_of(ENTRIES[name], count)), transforms):
            label = f"{transform} {name} {i}"
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                try:
                    counts[compare(PROGRAMS[transform], ENTRIES[name], sample)] += 1
                except OutOfScope as reason:
                    counts[f"skipped: {reason}"] += 1
                except Exception as failure:
                    if not any(fnmatchcase(label, pattern) for pattern in DIFFERENCES):
                        failures[label] = f"{type(failure).__name__}: {' '.join(str(failure).split())[:160]}"
    compared("func", counts)
    assert not failures, f"{counts}\n" + "\n".join(f"{label}: {how}" for label, how in failures.items())
    return counts


def test_some() -> None:
    counts = sweep([*ENTRIES][3::14], 1)
    assert counts["values"] > 0.5 * counts.total()


@pytest.mark.long
@pytest.mark.parametrize("transform", PROGRAMS)
def test_all(transform: str) -> None:
    counts = sweep(ENTRIES, 4, [transform])
    assert counts["values"] > 600  # what has one operand is mapped over in one way, and Jacobians are of what is small
