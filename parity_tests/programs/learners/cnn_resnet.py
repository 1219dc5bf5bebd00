"""ResNet with basic and bottleneck blocks, a projection shortcut, zero-init residuals; transfer to a new head with a frozen trunk."""

import copy

import torch
import torch.nn as nn
from torch import Tensor
from torch.optim.lr_scheduler import MultiStepLR

torch.manual_seed(7)


def conv3x3(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_planes, out_planes, kernel_size=3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    expansion: int = 1

    def __init__(self, inplanes, planes, stride=1, downsample=None, norm_layer=nn.BatchNorm2d):
        super().__init__()
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = norm_layer(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = norm_layer(planes)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Bottleneck(nn.Module):
    expansion = 2

    def __init__(self, inplanes, planes, stride=1, downsample=None, norm_layer=nn.BatchNorm2d):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inplanes, planes, 1, bias=False), norm_layer(planes)
        self.conv2, self.bn2 = conv3x3(planes, planes, stride), norm_layer(planes)
        self.conv3, self.bn3 = nn.Conv2d(planes, planes * 2, 1, bias=False), norm_layer(planes * 2)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, block, layers, num_classes=5, zero_init_residual=False, norm_layer=nn.BatchNorm2d):
        super().__init__()
        self.inplanes, self._norm_layer = 8, norm_layer
        self.conv1 = nn.Conv2d(3, 8, kernel_size=5, stride=2, padding=2, bias=False)
        self.bn1 = norm_layer(8)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 8, layers[0])
        self.layer2 = self._make_layer(block, 12, layers[1], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(12 * block.expansion, num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
        if zero_init_residual:
            for m in self.modules():
                if isinstance(m, Bottleneck) and m.bn3.weight is not None:
                    nn.init.constant_(m.bn3.weight, 0)

    def _make_layer(self, block, planes, blocks, stride=1):
        downsample = None
        if stride != 1 or self.inplanes != planes * block.expansion:
            downsample = nn.Sequential(
                nn.Conv2d(self.inplanes, planes * block.expansion, 1, stride, bias=False),
                self._norm_layer(planes * block.expansion),
            )
        layers = [block(self.inplanes, planes, stride, downsample, self._norm_layer)]
        self.inplanes = planes * block.expansion
        layers += [block(self.inplanes, planes, norm_layer=self._norm_layer) for _ in range(1, blocks)]
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer2(self.layer1(x))
        return self.fc(torch.flatten(self.avgpool(x), 1))


for net in (
    ResNet(BasicBlock, [1, 1]),
    ResNet(Bottleneck, [2, 1], zero_init_residual=True),
    ResNet(BasicBlock, [1, 1], norm_layer=lambda c: nn.GroupNorm(4, c)),
):
    x = torch.randn(2, 3, 32, 32)
    shapes = []
    handles = [
        m.register_forward_hook(lambda m, i, o: shapes.append((m.__class__.__name__, tuple(o.shape))))
        for m in net.modules()
        if not list(m.children())
    ]
    y = net(x)
    for h in handles:
        h.remove()
    print(len(shapes), shapes[:4], y.shape, len(net._forward_hooks))
    y.logsumexp(1).sum().backward()
    print([f"{n} {p.grad.norm():.3f}" for n, p in net.named_parameters() if p.dim() == 4])
print(net)

# pretrain, then transfer
torch.manual_seed(0)
net = ResNet(BasicBlock, [1, 1])
images, labels = torch.randn(24, 3, 16, 16), torch.arange(24) % 5
images[torch.arange(24), labels % 3] += labels.view(-1, 1, 1) * 0.5
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4, nesterov=True)
sched = MultiStepLR(opt, milestones=[3, 5], gamma=0.1)
for epoch in range(6):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(images), labels)
    loss.backward()
    opt.step()
    sched.step()
    print("epoch %d loss %.4f lr %s" % (epoch, loss, sched.get_last_lr()))
trunk = copy.deepcopy(net)
for param in trunk.parameters():
    param.requires_grad = False
trunk.fc = nn.Linear(trunk.fc.in_features, 2)
print([n for n, p in trunk.named_parameters() if p.requires_grad], sum(p.requires_grad for p in trunk.parameters()))
opt = torch.optim.Adam(filter(lambda p: p.requires_grad, trunk.parameters()), lr=0.05)
before = trunk.layer1[0].conv1.weight.clone(), trunk.bn1.running_mean.clone(), net.fc.weight.clone()
for frozen in (False, True):
    for _ in range(3):
        trunk.train()
        if frozen:
            trunk.apply(lambda m: m.eval() if isinstance(m, nn.BatchNorm2d) else None)
        opt.zero_grad()
        loss = nn.functional.cross_entropy(trunk(images), labels % 2)
        loss.backward()
        opt.step()
    print(
        f"{loss:.4f}",
        torch.equal(before[0], trunk.layer1[0].conv1.weight),
        torch.equal(before[1], trunk.bn1.running_mean),
        torch.equal(before[2], net.fc.weight),
        trunk.bn1.training,
    )
state = {k: v for k, v in net.state_dict().items() if not k.startswith("fc")}
print(trunk.load_state_dict(state, strict=False))
try:
    trunk.load_state_dict(net.state_dict())
except RuntimeError as e:
    print(str(e))
opt.add_param_group({"params": trunk.layer2.parameters(), "lr": 1e-4})
print(opt, [len(g["params"]) for g in opt.param_groups], len(opt.state), list(opt.state_dict()["state"]))
try:
    opt.add_param_group({"params": trunk.layer2.parameters()})
except ValueError as e:
    print("ValueError:", e)
