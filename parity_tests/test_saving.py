"""Where files go, and what a fault leaves behind: pipes, links, rights, threads and processes at one path, kills, a full disk."""

from __future__ import annotations

import collections
import decimal
import gzip
import io
import os
import pickle
import random
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt import serialization

PACKAGES = pytest.mark.parametrize("package", [minitorch_pt, torch], ids=lambda package: package.__name__)


# ---------------------------------------------------------------------------------------------------------------------
# Places
# ---------------------------------------------------------------------------------------------------------------------
@PACKAGES
def test_a_pipe_is_written_into(package, tmp_path):
    path, read = tmp_path / "pipe", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    package.save(package.arange(1000), path)
    reader.join()
    for reading in (minitorch_pt, torch):
        assert reading.load(io.BytesIO(read[0])).sum() == 499500
    assert stat.S_ISFIFO(path.stat().st_mode) and list(tmp_path.iterdir()) == [path]


@PACKAGES
def test_devices_are_written_into(package):
    package.save(package.ones(2), "/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(RuntimeError):
        package.save(package.ones(2), "/dev/full")
    with open("/dev/full", "wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        package.save(package.ones(2), file)


@PACKAGES
def test_rights_and_links_are_kept(package, tmp_path):
    path = tmp_path / "model.pt"
    package.save(1, path)
    (tmp_path / "plain").touch()
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode  # those of any new file
    for mode in (0o600, 0o664, 0o755):
        path.chmod(mode)
        package.save(2, path)
        assert stat.S_IMODE(path.stat().st_mode) == mode
    hard, soft = tmp_path / "hard.pt", tmp_path / "soft.pt"
    hard.hardlink_to(path)
    soft.symlink_to(hard)
    package.save(3, soft)
    assert soft.is_symlink() and path.samefile(hard) and package.load(path) == 3


@PACKAGES
@pytest.mark.parametrize("name", ["a" * 252 + ".pt", "modèle ü.pt", "a.b.c", "x y", "no ending"])
def test_names(package, name, tmp_path):
    for _ in range(2):
        package.save(package.ones(2), tmp_path / name)
    assert minitorch_pt.load(tmp_path / name).tolist() == torch.load(str(tmp_path / name)).tolist() == [1, 1]
    minitorch_pt.save(1, tmp_path / ".pt")  # torch has no name for the directory in such a file
    assert torch.load(tmp_path / ".pt") == 1 and {path.name for path in tmp_path.iterdir()} == {name, ".pt"}


class Drops(io.RawIOBase):
    """A file that takes little at a time, and cannot be sought in."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data[:7])
        return len(data[:7])


@pytest.mark.parametrize("new", [True, False])
def test_files_that_take_little_at_a_time(new):
    minitorch_pt.save(minitorch_pt.arange(100), file := Drops(), _use_new_zipfile_serialization=new)
    for package in (minitorch_pt, torch):
        assert package.load(io.BytesIO(file.data)).sum() == 4950


def test_compressed_files(tmp_path):
    with gzip.open(tmp_path / "x.gz", "wb") as file:
        minitorch_pt.save(minitorch_pt.ones(3), file)
    with gzip.open(tmp_path / "x.gz", "rb") as file:
        file = io.BytesIO(file.read())
    assert minitorch_pt.load(file).sum() == 3


# ---------------------------------------------------------------------------------------------------------------------
# Several saves
# ---------------------------------------------------------------------------------------------------------------------
def test_several_saves_in_one_file(tmp_path):
    """torch reads the older format so, and of the newer one the last."""
    things = [1, {"a": minitorch_pt.ones(3)}, [minitorch_pt.arange(5000), "b"], None]
    with open(tmp_path / "several", "w+b") as file:
        for thing in things:
            for new in (True, False):
                minitorch_pt.save(thing, file, _use_new_zipfile_serialization=new)
        torch.save(torch.ones(2), file)
        last = file.tell()
        minitorch_pt.save(minitorch_pt.zeros(2), file)
        file.seek(0)
        for thing in things:
            for _ in range(2):
                assert str(minitorch_pt.load(file)) == str(thing)
        assert minitorch_pt.load(file).sum() == 2 and file.tell() == last
        assert minitorch_pt.load(file).sum() == 0
        with pytest.raises(EOFError):
            minitorch_pt.load(file)
        file.seek(last)
        assert torch.load(file).sum() == 0


SAVING = """
import minitorch_pt

def saving(path, count):
    for n in range(count):
        minitorch_pt.save([minitorch_pt.full((20000,), n % 7), n % 7], path)
"""
exec(SAVING, made := {})
saving = made["saving"]  # what a process of its own does that has not to wait for torch


def whole(path: Path) -> bool:
    array, n = minitorch_pt.load(path)
    return bool((array == n).all()) and len(array) == 20000


def test_threads_that_save_to_one_path(tmp_path):
    path = tmp_path / "model.pt"
    saving(path, 1)
    threads = [threading.Thread(target=saving, args=(path, 20)) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert whole(path)
    assert whole(path) and list(tmp_path.iterdir()) == [path]


def child(path: Path, count: int) -> subprocess.Popen:
    program = f"{SAVING}\nsaving({str(path)!r}, 1); print(0, flush=True); saving({str(path)!r}, {count})"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline()
    return process


def killed(path: Path, times: int) -> None:
    draw = random.Random(times)
    saving(path, 1)
    for _ in range(times):
        process = child(path, 10**6)
        time.sleep(draw.uniform(0, 0.03))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert whole(path) and len(list(path.parent.iterdir())) <= 2
    saving(path, 1)
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_save_to_one_path_and_are_killed(tmp_path):
    path = tmp_path / "model.pt"
    saving(path, 1)
    processes = [child(path, 30) for _ in range(2)]
    while any(process.poll() is None for process in processes):
        assert whole(path)
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    assert list(tmp_path.iterdir()) == [path]
    killed(path, 5)


@pytest.mark.long
def test_many_kills(tmp_path):
    killed(tmp_path / "model.pt", 100)


def test_a_kill_within_a_save(tmp_path, monkeypatch):
    """What it leaves, half a file and no lock, is written over by the next save."""
    path = tmp_path / "model.pt"
    minitorch_pt.save(1, path)
    if (pid := os.fork()) == 0:
        try:
            monkeypatch.setattr(Path, "replace", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            minitorch_pt.save(list(range(1000)), path)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL
    assert minitorch_pt.load(path) == 1 and len(list(tmp_path.iterdir())) == 2
    minitorch_pt.save(2, path)
    assert minitorch_pt.load(path) == 2 and list(tmp_path.iterdir()) == [path]


def test_an_interrupt_right_after_a_save(tmp_path, monkeypatch):
    """The file is in its place, and what is raised is the interrupt."""
    replace = Path.replace

    def interrupted(self, target):
        replace(self, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        minitorch_pt.save(1, tmp_path / "model.pt")
    assert minitorch_pt.load(tmp_path / "model.pt") == 1 and len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.pt"
    minitorch_pt.save(1, path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, before[1]))
    try:
        with pytest.raises(RuntimeError, match="too large"):
            minitorch_pt.save(minitorch_pt.ones(10000), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert minitorch_pt.load(path) == 1 and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_a_file_in_a_directory_of_others():
    """No new file can be made there, but the old one can be written."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder) / "model.pt"
        minitorch_pt.save(1, path)
        os.chmod(folder, 0o755)
        os.chown(path, 65534, 65534)
        read_only = Path(folder) / "mine.pt"
        minitorch_pt.save(1, read_only)
        if (pid := os.fork()) == 0:
            status = 1
            try:
                os.setgid(65534)
                os.setuid(65534)
                minitorch_pt.save(2, path)
                for refused in (read_only, Path(folder) / "new.pt"):
                    with pytest.raises(RuntimeError, match="Permission denied"):
                        minitorch_pt.save(2, refused)
                status = 0
            finally:
                os._exit(status)
        assert os.waitpid(pid, 0)[1] == 0
        assert minitorch_pt.load(path) == 2 and minitorch_pt.load(read_only) == 1 and len(os.listdir(folder)) == 2
        minitorch_pt.save(3, path)
        assert path.stat().st_uid == 65534  # whose it was


def test_without_locks(tmp_path, monkeypatch):
    """As on Windows."""
    monkeypatch.setattr(serialization.writing, "fcntl", None)
    for n in range(2):
        minitorch_pt.save(n, tmp_path / "model.pt")
        assert minitorch_pt.load(tmp_path / "model.pt") == n and len(list(tmp_path.iterdir())) == 1


# ---------------------------------------------------------------------------------------------------------------------
# Memory
# ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize("extra", [False, True], ids=["alone", "among others"])
def test_loading_takes_little_more_than_the_file(new, extra):
    file = io.BytesIO()
    minitorch_pt.save(minitorch_pt.ones(1 << 20), file, _use_new_zipfile_serialization=new)
    size = file.tell()
    if extra:
        minitorch_pt.save(0, file)
    file.seek(0)
    minitorch_pt.load(io.BytesIO(file.getvalue()))  # what is imported late
    tracemalloc.start()
    try:
        minitorch_pt.load(file)
        assert tracemalloc.get_traced_memory()[1] < size * (2.1 if new and extra else 1.1)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("writer", [minitorch_pt, torch], ids=lambda package: package.__name__)
def test_mapped_files(writer, tmp_path):
    path = tmp_path / "model.pt"
    x = writer.arange(1 << 18)
    writer.save({"x": x, "part": x[2:4], "none": writer.empty(0), "bytes": writer.ones(3).bool()}, path)
    tracemalloc.start()
    try:
        loaded = minitorch_pt.load(path, mmap=True)
        assert tracemalloc.get_traced_memory()[1] < 200_000  # of 2 MB
    finally:
        tracemalloc.stop()
    theirs = torch.load(path, mmap=True)
    for name, tensor in theirs.items():
        assert np.array_equal(loaded[name].numpy(), tensor.numpy())
    loaded["x"][2] = -1
    assert loaded["part"].tolist() == [-1, 3] and minitorch_pt.load(path)["part"].tolist() == [2, 3]
    minitorch_pt.save(loaded, tmp_path / "again")
    assert torch.load(tmp_path / "again")["part"].tolist() == [-1, 3]
    for package in (torch, minitorch_pt):
        with pytest.raises(ValueError, match="must be a file path"):
            package.load(io.BytesIO(path.read_bytes()), mmap=True)
    writer.save(x, path, _use_new_zipfile_serialization=False)
    for package in (torch, minitorch_pt):
        with pytest.raises(RuntimeError, match="mmap can only be used"):
            package.load(path, mmap=True)


# ---------------------------------------------------------------------------------------------------------------------
# What the user allows
# ---------------------------------------------------------------------------------------------------------------------
class Slots:
    __slots__ = ("a", "b")


class WithState:
    def __getstate__(self):
        return [1]

    def __setstate__(self, state):
        self.state = state


class Subclass(minitorch_pt.Tensor):
    pass


def allowed(package):
    """Objects, and what must be allowed for them to load."""
    slots, noted = Slots(), package.nn.Identity()
    slots.a, slots.b = package.ones(2), 3
    return {
        "a number": (decimal.Decimal("1.5"), [decimal.Decimal]),
        "slots": (slots, [Slots]),
        "a state": (WithState(), [WithState]),
        "a path": (range(3), [(range, "__builtin__.xrange"), range]),
        "defaultdict": (collections.defaultdict(list), [collections.defaultdict, list]),
        "a layer": (noted, [package.nn.Identity, set]),
        "a class": (package.nn.Linear, [package.nn.Linear]),
    }


@pytest.mark.parametrize("name", allowed(torch))
@PACKAGES
def test_safe_globals(package, name):
    thing, names = allowed(package)[name]
    package.save(thing, file := io.BytesIO())

    def load():
        file.seek(0)
        return package.load(file)

    def refused():
        with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
            load()

    refused()
    with package.serialization.safe_globals(names):
        assert set(package.serialization.get_safe_globals()) >= set(names)
        loaded = load()
        assert type(loaded) is type(thing) and repr(loaded).split(" at 0x")[0] == repr(thing).split(" at 0x")[0]
        if name == "slots":
            assert loaded.b == 3 and loaded.a.tolist() == [1, 1]
    refused()
    before = package.serialization.get_safe_globals()
    package.serialization.add_safe_globals(names)
    load()
    package.serialization.clear_safe_globals()
    assert package.serialization.get_safe_globals() == []
    package.serialization.add_safe_globals(before)
    refused()


def test_what_may_not_be_allowed():
    class Harmful:
        def __reduce__(self):
            return os.system, ("true",)

    for package in (torch, minitorch_pt):
        minitorch_pt.save(Harmful(), file := io.BytesIO())
        with package.serialization.safe_globals([os.system]), pytest.raises(pickle.UnpicklingError):
            package.load(io.BytesIO(file.getvalue()))
        minitorch_pt.save(Slots(), file := io.BytesIO())
        for wrong, error in (((1, 2, 3), ValueError), ((len, 3), TypeError)):
            with pytest.raises(error), package.serialization.safe_globals([wrong]):
                package.load(io.BytesIO(file.getvalue()))


def test_tensors_of_a_class_that_is_allowed():
    minitorch_pt.save(Subclass(np.ones(2)), file := io.BytesIO())
    with serialization.safe_globals([Subclass]):
        assert type(minitorch_pt.load(io.BytesIO(file.getvalue()))) is Subclass
