"""The zip archive that a file is: its table of contents, and its records.

PK 3 4, the record's name, something to fill up to a round address, and its bytes        of each record
PK 1 2, checksum, length, name, and where it begins                                      of each record: the table of contents
PK 6 6 ..., PK 6 7 ...                                                                   its length and place, in large numbers
PK 5 6, the number of records, and the length and place of the table                     the end, where reading begins
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import numpy as np

__all__ = ["Archive", "filled", "size_of"]

_HEADER, _ENTRY, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_LARGE = 76  # the bytes of what says it in large numbers, which torch always writes
_ELSEWHERE = 0xFFFFFFFF  # stands for a number that is a large one
_ENCRYPTED, _DIRECTORY = 0x2061, 0x10  # flags: encrypted in one of three ways, or a patch; a directory
_CHUNK = 1 << 20


def _damaged(what: str) -> RuntimeError:
    return RuntimeError(f"failed reading zip archive: the file is damaged: {what}")


class _Record(NamedTuple):
    stored: bool  # as it is, and not compressed or encrypted
    checksum: int
    length: int
    header: int  # where it begins


class _Table(NamedTuple):
    entries: int
    length: int
    first: int  # where it begins, from the start of the archive
    end: int  # where the archive ends in the file


def _table(file: BinaryIO, start: int, place: int) -> _Table | None:
    """What the end at `place` says, if that is the end of an archive that begins at `start`."""
    before = min(_LARGE, place - start)
    file.seek(place - before)
    data = file.read(before + 22)
    if len(data) < before + 22 or data[before : before + 4] != _END:
        return None
    disk, other, here, count, length, first, comment = struct.unpack("<4H2IH", data[before + 4 :])
    ends = place - start
    if before == _LARGE and data[:4] == b"PK\x06\x06":
        ends -= _LARGE
        disk, other, here, count, length, first = struct.unpack("<2I4Q", data[16:56])
        if data[56:_LARGE] != struct.pack("<4sIQI", b"PK\x06\x07", 0, ends, 1):
            return None
    whole = disk == other == comment == 0 and here == count  # not parts on several disks
    return _Table(count, length, first, place + 22) if whole and first + length == ends else None


def _found(file: BinaryIO, start: int, size: int) -> _Table:
    """The table of the archive that begins at `start`, at the end of the file, or earlier if another save follows in it."""
    if size - start >= 22 and (table := _table(file, start, size - 22)):
        return table
    for position in range(start, size, _CHUNK):
        file.seek(position)
        chunk, place = file.read(_CHUNK + 3), -1
        while (place := chunk.find(_END, place + 1)) >= 0:
            if table := _table(file, start, position + place):
                return table
    raise _damaged("it has no end, or is cut off")


def _records(data: bytes, count: int) -> Iterator[tuple[str, _Record]]:
    """The entries of a table of contents."""
    at = 0
    for _ in range(count):
        if data[at : at + 4] != _ENTRY or len(data) < at + 46:
            raise _damaged("an entry is missing in its table of contents")
        (_, _, flags, method, _, _, checksum, packed, length, name, extra, comment, disk, _, attributes, header) = (
            struct.unpack("<6H3I5H2I", data[at + 4 : at + 46])
        )
        names, at = data[at + 46 : at + 46 + name], at + 46 + name
        fields, at = data[at : at + extra], at + extra + comment
        large = _large(fields)
        length, packed, header = (next(large) if n == _ELSEWHERE else n for n in (length, packed, header))
        if disk or attributes & _DIRECTORY:
            raise _damaged("an entry of its table of contents is a directory, or on another disk")
        stored = method == 0 and not flags & _ENCRYPTED and packed == length
        try:
            title = names.decode()
        except UnicodeDecodeError as error:
            raise _damaged(f"the name of a record is no text: {names[:80]!r}") from error
        yield title, _Record(stored, checksum, length, header)
    if at != len(data):
        raise _damaged("its table of contents is of another length than it claims")


def _large(fields: bytes) -> Iterator[int]:
    """The large numbers in the further fields of an entry."""
    while len(fields) >= 4:
        kind, length = struct.unpack("<HH", fields[:4])
        if kind == 1:
            yield from (n for (n,) in struct.iter_unpack("<Q", fields[4 : 4 + length // 8 * 8]))
        fields = fields[4 + length :]
    raise _damaged("a large number is missing in its table of contents")


class Archive:
    """The records of the archive that begins where an open file stands; it ends at `end`.

    Raises:
        RuntimeError: it is damaged, or not one of torch.save: records of one name, in several directories, compressed or encrypted.
    """

    def __init__(self, file: BinaryIO) -> None:
        start, size = file.tell(), size_of(file)
        table = _found(file, start, size)
        self.end = table.end
        if (start, self.end) != (0, size):
            file.seek(start)
            file = io.BytesIO(file.read(self.end - start))
        self._file, self._size = file, self.end - start
        file.seek(table.first)
        entries = list(_records(file.read(table.length), table.entries))
        self._records = dict(entries)
        self._title = entries[0][0].partition("/")[0] if entries else ""
        if len(self._records) < len(entries) or any(not name.startswith(f"{self._title}/") for name in self._records):
            raise _damaged("two records have one name, or they are not all in one directory")
        if sum(record.length for record in self._records.values()) > self._size:
            raise _damaged("its records claim more bytes than it has")
        for name in (name.partition("/")[2] for name in self._records):
            if not name.startswith("data/"):  # all others are small: what is damaged is found, even if nobody needs it
                self.read(name)

    def __contains__(self, name: str) -> bool:
        return f"{self._title}/{name}" in self._records

    def place(self, name: str) -> tuple[int, int]:
        """Where in the file the bytes of a record begin, and how many they are."""
        record = self._records.get(f"{self._title}/{name}")
        if record is None:
            raise _damaged(f"it has no record {name[:80]!r}")
        if not record.stored:
            raise RuntimeError(
                f"the record {name[:80]!r} of the zip archive is compressed or encrypted, and torch.save stores them as they are: unzip the file, and zip it without compression"
            )
        header, first = b"", record.header + 30
        if first <= self._size:
            self._file.seek(record.header)
            header = self._file.read(30)
            first += sum(struct.unpack("<HH", header[26:]))  # its name, and what fills up
        if header[:4] != _HEADER or first + record.length > self._size:
            raise _damaged(f"the record {name[:80]!r} is not where it should be")
        return first, record.length

    def read(self, name: str, dtype: np.dtype = np.dtype(np.uint8)) -> np.ndarray:  # noqa: B008
        """What a record holds, as a row of elements in memory of their own."""
        first, length = self.place(name)
        data = np.empty(length // dtype.itemsize, dtype)
        self._file.seek(first)
        checksum = self._records[f"{self._title}/{name}"].checksum  # torch writes 0 if it is told not to count
        if not filled(self._file, data) or checksum not in (0, zlib.crc32(data.data)):
            raise _damaged(f"the record {name[:80]!r} is not as it was written")
        return data

    def stream(self, name: str) -> io.BytesIO:
        """What a record holds, as a file."""
        return io.BytesIO(self.read(name).data)


def size_of(file: BinaryIO) -> int:
    """The number of bytes of an open file, which stays where it stands."""
    place = file.tell()
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(place)
    return size


def filled(file: Any, data: np.ndarray) -> bool:
    """Read the bytes of a row of elements from a file; whether it has so many."""
    view, done = data.view(np.uint8).data, 0
    if not hasattr(file, "readinto"):
        found = file.read(len(view))
        view[: len(found)] = found
        return len(found) == len(view)
    while done < len(view) and (count := file.readinto(view[done:])):
        done += count
    return done == len(view)
