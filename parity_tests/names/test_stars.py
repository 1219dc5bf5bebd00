"""`from torch.nn import *`: hands out torch's names and no others, which would hide those that a program has."""

from __future__ import annotations

import importlib

import pytest

from minitorch_pt.names.absent import Absent

ROOMS = (
    "", ".autograd.function", ".autograd.functional", ".distributions", ".distributions.transforms", ".func", ".functional", ".linalg", ".nn", ".nn.functional",
    ".nn.init", ".nn.modules", ".nn.utils", ".nn.utils.rnn", ".optim", ".optim.lr_scheduler", ".random", ".special", ".utils", ".utils.data",
)  # fmt: skip
# classes and files of ours that torch does not hand out here, and what torch's files happen to import
ACCEPTED = {
    "": {"linear"},
    ".nn": {"dropouts", "multi_head"},
    ".nn.functional": {"Tensor", "math", "warnings"},
    ".nn.modules": {"UninitializedBuffer", "UninitializedParameter"},
    ".nn.utils": {"prune", "stateless"},
}
# modules that torch hands out once something else has imported them
LATER = {"flop_counter", "module_tracker"}


def star(module):
    names = {}
    exec(f"from {module} import *", names)
    return {name for name, thing in names.items() if name[0] != "_" and not isinstance(thing, Absent)}


@pytest.mark.parametrize("room", ROOMS)
def test_a_star_hands_out_torchs_names(room):
    ours, theirs = star(f"minitorch_pt{room}") - LATER, star(f"torch{room}") - LATER
    module = importlib.import_module(f"minitorch_pt{room}")
    here = {name for name in theirs if hasattr(module, name) and not isinstance(getattr(module, name), Absent)}
    assert ours ^ (here - LATER) == ACCEPTED.get(room, set()), (ours - here, here - ours)


def test_a_star_leaves_a_programs_own_modules_alone():
    names = {}
    exec(
        "import random\nfrom minitorch_pt import *\nfrom minitorch_pt.distributions import *\nfrom minitorch_pt.nn import *",
        names,
    )
    assert names["random"].__name__ == "random"
    for name in ("normal", "poisson", "bernoulli", "multinomial", "dropout", "flatten"):
        assert callable(names[name]), name
