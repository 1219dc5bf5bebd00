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
_CHUNK = 1 << 20


def _closes(file: BinaryIO, start: int, place: int) -> bool:
    """Whether there is, at `place`, the end of an archive that begins at `start`."""
    before = min(_END64, place - start)
    file.seek(place - before)
    data = file.read(before + 22)
    if len(data) < before + 22 or data[before : before + 4] != _END:
        return False
    length, first = struct.unpack("<II", data[before + 12 : before + 20])
    if data[:4] == b"PK\x06\x06" and before == _END64:
        place -= _END64
        length, first = struct.unpack("<QQ", data[40:56])
    return start + first + length == place


def _end(file: BinaryIO, start: int, size: int) -> int:
    """Where the archive that begins at `start` ends: at the end of the file, or earlier if another save follows in it."""
    if size - start >= 22 and _closes(file, start, size - 22):
        return size
    for position in range(start, size, _CHUNK):
        file.seek(position)
        chunk, place = file.read(_CHUNK + 3), -1
        while (place := chunk.find(_END, place + 1)) >= 0:
            if _closes(file, start, position + place):
                return position + place + 22
    raise RuntimeError("failed reading zip archive: it has no end: the file is cut off, or damaged there")


class Archive:
    """The records of the archive that begins where an open file stands; the file stands behind it then.

    Raises:
        RuntimeError: it is damaged, or not one of torch.save: records that are compressed, encrypted, outside the file, of one name or of
            several directories.
    """

    def __init__(self, file: BinaryIO) -> None:
        start, size = file.tell(), size_of(file)
        self.end = _end(file, start, size)
        if (start, self.end) != (0, size):
            file.seek(start)
            file = io.BytesIO(file.read(self.end - start))
        self._file, self._size = file, self.end - start
        try:
            entries = zipfile.ZipFile(file).infolist()
        except OSError:
            raise
        except Exception as error:
            raise RuntimeError(f"failed reading zip archive: its table of contents is damaged: {error!r}") from error
        self._title = entries[0].filename.partition("/")[0] if entries else ""
        self._entries = {entry.filename: entry for entry in entries}
        if len(self._entries) < len(entries) or not all(name.startswith(f"{self._title}/") for name in self._entries):
            raise RuntimeError(
                "failed reading zip archive: two records have one name, or they are not in one directory"
            )
        if sum(entry.file_size for entry in entries) > self._size:
            raise RuntimeError("failed reading zip archive: its records claim more bytes than the file has")

    def __contains__(self, name: str) -> bool:
        return f"{self._title}/{name}" in self._entries

    def place(self, name: str) -> tuple[int, int]:
        """Where in the file a record lies, and its length."""
        entry = self._entries.get(f"{self._title}/{name}")
        if entry is None:
            raise RuntimeError(f"failed reading zip archive: the file is damaged: it has no record {name[:80]!r}")
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 or entry.compress_size != entry.file_size:
            raise RuntimeError(f"failed reading zip archive: the record {name!r} is compressed or encrypted; torch.save stores them as they are: "
                               "unzip the file and zip it with no compression")  # fmt: skip
        self._file.seek(max(0, entry.header_offset))
        header = self._file.read(30)
        first = entry.header_offset + 30
        if len(header) == 30:
            first += sum(
                struct.unpack("<HH", header[26:])
            )  # the lengths of its name and of what fills up to a round address
        if header[:4] != _HEADER or first + entry.file_size > self._size:
            raise RuntimeError(
                f"failed reading zip archive: the file is damaged: it has no record {name!r} where it should be"
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
