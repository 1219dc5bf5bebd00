"""The derivative sheet: one file a family, each operation's value and gradients side by side."""

from importlib import import_module as _import_module

from .calculus import *
from .contractions import *
from .counting import *
from .diagonal import *
from .elementwise import *
from .extremes import *
from .gathering import *
from .indexing import *
from .joins import *
from .layers import *
from .losses import *
from .matrices import *
from .parts import *
from .products import *
from .quantiles import *
from .reductions import *
from .reordering import *
from .scatters import *
from .segments import *
from .shape import *
from .sorting import *
from .statistics import *
from .totals import *
from .writing import *


def __getattr__(name: str) -> object:
    if name == "aten":  # for packages that name operations as PyTorch's library does
        return _import_module(".aten", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
