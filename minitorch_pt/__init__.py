"""PyTorch, small enough to read, on NumPy alone: `import minitorch_pt as torch`."""

import warnings as _warnings

# 1/0 is inf and log(-1) is nan, silently, as in torch; one filter costs nothing per operation, np.errstate 0.4 us
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"minitorch_pt\.")

from . import autograd, dtypes, ops, random
from .autograd import enable_grad, inference_mode, is_anomaly_enabled, is_grad_enabled, no_grad, set_grad_enabled
from .creation import *
from .device import *
from .dtypes import *
from .ops import *
from .printing import get_printoptions, set_printoptions
from .random import *
from .size import *
from .tensor import *

from . import datasets, nn, optim, utils  # isort: skip
from .serialization import load, save  # isort: skip

__version__ = "0.1.0"
