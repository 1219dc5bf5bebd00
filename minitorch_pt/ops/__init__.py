"""The derivative sheet: one file a family, each operation's value and gradients side by side."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from .broadcasting import *
from .built_matrices import *
from .calculus import *
from .contractions import *
from .counting import *
from .diagonal import *
from .distances import *
from .elementwise import *
from .extremes import *
from .gathering import *
from .indexing import *
from .joins import *
from .matrices import *
from .norms import *
from .products import *
from .quantiles import *
from .reductions import *
from .reordering import *
from .scatters import *
from .segments import *
from .shape import *
from .slicing import *
from .sorting import *
from .statistics import *
from .totals import *
from .writing import *

if _TYPE_CHECKING:
    from .layers import *
    from .losses import *

# imported when a name is asked for that the files above have not: a program without a network does without
FAMILIES = ("layers", "losses")


def _load_library(path: object) -> None:
    """Refused, with the error for which packages with compiled operations have a way without them."""
    raise OSError(f"Could not load this library: {path}: minitorch_pt runs no compiled operations of PyTorch's")


def __getattr__(name: str) -> object:
    if name == "load_library":
        return _load_library
    if name in ("aten", *FAMILIES):  # aten: for packages that name operations as PyTorch's library does
        return _import_module(f".{name}", __name__)
    for family in FAMILIES if name[0] != "_" else ():
        held = vars(_import_module(f".{family}", __name__))
        if name in held:
            return globals().setdefault(name, held[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
