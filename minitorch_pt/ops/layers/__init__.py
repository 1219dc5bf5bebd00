"""The operations behind layers: convolution, pooling, normalisation, recurrent networks, attention, embeddings."""

from ...names.places import settle as _settle
from .convolution import *
from .dropouts import *
from .embedding import *
from .linears import *
from .max_pooling import *
from .normalization import *
from .padding import *
from .pooling import *
from .recurrent import *
from .shuffling import *

_settle(__name__.partition(".")[0], globals())
