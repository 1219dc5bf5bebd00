"""torch.nn: layers, containers, losses; `functional` has them as functions, `init` fills parameters, `utils` clips gradients."""

from . import functional, init
from .modules import *
from .parameter import Buffer, Parameter

from . import utils  # isort: skip
