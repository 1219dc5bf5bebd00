"""torch.distributions: random numbers with a density. Each can be drawn from, and tells the log-probability of what is drawn.

    draw = Normal(0.0, 1.0).sample()            # not differentiated
    draw = Normal(mean, deviation).rsample()    # gradients flow to the parameters: the draw is mean + deviation * noise
    loss = -Categorical(logits=scores).log_prob(action) * reward

A distribution has a batch_shape, the shape of its parameters (independent distributions side by side), and an event_shape, the
shape of one draw. sample(s) gives a tensor of shape s + batch_shape + event_shape, and log_prob takes its event axes away.
"""

from . import constraints
from .bernoulli import *
from .categorical import *
from .cauchy import *
from .distribution import *
from .exponential import *
from .geometric import *
from .independent import *
from .kl import *
from .laplace import *
from .multinomial import *
from .normal import *
from .one_hot_categorical import *
from .uniform import *
