"""NumPy's notes on 1/0, log(-1) and overflow never reach a user, whatever filters are set: operations forward and backward, modules, steps.

The inputs are those of PyTorch's databases, as they are and made of zeros, huge numbers, inf and nan.
"""

from __future__ import annotations

import collections
import itertools
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db

import minitorch_pt
from parity_tests.databases.modules import made_module, module_name
from parity_tests.databases.operations import built, forms_of, operation_name, program_of
from parity_tests.databases.table import table
from parity_tests.databases.twins import Converter
from parity_tests.sweeps import compared
from parity_tests.sweeps.test_numbers import _changed, _tensors

_SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1, -1, 6e4, -6e4, 1e-7]


def _some(x: np.ndarray) -> np.ndarray:
    """One special number in each seven."""
    flat = x.ravel().copy()
    flat[::7] = np.resize(np.array(_SPECIAL), len(flat[::7])).astype(x.dtype)
    return flat.reshape(x.shape)


WAYS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "special": lambda x: np.resize(np.array(_SPECIAL), x.size).reshape(x.shape),
    "some special": _some,
    "zeros": np.zeros_like,
    "x * 1e38": lambda x: x * 1e38,
    "below zero": lambda x: -np.abs(x) - 2,
    "as they are": lambda x: x,
}


def _loud(function: Callable) -> Callable:
    """The function where each note is an error."""

    def called(*args: Any, **kwargs: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what torch warns of too is not judged here
            warnings.simplefilter("error", RuntimeWarning)
            return function(*args, **kwargs)

    return called


def _whole(value: Any) -> Any:
    """Whole numbers that are 0 here and there."""
    if isinstance(value, torch.Tensor) and value.dtype == torch.int64:
        return value.clone().masked_fill_(torch.arange(value.numel()).reshape(value.shape) % 3 == 0, 0)
    return value


def _run(form: Callable, entry: Any, sample: Any, inplace: bool, seen: collections.Counter) -> str | None:
    leaves: dict = {}
    try:
        with np.errstate(divide="warn", over="warn", invalid="warn", under="ignore"):  # NumPy's own
            value = program_of(entry.op, _loud(form), sample, leaves, inplace)(minitorch_pt)
            tracked = [v for v in _tensors(value, minitorch_pt.Tensor) if v.requires_grad]
            if tracked:
                seeds = [
                    np.resize(np.array(_SPECIAL), tuple(v.shape)).astype(v.detach().numpy().dtype) for v in tracked
                ]
                _loud(minitorch_pt.autograd.backward)(tracked, [minitorch_pt.from_numpy(seed) for seed in seeds])
    except RuntimeWarning as note:
        return repr(note)
    except Exception as error:  # such an input, or such a form, is refused
        seen[
            "errors"
            if isinstance(error, (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError))
            else "skipped: another error"
        ] += 1
        return None
    seen["values"] += 1
    return None


def _samples(entry: Any, count: int, step: int, place: int) -> Iterator[tuple[str, Any]]:
    for dtype in (torch.float32, torch.float16, torch.int64):
        if dtype not in entry.supported_dtypes("cpu"):
            continue
        grad = entry.supports_autograd and dtype is torch.float32
        for sample in itertools.islice(entry.sample_inputs("cpu", dtype, requires_grad=grad), count):
            for way, change in (
                list(WAYS.items())[place % step :: step] if dtype is torch.float32 else [("special", WAYS["special"])]
            ):
                parts = []
                for part in (sample.input, sample.args, sample.kwargs):
                    if dtype is torch.int64:
                        parts.append(_whole(part) if not isinstance(part, tuple) else tuple(map(_whole, part)))
                    else:
                        parts.append(_changed(part, change, dtype, grad) if dtype is torch.float32 else part)
                yield f"{dtype}, {way}", type(sample)(parts[0], args=parts[1], kwargs=parts[2])


def _operations(count: int, step: int, every: int = 1) -> None:
    wrong, seen = {}, collections.Counter()
    for place, entry in [*enumerate(op_db)][::every]:
        name = operation_name(entry)
        if table().reason(name) or not built(entry):
            continue
        forms = forms_of(entry)
        for how, sample in _samples(entry, count, step, place):
            for form, (_, ours, inplace) in forms.items():
                if told := _run(ours, entry, sample, inplace, seen):
                    wrong.setdefault(f"{name} ({form})", f"{how}: {told}")
    compared("notes", seen)
    print(dict(seen))
    assert not wrong, f"{len(wrong)} of {dict(seen)}:\n" + "\n".join(f"    {k}: {v}" for k, v in wrong.items())
    assert seen["skipped: another error"] < 0.02 * seen.total(), seen


def test_some_operations() -> None:
    _operations(1, 6, 3)


@pytest.mark.long
def test_operations() -> None:
    _operations(6, 1)


# ---------------------------------------------------------------------------------------------------------------------
# What is no single operation
# ---------------------------------------------------------------------------------------------------------------------
def _modules(count: int) -> None:
    wrong, seen = {}, collections.Counter()
    for info in module_db:
        name = module_name(info)
        if table().reason(name):
            continue
        for training in (True, False) if info.train_and_eval_differ else (True,):
            inputs = info.module_inputs_func(
                info, device="cpu", dtype=torch.float32, requires_grad=True, training=training
            )
            for sample, change in itertools.product(itertools.islice(inputs, count), list(WAYS.values())[:4]):
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        module = made_module(minitorch_pt, name, sample).train(training)
                    given = [
                        _changed(part, change, torch.float32, True)
                        for part in (sample.forward_input.args, sample.forward_input.kwargs)
                    ]
                    args, kwargs = map(Converter(minitorch_pt), given)
                    out = _loud(module)(*args, **kwargs)
                    _loud(
                        lambda out=out: [
                            v.sum().backward(retain_graph=True)
                            for v in _tensors(out, minitorch_pt.Tensor)
                            if v.requires_grad
                        ]
                    )()
                    seen["values"] += 1
                except RuntimeWarning as note:
                    wrong.setdefault(name, repr(note))
                except (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError):
                    seen["errors"] += 1
    compared("notes", seen)
    assert not wrong and seen["errors"] < seen["values"] / 4, (wrong, seen)


def test_modules() -> None:
    _modules(1)


@pytest.mark.parametrize(
    "info", [info for info in optim_db if hasattr(minitorch_pt.optim, info.name)], ids=lambda info: info.name
)
def test_steps(info: Any) -> None:
    """Gradients that are special, and so large that their squares are not."""
    for sample in info.optim_inputs_func(device="cpu"):
        for gradient in (np.array(_SPECIAL), np.full(10, 3e38), np.full(10, 1e-45)):
            weight = minitorch_pt.nn.Parameter(minitorch_pt.ones(10, 1))
            dense = minitorch_pt.tensor(gradient.reshape(10, 1), dtype=minitorch_pt.float32)
            weight.grad = dense.to_sparse() if info.name == "SparseAdam" else dense
            try:
                optimizer = getattr(minitorch_pt.optim, info.name)([weight], **Converter(minitorch_pt)(sample.kwargs))
            except (ValueError, RuntimeError, TypeError, NotImplementedError):
                continue
            for _ in range(2):
                _loud(optimizer.step)(lambda: minitorch_pt.tensor(1.0))


OTHERS: dict[str, Callable] = {
    "printed": lambda t, x: (str(x), repr(x[:1]), str(x.to(t.float16))),
    "asked": lambda t, x: ([v.item() for v in x], x.tolist(), bool(x[0])),
    "converted": lambda t, x: (x.int(), x.to(t.uint8), x.half(), x.bool(), x.long()),
    "made": lambda t, x: (t.tensor([1e300], dtype=t.float32), t.tensor([1e9], dtype=t.float16), t.arange(0, 3e38, 1e38), t.linspace(-3e38, 3e38, 3), t.logspace(0, 99, 3)),
    "written": lambda t, x: (x.clone().__setitem__(0, 3e38), x.clone().copy_(x * 2), x.half().copy_(x * 1e9), x.clone().index_fill_(0, t.tensor([0]), 3e38)),
    "drawn": lambda t, x: (t.normal(x, 3e38), t.empty(9).uniform_(-1e38, 1e38), t.empty(9).cauchy_(0, 3e38), t.empty(9).log_normal_(90, 9), t.empty(9).exponential_(1e-40)),
    "clipped": lambda t, x: t.nn.utils.clip_grad_norm_([_with_gradient(t, x)], 1.0),
    "compared": lambda t, x: (t.allclose(x, x * 1e38), t.equal(x, x), x == 1e300, x < 2**40),
    "distributed": lambda t, x: (t.distributions.Normal(0.0, 1e-30, validate_args=False).log_prob(x), t.distributions.Categorical(logits=x, validate_args=False).entropy()),
    "powers": lambda t, x: (x**-1, 0**x, x**0.5, x // 0, x % 0, 1e300 * x, x.pow(1e30)),
    "in place": lambda t, x: (x.clone().div_(0), x.clone().log_(), x.clone().mul_(1e38), x.clone().addcdiv_(x, x), x.clone().sqrt_()),
    "into": lambda t, x: t.div(x, 0, out=t.empty(0)),
    "whole numbers": lambda t, x: (t.tensor([1, 0]) / 0, t.tensor([2**62]) * 4, t.tensor([-(2**63)]).abs(), t.tensor([100], dtype=t.int8) + 100),
}  # fmt: skip


def _with_gradient(t: Any, x: Any) -> Any:
    weight = t.nn.Parameter(t.ones(len(x)))
    weight.grad = x * 1e38
    return weight


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_operation(name: str) -> None:
    _loud(OTHERS[name])(minitorch_pt, minitorch_pt.tensor(_SPECIAL))


def test_notes_of_the_user_stay() -> None:
    """The filter is for our own lines alone."""
    _loud(minitorch_pt.log)(minitorch_pt.zeros(1))
    with pytest.raises(RuntimeWarning):
        _loud(lambda: (minitorch_pt.log(minitorch_pt.zeros(1)), np.log(np.zeros(1))))()
    before = np.geterr()
    minitorch_pt.log(minitorch_pt.zeros(1, requires_grad=True)).backward()
    assert np.geterr() == before


def test_a_program_under_pytest_and_with_errors(tmp_path: Any) -> None:
    """Imported where filters are kept apart, as pytest does while it collects: the filter of the import is gone afterwards."""
    code = "import warnings\nwith warnings.catch_warnings():\n    import minitorch_pt as t\nwarnings.resetwarnings()\nwarnings.simplefilter('error')\n"
    code += "x = t.tensor([0.0, -1.0], requires_grad=True)\nx.log().sum().backward()\nprint(x.grad)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "tensor([inf, -1.])", done.stderr
