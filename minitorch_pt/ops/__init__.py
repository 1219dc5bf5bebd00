"""The derivative sheet: one file a family, each operation's value and gradients side by side."""

from .activations import *
from .diagonal import *
from .dropouts import *
from .embedding import *
from .indexing import *
from .losses import *
from .normalization import *
from .padding import *
from .pointwise import *
from .products import *
from .reductions import *
from .shape import *
from .sorting import *
from .vision import *
