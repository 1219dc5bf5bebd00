"""The whole idea on one page: how PyTorch works inside, on NumPy alone.

- A *rule* is an operation written once: its value and, for each input, how the gradient flows back to that input.
- A *tensor* is an array that remembers which tensors it was made of, and so the way back.
- *backward()* walks that way from the loss to the parameters, the youngest tensor first, and fills their `.grad`.
- A *module* computes with parameters of its own, and a *loss* says how wrong the result is, in one number.
- An *optimizer* changes the parameters so that the loss falls.

Names and numbers are PyTorch's, in float64. "Grown up" names the file of this package that has what is left out here.

XOR, which no single neuron can learn:

>>> manual_seed(0)
>>> x, y = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), Tensor([[0], [1], [1], [0]])
>>> model = Sequential(Linear(2, 8), Tanh(), Linear(8, 1), Sigmoid())
>>> optimizer = Adam(model.parameters(), lr=0.1)
>>> for step in range(100):
...     optimizer.zero_grad()
...     loss = binary_cross_entropy(model(x), y)
...     loss.backward()
...     optimizer.step()
>>> model(x).data.round().tolist()
[[0.0], [1.0], [1.0], [0.0]]
"""

from functools import wraps

import numpy as np


# ---------------------------------------------------------------------------------------------------------------------
# Operations. A rule is given arrays. It returns its value and, for each input, a function, here called a pull: given g,
# the gradient of the loss with respect to the value, it returns the gradient with respect to that input (in the field's
# words: a vector-Jacobian product). Grown up: `ops/`.
# ---------------------------------------------------------------------------------------------------------------------
def differentiable(rule):
    """Turn a rule on arrays into an operation on tensors that remembers its inputs. Grown up: `autograd/rule.py`."""

    @wraps(rule)  # it keeps the rule's name and description
    def operation(*inputs):
        tensors = [i if isinstance(i, Tensor) else Tensor(i) for i in inputs]  # numbers and arrays are constants
        value, *pulls = rule(*[tensor.data for tensor in tensors])
        made_of = [(tensor, pull) for tensor, pull in zip(tensors, pulls, strict=True) if tensor.requires_grad]
        return Tensor(value, requires_grad=len(made_of) > 0, made_of=made_of)

    return operation


@differentiable
def add(input, other):
    """input + other."""
    return input + other, lambda g: g, lambda g: g


@differentiable
def sub(input, other):
    """input - other."""
    return input - other, lambda g: g, lambda g: -g


@differentiable
def mul(input, other):
    """input · other: the slope along each factor is the other factor."""
    return input * other, lambda g: g * other, lambda g: g * input


@differentiable
def div(input, other):
    """input / other."""
    return input / other, lambda g: g / other, lambda g: -g * input / other**2


@differentiable
def pow(input, exponent):
    """input to the power of exponent."""
    y = input**exponent
    return y, lambda g: g * exponent * input ** (exponent - 1), lambda g: g * y * np.log(input)


@differentiable
def neg(input):
    """-input."""
    return -input, lambda g: -g


@differentiable
def matmul(input, other):
    """The matrix product: (n, k) @ (k, m) -> (n, m).

    The gradients: (n, m) @ (m, k) -> (n, k), and (k, n) @ (n, m) -> (k, m).
    """
    if input.ndim < 2 or other.ndim < 2 or input.shape[-1] != other.shape[-2]:
        raise ValueError(f"@ needs matrices of shapes (n, k) and (k, m), got {input.shape} and {other.shape}")
    return input @ other, lambda g: g @ other.mT, lambda g: input.mT @ g


@differentiable
def t(input):
    """The transpose: rows become columns."""
    return input.T, lambda g: g.T


@differentiable
def sum(input):
    """The sum of all numbers: the slope along each is 1."""
    return input.sum(), lambda g: np.full(input.shape, g)


@differentiable
def mean(input):
    """The mean of all numbers."""
    return input.mean(), lambda g: np.full(input.shape, g / input.size)


@differentiable
def exp(input):
    """e to the power of input: it is its own slope."""
    y = np.exp(input)
    return y, lambda g: g * y


@differentiable
def log(input):
    """The natural logarithm."""
    return np.log(input), lambda g: g / input


@differentiable
def relu(input):
    """The input where it is above 0, and 0 elsewhere."""
    return np.maximum(input, 0), lambda g: g * (input > 0)


@differentiable
def sigmoid(input):
    """1 / (1 + e^-input), between 0 and 1."""
    y = np.exp(-np.logaddexp(0, -input))  # e^-log(e^0 + e^-input), where e^-input itself could overflow
    return y, lambda g: g * y * (1 - y)


@differentiable
def tanh(input):
    """The hyperbolic tangent, between -1 and 1."""
    y = np.tanh(input)
    return y, lambda g: g * (1 - y**2)


# ---------------------------------------------------------------------------------------------------------------------
# Tensors
# ---------------------------------------------------------------------------------------------------------------------
class Tensor:
    """An array, its gradient, what it was made of. Grown up: `tensors/tensor.py`; its backward(): `autograd/walk.py`.

    >>> x = Tensor([1, 2, 3], requires_grad=True)
    >>> y = (x * x).sum()
    >>> y.backward()
    >>> y, x.grad
    (tensor(14.), array([2., 4., 6.]))
    """

    count = 0  # of the tensors made so far

    def __init__(self, data, requires_grad=False, made_of=()):
        self.data = np.array(data, dtype=float)  # a copy
        self.grad = None  # an array, once backward() has been here
        self.requires_grad = requires_grad
        self.made_of = made_of  # pairs: a tensor, and the pull that carries the gradient back to it
        Tensor.count += 1
        self.number = Tensor.count  # whoever is made later has a larger number

    def backward(self):
        """Walk back to the leaves, the tensors that are made of no others, and add their gradients to their `.grad`.

        The youngest goes first: all that was made of it is younger and had its turn. So its gradient is complete, and
        each has one turn only.
        """
        if self.data.size != 1 or not self.requires_grad:
            raise RuntimeError("backward() starts from one number, made of tensors of which one has requires_grad=True")
        waiting = {self: np.ones(self.shape)}  # tensors, each with what has arrived of its gradient
        while waiting:
            tensor = max(waiting, key=lambda tensor: tensor.number)  # the youngest (PyTorch: a heap)
            gradient = waiting.pop(tensor)
            for input, pull in tensor.made_of:
                waiting[input] = waiting.get(input, 0) + unbroadcast(pull(gradient), input.shape)
            if not tensor.made_of:
                tensor.grad = gradient if tensor.grad is None else tensor.grad + gradient

    @property
    def shape(self):
        """The size along each axis."""
        return self.data.shape

    def item(self):
        """The only number in it."""
        return self.data.item()

    def __repr__(self):
        return f"tensor({np.array2string(self.data, separator=', ', prefix='tensor(')})"

    def __rsub__(self, other):
        return sub(other, self)

    def __rtruediv__(self, other):
        return div(other, self)

    # The operations above, as operators and as methods: a + b is add(a, b), x.sum() is sum(x).
    __add__ = __radd__ = add
    __mul__ = __rmul__ = mul
    __sub__, __truediv__, __pow__, __matmul__, __neg__ = sub, div, pow, matmul, neg
    T = property(t)
    sum, mean, exp, log = sum, mean, exp, log
    relu, sigmoid, tanh = relu, sigmoid, tanh
    __array_ufunc__ = None  # array * tensor: NumPy leaves it to the tensor


def unbroadcast(gradient, shape):
    """Where broadcasting used a number several times, add up its gradients. Grown up: `autograd/walk.py`."""
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))  # the axes added in front
    return gradient.sum(axis=tuple(i for i, size in enumerate(shape) if size == 1), keepdims=True)  # the axes stretched


# ---------------------------------------------------------------------------------------------------------------------
# Modules
# ---------------------------------------------------------------------------------------------------------------------
manual_seed = np.random.seed  # the same seed, the same first weights and the same dropout


class Module:
    """A part of a network: its `forward` computes an output of an input. Grown up: `nn/modules/module.py`."""

    training = True

    def __call__(self, input):
        return self.forward(input)

    def children(self):
        """The modules among its attributes."""
        return [value for value in vars(self).values() if isinstance(value, Module)]

    def parameters(self):
        """The tensors among its attributes, and the parameters of its children; each once."""
        own = [value for value in vars(self).values() if isinstance(value, Tensor)]
        return list(dict.fromkeys(own + [p for child in self.children() for p in child.parameters()]))

    def train(self, mode=True):
        """Switch to training, in which `Dropout` drops."""
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self):
        """Switch to evaluation, in which it does not."""
        return self.train(False)


class Sequential(Module):
    """Modules in a row: each is given the output of the one before. Grown up: `nn/modules/container.py`."""

    def __init__(self, *layers):
        self.layers = layers

    def children(self):
        """The layers."""
        return self.layers

    def forward(self, input):
        """Through one layer after the other."""
        for layer in self.layers:
            input = layer(input)
        return input


class Linear(Module):
    """Each output is a weighted sum of all inputs, plus a bias. Grown up: `nn/modules/linear.py`."""

    def __init__(self, in_features, out_features):
        bound = in_features**-0.5
        self.weight = Tensor(np.random.uniform(-bound, bound, (out_features, in_features)), requires_grad=True)
        self.bias = Tensor(np.random.uniform(-bound, bound, out_features), requires_grad=True)

    def forward(self, input):
        """input @ weightᵀ + bias: (n, in_features) -> (n, out_features)."""
        return input @ self.weight.T + self.bias


class ReLU(Module):
    """`relu` as a module. Grown up: `nn/modules/activation.py`."""

    def forward(self, input):
        """Number by number."""
        return relu(input)


class Sigmoid(Module):
    """`sigmoid` as a module. Grown up: `nn/modules/activation.py`."""

    def forward(self, input):
        """Number by number."""
        return sigmoid(input)


class Tanh(Module):
    """`tanh` as a module. Grown up: `nn/modules/activation.py`."""

    def forward(self, input):
        """Number by number."""
        return tanh(input)


class Dropout(Module):
    """In training, makes each number 0 with probability p and scales up the rest. Grown up: `nn/modules/dropout.py`."""

    def __init__(self, p=0.5):
        if not 0 <= p < 1:
            raise ValueError(f"the probability p must be at least 0 and below 1, got {p}")
        self.p = p

    def forward(self, input):
        """Number by number; the mean stays what it was."""
        if self.training:
            kept = np.random.random(input.shape) >= self.p
            input = input * (kept / (1 - self.p))
        return input


# ---------------------------------------------------------------------------------------------------------------------
# Losses. Grown up: `ops/losses/regression.py`, `ops/losses/classification.py`.
# ---------------------------------------------------------------------------------------------------------------------
def mse_loss(input, target):
    """The mean of the squared differences."""
    if input.shape != target.shape:
        raise ValueError(f"the target must have the shape of the input, {input.shape}, got {target.shape}")
    return ((input - target) ** 2).mean()


@differentiable
def binary_cross_entropy(input, target):
    """The mean of -log of the probability of what is true: input where the target is 1, 1 - input where it is 0."""
    if input.shape != target.shape or input.min() < 0 or input.max() > 1:
        raise ValueError(f"needs probabilities (no Sigmoid?) and targets of shape {input.shape}, got {target.shape}")
    p, q = np.maximum(input, np.exp(-100)), np.maximum(1 - input, np.exp(-100))  # so that log(0) is -100
    loss = -(target * np.log(p) + (1 - target) * np.log(q)).mean()
    return loss, lambda g: g * (input - target) / np.maximum(input * (1 - input), 1e-12) / input.size, None


@differentiable
def cross_entropy(input, target):
    """The mean of -log of the probability, softmax(input), of the true class: (n, classes), (n) -> ()."""
    one_hot = target[..., None] == np.arange(input.shape[-1])  # (n, classes): True at the true class
    if one_hot.shape != input.shape or one_hot.sum() != len(input):
        raise ValueError(f"an input {input.shape} needs one class a row, from 0 to {input.shape[-1] - 1}")
    shifted = input - input.max(axis=-1, keepdims=True)  # the same softmax, but exp does not overflow
    log_softmax = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return -log_softmax[one_hot].mean(), lambda g: g * (np.exp(log_softmax) - one_hot) / len(input), None


# ---------------------------------------------------------------------------------------------------------------------
# Optimizers
# ---------------------------------------------------------------------------------------------------------------------
class Optimizer:
    """Moves parameters against a direction; optimizers differ in how they choose it. Grown up: `optim/optimizer.py`."""

    def __init__(self, params, lr=1e-3):
        self.params, self.lr, self.state = list(params), lr, {}

    def zero_grad(self):
        """Forget the gradients, or the next backward() adds to them."""
        for p in self.params:
            p.grad = None

    def step(self):
        """Give each parameter a new array. The old one stays as it was: pulls may hold it."""
        for p in self.params:
            if p.grad is not None:
                p.data = p.data - self.lr * self.direction(p)


class SGD(Optimizer):
    """Against the gradient or, with momentum, against a sum of the gradients so far. Grown up: `optim/sgd.py`."""

    def __init__(self, params, lr=1e-3, momentum=0):
        super().__init__(params, lr)
        self.momentum = momentum

    def direction(self, p):
        """velocity ← momentum · velocity + gradient."""
        self.state[p] = self.momentum * self.state.get(p, 0) + p.grad
        return self.state[p]


class Adam(Optimizer):
    """Against the mean of the gradients, divided by the root of their mean square. Grown up: `optim/adam.py`.

    With PyTorch's betas=(0.9, 0.999) and eps=1e-8.
    """

    def direction(self, p):
        """mean / √square. Both begin at 0, which is still 0.9^t and 0.999^t of them: the divisions make up for it."""
        t, mean, square = self.state.get(p, (0, 0, 0))
        t += 1
        mean = 0.9 * mean + 0.1 * p.grad
        square = 0.999 * square + 0.001 * p.grad**2
        self.state[p] = t, mean, square
        return mean / (1 - 0.9**t) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)
