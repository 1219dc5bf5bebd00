"""The derivative sheet: one file a family, each operation's value and gradients side by side."""

from .activations import *
from .calculus import *
from .convolution import *
from .diagonal import *
from .distances import *
from .dropouts import *
from .embedding import *
from .indexing import *
from .matrices import *
from .normalization import *
from .numbered_losses import *
from .padding import *
from .pointwise import *
from .pooling import *
from .products import *
from .real_numbers import *
from .recurrent import *
from .reductions import *
from .scatters import *
from .shape import *
from .shrinking import *
from .sorting import *
from .special_functions import *
from .statistics import *
from .vision import *
