"""MobileNet: depthwise separable convolutions, inverted residuals, squeeze and excitation, stochastic depth; counting multiply-adds by hooks."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def _make_divisible(v, divisor=4, min_value=None):
    min_value = min_value or divisor
    new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
    return new_v + divisor if new_v < 0.9 * v else new_v


class ConvBNAct(nn.Sequential):
    def __init__(self, inp, out, k=3, stride=1, groups=1, act=nn.ReLU6):
        super().__init__(
            nn.Conv2d(inp, out, k, stride, (k - 1) // 2, groups=groups, bias=False),
            nn.BatchNorm2d(out),
            act(inplace=True) if act else nn.Identity(),
        )
        self.out_channels = out


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeeze):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1, self.fc2 = nn.Conv2d(channels, squeeze, 1), nn.Conv2d(squeeze, channels, 1)
        self.activation, self.scale_activation = nn.ReLU(), nn.Hardsigmoid()

    def forward(self, x):
        return self.scale_activation(self.fc2(self.activation(self.fc1(self.avgpool(x))))) * x


class DropPath(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0.0:
            return x
        keep = torch.empty((x.shape[0],) + (1,) * (x.ndim - 1), dtype=x.dtype, device=x.device).bernoulli_(1 - self.p)
        return x.div(1 - self.p) * keep

    def extra_repr(self):
        return f"p={self.p}"


class InvertedResidual(nn.Module):
    def __init__(self, inp, oup, stride, expand_ratio, se=False, act=nn.Hardswish):
        super().__init__()
        assert stride in (1, 2)
        hidden = int(round(inp * expand_ratio))
        self.use_res_connect = stride == 1 and inp == oup
        layers = [ConvBNAct(inp, hidden, 1, act=act)] if expand_ratio != 1 else []
        layers.append(ConvBNAct(hidden, hidden, stride=stride, groups=hidden, act=act))
        if se:
            layers.append(SqueezeExcitation(hidden, _make_divisible(hidden / 4)))
        layers.extend([nn.Conv2d(hidden, oup, 1, bias=False), nn.BatchNorm2d(oup, momentum=0.01, eps=1e-3)])
        self.conv = nn.Sequential(*layers)
        self.drop = DropPath(0.2)

    def forward(self, x):
        return x + self.drop(self.conv(x)) if self.use_res_connect else self.conv(x)


class MobileNet(nn.Module):
    setting = [(1, 8, 1, 1, False), (3, 12, 2, 2, True), (2, 16, 1, 1, True)]

    def __init__(self, width_mult=1.0, num_classes=4):
        super().__init__()
        inp = _make_divisible(8 * width_mult)
        features = [ConvBNAct(3, inp, stride=2)]
        for t, c, n, s, se in self.setting:
            out = _make_divisible(c * width_mult)
            for i in range(n):
                features.append(InvertedResidual(inp, out, s if i == 0 else 1, t, se))
                inp = out
        features.append(ConvBNAct(inp, 24, 1))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(24, num_classes))

    def forward(self, x):
        return self.classifier(F.adaptive_avg_pool2d(self.features(x), (1, 1)).reshape(x.shape[0], -1))


def count_macs(model, x):
    total = {}

    def hook(name):
        def inner(module, args, output):
            if isinstance(module, nn.Conv2d):
                total[name] = output.numel() * math.prod(module.weight.shape[1:])
            elif isinstance(module, nn.Linear):
                total[name] = output.numel() * module.in_features

        return inner

    handles = [
        m.register_forward_hook(hook(n)) for n, m in model.named_modules() if isinstance(m, (nn.Conv2d, nn.Linear))
    ]
    with torch.no_grad():
        model.eval()(x)
    [h.remove() for h in handles]
    return total


torch.manual_seed(0)
for width in (0.5, 1.0):
    model = MobileNet(width)
    macs = count_macs(model, torch.zeros(1, 3, 24, 24))
    print(
        width,
        sum(macs.values()),
        max(macs, key=macs.get),
        sum(p.numel() for p in model.parameters()),
        sum(b.numel() for b in model.buffers()),
    )
print(model.features[2])
decay, no_decay = [], []
for name, p in model.named_parameters():
    (no_decay if p.ndim <= 1 or name.endswith(".bias") else decay).append(p)
optimizer = torch.optim.AdamW(
    [{"params": no_decay, "weight_decay": 0.0}, {"params": decay, "weight_decay": 0.05}], lr=2e-3
)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=[0.01, 0.02], total_steps=6, pct_start=0.3)
x = torch.rand(12, 3, 24, 24)
y = torch.arange(12).remainder(4)
x += 0.5 * F.one_hot(y, 4)[:, :3, None, None]
model.train()
for step in range(6):
    lam = torch.distributions.Beta(0.4, 0.4).sample().item()
    perm = torch.randperm(len(x))
    out = model(lam * x + (1 - lam) * x[perm])
    loss = lam * F.cross_entropy(out, y) + (1 - lam) * F.cross_entropy(out, y[perm])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(
        f"{step}: lam {lam:.4f} loss {loss:.4f} lr",
        [f"{lr:.5f}" for lr in scheduler.get_last_lr()],
        [round(g["betas"][0], 4) for g in optimizer.param_groups],
    )
    scheduler.step()
print(optimizer)
try:
    scheduler.step()
except ValueError as e:
    print("ValueError:", e)
