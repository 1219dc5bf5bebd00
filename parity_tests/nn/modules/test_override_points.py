"""The inner methods of Module and of Distribution that programs override, with torch's signatures."""

from __future__ import annotations

import inspect

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import same_program

POINTS = (
    "_apply",
    "_named_members",
    "_register_state_dict_hook",
    "_load_from_state_dict",
    "_save_to_state_dict",
    "_get_name",
)


@pytest.mark.parametrize("name", POINTS)
def test_signatures(name):
    ours, theirs = (inspect.signature(getattr(package.nn.Module, name)) for package in (minitorch_pt, torch))
    assert list(ours.parameters) == list(theirs.parameters)


def module(t, calls):
    class Watched(t.nn.Linear):
        def __init__(self):
            super().__init__(2, 2)
            self.plain = t.ones(2)

        def _apply(self, fn, recurse=True):
            calls.append("_apply")
            super()._apply(fn, recurse)
            self.plain = fn(self.plain)
            return self

        def _load_from_state_dict(
            self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        ):
            calls.append(("load", prefix, strict, sorted(local_metadata), sorted(state_dict)))
            old = state_dict.pop(prefix + "old", None)
            if old is not None:
                state_dict[prefix + "weight"] = old
            super()._load_from_state_dict(
                state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
            )

        def _save_to_state_dict(self, destination, prefix, keep_vars):
            calls.append(("save", prefix, keep_vars))
            super()._save_to_state_dict(destination, prefix, keep_vars)
            destination[prefix + "plain"] = self.plain

        def _get_name(self):
            return "Seen"

    return Watched()


@pytest.mark.parametrize("assign", [False, True])
@pytest.mark.parametrize("strict", [False, True])
def test_override_points(strict, assign):
    def program(t):
        calls = []
        t.manual_seed(0)
        net = t.nn.Sequential(module(t, calls), t.nn.Sequential(module(t, calls)))
        net.double()
        kept = net[0].plain.dtype, net[1][0].plain.dtype
        state = net.state_dict()
        keys = list(state)
        for key in ("0.plain", "1.0.plain"):
            del state[key]
        state["1.0.old"] = state.pop("1.0.weight") * 2
        found = net.load_state_dict(state, strict=strict, assign=assign)
        again = net.load_state_dict({k: v for k, v in net.state_dict().items() if "bias" not in k}, strict=False)
        return (
            [str(k).rpartition(".")[2] for k in kept],
            keys,
            tuple(found),
            tuple(again),
            net[1][0].weight.detach(),
            calls,
            repr(net),
        )

    same_program(program)


def test_a_distribution_with_an_expand_of_its_own():
    def program(t):
        class Shifted(t.distributions.Normal):
            def __init__(self, loc, by, validate_args=None):
                self.by = by
                super().__init__(loc + by, t.ones(()), validate_args)

            def expand(self, batch_shape, _instance=None):
                new = self._get_checked_instance(Shifted, _instance)
                new.by = self.by
                return super().expand(batch_shape, new)

        class Careless(t.distributions.Normal):
            def __init__(self, loc):
                super().__init__(loc, t.ones(()))

        d = Shifted(t.zeros(2), 3.0).expand((4, 2))
        try:
            Careless(t.zeros(2))._get_checked_instance(t.distributions.Normal)
        except NotImplementedError as error:
            return (
                type(d).__name__,
                d.by,
                d.mean,
                tuple(d.batch_shape),
                "must also define a custom .expand()" in str(error),
            )

    same_program(program)


def test_hooks_of_state_dict_that_return_something():
    def program(t, register):
        net = t.nn.Sequential(t.nn.Linear(1, 1), t.nn.Linear(1, 1))
        handle = getattr(net, register)(lambda module, state, prefix, local: {k.upper(): v for k, v in state.items()})
        seen = list(net.state_dict())
        handle.remove()
        return seen, list(net.state_dict())

    same_program(lambda t: program(t, "_register_state_dict_hook"))
    same_program(lambda t: program(t, "register_state_dict_post_hook"))


def test_members_of_a_table_of_its_own():
    def program(t):
        class Marked(t.nn.Linear):
            def __init__(self, mark):
                super().__init__(1, 1)
                self.marks = {"mark": mark, "none": None}

        shared = object()
        net = t.nn.Sequential(Marked(shared), t.nn.ReLU(), t.nn.Sequential(Marked(shared), Marked(3)))
        find = lambda module: getattr(module, "marks", {}).items()  # noqa: E731
        return [
            [name for name, _ in net._named_members(find, **options)]
            for options in ({}, {"prefix": "x"}, {"recurse": False}, {"remove_duplicate": False})
        ]

    same_program(program)
