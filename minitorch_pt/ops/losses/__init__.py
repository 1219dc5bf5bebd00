"""The losses: how far a prediction is from its target, as one number to go down."""

from .top_level import *
