"""The derivative sheet: one file a family, each operation's value and gradients side by side."""

from .calculus import *
from .diagonal import *
from .elementwise import *
from .indexing import *
from .layers import *
from .losses import *
from .matrices import *
from .products import *
from .reductions import *
from .scatters import *
from .shape import *
from .sorting import *
from .statistics import *
