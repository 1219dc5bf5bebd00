"""PyTorch's modules, `module_db`: outputs, gradients, state and errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.testing._internal.common_modules import ModuleErrorEnum

import minitorch_pt
from parity_tests.oracle import lookup

from .operations import rtol_of
from .outcomes import Outcome, both, compare_gradients, some
from .table import table
from .twins import Converter


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
                outcome.run(f"error {i}", lambda w=wrong: both(outcome, module_error(name, w)) and None, True)
    return outcome


def made_module(package: Any, name: str, sample: Any) -> Any:
    convert = Converter(package)
    package.manual_seed(0)
    return lookup(package, name)(*convert(sample.constructor_input.args), **convert(sample.constructor_input.kwargs))


def module_error(name: str, wrong: Any) -> Callable:
    def program(package: Any) -> Any:
        module = made_module(package, name, wrong.module_error_input)
        if wrong.error_on is ModuleErrorEnum.FORWARD_ERROR:
            convert, given = Converter(package), wrong.module_error_input.forward_input
            module(*convert(given.args), **convert(given.kwargs))

    return program


def _module_sample(outcome: Outcome, name: str, sample: Any, dtype: str, training: bool) -> None:
    modules: dict = {}

    def construct(package: Any) -> Any:
        module = modules[package] = made_module(package, name, sample)
        lazy = any(isinstance(p, torch.nn.parameter.UninitializedTensorMixin) for p in module.state_dict().values())
        started = {} if lazy or "Lazy" in name else dict(module.state_dict())
        text = repr(module)
        modules[package] = module.to(getattr(package, dtype)).train(training)
        return started, text

    if both(outcome, construct) is None:
        return
    rtol = rtol_of(name, dtype)
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
