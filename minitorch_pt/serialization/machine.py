"""The machine that runs a pickle which nobody vouches for: it knows the instructions that torch.save writes, and calls what is listed.

A pickle is a program for a machine with a stack. The one of `torch.save({"a": 1})` reads

    PROTO 2                             the version
    EMPTY_DICT, BINPUT 0                push {}; remember it as number 0
    BINUNICODE "a", BINPUT 1            push "a"
    BININT1 1                           push 1
    SETITEM                             pop 1 and "a", put them into the dictionary, now the uppermost
    STOP                                that is the result

and a tensor is GLOBAL (push a function), MARK, ..., TUPLE (push what follows the mark as one tuple), REDUCE (call the function with it).
What is stored elsewhere in the file, a storage, is asked for with BINPERSID. `python -m pickletools` shows those of any pickle.

What a hostile pickle could do with more than its own bytes is bounded: no instruction claims memory that the file does not hold, the objects
of one byte each take but a few times the file, and keys of dictionaries and sets can neither take long to hash nor all have the same hash.
"""

from __future__ import annotations

import pickle
import pickletools
import struct
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any, BinaryIO

from ..arrays.formats import layout
from ..arrays.size import Size
from ..tensors.device import device
from .names import ENCODE, REBUILDS, get_layout, known, modern, user_allowed

__all__ = ["Machine"]

_TITLES = {op.code: op.name for op in pickletools.opcodes}  # of every instruction, for messages
_PARTS, _SAME = 100, 64  # the most parts of a key, and the most keys of one hash in a container
_TIMES, _FREE = 16, 64 << 20  # the most memory of objects: so many times the file's bytes, and so many bytes besides
# about how many bytes there are behind instructions that are shorter than what they make
_MEMORY = {
    pickle.EMPTY_SET: 224, pickle.EMPTY_DICT: 72, pickle.EMPTY_LIST: 64, pickle.MARK: 64, pickle.TUPLE: 64, pickle.TUPLE1: 56,
    pickle.TUPLE2: 64, pickle.TUPLE3: 72, pickle.BINPUT: 100, pickle.LONG_BINPUT: 100, pickle.REDUCE: 300, pickle.NEWOBJ: 300,
    pickle.SHORT_BINSTRING: 56, pickle.LONG1: 40,
}  # fmt: skip


def _failed(what: str) -> pickle.UnpicklingError:
    return pickle.UnpicklingError(
        f"Weights only load failed: the file {what}. Files of tensors and containers need no such thing, and it could run any code. "
        "If you trust where the file comes from, load it with weights_only=False, or allow its classes with torch.serialization.add_safe_globals."
    )


class Machine:
    """Runs one pickle of an open file of `size` bytes; `persistent_load` finds the storages."""

    def __init__(self, file: BinaryIO, size: int, persistent_load: Callable) -> None:
        self._file, self._size, self._persistent_load = file, size, persistent_load
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []  # the stacks below each open MARK
        self._memo: dict[int, Any] = {}
        self._hashes: Counter[tuple[int, int]] = Counter()
        self._allowed = user_allowed()

    def load(self) -> Any:
        """Run the pickle, and give its result.

        Raises:
            UnpicklingError: it is damaged, or calls what could do harm. RuntimeError: it makes what cannot be.
        """
        left = _TIMES * self._size + _FREE
        try:
            while (code := self._read(1)) != pickle.STOP:
                left -= _MEMORY.get(code, 0)
                if left < 0:
                    raise pickle.UnpicklingError(
                        "Weights only load failed: the file makes more objects than its length explains"
                    )
                step = _STEPS.get(code)
                if step is None:
                    raise pickle.UnpicklingError(
                        f"Weights only load failed: the file is damaged, or of another protocol of pickle than 2: unsupported instruction {_TITLES.get(code.decode('latin1'), code)}"
                    )
                step(self)
            return self._stack.pop()
        except (pickle.UnpicklingError, RuntimeError, OSError):
            raise
        except Exception as error:
            raise pickle.UnpicklingError(
                f"Weights only load failed: the pickle is damaged at byte {self._file.tell()}: {type(error).__name__}: {error}"
            ) from error

    # -- reading -------------------------------------------------------------------------------------------------------
    def _read(self, count: int) -> bytes:
        found = self._file.read(count) if count <= self._size else b""  # no room is made for more than there is
        if len(found) < count:
            raise pickle.UnpicklingError(
                f"Weights only load failed: the pickle is cut off: it claims {count} bytes more at its end"
            )
        return found

    def _number(self, layout: str) -> Any:
        return struct.unpack(layout, self._read(struct.calcsize(layout)))[0]

    def _push_number(self, layout: str) -> None:
        self._stack.append(self._number(layout))

    def _text(self) -> None:
        self._stack.append(str(self._read(self._number("<I")), "utf-8", "surrogatepass"))

    def _short_text(self) -> None:  # of Python 2
        self._stack.append(str(self._read(self._number("B")), "utf-8"))

    def _long(self) -> None:
        self._stack.append(int.from_bytes(self._read(self._number("B")), "little", signed=True))

    # -- the stack -----------------------------------------------------------------------------------------------------
    def _mark(self) -> None:
        self._below.append(self._stack)
        self._stack = []

    def _since_mark(self) -> list[Any]:
        items, self._stack = self._stack, self._below.pop()
        return items

    def _tuple(self, count: int) -> None:
        self._stack.append(tuple([self._stack.pop() for _ in range(count)][::-1]))

    def _tuple_since_mark(self) -> None:
        items = tuple(self._since_mark())
        self._stack.append(items)

    def _remember(self, layout: str) -> None:
        self._memo[self._number(layout)] = self._stack[-1]

    def _recall(self, layout: str) -> None:
        self._stack.append(self._memo[self._number(layout)])

    # -- containers ----------------------------------------------------------------------------------------------------
    def _append(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) is not list:
            raise _failed(f"appends to a {type(target).__name__}")
        target.extend(items)

    def _set_items(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if type(target) not in (dict, OrderedDict, Counter):
            raise _failed(f"sets items of a {type(target).__name__}")
        for key, value in zip(items[::2], items[1::2], strict=True):
            self._check_key(target, key)
            target[key] = value

    def _check_key(self, container: Any, key: Any) -> None:
        """Refuse keys that take long to hash, such as (t, t) with t = (s, s) ..., and those chosen to have one hash."""
        if isinstance(key, (str, bytes)) or (isinstance(key, int) and abs(key) < 2**60):
            return  # whose hashes nobody can choose, or choose alike
        parts = [key]
        for part in parts:  # grows as it goes
            if isinstance(part, tuple):
                parts += part[:_PARTS]
            if len(parts) > _PARTS:
                raise pickle.UnpicklingError(f"the file has a key of more than {_PARTS} parts")
        place = id(container), hash(key)
        self._hashes[place] += 1
        if self._hashes[place] > _SAME:
            raise pickle.UnpicklingError("the file has a container in which too many keys have one hash")

    # -- calls ---------------------------------------------------------------------------------------------------------
    def _global(self) -> None:
        module, name = (self._file.readline().removesuffix(b"\n").decode() for _ in range(2))
        found = known(module, name)
        if found is None:
            found = self._allowed.get(".".join(modern(module, name)))
        if found is None:
            path = f"{module[:200]}.{name[:200]}"
            raise _failed(f"calls {path} (Unsupported global: GLOBAL {path} was not an allowed global by default)")
        self._stack.append(found)

    def _reduce(self) -> None:
        args, function = self._stack.pop(), self._stack.pop()
        if not isinstance(args, tuple):
            raise TypeError(f"a call with a {type(args).__name__} of arguments")
        for kind, make in _MAKERS:
            if function is kind:
                return self._stack.append(make(self, *args))
        if not any(function is allowed for allowed in (*REBUILDS.values(), *self._allowed.values())):
            raise _failed(f"calls a {type(function).__name__}")
        self._stack.append(function(*args))

    def _new_object(self) -> None:
        args, kind = self._stack.pop(), self._stack.pop()
        if not any(kind is allowed for allowed in self._allowed.values()):
            raise _failed(f"makes a new {getattr(kind, '__name__', type(kind).__name__)}")
        self._stack.append(kind.__new__(kind, *args))

    def _build(self) -> None:
        """Set attributes: those of a dictionary (a state_dict has `_metadata`), or what a class that is allowed says."""
        state, target = self._stack.pop(), self._stack[-1]
        if type(target) is OrderedDict:
            if not isinstance(state, dict) or not all(type(name) is str for name in state):
                raise TypeError("attributes without names")
            target.__dict__.update(state)
        elif not any(type(target) is allowed for allowed in self._allowed.values()):
            raise _failed(f"sets attributes of a {type(target).__name__}")
        elif hasattr(target, "__setstate__"):
            target.__setstate__(state)
        else:
            attributes, slots = state if isinstance(state, tuple) and len(state) == 2 else (state, None)
            if attributes:
                target.__dict__.update(attributes)
            for name, value in (slots or {}).items():
                setattr(target, name, value)

    def _storage(self) -> None:
        self._stack.append(self._persistent_load(self._stack.pop()))

    # -- types that need no trust, with arguments as pickle writes them, and no others: these take no time -------------
    def _new_size(self, sizes: tuple = ()) -> Size:
        _expect(tuple, sizes)
        return Size(sizes)

    def _new_device(self, kind: str, index: int | None = None) -> device:
        _expect(str, kind)
        _expect((int, type(None)), index)
        return device(kind, index)

    def _new_layout(self, name: str) -> layout:
        _expect(str, name)
        return get_layout(name)

    def _new_set(self, items: list) -> set:
        _expect(list, items)
        for item in items:
            self._check_key(items, item)
        return set(items)

    def _new_ordered(self, pairs: list | tuple = ()) -> OrderedDict:
        _expect((list, tuple), pairs)
        made: OrderedDict = OrderedDict()
        for pair in pairs:
            _expect((list, tuple), pair)
            key, value = pair
            self._check_key(made, key)
            made[key] = value
        return made

    def _new_counter(self, counts: dict | None = None) -> Counter:
        _expect((dict, type(None)), counts)
        return Counter(counts)

    def _new_complex(self, real: float, imaginary: float) -> complex:
        _expect((int, float), real, imaginary)
        return complex(real, imaginary)

    def _new_bytes(self, text: str, coding: str = "latin1") -> bytes:
        _expect(str, text, coding)
        if coding not in ("latin1", "latin-1", "utf-8"):
            raise LookupError(f"encoding {coding[:80]!r}")
        return text.encode(coding)

    def _new_bytearray(self, content: Any = b"", coding: str = "latin1") -> bytearray:
        return bytearray(content if isinstance(content, bytes) else self._new_bytes(content, coding))


def _expect(kinds: Any, *values: Any) -> None:
    for value in values:
        if not isinstance(value, kinds):
            raise TypeError(f"a {type(value).__name__} where none can be")


_MAKERS: tuple[tuple[Any, Callable], ...] = (
    (set, Machine._new_set),
    (OrderedDict, Machine._new_ordered),
    (Counter, Machine._new_counter),
    (complex, Machine._new_complex),
    (bytearray, Machine._new_bytearray),
    (ENCODE, Machine._new_bytes),
    (Size, Machine._new_size),
    (device, Machine._new_device),
    (get_layout, Machine._new_layout),
)

_STEPS: dict[bytes, Callable[[Machine], Any]] = {
    pickle.PROTO: lambda m: m._read(1),
    # constants and numbers
    pickle.NONE: lambda m: m._stack.append(None),
    pickle.NEWTRUE: lambda m: m._stack.append(True),
    pickle.NEWFALSE: lambda m: m._stack.append(False),
    pickle.BININT: lambda m: m._push_number("<i"),
    pickle.BININT1: lambda m: m._push_number("B"),
    pickle.BININT2: lambda m: m._push_number("<H"),
    pickle.BINFLOAT: lambda m: m._push_number(">d"),
    pickle.LONG1: Machine._long,
    pickle.BINUNICODE: Machine._text,
    pickle.SHORT_BINSTRING: Machine._short_text,
    # containers
    pickle.EMPTY_TUPLE: lambda m: m._stack.append(()),
    pickle.EMPTY_LIST: lambda m: m._stack.append([]),
    pickle.EMPTY_DICT: lambda m: m._stack.append({}),
    pickle.EMPTY_SET: lambda m: m._stack.append(set()),
    pickle.TUPLE1: lambda m: m._tuple(1),
    pickle.TUPLE2: lambda m: m._tuple(2),
    pickle.TUPLE3: lambda m: m._tuple(3),
    pickle.MARK: Machine._mark,
    pickle.TUPLE: Machine._tuple_since_mark,
    pickle.APPEND: lambda m: m._append([m._stack.pop()]),
    pickle.APPENDS: lambda m: m._append(m._since_mark()),
    pickle.SETITEM: lambda m: m._set_items([m._stack.pop(), m._stack.pop()][::-1]),
    pickle.SETITEMS: lambda m: m._set_items(m._since_mark()),
    # what was remembered
    pickle.BINPUT: lambda m: m._remember("B"),
    pickle.LONG_BINPUT: lambda m: m._remember("<I"),
    pickle.BINGET: lambda m: m._recall("B"),
    pickle.LONG_BINGET: lambda m: m._recall("<I"),
    # what is elsewhere, and calls
    pickle.BINPERSID: Machine._storage,
    pickle.GLOBAL: Machine._global,
    pickle.REDUCE: Machine._reduce,
    pickle.NEWOBJ: Machine._new_object,
    pickle.BUILD: Machine._build,
}
