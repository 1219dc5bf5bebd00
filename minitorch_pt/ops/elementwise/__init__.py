"""Operations that treat each element by itself: arithmetic, functions of one number, activations."""

from .activations import *
from .arithmetic import *
from .choosing import *
from .comparison import *
from .error_functions import *
from .exponentials import *
from .gamma_functions import *
from .piecewise import *
from .real_numbers import *
from .rounding import *
from .softmaxes import *
from .special_functions import *
from .trigonometry import *
