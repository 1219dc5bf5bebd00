"""Operations that treat each element by itself: arithmetic, functions of one number, activations."""

from .activations import *
from .pointwise import *
from .real_numbers import *
from .shrinking import *
from .special_functions import *
