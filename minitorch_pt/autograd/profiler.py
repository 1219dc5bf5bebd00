"""torch.autograd.profiler: how often each operation is called, and how long it takes by Python's clock.

While a profile is open, Python itself tells of each call (`sys.setprofile`): the operations know nothing of it, and pay nothing
where none is open. A backward pass counts as one call; what its nodes do within is not told apart.
"""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any

from . import contract, rule, walk

__all__ = ["EventList", "FunctionEvent", "profile", "record_function"]


def _code_within(function: Callable, name: str) -> CodeType:
    """The code of a function that another one makes."""
    return next(c for c in function.__code__.co_consts if isinstance(c, CodeType) and c.co_name == name)


# the code that all operations share -> which one it is, of its variables
_NAMED_BY: dict[CodeType, Callable[[dict], str]] = {
    _code_within(rule._served, "operation"): lambda held: held["short"],
    _code_within(contract._face, "served"): lambda held: held["desk"].name,
}
_BACKWARD = walk.run_backward.__code__
_open: list[_Clock] = []


def is_open() -> bool:
    """Whether a profile is being made."""
    return bool(_open)


class FunctionEvent:
    """One call, or with `count` above 1 all calls of one name: times in microseconds, with and without the calls inside."""

    def __init__(self, name: str, start: float = 0.0, end: float = 0.0, parent: FunctionEvent | None = None) -> None:
        self.name = self.key = name
        self.start, self.end, self.cpu_parent = start, end, parent
        self.count, self.inside, self.total = 1, 0.0, 0.0

    @property
    def cpu_time_total(self) -> float:
        """The time of all calls."""
        return self.total

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all calls, without that of calls inside."""
        return self.total - self.inside

    @property
    def cpu_time(self) -> float:
        """The time of a call, on average."""
        return self.total / self.count

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name} cpu_time={_written(self.cpu_time)} count={self.count}>"


def _written(microseconds: float) -> str:
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= size:
            return f"{microseconds / size:.3f}{unit}"
    return f"{microseconds:.3f}us"


class EventList(list):
    """Events in the order of their calls; printed, a table."""

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all events, in microseconds."""
        return sum(event.self_cpu_time_total for event in self)

    def key_averages(self, *args: Any, **kwargs: Any) -> EventList:
        """The events of each name as one."""
        found: dict[str, FunctionEvent] = {}
        for event in self:
            if event.name not in found:
                found[event.name] = FunctionEvent(event.name)
                found[event.name].count = 0
            mean = found[event.name]
            mean.count += event.count
            mean.total += event.total
            mean.inside += event.inside
        return EventList(found.values())

    def total_average(self) -> FunctionEvent:
        """All events as one."""
        total = FunctionEvent("Total")
        total.count = sum(event.count for event in self)
        total.total = self.self_cpu_time_total
        return total

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int = 75,
        max_name_column_width: int = 55,
        max_shapes_column_width: int = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """The events as a table, sorted by "cpu_time_total", "self_cpu_time_total", "cpu_time" or "count", the largest first."""
        events = sorted(self, key=lambda event: getattr(event, sort_by), reverse=True) if sort_by else list(self)
        if top_level_events_only:
            events = [event for event in events if event.cpu_parent is None]
        width = min(max((len(event.name) for event in events), default=0) + 4, max_name_column_width)
        titles = ["Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg", "# of Calls"]
        widths = [width, *(12 for _ in titles[1:])]
        whole = self.self_cpu_time_total or 1.0

        def line(cells: list[str]) -> str:
            return "".join(f"{cell:>{n}}  " for cell, n in zip(cells, widths, strict=True))

        rule = line(["-" * n for n in widths])
        lines = [rule, *([header, rule] if header else []), line(titles), rule]
        for event in events[:row_limit]:
            name = event.name if len(event.name) <= width else event.name[: width - 3] + "..."
            own, total = event.self_cpu_time_total, event.cpu_time_total
            lines.append(
                line(
                    [
                        name,
                        f"{own / whole:.2%}",
                        _written(own),
                        f"{total / whole:.2%}",
                        _written(total),
                        _written(event.cpu_time),
                        str(event.count),
                    ]
                )
            )
        return "\n".join([*lines, rule, f"Self CPU time total: {_written(self.self_cpu_time_total)}", ""])

    def export_chrome_trace(self, path: str, beside: dict | None = None) -> None:
        """Write the events to a file for chrome://tracing and Perfetto, with what a program wants beside them."""
        trace = [
            {"name": e.name, "ph": "X", "ts": e.start, "dur": e.total, "pid": 0, "tid": 0, "cat": "cpu_op"}
            for e in self
        ]
        with open(path, "w") as file:
            json.dump({**(beside or {}), "traceEvents": trace}, file)

    def __str__(self) -> str:
        return self.table()


class _Clock:
    """Notes the calls of operations in this thread, as Python tells of them."""

    def __init__(self) -> None:
        self.events = EventList()
        self._stack: list[FunctionEvent] = []

    def start(self) -> None:
        """From now on."""
        _open.append(self)
        self._before = sys.getprofile()
        sys.setprofile(self._told)

    def stop(self) -> None:
        """Until now."""
        sys.setprofile(self._before)
        _open.remove(self)

    def enter(self, name: str) -> None:
        """Something of that name begins."""
        event = FunctionEvent(name, parent=self._stack[-1] if self._stack else None)
        self.events.append(event)
        self._stack.append(event)
        event.start = time.perf_counter_ns() / 1e3

    def leave(self) -> None:
        """What began last is done."""
        if self._stack:  # else it began before this clock
            event = self._stack.pop()
            if self._stack and self._stack[-1] is event:
                return
            event.end = time.perf_counter_ns() / 1e3
            event.total = event.end - event.start
            if self._stack:
                self._stack[-1].inside += event.total

    def _told(self, frame: FrameType, what: str, arg: object) -> None:
        code = frame.f_code
        named = _NAMED_BY.get(code)
        if what not in ("call", "return") or (named is None and code is not _BACKWARD):
            return
        if what == "return":
            self.leave()
            return
        name = "autograd::engine" if named is None else f"aten::{named(frame.f_locals)}"
        if self._stack and self._stack[-1].name == name:  # a function's face, and behind it the operation: one call
            self._stack.append(self._stack[-1])
        else:
            self.enter(name)


class record_function:
    """A part of a program under a name of its own in the profile: a context manager, and a decorator of functions.

    >>> with torch.autograd.profiler.profile() as prof, torch.autograd.profiler.record_function("both"):
    ...     _ = torch.ones(2).sum()
    >>> [(event.key, event.count) for event in prof.key_averages()]
    [('both', 1), ('aten::sum', 1)]
    """

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name, self.args = name, args

    def __enter__(self) -> record_function:
        self._clocks = list(_open)
        for clock in self._clocks:
            clock.enter(self.name)
        return self

    def __exit__(self, *exc: object) -> None:
        for clock in self._clocks:
            clock.leave()

    def __call__(self, function: Callable) -> Callable:
        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with type(self)(self.name, self.args):
                return function(*args, **kwargs)

        return inside


class profile:
    """Note the operations that run inside: `print(prof)`, `prof.key_averages().table(sort_by="self_cpu_time_total")`.

    Of the options of torch's, `enabled` alone has a meaning here: shapes, memory and stacks are not recorded.
    """

    def __init__(
        self,
        enabled: bool = True,
        *,
        use_cuda: bool = False,
        use_device: str | None = None,
        record_shapes: bool = False,
        with_flops: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_modules: bool = False,
        use_kineto: bool = False,
        use_cpu: bool = True,
        experimental_config: Any = None,
        acc_events: bool = False,
        custom_trace_id_callback: Any = None,
        post_processing_timeout_s: float | None = None,
        activity_filters: Any = None,
    ) -> None:
        self.enabled, self.entered = enabled, False
        self._clock: _Clock | None = None

    def __enter__(self) -> profile | None:
        if not self.enabled:
            return None
        if self.entered:
            raise RuntimeError("Profiler context manager is not reentrant: make another one")
        self.entered = True
        clock = _Clock()
        clock.start()
        self._clock = clock
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._clock is not None:
            self._clock.stop()

    @property
    def function_events(self) -> EventList:
        """The events.

        Raises:
            AssertionError: it was not entered.
        """
        if self._clock is None:
            raise AssertionError("Profiler didn't finish running: use it in a `with`")
        return self._clock.events

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all events, in microseconds."""
        return self.function_events.self_cpu_time_total

    def key_averages(self, *args: Any, **kwargs: Any) -> EventList:
        """The events of each name as one."""
        return self.function_events.key_averages()

    def total_average(self) -> FunctionEvent:
        """All events as one."""
        return self.function_events.total_average()

    def table(self, *args: Any, **kwargs: Any) -> str:
        """The events as a table: see `EventList.table`."""
        return self.function_events.table(*args, **kwargs)

    def export_chrome_trace(self, path: str) -> None:
        """Write the events to a file for chrome://tracing and Perfetto."""
        self.function_events.export_chrome_trace(path)

    def __repr__(self) -> str:
        return "<unfinished torch.autograd.profile>" if self._clock is None else repr(self.function_events)

    def __str__(self) -> str:
        return repr(self) if self._clock is None else self.table()
