"""What an optimiser makes of a checkpoint that is not its own: of an older version, which lacks options and counts in Python's numbers, or of another
algorithm. Every pair of algorithms, and every option taken away."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import torch

import minitorch_pt

NAMES = (
    "ASGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "NAdam",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SGD",
)
START = np.random.default_rng(0).standard_normal((3, 2)).astype(np.float32)
KINDS = (KeyError, TypeError, AttributeError, ValueError, RuntimeError)


def made(library, name, **options):
    p = library.nn.Parameter(library.tensor(START))
    if name in ("SGD", "RMSprop"):
        options = {"momentum": 0.9, **options}
    return p, getattr(library.optim, name)([p], lr=0.1, **options)


def step(library, p, optimizer):
    p.grad = library.tensor(START) * 2 - 1
    optimizer.step()


def plain(value):
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value.detach().numpy().tolist() if hasattr(value, "detach") else value


def outcome(library, saver, loader, change):
    p, optimizer = made(library, saver)
    step(library, p, optimizer)
    step(library, p, optimizer)
    state = optimizer.state_dict()
    change(state)
    p, optimizer = made(library, loader, weight_decay=0.1) if loader == "AdamW" else made(library, loader)
    try:
        optimizer.load_state_dict(state)
        options = {k: v for k, v in optimizer.param_groups[0].items() if k != "params"}
        step(library, p, optimizer)
    except KINDS as error:
        return type(error).__name__, None, None
    return plain(options), plain(p), plain(optimizer.state_dict()["state"])


def agree(saver, loader, change=lambda state: None):
    """Whether torch goes on, which we then do in the same way."""
    ours, theirs = (outcome(library, saver, loader, change) for library in (minitorch_pt, torch))
    if theirs[1] is not None:
        assert ours[0] == theirs[0], (saver, loader)
        # float32, after three steps: an algorithm that went on otherwise is far beside
        np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-5, atol=1e-7, err_msg=f"{saver} {loader}")
        assert ours[2][list(ours[2])[0]].keys() == theirs[2][list(theirs[2])[0]].keys()
    return theirs[1] is not None


def without(option):
    def change(state):
        for group in state["param_groups"]:
            group.pop(option, None)

    return change


def in_pythons_numbers(state):
    for kept in state["state"].values():
        for name, value in kept.items():
            if hasattr(value, "ndim") and value.ndim == 0:
                kept[name] = value.item() if name != "step" else int(value)


def of_an_older_version(state):
    for group in state["param_groups"]:
        for option in ("maximize", "foreach", "capturable", "differentiable", "fused", "decoupled_weight_decay"):
            group.pop(option, None)
    in_pythons_numbers(state)


@pytest.mark.parametrize("name", NAMES)
def test_a_checkpoint_of_an_older_version(name):
    options = made(torch, name)[1].param_groups[0].keys() - {"params", "lr"}
    assert agree(name, name, of_an_older_version) == (name != "Adafactor")  # which is not so old
    assert agree(name, name, in_pythons_numbers)
    assert sum(agree(name, name, without(option)) for option in sorted(options)) >= (1 if name == "Adafactor" else 3)


def test_a_checkpoint_of_another_algorithm():
    """Of many pairs one lacks options of the other; an Adam's makes an AdamW that decays as AdamW does."""
    pairs = [(a, b) for a in NAMES for b in NAMES if "Adafactor" not in (a, b)]
    assert sum(agree(*pair) for pair in pairs) >= len(NAMES) + 5


@pytest.mark.parametrize("library", (minitorch_pt, torch), ids=("ours", "torch"))
def test_pickles_and_copies_leave_hooks_behind_and_loading_sets_the_state(library):
    calls = []

    class Mine(library.optim.SGD):
        def __setstate__(self, state):
            calls.append(sorted(state))
            super().__setstate__(state)

    p, optimizer = library.nn.Parameter(library.ones(2)), None
    optimizer = Mine([p], lr=0.1)
    optimizer.load_state_dict(optimizer.state_dict())
    assert calls == [["param_groups", "state"]]
    optimizer = made(library, "Adam")[1]
    optimizer.register_step_pre_hook(lambda *given: calls.append("hook"))
    optimizer.register_state_dict_pre_hook(lambda *given: calls.append("hook"))
    assert sorted(optimizer.__getstate__()) == ["defaults", "param_groups", "state"]
    for again in (pickle.loads(pickle.dumps(optimizer)), copy.deepcopy(optimizer)):
        again.step()
        again.state_dict()
        again.register_step_post_hook(lambda *given: calls.append("post"))
        again.step()
    assert calls[1:] == ["post", "post"]


@pytest.mark.parametrize("name", NAMES)
def test_a_program_may_keep_something_of_its_own_beside_the_state(name):
    results = []
    for library in (minitorch_pt, torch):
        p, optimizer = made(library, name)
        step(library, p, optimizer)
        optimizer.state[p]["mine"] = "text"
        optimizer.state[p]["count"] = 3
        step(library, p, optimizer)
        assert optimizer.state[p]["mine"] == "text" and optimizer.state[p]["count"] == 3
        results.append(p.detach().numpy())
    np.testing.assert_allclose(*results, rtol=1e-5, atol=1e-7)  # float32
