"""Every public name of torch, nn and optim shows an example in its docstring, which prints under PyTorch what it prints here."""

from __future__ import annotations

import pytest
import torch

import minitorch_pt
from docs import api, examples


def test_every_public_name_has_one():
    without = {
        path: [name for name in api.names(api.holder(path)) if not examples.has_one(path, name)]
        for path in examples.WITH_EXAMPLES
    }
    assert not any(without.values()), without


def test_what_is_not_at_the_top_in_pytorch():
    """The page of torch shows what torch has there: not what stands there because methods or other modules use it."""
    top = set(api.names(minitorch_pt)) | api.NOT_AT_TOP
    assert {name for name in top if not hasattr(torch, name)} == api.NOT_AT_TOP


def settings(package):
    default = package.get_default_dtype(), package.get_default_device(), package.is_grad_enabled()
    return *default, package.overrides.has_torch_function((package.ones(1),)), str(package.ones(1) / 3)


@pytest.mark.parametrize("path", api.MODULES)
@pytest.mark.parametrize("package", [minitorch_pt, torch], ids=["here", "under PyTorch"])
def test_they_print_what_they_say(path, package):
    ours = path.startswith("teaching") or path == "testing"  # compare is ours too
    if package is minitorch_pt or not ours:
        before = settings(package)
        assert not examples.failures(path, package)
        assert settings(package) == before, "an example leaves a setting behind"


def test_what_prints_something_else_is_found(monkeypatch):
    monkeypatch.setattr(minitorch_pt.exp, "__doc__", ">>> torch.exp(torch.tensor(0.0))\ntensor(2.)")
    assert "the example of exp shows something else than it says" in examples.failures("", minitorch_pt)
