"""torch.distributions: random numbers with a density. Each can be drawn from, and tells the log-probability of what is drawn.

    draw = Normal(0.0, 1.0).sample()            # not differentiated
    draw = Normal(mean, deviation).rsample()    # gradients flow to the parameters: the draw is mean + deviation * noise
    loss = -Categorical(logits=scores).log_prob(action) * reward

A distribution has a batch_shape, the shape of its parameters (independent distributions side by side), and an event_shape, the
shape of one draw. sample(s) gives a tensor of shape s + batch_shape + event_shape, and log_prob takes its event axes away.
"""

import typing as _typing
from types import ModuleType as _ModuleType

from ..names.places import settle as _settle
from . import constraints as constraints, joined_transforms as _joined_transforms, transform as _transform
from .bernoulli import *
from .beta import *
from .binomial import *
from .categorical import *
from .cauchy import *
from .chi2 import *
from .constraint_registry import biject_to as biject_to, transform_to as transform_to
from .continuous_bernoulli import *
from .dirichlet import *
from .distribution import *
from .exponential import *
from .fishersnedecor import *
from .gamma import *
from .generalized_pareto import *
from .geometric import *
from .gumbel import *
from .half_cauchy import *
from .half_normal import *
from .independent import *
from .inverse_gamma import *
from .kl import *
from .kumaraswamy import *
from .laplace import *
from .left_out import *
from .lkj_cholesky import *
from .log_normal import *
from .logistic_normal import *
from .lowrank_multivariate_normal import *
from .mixture_same_family import *
from .multinomial import *
from .multivariate_normal import *
from .negative_binomial import *
from .normal import *
from .one_hot_categorical import *
from .pareto import *
from .poisson import *
from .relaxed_bernoulli import RelaxedBernoulli as RelaxedBernoulli
from .relaxed_categorical import RelaxedOneHotCategorical as RelaxedOneHotCategorical
from .studentT import *
from .transformed_distribution import *
from .transforms import *
from .uniform import *
from .von_mises import *
from .weibull import *
from .wishart import *

_settle(
    f"{__name__}.transforms",
    {name: getattr(room, name) for room in (_transform, _joined_transforms) for name in room.__all__},
)

if not _typing.TYPE_CHECKING:  # without the files: `normal` and `poisson` would hide torch's functions
    __all__ = [name for name, thing in globals().items() if name[0] != "_" and not isinstance(thing, _ModuleType)]
