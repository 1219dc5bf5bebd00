"""save and load: files of torch's own format, which torch reads and writes too.

A file is a zip archive whose records are stored as they are, all in one directory, here `model/`:

    model/data.pkl      a pickle: what was saved, with each tensor as a call of `torch._utils._rebuild_tensor_v2`
    model/data/0        the plain bytes of the first storage, the memory that one or more tensors look into
    model/data/1        ... of the second
    model/byteorder     "little" or "big"
    model/version       "3"

`writing` makes it, `reading` reads it, `legacy` does both for the format before 2020, which is no archive. A pickle is a small program
that may call any function by its name, and so run any code. `machine` runs it with the few functions that `names` lists, those that build
tensors and containers; `load(weights_only=False)` gives a file that is trusted to Python's own `pickle`.
"""

from ..names.places import settle as _settle
from .names import (
    add_safe_globals as add_safe_globals,
    clear_safe_globals as clear_safe_globals,
    get_safe_globals as get_safe_globals,
    safe_globals as safe_globals,
)
from .reading import (
    FILE_LIKE as FILE_LIKE,
    MAP_LOCATION as MAP_LOCATION,
    get_unsafe_globals_in_checkpoint as get_unsafe_globals_in_checkpoint,
    load as load,
)
from .switches import (
    LoadEndianness as LoadEndianness,
    get_crc32_options as get_crc32_options,
    get_default_load_endianness as get_default_load_endianness,
    get_default_mmap_options as get_default_mmap_options,
    set_crc32_options as set_crc32_options,
    set_default_load_endianness as set_default_load_endianness,
    set_default_mmap_options as set_default_mmap_options,
    skip_data as skip_data,
)
from .writing import save as save

DEFAULT_PROTOCOL = 2  # of pickle
__all__ = [
    "LoadEndianness", "add_safe_globals", "clear_safe_globals", "get_crc32_options", "get_default_load_endianness", "get_default_mmap_options",
    "get_safe_globals", "get_unsafe_globals_in_checkpoint", "load", "safe_globals", "save", "set_crc32_options", "set_default_load_endianness",
    "set_default_mmap_options", "skip_data",
]  # fmt: skip

_settle(__name__, globals())
