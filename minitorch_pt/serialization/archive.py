"""The zip archive that a file is: where its records lie."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any, BinaryIO

import numpy as np

__all__ = ["Archive", "filled", "size_of"]

_HEADER, _END = b"PK\x03\x04", b"PK\x05\x06"  # before each record; behind the table of contents, which is at the end
_END64 = 76  # the bytes of what torch writes before the end, for archives of more than 4 GB
_ENCRYPTED = 0x2041  # the flags of records that are, in ways old and new
_CHUNK = 1 << 20


def _entries(file: BinaryIO, start: int, place: int) -> int:
    """How many records the archive has that begins at `start` and ends with what is at `place`, or -1 if none does."""
    before = min(_END64, place - start)
    file.seek(place - before)
    data = file.read(before + 22)
    if len(data) < before + 22 or data[before : before + 4] != _END:
        return -1
    disk, other, here, count, length, first, comment = struct.unpack("<4H2IH", data[before + 4 :])
    if before == _END64 and data[:4] == b"PK\x06\x06":
        place -= _END64
        if data[56:_END64] != struct.pack("<4sIQI", b"PK\x06\x07", 0, place - start, 1):  # what says where that is
            return -1
        disk, other, here, count, length, first = struct.unpack("<2I4Q", data[16:56])
    whole = disk == other == comment == 0 and here == count
    return count if whole and start + first + length == place else -1


def _end(file: BinaryIO, start: int, size: int) -> tuple[int, int]:
    """Where the archive that begins at `start` ends, and how many records it has: another save may follow in the file."""
    if size - start >= 22 and (count := _entries(file, start, size - 22)) >= 0:
        return size, count
    for position in range(start, size, _CHUNK):
        file.seek(position)
        chunk, place = file.read(_CHUNK + 3), -1
        while (place := chunk.find(_END, place + 1)) >= 0:
            if (count := _entries(file, start, position + place)) >= 0:
                return position + place + 22, count
    raise RuntimeError("failed reading zip archive: it has no end: the file is cut off, or damaged there")


class Archive:
    """The records of the archive that begins where an open file stands; the file stands behind it then.

    Raises:
        RuntimeError: it is damaged, or not one of torch.save: records that are compressed, encrypted, outside the file, of one name or of
            several directories.
    """

    def __init__(self, file: BinaryIO) -> None:
        start, size = file.tell(), size_of(file)
        self.end, count = _end(file, start, size)
        if (start, self.end) != (0, size):
            file.seek(start)
            file = io.BytesIO(file.read(self.end - start))
        self._file, self._size = file, self.end - start
        try:
            entries = zipfile.ZipFile(file).infolist()
        except OSError:
            raise
        except Exception as error:
            raise RuntimeError(
                f"failed reading zip archive: its table of contents is damaged: {error!r:.200}"
            ) from error
        self._title = entries[0].filename.partition("/")[0] if entries else ""
        self._entries = {entry.filename: entry for entry in entries}
        if not len(self._entries) == len(entries) == count or any(
            not n.startswith(f"{self._title}/") for n in self._entries
        ):
            raise RuntimeError(
                "failed reading zip archive: records are missing, have one name, or are not in one directory"
            )
        if sum(entry.file_size for entry in entries) > self._size:
            raise RuntimeError("failed reading zip archive: its records claim more bytes than the file has")
        for name in (n.partition("/")[2] for n in self._entries):
            if not name.startswith("data/"):  # a damaged file is refused, whatever it is that is damaged
                self.read(name)

    def __contains__(self, name: str) -> bool:
        return f"{self._title}/{name}" in self._entries

    def place(self, name: str) -> tuple[int, int]:
        """Where in the file a record lies, and its length."""
        entry = self._entries.get(f"{self._title}/{name}")
        if entry is None:
            raise RuntimeError(f"failed reading zip archive: the file is damaged: it has no record {name[:80]!r}")
        if (
            entry.compress_type != zipfile.ZIP_STORED
            or entry.flag_bits & _ENCRYPTED
            or entry.compress_size != entry.file_size
        ):
            raise RuntimeError(f"failed reading zip archive: the record {name!r} is compressed or encrypted; torch.save stores them as they are: "
                               "unzip the file and zip it with no compression")  # fmt: skip
        header, first = b"", entry.header_offset + 30
        if 30 <= first <= self._size:
            self._file.seek(first - 30)
            header = self._file.read(30)
            first += sum(struct.unpack("<HH", header[26:]))  # its name, and what fills up to a round address
        if header[:4] != _HEADER or first + entry.file_size > self._size:
            raise RuntimeError(
                f"failed reading zip archive: the file is damaged: the record {name!r} is not where it should be"
            )
        return first, entry.file_size

    def read(self, name: str, dtype: np.dtype = np.dtype(np.uint8)) -> np.ndarray:  # noqa: B008
        """What a record holds, as a row of elements in memory of its own."""
        first, length = self.place(name)
        data = np.empty(length // dtype.itemsize, dtype)
        self._file.seek(first)
        checksum = self._entries[f"{self._title}/{name}"].CRC  # torch writes 0 if it is told not to count
        if not filled(self._file, data) or checksum not in (0, zlib.crc32(data.data)):
            raise RuntimeError(
                f"failed reading zip archive: the file is damaged: the record {name!r} is not as it was written"
            )
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
