"""torch.profiler: a profile that knows the steps of a training, on the clock of `autograd.profiler`."""

from __future__ import annotations

import enum
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from .arrays.notices import warn
from .autograd.profiler import EventList, FunctionEvent, profile as _Profile, record_function
from .names.places import settle

__all__ = [
    "ProfilerAction", "ProfilerActivity", "kineto_available", "profile", "record_function", "schedule", "supported_activities",
    "tensorboard_trace_handler",
]  # fmt: skip


class ProfilerActivity(enum.Enum):
    """What can be profiled: here, the CPU."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


class ProfilerAction(enum.Enum):
    """What a profile does in a step: nothing, get ready, record, record and hand over."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3
    DEVICE_STOPPED = 4


def kineto_available() -> bool:
    """True: a `profile` knows the steps of a training."""
    return True


def supported_activities() -> set[ProfilerActivity]:
    """{ProfilerActivity.CPU}."""
    return {ProfilerActivity.CPU}


def schedule(
    *, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0, skip_first_wait: int = 0
) -> Callable:
    """What to do in which step: after `skip_first` steps wait, warm up, record, again and again, or `repeat` times.

    Raises:
        AssertionError: a negative number, or no active step.

    >>> plan = torch.profiler.schedule(wait=1, warmup=1, active=2)
    >>> [plan(step).name for step in range(5)]
    ['NONE', 'WARMUP', 'RECORD', 'RECORD_AND_SAVE', 'NONE']
    """
    if min(wait, warmup, repeat, skip_first, skip_first_wait) < 0 or active <= 0:
        raise AssertionError(
            "Invalid profiler schedule arguments: numbers of steps are not negative, and `active` is above 0"
        )
    if not warmup:
        warn("Profiler won't be using warmup, this can skew profiler results")
    cycle = wait + warmup + active

    def action(step: int) -> ProfilerAction:
        if step < 0:
            raise AssertionError(f"Step must be non-negative. Got {step}.")
        if step < skip_first:
            return ProfilerAction.NONE
        step -= skip_first
        if skip_first_wait:
            step += wait
        if repeat and step // cycle >= repeat:
            return ProfilerAction.NONE
        place = step % cycle
        if place < wait:
            return ProfilerAction.NONE
        if place < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if place < cycle - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def _default_schedule_fn(_: int) -> ProfilerAction:
    """Record, in each step: packages set it behind the first recording."""
    return ProfilerAction.RECORD


class profile:
    """Note the operations that run inside.

    schedule: see `schedule`; the program calls `step()` after each step. on_trace_ready: called with the profile when its
    recording is complete. activities: `ProfilerActivity.CPU`; others warn. What else torch can record is not here.

    >>> with torch.profiler.profile() as prof:
    ...     _ = torch.ones(2).sum()
    >>> [(event.key, event.count) for event in prof.key_averages()]
    [('aten::sum', 1)]
    """

    def __init__(
        self,
        *,
        activities: Iterable[ProfilerActivity] | None = None,
        schedule: Callable[[int], ProfilerAction] | None = None,
        on_trace_ready: Callable[[profile], Any] | None = None,
        record_shapes: bool = False,
        profile_memory: bool = False,
        with_stack: bool = False,
        with_flops: bool = False,
        with_modules: bool = False,
        experimental_config: Any = None,
        execution_trace_observer: Any = None,
        acc_events: bool = False,
        use_cuda: bool | None = None,
        custom_trace_id_callback: Any = None,
        post_processing_timeout_s: float | None = None,
    ) -> None:
        for activity in set(activities or ()) - supported_activities():
            warn(
                f"{activity.name} is not available, skipping {activity.name} profiling: minitorch_pt computes on the CPU"
            )
        self.schedule, self.on_trace_ready, self.step_num = schedule, on_trace_ready, 0
        self.current_action = self._planned()
        self._running: _Profile | None = None
        self._events = EventList()
        self._metadata: dict[str, Any] = {}

    def _planned(self) -> ProfilerAction:
        return ProfilerAction.RECORD_AND_SAVE if self.schedule is None else self.schedule(self.step_num)

    def __enter__(self) -> profile:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin, as `with` does."""
        self._change()

    def stop(self) -> None:
        """End, as `with` does."""
        self._hand_over(self._end())

    def step(self) -> None:
        """Say that a step of the training is done."""
        done, self.step_num = self.current_action, self.step_num + 1
        self.current_action = self._planned()
        if done is ProfilerAction.RECORD_AND_SAVE:
            self._hand_over(self._end())
        self._change()

    def _change(self) -> None:
        records = self.current_action in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)
        if records and self._running is None:
            self._running = _Profile()
            self._running.__enter__()
        elif not records:
            self._end()

    def _end(self) -> bool:
        running, self._running = self._running, None
        if running is not None:
            running.__exit__(None, None, None)
            self._events = running.function_events
        return running is not None

    def _hand_over(self, complete: bool) -> None:
        if complete and self.on_trace_ready is not None:
            self.on_trace_ready(self)

    def events(self) -> EventList:
        """The events of the last recording."""
        return self._events

    def key_averages(self, *args: Any, **kwargs: Any) -> EventList:
        """The events of each name as one; `.table(sort_by="self_cpu_time_total", row_limit=10)` shows them."""
        return self._events.key_averages()

    def export_chrome_trace(self, path: str) -> None:
        """Write the events to a file for chrome://tracing and Perfetto."""
        self._events.export_chrome_trace(path, self._metadata)

    def add_metadata(self, key: str, value: str) -> None:
        """Write a text of the program's own beside the events of each file."""
        self._metadata[key] = value

    def add_metadata_json(self, key: str, value: str) -> None:
        """The same of what JSON writes."""
        self._metadata[key] = json.loads(value)


def tensorboard_trace_handler(dir_name: str, worker_name: str | None = None, use_gzip: bool = False, use_python_export: bool = False) -> Callable[[profile], None]:  # fmt: skip
    """What `on_trace_ready` of a profile may be: it writes each recording to a file of its own in a directory, which TensorBoard shows.

    Raises:
        NotImplementedError: the files were to be compressed.
    """
    if use_gzip:
        raise NotImplementedError("tensorboard_trace_handler(): the files are written as they are; leave out use_gzip")
    worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"

    def write(prof: profile) -> None:
        os.makedirs(dir_name, exist_ok=True)
        prof.export_chrome_trace(os.path.join(dir_name, f"{worker}.{time.time_ns()}.pt.trace.json"))

    return write


settle("minitorch_pt.autograd.profiler_util", {"EventList": EventList, "FunctionEvent": FunctionEvent})
settle(
    "minitorch_pt.profiler",
    {name: globals()[name] for name in __all__ if name != "record_function"},
    {"profiler": "ProfilerAction profile schedule supported_activities tensorboard_trace_handler"},
)
vars(sys.modules["minitorch_pt.profiler.profiler"])["_default_schedule_fn"] = _default_schedule_fn
