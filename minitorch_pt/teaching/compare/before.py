"""What a compared process does before the program: seeds all random numbers, and, if asked, changes the last bits of torch's inputs.

`processes` copies this file under the name `sitecustomize`, which Python imports as it starts; it is the only place that touches torch, and
never in the process of minitorch_pt.
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import os
import random
import sys
from typing import Any

import numpy as np

__all__ = ["NUDGE", "Seeder", "nudge", "seed_all"]

NUDGE = "MINITORCH_PT_NUDGE"  # the variable of the environment that asks for it; its value is a seed
_MAKERS = "tensor as_tensor asarray from_numpy rand randn rand_like randn_like normal linspace logspace arange".split()
_FILLERS = ["normal_", "uniform_", "exponential_", "log_normal_", "cauchy_"]


def seed_all() -> None:
    """Let Python's and NumPy's random numbers be the same in each process, where the program itself gives no seed."""
    random.seed(0)
    np.random.seed(0)
    make, seeds = np.random.default_rng, itertools.count()
    np.random.default_rng = lambda seed=None: make(next(seeds) if seed is None else seed)  # type: ignore[assignment]


class Seeder:
    """Seeds the package that the program imports as torch, right after its import, as `seed_all` does the others."""

    asking = False  # the other finders

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        """That of the package, whose loader seeds it; None for other modules."""
        if name not in ("torch", "minitorch_pt") or self.asking:
            return None
        self.asking = True
        spec: Any = importlib.util.find_spec(name)
        self.asking = False
        if spec is not None:
            load = spec.loader.exec_module

            def exec_module(module: Any) -> None:
                sys.meta_path.remove(self)  # type: ignore[arg-type]
                load(module)
                module.manual_seed(0)

            spec.loader.exec_module = exec_module
        return spec


def nudge(seed: int) -> None:
    """Move about half of the numbers that torch makes or draws, and of the parameters after each step, by one in the last bit.

    Towards zero, that a probability stays one; whole numbers stay, for they are labels and masks. An operation whose sums are added
    in another order changes as much.
    """
    torch: Any = importlib.import_module("torch")
    draws, from_numpy = np.random.Generator(np.random.PCG64(seed)), torch.from_numpy
    integers = {2: torch.int16, 4: torch.int32, 8: torch.int64}

    def move(tensor: Any) -> None:
        if isinstance(tensor, torch.Tensor) and tensor.is_floating_point() and tensor.element_size() in integers:
            data = tensor.data
            coins = from_numpy(draws.integers(0, 2, tuple(data.shape), np.int8))
            data.view(integers[data.element_size()]).sub_(coins * ((data != data.trunc()) & data.isfinite()))

    def wrapped(function: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **options: Any) -> Any:
            result = function(*args, **options)
            shared = getattr(args[0] if args else None, "flags", None)  # an array, whose memory is the tensor's
            if getattr(shared, "writeable", True):
                move(result)
            return result

        return call

    def after_step(optimizer: Any, *_: Any) -> None:
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    move(parameter)

    for place, names in ((torch, _MAKERS), (torch.Tensor, _FILLERS)):
        for name in names:
            setattr(place, name, wrapped(getattr(place, name)))
    importlib.import_module("torch.optim.optimizer").register_optimizer_step_post_hook(after_step)


if __name__ == "sitecustomize":
    sys.path.remove(os.path.dirname(__file__))
    seed_all()
    sys.meta_path.insert(0, Seeder())  # type: ignore[arg-type]
    if NUDGE in os.environ:
        nudge(int(os.environ[NUDGE]))
