"""torch.utils.tensorboard: curves for TensorBoard, where that package is installed."""

from ...names.places import settle as _settle
from .writer import SummaryWriter as SummaryWriter

__all__ = ["SummaryWriter"]
_settle(__name__, {"SummaryWriter": SummaryWriter}, {"writer": "SummaryWriter"})
