"""save and load: tensors and state_dicts in a file that holds data only, so that loading a file never runs code.

The file is a zip archive as NumPy's .npz: one array for each tensor, and a text, in JSON, for the structure that holds them.
"""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from . import dtypes
from .device import device
from .nn.parameter import Parameter
from .random import Generator
from .size import Size
from .tensor import Tensor

__all__ = ["load", "save"]


def save(obj: Any, f: Any) -> None:
    """Write tensors, and dictionaries, lists, tuples, numbers and texts that hold them, to a path or an open binary file.

    A path is written beside and then renamed: an interrupted save leaves the old file as it was.

    Raises:
        TypeError: something else is in it, a whole Module for instance (save its state_dict()).
    """
    import json  # here, as it takes 1 ms to import

    arrays: list[np.ndarray] = []
    places: dict[int, int] = {}
    text = json.dumps(_described(obj, arrays, places))
    buffer = io.BytesIO()
    members: dict[str, Any] = {f"array{i}": a for i, a in enumerate(arrays)}
    np.savez(buffer, structure=np.frombuffer(text.encode(), np.uint8), **members)
    if hasattr(f, "write"):
        f.write(buffer.getvalue())
        return
    target = Path(f)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(buffer.getvalue())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def load(f: Any, map_location: Any = None, *, weights_only: bool = True) -> Any:
    """Read what `save` wrote. Tensors that were one are one again.

    Raises:
        RuntimeError: not a file of `save`, or a device other than the CPU. FileNotFoundError: no such file.
    """
    import json

    if map_location is not None:
        device(map_location)
    try:
        with np.load(f, allow_pickle=False) as archive:
            structure = json.loads(archive["structure"].tobytes().decode())
            arrays = [archive[f"array{i}"] for i in range(len(archive.files) - 1)]
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise RuntimeError(f"{f!r} is not a file that torch.save of minitorch_pt wrote: {error}") from None
    return _restored(structure, arrays, {})


def _described(obj: Any, arrays: list[np.ndarray], places: dict[int, int]) -> Any:
    """The structure in JSON's terms: [kind, content]."""
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    if isinstance(obj, Tensor):
        if id(obj) not in places:
            places[id(obj)] = len(arrays)
            arrays.append(obj.detach()._data)
        return ["parameter" if isinstance(obj, Parameter) else "tensor", [places[id(obj)], obj.requires_grad]]
    if isinstance(obj, dict):
        kind = "ordered" if isinstance(obj, OrderedDict) else "dict"
        return [kind, [[_described(k, arrays, places), _described(v, arrays, places)] for k, v in obj.items()]]
    if isinstance(obj, (list, tuple, set)):
        kind = "size" if isinstance(obj, Size) else type(obj).__name__
        if kind in ("list", "tuple", "set", "size"):
            return [kind, [_described(x, arrays, places) for x in obj]]
    if isinstance(obj, dtypes.dtype):
        return ["dtype", obj.name]
    if isinstance(obj, Generator):
        return ["generator", _described(obj.get_state(), arrays, places)]
    raise TypeError(
        f"torch.save of minitorch_pt writes tensors, dictionaries, lists, tuples, numbers and texts, not {type(obj).__name__}; "
        "of a module or optimizer save its state_dict()"
    )


def _restored(described: Any, arrays: list[np.ndarray], made: dict[int, Tensor]) -> Any:
    if not isinstance(described, list):
        return described
    kind, content = described
    if kind in ("tensor", "parameter"):
        place, requires_grad = content
        if place not in made:
            tensor = Tensor(arrays[place])
            made[place] = (
                Parameter(tensor, requires_grad) if kind == "parameter" else tensor.requires_grad_(requires_grad)
            )
        return made[place]
    if kind == "dtype":
        return getattr(dtypes, content)
    if kind == "generator":
        return Generator().set_state(_restored(content, arrays, made))
    if kind in ("dict", "ordered"):
        pairs = [(_restored(k, arrays, made), _restored(v, arrays, made)) for k, v in content]
        return OrderedDict(pairs) if kind == "ordered" else dict(pairs)
    return {"list": list, "tuple": tuple, "set": set, "size": Size}[kind](_restored(x, arrays, made) for x in content)
