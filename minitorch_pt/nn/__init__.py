"""torch.nn: layers, containers, losses; `functional` has them as functions, `init` fills parameters, `utils` clips gradients."""

import importlib as _importlib

from ..names.places import adopt as _adopt, settle as _settle
from . import (
    attention as attention,
    common_types as common_types,
    functional as functional,
    grad as grad,
    init as init,
)
from .modules import *
from .modules import (
    lazy as _lazy,
    margin_losses as _margins,
    module as _module,
    multihead_attention as _attention,
    utils as _numbers,
)
from .parallel import DataParallel as DataParallel
from .parameter import Buffer as Buffer, Parameter as Parameter

from . import utils as utils  # isort: skip

_adopt(_module.Module)
_settle(functional.__name__, vars(functional))
_settle(
    f"{__name__}.modules.module",
    {name: getattr(_module, name) for name in dir(_module) if name.startswith("register_module_")},
)
_settle(f"{__name__}.modules.activation", {name: getattr(_attention, name) for name in _attention.__all__})
_settle(f"{__name__}.modules.loss", {name: getattr(_margins, name) for name in _margins.__all__})
_settle(
    Parameter.__module__,
    {name: getattr(_lazy, name) for name in ("UninitializedBuffer", "UninitializedParameter", "is_lazy")},
)
_importlib.import_module(f"{__name__}._reduction")  # torch's name; programs ask for it without an import of their own
