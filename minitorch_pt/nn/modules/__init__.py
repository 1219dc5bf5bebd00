"""The layers, one file a family, as in torch/nn/modules."""

from .activation import *
from .container import *
from .dropout import *
from .flatten import *
from .linear import *
from .loss import *
from .module import *
