# A convolution as an autograd.Function, with its backward from torch.nn.grad; sizes annotated as in torch's own layers.
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Function, gradcheck
from torch.nn.common_types import _size_2_t
from torch.nn.modules.utils import _pair


class MyConv(Function):
    @staticmethod
    def forward(ctx, input, weight, bias, stride, padding):
        ctx.save_for_backward(input, weight, bias)
        ctx.stride, ctx.padding = stride, padding
        return F.conv2d(input, weight, bias, stride, padding)

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_input = nn.grad.conv2d_input(input.shape, weight, grad_output, ctx.stride, ctx.padding)
        if ctx.needs_input_grad[1]:
            grad_weight = torch.nn.grad.conv2d_weight(input, weight.shape, grad_output, ctx.stride, ctx.padding)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum((0, 2, 3))
        return grad_input, grad_weight, grad_bias, None, None


class Conv(nn.Module):
    def __init__(self, inner: int, outer: int, kernel_size: _size_2_t, stride: _size_2_t = 1, padding: _size_2_t = 0):
        super().__init__()
        self.kernel_size, self.stride, self.padding = _pair(kernel_size), _pair(stride), _pair(padding)
        self.weight = nn.Parameter(torch.empty(outer, inner, *self.kernel_size))
        self.bias = nn.Parameter(torch.zeros(outer))
        nn.init.kaiming_uniform_(self.weight, a=5**0.5)

    def forward(self, x):
        n, c, h, w = x.shape
        torch._assert(c == self.weight.shape[1], f"Wrong channels! Expected {self.weight.shape[1]} but got {c}!")
        return MyConv.apply(x, self.weight, self.bias, self.stride, self.padding)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


torch.manual_seed(0)
mine, theirs = Conv(2, 3, 3, stride=2, padding=1), nn.Conv2d(2, 3, 3, stride=2, padding=1)
theirs.load_state_dict(mine.state_dict())
print(mine)
x = torch.randn(2, 2, 7, 6, requires_grad=True)
results = []
for layer in (mine, theirs):
    x.grad = None
    out = layer(x)
    out.pow(2).sum().backward()
    results.append((out, x.grad, layer.weight.grad, layer.bias.grad))
for one, two in zip(*results):
    print(tuple(one.shape), torch.allclose(one, two, atol=1e-5))
print(out[0, 0], mine.bias.grad, results[0][0].grad_fn)
parts = (x.double(), mine.weight.double(), mine.bias.double())
print(gradcheck(MyConv.apply, (*(p.detach().requires_grad_() for p in parts), (2, 1), (1, 0))))
try:
    mine(torch.ones(1, 3, 5, 5))
except AssertionError as e:
    print(e)

settings = nn.ParameterDict({"scale": torch.ones(1), "shift": torch.zeros(2)})
print(settings | {"power": torch.full((1,), 2.0)}, list({"first": 1} | settings))
print(torch.nn.grad.conv1d_input((1, 1, 5), torch.ones(1, 1, 3), torch.arange(3.0).view(1, 1, 3)))
