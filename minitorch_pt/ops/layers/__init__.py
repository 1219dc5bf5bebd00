"""The operations behind layers: convolution, pooling, normalisation, recurrent networks, attention, embeddings."""

from .convolution import *
from .distances import *
from .dropouts import *
from .embedding import *
from .linears import *
from .normalization import *
from .padding import *
from .pooling import *
from .recurrent import *
from .shuffling import *
