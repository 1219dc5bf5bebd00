"""What users get wrong: each line raises torch's type of error, or gives what torch gives where torch takes it.

x is a (2, 3) tensor of floats, i one of whole numbers, b one of bools, g a leaf that requires grad; t is the package, nn, F, D and
optim are its parts.
"""

from __future__ import annotations

import warnings

import numpy as np
import torch
import torch.utils.data

import minitorch_pt
import minitorch_pt.utils.data
from parity_tests.oracle import builtin_type


def outcome(t, line):
    """The type of the error, or how the result is printed."""
    x, i = t.arange(6.0).reshape(2, 3), t.arange(6).reshape(2, 3)
    names = {"t": t, "np": np, "nn": t.nn, "F": t.nn.functional, "D": t.utils.data, "optim": t.optim}
    t.manual_seed(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return repr(eval(line, names | {"x": x, "i": i, "b": i > 2, "g": t.ones(2, requires_grad=True)}))
    except Exception as error:
        assert str(error) or t is torch, f"{line}: the error says nothing"
        return builtin_type(error)


def check_line(line, clearer=None):
    """Compare the packages; `clearer`: the type of our error where torch's is an accident."""
    ours, theirs = outcome(minitorch_pt, line), clearer or outcome(torch, line)
    if isinstance(theirs, type):
        assert isinstance(ours, type) and issubclass(ours, theirs), f"{line}: {ours}, torch: {theirs}"
    elif "object at 0x" not in theirs:
        assert ours == theirs, f"{line}: {ours}, torch: {theirs}"
    else:
        assert not isinstance(ours, type), f"{line}: {ours}, torch makes an object"
