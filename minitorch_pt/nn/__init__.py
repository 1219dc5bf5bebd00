"""torch.nn: layers, containers, losses; `functional` has them as functions, `init` fills parameters, `utils` clips gradients."""

from ..places import settle as _settle
from . import functional as functional, init as init
from .modules import *
from .modules import lazy as _lazy
from .parameter import Buffer as Buffer, Parameter as Parameter

from . import utils as utils  # isort: skip

_settle(functional.__name__, vars(functional))
_settle(
    Parameter.__module__,
    {name: getattr(_lazy, name) for name in ("UninitializedBuffer", "UninitializedParameter", "is_lazy")},
)
