"""PyTorch's optimisers, `optim_db`, and the schedulers: whole trainings."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.testing._internal.common_optimizers import (
    OptimizerErrorEnum,
    _get_optim_inputs_including_global_cliquey_kwargs,
)

import minitorch_pt
from parity_tests.oracle import lookup

from .operations import rtol_of
from .outcomes import Outcome, both
from .table import table
from .twins import Converter, twin

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
                lambda g=given, d=dtype: compare(outcome, training(name, g, d), rtol_of(name, d)) and None,
            )
    for i, makers in enumerate(info.scheduler_inputs):
        outcome.run(f"schedulers {i}", lambda m=makers: both(outcome, _scheduling(name, m)) and None)
    for i, wrong in enumerate(info.optim_error_inputs_func("cpu", torch.float32)):
        outcome.run(f"error {i}", lambda w=wrong: both(outcome, optimizer_error(name, w)) and None, True)
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


def optimizer_error(name: str, wrong: Any) -> Callable:
    def program(package: Any) -> Any:
        given, convert = wrong.optimizer_error_input, Converter(package)
        parameters = convert(given.params) if given.params is not None else _parameters(package, "float32")
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            optimizer = lookup(package, name)(parameters, **convert(given.kwargs))
        if wrong.error_on is OptimizerErrorEnum.STEP_ERROR:
            optimizer.step()

    return program
