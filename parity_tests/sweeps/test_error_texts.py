"""The errors that torch's own tests expect: each wrong input of its databases must say here what they look for in the text."""

from __future__ import annotations

import fnmatch
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import OptimizerErrorEnum, optim_db

import minitorch_pt
from parity_tests.databases.modules import module_error
from parity_tests.databases.operations import built, operation_name, program_of
from parity_tests.databases.optimizers import optimizer_error
from parity_tests.databases.table import table
from parity_tests.databases.twins import twin
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("error_texts")


def wrong_inputs() -> Iterator[tuple[str, Callable[[Any], Any], str]]:
    """Name, program of a package, and the text that its error is to match."""
    for entry in op_db:
        name = operation_name(entry)
        if entry.error_inputs_func is not None and not table().reason(name) and built(entry):
            for wrong in entry.error_inputs("cpu"):
                yield name, program_of(entry.op, twin(entry.op, entry.name), wrong.sample_input), wrong.error_regex
    for info in module_db:
        if info.module_error_inputs_func is not None and not table().reason(info.name):
            for wrong in info.module_error_inputs_func(
                info, device="cpu", dtype=torch.float32, requires_grad=False, training=True
            ):
                yield info.name, module_error(info.name, wrong), wrong.error_regex
    for info in optim_db:
        name = f"optim.{info.optim_cls.__name__}"
        for wrong in info.optim_error_inputs_func("cpu", torch.float32) if not table().reason(name) else ():
            if wrong.error_on is OptimizerErrorEnum.CONSTRUCTION_ERROR:
                yield name, optimizer_error(name, wrong), wrong.error_regex


@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")  # in a pattern of torch's
def test_texts():
    """The type of the error is compared with the databases (test_databases.py); here it is the text."""
    wrong, excused, counts = [], set(), {"errors": 0, "skipped: torch's text is another": 0}
    for name, program, pattern in wrong_inputs():
        texts = []
        for package in (torch, minitorch_pt):
            try:
                with warnings.catch_warnings(action="ignore"):
                    program(package)
                texts.append("no error")
            except Exception as error:
                texts.append(str(error))
        if not re.search(pattern, texts[0]):
            counts["skipped: torch's text is another"] += 1
            continue
        counts["errors"] += 1
        if not re.search(pattern, texts[1]):
            known = [entry for entry in DIFFERENCES if fnmatch.fnmatchcase(f"{name}: {texts[1]}", entry)]
            excused.update(known)
            if not known:
                wrong.append(f"{name}: {pattern!r} is not in {texts[1]!r}")
    compared("error_texts", counts)
    assert not wrong, "\n".join(wrong)
    assert excused == set(DIFFERENCES), f"no longer differ: {set(DIFFERENCES) - excused}"
