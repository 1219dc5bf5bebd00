"""The layers, one file a family, as in torch/nn/modules."""

import typing as _typing

from .activation import *
from .adaptive import *
from .batchnorm import *
from .channelshuffle import *
from .container import *
from .conv import *
from .distance import *
from .dropout import *
from .flatten import *
from .fold import *
from .instancenorm import *
from .lazy import *
from .linear import *
from .loss import *
from .module import *
from .normalization import *
from .padding import *
from .pixelshuffle import *
from .pooling import *
from .rnn import *
from .sparse import *
from .transformer import *
from .upsampling import *

if not _typing.TYPE_CHECKING:  # without the files: `dropout` and `flatten` would hide torch's functions
    __all__ = [name for name, thing in globals().items() if isinstance(thing, type)]
