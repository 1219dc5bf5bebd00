"""The examples in the docstrings of public names: which have none, and whether they run, here or under PyTorch."""

from __future__ import annotations

import doctest
import inspect
import warnings
from types import ModuleType

from . import api

WITH_EXAMPLES = ("", "nn", "nn.functional", "nn.init", "nn.utils", "optim", "optim.lr_scheduler")  # every name has one


def has_one(path: str, name: str) -> bool:
    """Whether a public name shows an example, or is the in-place form of what shows one."""
    doc = inspect.getdoc(getattr(api.holder(path), name)) or ""
    if doc.startswith("In-place form of `") and ">>>" not in doc:
        return has_one(path, doc.split("`")[1])
    return ">>>" in doc


def failures(path: str, torch: ModuleType) -> list[str]:
    """What the examples of a module's public names print otherwise than they say, where `torch` is this package."""
    runner, found = doctest.DocTestRunner(verbose=False), []
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    for name in api.names(api.holder(path)):
        doc = inspect.getdoc(getattr(api.holder(path), name)) or ""
        test = doctest.DocTestParser().get_doctest(doc, dict(names), f"{path}.{name}".lstrip("."), None, 0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if test.examples and runner.run(test, out=found.append, clear_globs=True).failed:
                found.append(f"the example of {test.name} shows something else than it says")
    return found
