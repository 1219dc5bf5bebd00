"""The derivative sheet: one file a family, each operation's value and gradients side by side."""

from .calculus import *
from .contractions import *
from .counting import *
from .diagonal import *
from .elementwise import *
from .extremes import *
from .gathering import *
from .indexing import *
from .joins import *
from .layers import *
from .losses import *
from .matrices import *
from .parts import *
from .products import *
from .quantiles import *
from .reductions import *
from .reordering import *
from .scatters import *
from .segments import *
from .shape import *
from .sorting import *
from .statistics import *
from .totals import *
from .writing import *
