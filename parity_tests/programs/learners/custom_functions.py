# Autograd by hand: custom Functions of all kinds, gradcheck, straight-through estimators, reversed gradients, a tiny engine like micrograd beside the real one.
import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd import Function, gradcheck, gradgradcheck
from torch.autograd.function import once_differentiable


class LegendrePolynomial3(torch.autograd.Function):
    """
    We can implement our own custom autograd Functions by subclassing
    torch.autograd.Function and implementing the forward and backward passes
    """

    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input**3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input**2 - 1)


dtype, device = torch.float, torch.device("cpu")
x = torch.linspace(-math.pi, math.pi, 200, device=device, dtype=dtype)
y = torch.sin(x)
a, b, c, d = (torch.full((), v, device=device, dtype=dtype, requires_grad=True) for v in (0.0, -1.0, 0.0, 0.3))
learning_rate = 5e-5
for t in range(40):
    P3 = LegendrePolynomial3.apply
    y_pred = a + b * P3(c + d * x)
    loss = (y_pred - y).pow(2).sum()
    if t % 10 == 9:
        print(t, f"{loss.item():.3f}")
    loss.backward()
    with torch.no_grad():
        for p in (a, b, c, d):
            p -= learning_rate * p.grad
            p.grad = None
print(
    f"Result: y = {a.item():.4f} + {b.item():.4f} * P3({c.item():.4f} + {d.item():.4f} x)",
    y_pred.grad_fn,
    P3(x[:1]),
    P3(a).grad_fn.name(),
)


class Exp(Function):
    @staticmethod
    def forward(i):
        return i.exp()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, g):
        (result,) = ctx.saved_tensors
        return g * result


class LinearFunction(Function):
    @staticmethod
    def forward(ctx, input, weight, bias=None):
        ctx.save_for_backward(input, weight, bias)
        output = input.mm(weight.t())
        if bias is not None:
            output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias


class SortBoth(Function):
    @staticmethod
    def forward(ctx, x, descending):
        values, index = x.sort(descending=descending)
        ctx.mark_non_differentiable(index)
        ctx.save_for_backward(index)
        ctx.set_materialize_grads(False)
        return values, index

    @staticmethod
    @once_differentiable
    def backward(ctx, g_values, g_index):
        print("gradients", g_values is None, g_index is None)
        (index,) = ctx.saved_tensors
        return torch.zeros_like(g_values).scatter_(-1, index, g_values), None


class Doubled(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)

    @staticmethod
    def backward(ctx, g):
        return g * 2


class Sign(Function):
    """Binarized activations with a straight-through gradient."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sign()

    @staticmethod
    def backward(ctx, g):
        return g * (ctx.saved_tensors[0].abs() <= 1).to(g.dtype)


class GradReverse(Function):
    @staticmethod
    def forward(ctx, x, lambd):
        ctx.lambd = lambd
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return g.neg() * ctx.lambd, None


torch.manual_seed(0)
inputs = (
    torch.randn(4, 3, dtype=torch.double, requires_grad=True),
    torch.randn(2, 3, dtype=torch.double, requires_grad=True),
)
print(
    gradcheck(LinearFunction.apply, inputs, eps=1e-6, atol=1e-4),
    gradgradcheck(Exp.apply, inputs[:1]),
    gradcheck(Exp.apply, inputs[0]),
)
out = LinearFunction.apply(inputs[0].detach(), inputs[1], torch.zeros(2, dtype=torch.double))
print(out.grad_fn.needs_input_grad)
out.sum().backward()
print([t.grad is None for t in inputs], inputs[1].grad, out.requires_grad)
v = torch.tensor([3.0, 1.0, 2.0], requires_grad=True)
values, index = SortBoth.apply(v, True)
print(values, index, index.requires_grad, values.grad_fn.name())
(values * torch.tensor([1.0, 10, 100])).sum().backward()
print(v.grad)
w = v.clone()
u = Doubled.apply(w)
print(u is w, u, w.grad_fn is u.grad_fn, torch.autograd.grad(u.sum(), v))
s = Sign.apply(torch.tensor([-2.0, -0.5, 0.5, 3.0], requires_grad=True))
print(s, torch.autograd.grad(s.sum(), s.grad_fn.next_functions[0][0].variable))
layer = nn.Linear(2, 2)
features = layer(torch.ones(1, 2))
domain = GradReverse.apply(features, 0.5).pow(2).sum()
print(torch.autograd.grad(domain, layer.bias)[0] / features.detach().squeeze())


class Wrong(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return g * 3


class TooMany(Wrong):
    @staticmethod
    def backward(ctx, g):
        return g, g


class BadShape(Wrong):
    @staticmethod
    def backward(ctx, g):
        return g.sum().view(1, 1).expand(2, 5)


class NoBackward(Function):
    @staticmethod
    def forward(ctx, x):
        return x + 1


for attempt in (
    lambda: gradcheck(Wrong.apply, inputs[:1]),
    lambda: TooMany.apply(v).sum().backward(),
    lambda: BadShape.apply(v).sum().backward(),
    lambda: NoBackward.apply(v).sum().backward(),
    lambda: SortBoth.apply(v, True)[0].sum().backward(create_graph=True) or v.grad.sum().backward(),
    lambda: Exp(v),
    lambda: Exp.apply(),
    lambda: Exp().forward(v),
):
    try:
        print(attempt())
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).splitlines()[0]}")


class Value:
    """stores a single scalar value and its gradient"""

    def __init__(self, data, _children=(), _op=""):
        self.data, self.grad, self._backward, self._prev, self._op = data, 0, lambda: None, set(_children), _op

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = Value(0 if self.data < 0 else self.data, (self,), "ReLU")

        def _backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)

        build_topo(self)
        self.grad = 1
        for v in reversed(topo):
            v._backward()


xm = Value(-4.0)
zm = xm * 2 + 2 + xm
qm = zm.relu() + zm * xm
hm = (zm * zm).relu()
ym = hm + qm + qm * xm
ym.backward()
xt = torch.Tensor([-4.0]).double()
xt.requires_grad = True
z = 2 * xt + 2 + xt
q = z.relu() + z * xt
h = (z * z).relu()
yt = h + q + q * xt
yt.backward()
print(ym.data == yt.data.item(), xm.grad == xt.grad.item(), yt, xt.grad)


def trace(fn, depth=0, lines=None):
    lines = [] if lines is None else lines
    if fn is not None and depth < 4:
        lines.append("  " * depth + type(fn).__name__)
        for child, _ in fn.next_functions:
            trace(child, depth + 1, lines)
    return lines


print("\n".join(trace(yt.grad_fn)))
print("\n".join(trace(F.mse_loss(torch.tanh(layer(torch.ones(1, 2))), torch.zeros(1, 2)).grad_fn)))
