"""How tensors print: sizes, widths, scientific notation, cuts, options, formats."""

import torch

torch.manual_seed(0)
print(
    torch.tensor([1.0, 2.0, 3.0]),
    torch.tensor([1.5, 1e-3]),
    torch.tensor([1e-8, 1.0]),
    torch.tensor([1e5, 1.0]),
    torch.tensor([123456.0, 0.25]),
)
print(
    torch.tensor([float("inf"), -float("inf"), float("nan"), 1.0]), torch.tensor([float("nan")]), torch.tensor([1e30])
)
print(torch.arange(1100), torch.arange(1100.0).view(100, 11), torch.zeros(40, 40), sep="\n")
print(torch.zeros(2, 0), torch.empty(0, 3, dtype=torch.long), torch.tensor([]), torch.tensor([[]]))
print(
    torch.rand(3, 3, dtype=torch.float64),
    torch.rand(2).half(),
    torch.tensor(7),
    torch.tensor(7, dtype=torch.uint8),
    torch.tensor([True, False]),
)
print(
    torch.randn(2, 2, requires_grad=True),
    torch.randn(2, requires_grad=True).exp(),
    torch.randn(2, requires_grad=True).detach(),
)
w = torch.nn.Parameter(torch.arange(4.0).view(2, 2))
print(w, [w], {"w": w}, (w.sum(), w[0]), w.data)
print(
    repr(w.t()),
    str(w.grad),
    f"{w.sum()}",
    f"{w.sum():.3f}",
    f"{w.sum().item():>10.2e}",
    "%s %d %.1f" % (w[0, 1], w[1, 1], w.mean()),
)
for options in (
    {"precision": 2},
    {"precision": 8},
    {"sci_mode": True},
    {"sci_mode": False},
    {"threshold": 5, "edgeitems": 1},
    {"linewidth": 40},
    {"profile": "short"},
    {"profile": "full"},
):
    torch.set_printoptions(**options)
    print(options, torch.linspace(0, 1, 13) * 1e-3, torch.tensor([[1e6, 1.0]]), torch.arange(6).view(2, 3), sep="\n")
    torch.set_printoptions(profile="default", sci_mode=None)
print(torch.randn(2, 3, 2, 2))
print(
    torch.Size([2, 3]),
    torch.Size((1,)) + torch.Size((4,)),
    torch.ones(2, 3).size(1),
    torch.ones(2, 3).shape[::-1],
    *torch.ones(2, 3).shape,
    torch.Size([2, 3]).numel(),
)
print(
    torch.device("cpu"),
    repr(torch.device("cpu")),
    torch.float32,
    torch.int64,
    torch.strided,
    torch.long is torch.int64,
    torch.contiguous_format,
)
print(
    torch.Generator().initial_seed() == torch.Generator().initial_seed(),
    torch.Generator().manual_seed(3).initial_seed(),
    torch.initial_seed(),
)
print(
    type(w),
    type(w.data),
    type(torch.Size([1])),
    isinstance(w, torch.Tensor),
    torch.is_tensor([1]),
    w.type(),
    torch.is_floating_point(w),
)
print(
    torch.tensor(3.0).__class__.__name__,
    torch.nn.Linear.__name__,
    torch.nn.Linear.__module__,
    torch.optim.Adam.__module__,
    torch.Tensor.__module__,
)
print(
    hash(w) == id(w),
    w in [w],
    len(w),
    w.__len__(),
    bool(w[0, 1]),
    int(w[1, 1]),
    float(w[1, 0]),
    complex(w[0, 1]),
    range(5)[torch.tensor(2)],
    [10, 20, 30][torch.tensor(1)],
)
print(
    format(torch.tensor(2)), format(torch.tensor([1, 2])), "{:5.1f}|{}".format(torch.tensor(2.25), torch.tensor(True))
)
for spec in (".2f", "d", "x"):
    try:
        print(format(torch.tensor([1.0, 2.0]), spec))
    except Exception as error:
        print(type(error).__name__)
x = torch.ones(2, 3, requires_grad=True)
for name, value in {
    "add": x + 1, "mul": x * x, "div": x / 2, "rsub": 1 - x, "neg": -x, "pow": x**2, "rpow": 2**x, "matmul": x @ x.T, "mv": x @ x[0], "dot": x[0] @ x[0],
    "sum": x.sum(), "sum1": x.sum(1), "mean": x.mean(), "max": x.max(), "max1": x.max(1).values, "norm": x.norm(), "exp": x.exp(), "relu": x.relu(),
    "softmax": x.softmax(1), "log_softmax": x.log_softmax(-1), "view": x.view(-1), "reshape": x.reshape(3, 2), "t": x.t(), "T": x.T, "cat": torch.cat([x, x]),
    "stack": torch.stack([x, x]), "slice": x[:1], "select": x[0], "index": x[[0, 1]], "mask": x[x > 0], "where": torch.where(x > 0, x, 0.0), "clone": x.clone(),
    "double": x.double(), "clamp": x.clamp(0, 1), "expand": x.expand(4, 2, 3), "unsqueeze": x[None], "gelu": torch.nn.functional.gelu(x), "abs": x.abs(), "std": x.std(),
    "linear": torch.nn.functional.linear(x, x), "mse": torch.nn.functional.mse_loss(x, x), "prod": x.prod(), "var": x.var(),
    "ce": torch.nn.functional.cross_entropy(x, torch.tensor([0, 1])), "dropout": torch.nn.functional.dropout(x, 0.5), "cumsum": x.cumsum(0), "sort": x.sort().values,
    "gather": x.gather(1, torch.tensor([[0], [1]])), "topk": x.topk(1).values, "repeat": x.repeat(2, 1), "flip": x.flip(0), "tril": x.tril(), "logsumexp": x.logsumexp(0),
    "masked_fill": x.masked_fill(x > 1, 0), "permute": x.permute(1, 0), "squeeze": x.squeeze(), "sqrt": x.sqrt(), "sigmoid": x.sigmoid(), "minimum": torch.minimum(x, x * 2),
    "layer_norm": torch.nn.functional.layer_norm(x, (3,)), "chunk": x.chunk(2)[0], "split": x.split(1)[1], "unbind": x.unbind()[0], "lerp": torch.lerp(x, x, 0.5),
    "addmm": torch.addmm(x[:, :2], x, x.T), "bmm": torch.bmm(x[None], x[None].mT), "atan2": torch.atan2(x, x), "copysign": torch.copysign(x, x),
}.items():  # fmt: skip
    print(
        f"{name:12}",
        value.grad_fn,
        type(value.grad_fn).__name__,
        [type(f).__name__ for f, _ in value.grad_fn.next_functions],
    )
