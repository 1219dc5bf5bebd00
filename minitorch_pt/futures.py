"""torch.futures: a value that comes later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

__all__ = ["Future", "collect_all", "wait_all"]

T = TypeVar("T")


class Future(Generic[T]):
    """A value that one part of a program will set and others wait for.

    >>> later = torch.futures.Future()
    >>> doubled = later.then(lambda f: f.value() * 2)
    >>> later.set_result(3)
    >>> doubled.wait()
    6
    """

    def __init__(self, *, devices: Any = None) -> None:
        self._come, self._calls, self._lock = threading.Event(), [], threading.Lock()  # type: ignore[var-annotated]
        self._value: Any = None
        self._error: BaseException | None = None

    def done(self) -> bool:
        """Whether the value, or an error in its place, has come."""
        return self._come.is_set()

    def wait(self) -> T:
        """The value, as soon as it has come; raises the error that came in its place."""
        self._come.wait()
        return self.value()

    def value(self) -> T:
        """The value, which must have come.

        Raises:
            RuntimeError: it has not.
        """
        if not self.done():
            raise RuntimeError("Future not completed: call wait()")
        if self._error is not None:
            raise self._error
        return self._value

    def set_result(self, result: T) -> None:
        """Set the value and call the functions that wait for it.

        Raises:
            RuntimeError: it was set before.
        """
        self._complete(result, None)

    def set_exception(self, result: BaseException) -> None:
        """Set an error in the place of the value.

        Raises:
            AssertionError: it is no exception. RuntimeError: something was set before.
        """
        if not isinstance(result, Exception):
            raise AssertionError(f"{result} is of type {type(result)}, not an Exception.")
        self._complete(None, result)

    def _complete(self, value: Any, error: BaseException | None) -> None:
        with self._lock:
            if self.done():
                raise RuntimeError("Future can only be marked completed once")
            self._value, self._error = value, error
            self._come.set()
        for call in self._calls:
            call(self)

    def add_done_callback(self, callback: Callable[[Future[T]], None]) -> None:
        """Call `callback(future)` when the value has come; at once if it has."""
        with self._lock:
            if not self.done():
                self._calls.append(callback)
                return
        callback(self)

    def then(self, callback: Callable[[Future[T]], Any]) -> Future[Any]:
        """A Future of what callback(future) gives when the value has come; of the error that it raises."""
        following: Future[Any] = Future()

        def go_on(future: Future[T]) -> None:
            try:
                result = callback(future)
            except Exception as error:
                following.set_exception(error)
            else:
                following.set_result(result)

        self.add_done_callback(go_on)
        return following


def collect_all(futures: list[Future]) -> Future[list[Future]]:
    """A Future of the list, which comes when all of them have; of an error, if one of them has one."""
    whole: Future[list[Future]] = Future()
    left = [len(futures)]
    lock = threading.Lock()

    def one_more(_: Any) -> None:
        with lock:
            left[0] -= 1
            last = not left[0]
        if last:
            whole._complete(futures, next((f._error for f in futures if f._error is not None), None))

    if not futures:
        whole.set_result(futures)
    for future in futures:
        future.add_done_callback(one_more)
    return whole


def wait_all(futures: list[Future]) -> list:
    """The values, when all have come."""
    return [future.wait() for future in collect_all(futures).wait()]
