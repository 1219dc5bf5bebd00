"""Damaged and hostile files: whatever is changed in a file, loading it gives what torch gives, or one of two errors, in bounds of memory and time.

Files of both libraries are changed byte by byte, record by record and instruction by instruction of their pickle; others are written by hand.
Each is loaded in a process of its own kind (`loading`), by this library and, a sample, by torch.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import random
import re
import struct
import subprocess
import sys
import warnings
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import minitorch_pt
from parity_tests.sweeps import compared

MEGABYTES = 200  # what loading a file of a few kilobytes may take besides
NUMBERS = (
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    16,
    255,
    256,
    -1,
    -2,
    -8,
    2**15,
    2**31 - 1,
    2**31,
    -(2**31),
    2**32,
    2**40,
    2**62,
    2**63 - 1,
    2**63,
    -(2**63),
    2**64,
    2**70,
)


# ---------------------------------------------------------------------------------------------------------------------
# Whole files
# ---------------------------------------------------------------------------------------------------------------------
def things(package: Any) -> list[Any]:
    model = package.nn.Sequential(package.nn.Linear(3, 2), package.nn.BatchNorm1d(2))
    optimizer = package.optim.Adam(model.parameters())
    model(package.ones(4, 3)).sum().backward()
    optimizer.step()
    x = package.arange(6.0).reshape(2, 3)
    noted = package.ones(2)
    noted.note = "mine"
    return [
        x,
        package.arange(4),
        {"a": x, "b": x.t(), "c": x[1:]},
        model.state_dict(),
        optimizer.state_dict(),
        [package.nn.Parameter(x), noted, package.ones(2, requires_grad=True)],
        [package.float32, package.Size([2]), package.device("cpu")],
        {
            "s": {1, 2},
            "c": 1 + 2j,
            "y": bytearray(b"ab"),
            "b": b"bytes",
            "n": Counter("aab"),
            3: (None, True, 2.5, 2**70),
        },
        [package.empty(0, 3), package.tensor(True), package.ones(1, 3).expand(4, 3)],
    ]


def bases() -> list[bytes]:
    files = []
    for package in (torch, minitorch_pt):
        package.manual_seed(0)
        for thing in things(package):
            for new in (True, False):
                package.save(thing, file := io.BytesIO(), _use_new_zipfile_serialization=new)
                files.append(file.getvalue())
    return files


def records(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archived(content: dict[str, bytes] | list[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w", compression) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two records of one name
        for name, data in content.items() if isinstance(content, dict) else content:
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return file.getvalue()


# ---------------------------------------------------------------------------------------------------------------------
# Ways to change them
# ---------------------------------------------------------------------------------------------------------------------
def bytes_changed(draw: random.Random, file: bytes) -> bytes:
    """Bytes of the file, or of anything: replaced, dropped, doubled, cut off, put in."""
    data = bytearray(file)
    for _ in range(draw.choice((1, 1, 1, 2, 5))):
        at = draw.randrange(len(data) + 1)
        until = min(len(data), at + draw.choice((1, 1, 2, 4, 8, 30)))
        match draw.randrange(6):
            case 0 | 1:
                data[at:until] = draw.randbytes(until - at)
            case 2:
                data[at:until] = struct.pack("<I", draw.choice(NUMBERS) % 2**32)[: until - at]
            case 3:
                del data[at:until]
            case 4:
                data[at:at] = data[at:until]
            case _:
                del data[at:]
        data = data or bytearray(b"P")
    return bytes(data)


def records_changed(draw: random.Random, file: bytes) -> bytes:
    """The records: their content, names and number, and how they are stored."""
    if file[:2] != b"PK":
        return bytes_changed(draw, file)
    content = list(records(file).items())
    # torch also looks at what is not needed, ".storage_alignment" for instance; here its checksum must be right, no more
    at = draw.choice([at for at, (name, _) in enumerate(content) if "/." not in name])
    name, data = content[at]
    title = name.partition("/")[0]
    match draw.randrange(9):
        case 0:
            content[at] = name, bytes_changed(draw, data or b"x")
        case 1:
            del content[at]
        case 2:
            content[at] = (
                name,
                draw.choice(
                    (b"", b"big", b"little", b"3", b"99\n", b"0", b"-1", data * 2, data[:-1], data + b"\0", bytes(100))
                ),
            )
        case 3:
            content[at] = (
                draw.choice(
                    ("x/" + name, name.replace(title, "other"), title, f"{title}/data/1", f"{title}/../x", "", "/")
                ),
                data,
            )
        case 4:
            content.insert(
                draw.randrange(len(content)),
                draw.choice(
                    ((name + "x", data), (f"other/{name.partition('/')[2]}", data), (f"{title}/constants.pkl", b""))
                ),
            )
        case 5:
            return archived(content, draw.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))
        case 6:
            draw.shuffle(content)
        case 7:  # what its headers say of a record: flags, method, checksum, sizes, lengths
            changed = bytearray(archived(content))
            header = draw.choice([m.start() for m in re.finditer(rb"PK\x01\x02|PK\x03\x04|PK\x05\x06", changed)])
            at = header + draw.randrange(4, 46)
            changed[at : at + 4] = struct.pack("<I", draw.choice(NUMBERS) % 2**32)
            return bytes(changed)
        case _:
            content[at] = name, data + draw.randbytes(draw.randrange(1, 40))
    return archived(content)


def number(n: int) -> bytes:
    """An instruction that pushes a whole number."""
    if -(2**31) <= n < 2**31:
        return pickle.BININT + struct.pack("<i", n)
    data = n.to_bytes(20, "little", signed=True)
    return pickle.LONG1 + bytes([len(data)]) + data


def text(s: str) -> bytes:
    return pickle.BINUNICODE + struct.pack("<I", len(s.encode())) + s.encode()


def called(module: str, name: str, *args: bytes) -> bytes:
    return f"c{module}\n{name}\n".encode() + b"(" + b"".join(args) + b"tR"


CALLED = (
    ("os", "system"), ("posix", "system"), ("builtins", "exec"), ("builtins", "eval"), ("__builtin__", "getattr"), ("builtins", "open"), ("builtins", "print"),
    ("torch", "load"), ("torch", "manual_seed"), ("torch", "Tensor"), ("torch", "FloatTensor"), ("torch", "FloatStorage"), ("torch", "BFloat16Storage"),
    ("torch", "UntypedStorage"), ("torch.storage", "TypedStorage"), ("torch.storage", "_load_from_bytes"), ("torch", "Size"), ("torch", "device"),
    ("torch.nn.modules.linear", "Linear"), ("minitorch_pt", "save"), ("numpy", "frombuffer"), ("collections", "OrderedDict"), ("collections", "Counter"),
    ("collections", "defaultdict"), ("builtins", "set"), ("builtins", "complex"), ("builtins", "bytearray"), ("_codecs", "encode"), ("_codecs", "decode"),
    ("torch._utils", "_rebuild_parameter"), ("torch._tensor", "_rebuild_from_type_v2"), ("torch._utils", "_rebuild_tensor"), ("torch", "float32"), ("torch.nn.parameter", "Parameter"),
    ("torch._utils", "_rebuild_tensor_v2"), ("torch", "uint16"), ("no", "such"), ("", ""), ("torch", "nn.Linear"),
)  # fmt: skip


def value(draw: random.Random, depth: int = 3) -> bytes:
    """Instructions that push something."""
    match draw.randrange(22 if depth else 12):
        case 0 | 1 | 2:
            return number(draw.choice(NUMBERS))
        case 3:
            return draw.choice((pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE))
        case 4:
            return pickle.BINFLOAT + draw.choice((draw.randbytes(8), bytes(8)))
        case 5:
            return text(
                draw.choice(
                    (
                        "",
                        "a",
                        "0",
                        "cpu",
                        "cuda:0",
                        "meta",
                        "storage",
                        "latin1",
                        "hex",
                        "_data",
                        "_hooks",
                        "requires_grad",
                        "note",
                    )
                )
            )
        case 6:
            return draw.choice((pickle.EMPTY_TUPLE, pickle.EMPTY_LIST, pickle.EMPTY_DICT, pickle.EMPTY_SET))
        case 7 | 8:
            return tensor(draw)
        case 9:
            return f"c{'{}'}\n{'{}'}\n".format(*draw.choice(CALLED)).encode()
        case 10:
            return pickle.BINGET + bytes([draw.randrange(6)])
        case 11:  # instructions that claim more than there is, and those of other protocols
            return (
                draw.choice((b"\x8e", b"\x96", b"\x95", b"\x8d"))
                + struct.pack("<Q", draw.choice(NUMBERS) % 2**64)
                + draw.choice((b"B", b"T", b"X", b"\x8b"))
                + struct.pack("<I", draw.choice(NUMBERS) % 2**32)
            )
        case 12 | 13:
            return b"(" + b"".join(value(draw, depth - 1) for _ in range(draw.randrange(4))) + b"t"
        case 14:
            return b"](" + b"".join(value(draw, depth - 1) for _ in range(draw.randrange(4))) + b"e"
        case 15:
            return (
                b"}("
                + b"".join(value(draw, depth - 1) + value(draw, depth - 1) for _ in range(draw.randrange(3)))
                + b"u"
            )
        case 16 | 17 | 18:
            return called(*draw.choice(CALLED), *(value(draw, depth - 1) for _ in range(draw.randrange(4))))
        case 19:
            return value(draw, depth - 1) + pickle.BINPUT + bytes([draw.randrange(6)])
        case 20:
            return (
                value(draw, depth - 1)
                + value(draw, depth - 1)
                + draw.choice((pickle.BUILD, pickle.NEWOBJ, pickle.REDUCE, pickle.APPEND, pickle.BINPERSID))
            )
        case _:
            return value(draw, depth - 1) + value(draw, depth - 1) + value(draw, depth - 1) + pickle.SETITEM


def tensor(draw: random.Random) -> bytes:
    """Instructions that push a tensor, some of whose facts are not true."""

    def maybe(right: bytes, *wrong: bytes) -> bytes:
        return draw.choice(wrong) if draw.randrange(12) == 0 else right

    def numbers(right: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(number(draw.choice(NUMBERS) if draw.randrange(8) == 0 else n) for n in right) + b"t"

    size, stride = draw.choice(
        (((4,), (1,)), ((2, 2), (2, 1)), ((2, 2), (1, 2)), ((), ()), ((0, 3), (3, 1)), ((5, 2), (0, 1)), ((2,), (2,)))
    )
    kind = draw.choice(
        ("Byte", "Byte", "Char", "Bool", "Short", "Half", "Int", "Float", "Double", "Long", "BFloat16", "ComplexFloat")
    )
    claimed = 32 // {
        "Short": 2,
        "Half": 2,
        "BFloat16": 2,
        "Int": 4,
        "Float": 4,
        "Double": 8,
        "Long": 8,
        "ComplexFloat": 8,
    }.get(kind, 1)
    storage = (
        b"("
        + maybe(text("storage"), text("module"), number(1))
        + maybe(f"ctorch\n{kind}Storage\n".encode(), b"ctorch\nfloat32\n", b"N")
    )
    storage += maybe(text("0"), text("1"), text("../version"), number(0), b"N") + maybe(
        text("cpu"), text("cuda:0"), text("cpu:0"), text("x"), b"N"
    )
    storage += maybe(number(claimed), *(number(n) for n in NUMBERS)) + b"tQ"
    made = called(
        "torch._utils", "_rebuild_tensor_v2", maybe(storage, b"N", b"]", number(3)), maybe(number(0), *(number(n) for n in NUMBERS), b"N"), maybe(numbers(size), number(1), b"]", b"N"),
        maybe(numbers(stride), number(1), b"]", b"N"), maybe(b"\x89", b"\x88", b"N", number(1)), maybe(called("collections", "OrderedDict"), b"N", b"}", number(1)),
    )  # fmt: skip
    match draw.randrange(6):
        case 0:
            return called(
                "torch._utils",
                "_rebuild_parameter",
                made,
                maybe(b"\x88", b"\x89", b"N"),
                called("collections", "OrderedDict"),
            )
        case 1:
            state = (
                b"}"
                + draw.choice((text("note"), text("_data"), text("_hooks"), text("data"), number(1)))
                + number(1)
                + b"s"
            )
            function = b"ctorch._utils\n_rebuild_tensor_v2\n"
            return called(
                "torch._tensor",
                "_rebuild_from_type_v2",
                maybe(function, b"N", b"cbuiltins\nset\n"),
                maybe(b"ctorch\nTensor\n", b"ctorch\nSize\n", b"N"),
                made[len(function) : -1],
                state,
            )
        case _:
            return made


def instructions_changed(draw: random.Random, file: bytes) -> bytes:
    """The instructions of the pickle: dropped, doubled, moved, put in, their arguments changed."""
    content = records(file) if file[:2] == b"PK" else {}
    name = next((name for name in content if name.endswith("data.pkl")), "")
    data = content[name] if name else file
    places = [place for _, _, place in pickletools.genops(data)] + [data.index(b".", 0)]
    steps = [data[a:b] for a, b in zip(places, places[1:] + [len(data)], strict=True) if b > a]
    for _ in range(draw.choice((1, 1, 2, 4))):
        at = draw.randrange(len(steps))
        match draw.randrange(6):
            case 0:
                del steps[at]
            case 1:
                steps.insert(at, steps[draw.randrange(len(steps))])
            case 2:
                other = draw.randrange(len(steps))
                steps[at], steps[other] = steps[other], steps[at]
            case 3:
                steps.insert(at, value(draw))
            case 4:
                steps.insert(at, bytes([draw.choice(pickletools.opcodes).code.encode("latin1")[0]]))
            case _:
                kind, rest = steps[at][:1], steps[at][1:]
                if kind in (pickle.BININT, pickle.BININT1, pickle.BININT2):
                    steps[at] = number(draw.choice(NUMBERS))
                elif rest:
                    steps[at] = kind + bytes_changed(draw, rest)[: len(rest) + 4]
        steps = steps or [b"."]
    changed = b"".join(steps)
    return archived(content | {name: changed}) if name else changed


def written(draw: random.Random, file: bytes) -> bytes:
    """A pickle written by hand, in an archive of that form, or in the format of before."""
    program = b"\x80\x02" + value(draw, 4) + b"."
    if draw.randrange(4):
        return archived(
            {
                "a/data.pkl": program,
                "a/byteorder": b"little",
                "a/data/0": bytes(range(64, 96)),
                "a/data/1": b"",
                "a/version": b"3\n",
            }
        )
    before = b"".join(pickle.dumps(x, 2) for x in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}))
    return (
        before
        + program
        + pickle.dumps(draw.choice((["0"], [], ["0", "0"], ["1"], [0], 7)), 2)
        + struct.pack("<q", draw.choice((32, 16, 8, 4, 0, 2**62, -1)))
        + bytes(range(64, 96))
    )


def claimed(draw: random.Random, file: bytes) -> bytes:
    """A tensor in an archive, all right but for one or two of its facts."""
    kind, width = draw.choice((("Byte", 1), ("Bool", 1), ("Short", 2), ("Float", 4), ("Long", 8)))
    size = [draw.randrange(1, 4) for _ in range(draw.randrange(1, 3))]
    stride = [size[-1], 1][-len(size) :]
    offset = draw.randrange(3)
    count = offset + math.prod(size) + draw.randrange(2)
    stored = count * width
    grad, hooks = b"\x89", b"}"
    for _ in range(draw.choice((0, 1, 1, 1, 2))):
        match draw.randrange(10):
            case 0:
                size[draw.randrange(len(size))] += draw.choice((-1, 1, 2, 400, 2**40))
            case 1:
                stride[draw.randrange(len(stride))] = draw.choice((-1, -2, 0, 1, 2, 3, 2**40))
            case 2:
                offset += draw.choice((-1, -3, 1, 2, 100, 2**62))
            case 3:
                count += draw.choice((-1, 1, 100, -count))
            case 4:
                stored += draw.choice((-1, 1, width, -width, -stored))
            case 5:
                count = stored = 0
            case 6:
                grad = draw.choice((b"\x88", b"N", number(1), text("yes")))
            case 7:
                hooks = draw.choice((b"N", number(0), called("collections", "OrderedDict"), b"]"))
            case 8:
                kind = draw.choice(("Char", "Int", "Double", "Half", "BFloat16"))
            case _:
                draw.choice((size, stride)).append(1)
    storage = (
        b"(" + text("storage") + f"ctorch\n{kind}Storage\n".encode() + text("0") + text("cpu") + number(count) + b"tQ"
    )
    shape, steps = (b"(" + b"".join(map(number, numbers)) + b"t" for numbers in (size, stride))
    program = called("torch._utils", "_rebuild_tensor_v2", storage, number(offset), shape, steps, grad, hooks)
    order = draw.choice((b"little", b"little", b"big"))
    content = bytes(draw.randrange(2) for _ in range(max(0, stored)))
    return archived(
        {"a/data.pkl": b"\x80\x02" + program + b".", "a/byteorder": order, "a/data/0": content, "a/version": b"3\n"}
    )


def bombs() -> list[bytes]:
    """Files that would take all memory, or all time."""
    doubled = b"N" + b"".join(b"q\x01h\x01\x86" for _ in range(60))  # a tuple of a tuple twice, of a tuple twice ...
    nested = b"N" + b"\x85" * 100_000
    collision = b"".join(
        called(
            "builtins",
            "complex",
            pickle.BINFLOAT + struct.pack(">d", -1000003.0 * n),
            pickle.BINFLOAT + struct.pack(">d", float(n)),
        )
        + b"N"
        for n in range(9000)
    )
    large = called("torch", "Tensor", number(2**36))
    one = b"(" + text("storage") + b"ctorch\nByteStorage\n" + text("0") + text("cpu") + number(32) + b"tQ"
    wide = called(
        "torch._utils",
        "_rebuild_tensor_v2",
        one,
        number(0),
        b"(" + number(2**50) + b"t",
        b"(" + number(0) + b"t",
        b"\x89",
        b"}",
    )
    programs = [
        b"}" + doubled + b"Ns", b"c__builtin__\nset\n]" + doubled + b"a\x85R", called("torch", "device", doubled), called("torch", "Size", doubled), b"}" + nested + b"Ns", nested,
        b"}(" + collision + b"u", large, wide, called("torch", "Size", wide), called("builtins", "set", wide), called("builtins", "bytearray", number(2**36)),
        called("builtins", "bytearray", wide), called("collections", "OrderedDict", wide), called("collections", "Counter", wide), b"]" * 100_000, b"(" * 100_000,
        b"ctorch._utils\n_rebuild_tensor_v2\n" + wide + b"R", b"](" + wide + b"e", b"}" + wide + b"b", called("_codecs", "encode", text("a"), text("zlib")),
        *(b"\x80\x04" + code + struct.pack("<Q", size) for code in (b"\x95", b"\x96", b"\x8d", b"\x8e") for size in (2**31, 2**40, 2**63 - 1)),
        *(code + struct.pack("<I", size) for code in (b"X", b"B", b"T", b"\x8b", b"r", b"j") for size in (2**28, 2**31 - 1, 2**32 - 1)),
        b"Nr" + struct.pack("<I", 2**32 - 1),
        *(b"(" + code * 3_000_000 + b"t" for code in (b"\x8f", b"}", b"]", b"(", b"N\x85")),  # many objects of a byte each
    ]  # fmt: skip
    files = [
        archived(
            {"a/data.pkl": b"\x80\x02" + p + b".", "a/byteorder": b"little", "a/data/0": bytes(32), "a/version": b"3\n"}
        )
        for p in programs
    ]
    files.append(archived({"a/data.pkl": bytes(2**28), "a/version": b"3\n"}, zipfile.ZIP_DEFLATED))
    content = OrderedDict({"a/data.pkl": pickle.dumps(1, 2), "a/version": b"3\n"}) | {
        f"a/data/{n}": b"" for n in range(3000)
    }
    files.append(archived(content))
    return files


WAYS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    bytes_changed,
    records_changed,
    instructions_changed,
    written,
    claimed,
)


def changed(seed: int, whole: list[bytes]) -> bytes:
    draw = random.Random(seed)
    return WAYS[seed % len(WAYS)](draw, draw.choice(whole))


# ---------------------------------------------------------------------------------------------------------------------
# The judge
# ---------------------------------------------------------------------------------------------------------------------
def outcomes(package: str, files: list[bytes], path: Path) -> list[str]:
    """What loading each file comes to; "ended ..." if it ended the process."""
    path.write_bytes(pickle.dumps(files))
    lines: list[str] = []
    while len(lines) < len(files):
        command = [
            sys.executable,
            "-m",
            "parity_tests.sweeps.loading",
            package,
            str(path),
            str(len(lines)),
            str(MEGABYTES),
        ]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        lines += done.stdout.splitlines()
        if len(lines) < len(files):
            assert done.returncode < 0, done.stderr
            lines.append(f"ended by signal {-done.returncode}")
    return lines


def check(seeds: range, compare: int, path: Path) -> Counter[str]:
    """Load the files that were changed with these seeds; torch loads every `compare`-th of them."""
    whole = bases()
    files = [*whole, *(bombs() if seeds.start == 0 else []), *(changed(seed, whole) for seed in seeds)]
    ours = outcomes("minitorch_pt", files, path)
    sample = [at for at, line in enumerate(ours) if line.startswith("value") or at % compare == 0]
    theirs = dict(zip(sample, outcomes("torch", [files[at] for at in sample], path), strict=True))
    counts, wrong = Counter[str](), []
    for at, line in enumerate(ours):
        told, expected = f"{at - len(files) + seeds.stop}: {line[:300]}", theirs.get(at, "")
        if line.startswith("value"):
            counts["values"] += 1
            if line != expected:
                wrong.append(f"{told}\n     torch: {expected[:300]}")
        elif re.match("error (UnpicklingError|RuntimeError|DeviceError|EOFError 'Ran out of input)", line):
            counts["errors"] += 1
            counts["errors where torch gives a value"] += expected.startswith("value")
            if at < len(whole):
                wrong.append(told)
        else:
            wrong.append(told)
    assert not wrong, f"{len(wrong)} of {len(files)}:\n" + "\n".join(wrong[:30])
    return counts


def test_files(tmp_path):
    counts = check(range(1500), 10, tmp_path / "files")
    compared("files", counts)


@pytest.mark.long
@pytest.mark.parametrize("start", range(1500, 21500, 2000))
def test_many_files(start, tmp_path):
    check(range(start, start + 2000), 10, tmp_path / "files")
