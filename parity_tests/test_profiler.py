"""torch.profiler and autograd.profiler: what is counted, the table's form, schedules. Times are not compared, and not asserted."""

from __future__ import annotations

import json
import re
import warnings

import pytest
import torch
import torch.autograd.profiler

import minitorch_pt
from parity_tests.oracle import same_program


def test_names_and_counts():
    t = minitorch_pt
    model, x = t.nn.Linear(3, 4), t.ones(2, 3)
    with t.profiler.profile(activities=[t.profiler.ProfilerActivity.CPU], record_shapes=True) as prof:
        with t.profiler.record_function("forward"):
            y = model(x).relu()
        y.sum().backward()
        (y + y).sum()
    counts = {event.key: event.count for event in prof.key_averages()}
    assert counts == {
        "forward": 1,
        "aten::linear": 1,
        "aten::relu": 1,
        "aten::sum": 2,
        "aten::add": 1,
        "autograd::engine": 1,
    }
    outer, linear = prof.events()[:2]
    assert linear.cpu_parent is outer and outer.cpu_parent is None
    assert outer.self_cpu_time_total <= outer.cpu_time_total and linear.cpu_time == linear.cpu_time_total
    t.ones(2).sum()
    assert len(prof.events()) == 7  # nothing is noted afterwards


def test_an_operation_that_calls_itself_is_one_call():
    t = minitorch_pt
    a, c = t.ones(2), t.empty(2)
    with t.profiler.profile() as prof, t.profiler.record_function("part"):
        t.add(a, a, out=c)
        a.relu()
    part, *inside = prof.events()
    assert [(event.name, event.cpu_parent) for event in inside] == [("aten::add", part), ("aten::relu", part)]


def form(text):
    """A table without its numbers and the names of its lines."""
    lines = re.sub(r"[\d.]+(%|us|ms|s)", "N", text).splitlines()
    return re.sub(" +", " ", lines[1]), lines[0].split()[1:], lines[-1].split(":")[0]


def test_the_form_of_the_table():
    tables = []
    for package in (minitorch_pt, torch):
        with package.autograd.profiler.profile() as prof:
            package.ones(2).sum()
        assert str(prof) == prof.table() and repr(prof).startswith("[<FunctionEvent")
        tables.append(form(prof.key_averages().table(sort_by="cpu_time_total", row_limit=2)))
    assert tables[0] == tables[1]
    short = prof = minitorch_pt.autograd.profiler.profile()
    with (
        prof,
        minitorch_pt.autograd.profiler.record_function(
            "a name that is longer than the column for the names of events is wide"
        ),
    ):
        minitorch_pt.ones(2).sum()
    table = short.key_averages().table(header="What was called", top_level_events_only=True)
    assert "What was called" in table and "..." in table and "Self CPU time total" in table
    assert prof.total_average().count == 2 and prof.self_cpu_time_total >= 0
    assert repr(prof.key_averages()[0]).startswith("<FunctionEvent name=a name")


def test_marked_parts_and_functions():
    t = minitorch_pt

    @t.autograd.profiler.record_function("double")
    def double(x):
        return x + x

    double(t.ones(1))  # without a profile it is itself
    with t.autograd.profiler.profile() as prof:
        double(t.ones(1))
    assert [event.name for event in prof.function_events] == ["double", "aten::add"]


def test_profiles_that_do_not_run():
    def program(package):
        with package.autograd.profiler.profile(enabled=False) as prof:
            package.ones(1).sum()
        waiting = package.autograd.profiler.profile()
        return prof is None, str(waiting)

    same_program(program)

    prof = minitorch_pt.autograd.profiler.profile()
    with pytest.raises(RuntimeError, match="not reentrant"), prof, prof:  # torch's ends the process at its next use
        pass
    with pytest.raises(AssertionError):
        minitorch_pt.autograd.profiler.profile().key_averages()


def test_chrome_trace(tmp_path):
    with minitorch_pt.profiler.profile() as prof:
        minitorch_pt.ones(2).sum()
    prof.export_chrome_trace(str(tmp_path / "trace.json"))
    (event,) = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    assert event["name"] == "aten::sum" and event["ph"] == "X"


PLANS = [
    dict(wait=1, warmup=1, active=2), dict(wait=0, warmup=0, active=1), dict(wait=1, warmup=1, active=3, repeat=2, skip_first=4),
    dict(wait=2, warmup=1, active=1, skip_first=1, skip_first_wait=1), dict(wait=-1, warmup=1, active=2), dict(wait=1, warmup=1, active=0),
]  # fmt: skip


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_schedules(plan):
    def program(package):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            steps = package.profiler.schedule(**plan)
        return [steps(step).name for step in range(20)], len(caught)

    same_program(program)


def test_a_schedule_of_steps():
    """Ours alone: torch's profile ends the process where it is started again."""
    profiler, ready = minitorch_pt.profiler, []
    plan = profiler.schedule(wait=1, warmup=1, active=2, repeat=2)
    with profiler.profile(
        schedule=plan, on_trace_ready=lambda prof: ready.append((prof.step_num, [e.name for e in prof.events()]))
    ) as prof:
        for _ in range(10):
            minitorch_pt.ones(2) * minitorch_pt.ones(2)
            prof.step()
    ends = [step + 1 for step in range(10) if plan(step) is profiler.ProfilerAction.RECORD_AND_SAVE]
    assert ready == [(end, ["aten::mul"] * 2) for end in ends]


def test_activities():
    same_program(lambda t: sorted(t.profiler.ProfilerActivity.__members__))
    same_program(lambda t: [action.name for action in t.profiler.ProfilerAction])
    same_program(lambda t: t.profiler.ProfilerActivity.CPU in t.profiler.supported_activities())
    with pytest.warns(UserWarning, match="CUDA is not available"):
        minitorch_pt.profiler.profile(activities=[minitorch_pt.profiler.ProfilerActivity.CUDA])


def test_functions_made_of_operations_count_once():
    counts = []
    for library in (minitorch_pt, torch):
        x = library.ones(2, 2)
        with library.profiler.profile(activities=[library.profiler.ProfilerActivity.CPU]) as prof:
            library.stack([x, x])
            library.cat([x, x])
            library.max(x, 0)
            library.einsum("ij,jk->ik", x, x)
            prof.add_metadata("who", "a test")
            prof.add_metadata_json("sizes", "[2, 2]")
        found = {event.key: event.count for event in prof.key_averages()}
        counts.append([found.get(f"aten::{name}") for name in ("stack", "max", "einsum")])
    assert counts[0] == counts[1] == [1, 1, 1]
