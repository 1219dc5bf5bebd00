"""Every entry of PyTorch's own test databases passes, or stands in databases.toml with its reason; see databases/."""

from fnmatch import fnmatchcase

import pytest
import torch
from torch.testing._internal.common_optimizers import optim_db

import minitorch_pt
from parity_tests.databases.entries import entries
from parity_tests.databases.optimizers import training
from parity_tests.databases.table import table
from parity_tests.oracle import assert_same

ENTRIES = dict(entries())
LIMIT = 40  # inputs of each type of number in the ordinary run; nearly all entries have fewer
IN_SCOPE = [name for name in ENTRIES if table().reason(name) is None]


def hold(name, limit):
    outcome = ENTRIES[name](limit)
    expected, why = table().differs.get(name, (0, ""))
    told = "\n".join(f"    {label}: {text}" for label, text in outcome.failures.items())
    assert len(outcome.failures) == expected, (
        f"{name}: {len(outcome.failures)} of {outcome.inputs} inputs differ, databases.toml says {expected} ({why or 'not listed'})\n{told}"
    )


@pytest.mark.parametrize("name", IN_SCOPE)
def test_entry(name):
    hold(name, None if name in table().differs else LIMIT)


@pytest.mark.long
@pytest.mark.parametrize("name", IN_SCOPE)
def test_entry_whole(name):
    hold(name, None)


@pytest.mark.parametrize("name", [name for name in ENTRIES if table().reason(name)])
def test_what_is_out_of_scope_is_missing_or_wrong(name):
    outcome = ENTRIES[name](LIMIT, judged=True)
    assert outcome.failures or not outcome.inputs, (
        f"{name} passes: take it off the list {table().reason(name)!r} in databases.toml"
    )


@pytest.mark.parametrize("name", table().magnifies)
def test_what_magnifies_the_last_place_agrees_in_float64(name):
    """Points, losses and counts at the oracle's own tolerance; only of the state some numbers need the comparison with neighbours."""
    info = next(info for info in optim_db if f"optim.{info.optim_cls.__name__}" == name)
    for given in info.optim_inputs_func(device="cpu"):
        program = training(name, given, "float64")
        (ours, visited, *_), (theirs, others, *_) = program(minitorch_pt), program(torch)
        assert_same([(points, loss) for points, _, loss in ours], [(points, loss) for points, _, loss in theirs])
        assert_same(visited, others)


def test_the_table_names_what_exists():
    unknown = [
        n for names in table().groups.values() for n in names if not any(fnmatchcase(name, n) for name in ENTRIES)
    ]
    unknown += [n for row in (table().differs, table().unstable, table().tolerances) for n in row if n not in ENTRIES]
    assert not unknown, f"databases.toml names {unknown}, which no database has"
