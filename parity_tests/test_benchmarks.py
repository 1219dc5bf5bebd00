"""The benchmark: its programs compute the same under both packages, and its tables say what was measured. No time is asserted."""

from __future__ import annotations

import re
import subprocess

import numpy as np
import pytest
import torch

import minitorch_pt
from benchmarks import __main__ as command, growth, kinds, results, table, wide, workloads

PACKAGES = (minitorch_pt, torch)


@pytest.fixture
def double():
    for package in PACKAGES:
        package.set_default_dtype(package.float64)
    yield
    for package in PACKAGES:
        package.set_default_dtype(package.float32)


def ids(kind):
    return f"{kind.group}: {kind.name}"


@pytest.mark.parametrize("kind", kinds.kinds([]) + kinds.kinds([], growth.TABLE), ids=ids)
def test_every_kind_computes_the_same(kind, double):
    ours, theirs = (wide.values(kinds.build(kind, package, kind.sizes[0])) for package in PACKAGES)
    assert ours and wide.alike(ours, theirs, rtol=1e-9)


@pytest.mark.parametrize("key", [key for key in workloads.WORKLOADS if key != "W8"])
def test_every_workload_loses_the_same(key, double):
    steps = [workloads.WORKLOADS[key][0](package) for package in PACKAGES]
    ours, theirs = ([float(step().detach()) for _ in range(2)] for step in steps)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    assert key == "W9" or ours[0] != ours[1]


def test_other_numbers_shapes_and_types_are_told():
    numbers = np.array([1.0, 2.0, np.nan])
    assert wide.alike([numbers], [numbers + 1e-12], rtol=1e-9)
    for other in (numbers + 1e-6, numbers[:2], numbers.astype(np.float32), numbers[::-1], numbers > 1):
        assert not wide.alike([numbers], [other], rtol=1e-9)
    assert not wide.alike([numbers], [numbers, numbers], rtol=1e-9)


def test_the_list_of_kinds():
    names = [ids(kind) for kind in kinds.kinds([])]
    assert len(names) == len(set(names)) >= 60 and all(len(kind.sizes) == 2 for kind in kinds.kinds([]))
    assert {kind.name for kind in kinds.kinds(["lstm", "Sorting"])} > {"LSTMCell(n, n), 16 times", "topk(10)"}
    known = {word for kind in kinds.kinds([]) for word in (kind.group, kind.name)}
    assert set(kinds.SPECIAL) <= known
    assert kinds.kinds(["randperm"])[0].limit[0] > kinds.kinds(["argmax(1)"])[0].limit[0]


def measured(module, function, count, *words, threads):
    """Rows as the timing process gives them: small sizes take half of torch's time, large ones twice, and one kind fails."""
    for kind in kinds.kinds(list(words)):
        for n in kind.sizes if threads == 1 else kind.sizes[1:]:
            row = {"kind": ids(kind), "n": n, "torch": 1e-5, "minitorch_pt": 0.5e-5 if n == kind.sizes[0] else 2e-5}
            yield row | ({"error": "no"} if kind.name == "MSELoss" else {})


def test_the_wide_table_says_what_was_measured(monkeypatch):
    monkeypatch.setattr(wide, "fresh", measured)
    lines, missed = wide.report(["sort", "Loss"])
    text = "\n".join(lines)
    assert re.search(r"Geometric mean: \*\*1.00x\*\* \(small sizes 0.50x, large sizes 2.00x; large .* 2.00x\)", text)
    assert (
        "| sort | 1,000 | 5.0 us | 10.0 us | **0.50x** | 100,000 | 20.0 us | 10.0 us | **2.00x** | 2.00x |  |" in lines
    )
    slow = [kind for kind in kinds.kinds(["sort", "Loss"]) if kind.limit[0] < 2 and kind.name != "MSELoss"]
    assert {m.split(" takes")[0] for m in missed if "takes" in m} == {kind.name for kind in slow}
    assert sum("MSELoss, n = " in m and "failed" in m for m in missed) == 3
    assert sum("geometric mean" in m for m in missed) == 1
    assert wide.report(["no such kind"]) == ([], ["no kind has no such kind in its name or group"])


def test_growth_says_what_was_measured(monkeypatch):
    def times(module, function, *words):
        for kind in kinds.kinds(list(words), growth.TABLE):
            power = 2 if kind.name.startswith("LSTM(") else 1
            yield {"torch": [1e-6 * n for n in kind.sizes], "minitorch_pt": [1e-7 * n**power for n in kind.sizes]}

    def memory(module, function, name, group, kind):
        return {"peaks": [1.0, 5.0, 20.0, 80.0 if name == "torch" else 160.0]}

    monkeypatch.setattr(growth, "fresh", times)
    monkeypatch.setattr(growth, "first", memory)
    lines, missed = growth.report(["length"])
    assert "| length | LSTM(64, 64), batch 16 | 8 / 32 / 128 / 512 | 0.80x 3.20x 12.80x 51.20x | 2.00 | 1.00 | 160 MB | 80 MB | 1.50 | 1.00 |" in lines  # fmt: skip
    assert any("takes longer in the end: LSTM(64, 64), batch 16 with length." in line for line in lines)
    assert len(missed) == 1 + len(kinds.kinds(["length"], growth.TABLE))


def test_the_command_writes_one_section_and_the_readmes(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "PAGE", tmp_path / "RESULTS.md")
    monkeypatch.setattr(results, "READMES", {tmp_path / "README.md": False})
    results.PAGE.write_text(results.HEAD + "\n<!-- growth -->\nold growth\n\n<!-- workloads -->\nold\n")
    (tmp_path / "README.md").write_text("nothing to fill")
    monkeypatch.setitem(command.PARTS, "workloads", lambda keys: (["## Workloads", "", "new", *keys], ["a gate"]))
    assert command.main(["W1"]) == 1 and "old\n" in results.PAGE.read_text()
    assert command.main([]) == 1
    found = results.sections()
    assert list(found) == ["workloads", "growth"] and found["growth"] == "old growth"
    assert found["workloads"].startswith("## Workloads\n\nnew\n\nPython 3.")


def test_what_fails_and_what_is_unknown_is_told(monkeypatch, capsys):
    def breaks(words):
        raise subprocess.CalledProcessError(1, ["python", "-m", "benchmarks.measuring", "wide", "measure"])

    monkeypatch.setitem(command.PARTS, "wide", breaks)
    assert command.main(["wide"]) == 1
    assert command.main(["W99"]) == 1
    printed = capsys.readouterr().out
    assert "MISSED: wide: not measured, since a process of it failed: wide measure" in printed
    assert "MISSED: no workload is called W99; there are W1, W2" in printed


def test_the_workloads_of_the_table_are_those_of_the_results():
    rows = re.findall(r"^\| (W\w+) (.*?) \|.*\| ([\d.]*)x? \| [\d.]+x \| (\d+) MB \| (\d+) MB \|$", results.sections()["workloads"], re.M)  # fmt: skip
    for (key, name, gate, ours, theirs), (known, (workload, limit)) in zip(
        rows, workloads.WORKLOADS.items(), strict=True
    ):
        assert (key, name, gate) == (known, workload.__doc__, str(limit or ""))
        assert int(ours) < int(theirs), "the READMEs say that memory is always below torch's"
    assert table.WORKLOADS is workloads.WORKLOADS
