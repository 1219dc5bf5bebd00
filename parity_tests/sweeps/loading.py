"""Loads files in a process of its own, with little memory and time: python -m parity_tests.sweeps.loading PACKAGE FILES FIRST MEGABYTES

FILES is a pickled list of the files' bytes. Prints a line for each, from the FIRST on: what was loaded, or the type of the error. A file
that ends the process is that after the last line.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import pickle
import resource
import signal
import sys
import warnings
from collections import OrderedDict
from pathlib import Path
from typing import Any

SECONDS = 4  # of work, not of the clock
# what no file may make happen
FORBIDDEN = tuple("os. subprocess. socket. shutil. exec compile open import ctypes. code. pty. marshal.".split())


def told(thing: Any, depth: int = 8) -> str:
    """What a thing is, in words that are the same for both packages; of what is large only the start."""
    kind = (
        type(thing).__name__.removeprefix("Typed").replace("Buffer", "Tensor").replace("method_descriptor", "function")
    )
    if isinstance(thing, type):
        return f"class {thing.__name__}"
    if hasattr(thing, "requires_grad"):
        facts = f"{kind} {tuple(thing.shape)} {thing.dtype} {thing.requires_grad}"
        if 0 < thing.numel() <= 100:  # strides without elements say nothing
            strides = [s for n, s in zip(thing.shape, thing.stride(), strict=True) if n > 1]
            facts += f" {strides} {thing.storage_offset()} {thing.detach().numpy().tobytes().hex()}"
        attributes = {name: value for name, value in vars(thing).items() if name[0] != "_"}
        return f"<{facts} {told(attributes, depth - 1) if attributes else ''}>"
    if depth == 0:
        return kind
    if isinstance(thing, dict):
        extra = told(vars(thing), depth - 1) if isinstance(thing, OrderedDict) and vars(thing) else ""
        return (
            f"{kind} "
            + "{"
            + ", ".join(f"{told(k, depth - 1)}: {told(v, depth - 1)}" for k, v in list(thing.items())[:20])
            + "}"
            + extra
        )
    if isinstance(thing, (list, tuple)):
        return f"{kind} [" + ", ".join(told(x, depth - 1) for x in thing[:20]) + "]"
    if isinstance(thing, set):
        return f"{kind} " + "{" + ", ".join(sorted(told(x, depth - 1) for x in thing)[:20]) + "}"
    if isinstance(thing, (bool, int, float, complex, str, bytes, bytearray)) or thing is None:
        return f"{kind} {repr(thing)[:200]}"
    return f"{kind} {str(thing)[:80]}" if kind in ("dtype", "device") else kind


def outcome(package: Any, content: bytes, ran: list[str]) -> str:
    ran.clear()
    try:
        result = package.load(io.BytesIO(content))
        happened = "value " + told(result)
    except BaseException as error:
        happened = f"error {type(error).__name__} {str(error)[:150]!r}"
        while error is not None:
            if isinstance(error, MemoryError):
                happened = f"memory {happened}"
            error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return f"ran {ran[:3]} {happened}" if ran else happened


def main() -> None:
    name, files, first, megabytes = sys.argv[1:]
    package = importlib.import_module(name)
    contents = pickle.loads(Path(files).read_bytes())
    warnings.simplefilter("ignore")
    for good in contents[:20]:  # the first ones are whole files: what is imported late is imported now
        outcome(package, good, [])
    ran: list[str] = []
    listening = False
    sys.addaudithook(lambda event, args: ran.append(event) if event.startswith(FORBIDDEN) and listening else None)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + (int(megabytes) << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    mapped = Path(files).with_suffix(".mapped")
    for place, content in enumerate(contents[int(first) :]):
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # its signal ends the process
        listening = True
        line = outcome(package, content, ran)
        listening = False
        # where the numbers stay in the file; no other error, no end of the process
        if place % 10 == 0 and name == "minitorch_pt":
            mapped.write_bytes(content)
            with contextlib.suppress(pickle.UnpicklingError, RuntimeError, EOFError):
                told(package.load(mapped, mmap=True))
        print(line.replace("\n", " "), flush=True)


if __name__ == "__main__":
    main()
