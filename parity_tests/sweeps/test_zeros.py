"""The sign of zero, of every function of one tensor: which of 0 and -0 a result is, in sizes for which NumPy and we go other ways."""

from __future__ import annotations

import fnmatch
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

import minitorch_pt
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("zeros")
TAKE_TENSORS = torch.overrides.get_testing_overrides()
NUMBERS = [-0.0, 0.0, 1.0, -1.0, 1e-7, -1e-7, 3.0]
SIZES = (1, 6, 35, 70_001)  # a single one, less and more than a processor's register, and many
DRAWN = ("rand", "empty", "bernoulli", "dropout", "alpha_dropout", "feature_", "rrelu", "gumbel", "poisson")


def functions() -> Iterator[tuple[str, Any, Any]]:
    """Name, torch's and ours."""
    for theirs, ours in ((torch, minitorch_pt), (torch.nn.functional, minitorch_pt.nn.functional)):
        for name in sorted(dir(theirs)):
            function = getattr(theirs, name)
            takes_tensors = callable(function) and function in TAKE_TENSORS
            if takes_tensors and hasattr(ours, name) and not name.startswith(("_", *DRAWN)):
                yield f"{ours.__name__}.{name}", function, getattr(ours, name)


def test_sign_of_zero() -> None:
    seen: Counter[str] = Counter()
    wrong = defaultdict(list)
    for name, theirs, ours in functions():
        for dtype in (np.float16, np.float32, np.float64):
            for size in SIZES:
                x = np.resize(np.array(NUMBERS, dtype), size)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    try:
                        expected = theirs(torch.tensor(x))
                    except Exception:  # it is no function of one such tensor
                        continue
                    if not isinstance(expected, torch.Tensor) or not expected.is_floating_point():
                        continue
                    one, two = expected.numpy(), ours(minitorch_pt.tensor(x)).numpy()
                seen[name] += 1
                if one.shape != x.shape:  # elementwise functions alone: combinations of many take long
                    break
                if one.shape != two.shape or ((one == 0) & (two == 0) & (np.signbit(one) != np.signbit(two))).any():
                    wrong[name].append((dtype.__name__, size))
    compared("zeros", {"values": seen.total()})
    unexplained = {name: how for name, how in wrong.items() if not any(fnmatch.fnmatch(name, p) for p in DIFFERENCES)}
    assert not unexplained, unexplained
    assert len(seen) > 100, len(seen)
