"""The sign of zero, of every function of one tensor: which of 0 and -0 a result is, in sizes for which NumPy and we go other ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

import minitorch_pt
from parity_tests.sweeps import judge, quiet

TAKE_TENSORS = torch.overrides.get_testing_overrides()
NUMBERS = [-0.0, 0.0, 1.0, -1.0, 1e-7, -1e-7, 3.0]
SIZES = (1, 6, 35, 70_001)  # a single one, less and more than a processor's register, and many
DRAWN = ("rand", "empty", "bernoulli", "dropout", "alpha_dropout", "feature_", "rrelu", "gumbel", "poisson")
ONE_VALUE = ("median", "nanmedian", "unique")  # 0 and -0 are one to them: which stands for it is up to how they search


def functions() -> Iterator[tuple[str, Any, Any]]:
    """Name, torch's and ours."""
    for theirs, ours in ((torch, minitorch_pt), (torch.nn.functional, minitorch_pt.nn.functional)):
        for name in sorted(dir(theirs)):
            function = getattr(theirs, name)
            takes_tensors = callable(function) and function in TAKE_TENSORS
            if takes_tensors and hasattr(ours, name) and not name.startswith(("_", *DRAWN, *ONE_VALUE)):
                yield f"{ours.__name__}.{name}", function, getattr(ours, name)


def test_sign_of_zero() -> None:
    counts: Counter[str] = Counter()
    differ: dict[str, str] = {}
    for name, theirs, ours in functions():
        for dtype in (np.float16, np.float32, np.float64):
            for size in SIZES:
                x = np.resize(np.array(NUMBERS, dtype), size)
                with quiet():
                    try:
                        expected = theirs(torch.tensor(x))
                    except Exception:  # it is no function of one such tensor
                        continue
                    if not isinstance(expected, torch.Tensor) or not expected.is_floating_point():
                        continue
                    if expected.numel() > 10 * size:  # combinations of many take long
                        break
                    one, two = expected.numpy(), ours(minitorch_pt.tensor(x)).numpy()
                counts["values"] += 1
                if one.shape != two.shape or ((one == 0) & (two == 0) & (np.signbit(one) != np.signbit(two))).any():
                    differ[name] = f"{differ.get(name, '')} {size} of {dtype.__name__}"
    judge("zeros", counts, differ, 1000)
