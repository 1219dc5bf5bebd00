"""Pruning and the lottery ticket: torch.nn.utils.prune on layers and globally, custom methods, masks in the state_dict, rewinding to the first weights."""

import copy

import torch
import torch.nn.functional as F
import torch.nn.utils.prune as prune
from torch import nn

torch.manual_seed(0)


class LeNet(nn.Module):
    def __init__(self):
        super(LeNet, self).__init__()
        self.conv1 = nn.Conv2d(1, 3, 3)
        self.conv2 = nn.Conv2d(3, 4, 3)
        self.fc1 = nn.Linear(4 * 2 * 2, 8)
        self.fc2 = nn.Linear(8, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, int(x.nelement() / x.shape[0]))
        return self.fc2(F.relu(self.fc1(x)))


model = LeNet()
module = model.conv1
print([n for n, _ in module.named_parameters()], list(module.named_buffers()))
print(prune.random_unstructured(module, name="weight", amount=0.3))
print(
    [n for n, _ in module.named_parameters()],
    [n for n, _ in module.named_buffers()],
    module.weight[0],
    module._forward_pre_hooks.values(),
    sep="\n",
)
prune.l1_unstructured(module, name="bias", amount=1)
print(module.bias, [n for n, _ in module.named_buffers()], len(module._forward_pre_hooks))
prune.ln_structured(module, name="weight", amount=0.5, n=2, dim=0)
print(module.weight.flatten(1).abs().sum(1) == 0)
for hook in module._forward_pre_hooks.values():
    if hook._tensor_name == "weight":
        break
print(type(hook).__name__, [type(h).__name__ for h in hook])
print(model.state_dict().keys())
prune.remove(module, "weight")
print([n for n, _ in module.named_parameters()], prune.is_pruned(module), prune.is_pruned(model.fc1))
try:
    prune.remove(module, "weight")
except ValueError as e:
    print("ValueError:", e)
for wrong in (
    lambda: prune.random_unstructured(model.fc2, "weight", 1.5),
    lambda: prune.l1_unstructured(model.fc2, "weight", "half"),
    lambda: prune.random_structured(model.fc2, "weight", 0.3, dim=7),
):
    try:
        wrong()
    except Exception as e:
        print(f"{type(e).__name__}: {e}")

new_model = LeNet()
for name, module in new_model.named_modules():
    if isinstance(module, torch.nn.Conv2d):
        prune.l1_unstructured(module, name="weight", amount=0.2)
    elif isinstance(module, torch.nn.Linear):
        prune.l1_unstructured(module, name="weight", amount=0.4)
print(dict(new_model.named_buffers()).keys(), new_model.fc2.weight_mask)
model = LeNet()
parameters_to_prune = ((model.conv1, "weight"), (model.conv2, "weight"), (model.fc1, "weight"), (model.fc2, "weight"))
prune.global_unstructured(parameters_to_prune, pruning_method=prune.L1Unstructured, amount=0.2)
for m, n in parameters_to_prune:
    print("Sparsity: {:.2f}%".format(100.0 * float(torch.sum(getattr(m, n) == 0)) / float(m.weight.nelement())))


class FooBarPruningMethod(prune.BasePruningMethod):
    """Prune every other entry in a tensor"""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        mask = default_mask.clone()
        mask.view(-1)[::2] = 0
        return mask


def foobar_unstructured(module, name):
    FooBarPruningMethod.apply(module, name)
    return module


model = LeNet()
foobar_unstructured(model.fc2, name="bias")
print(model.fc2.bias_mask, model.fc2)
prune.custom_from_mask(model.fc2, "weight", torch.eye(3, 8))
print(model.fc2.weight, model.fc2.weight_orig.is_leaf, model.fc2.weight.is_leaf)

# lottery tickets: train, prune, rewind, three rounds
torch.manual_seed(1)
net = LeNet()
start = copy.deepcopy(net.state_dict())
x, y = torch.randn(16, 1, 14, 14)[:, :, :14, :14], torch.arange(16) % 3
x = F.interpolate(x, 14) + y.view(-1, 1, 1, 1)
net = LeNet()
net.load_state_dict(start)
for level in range(3):
    opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.5)
    for _ in range(4):
        opt.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        opt.step()
    for m in (net.fc1, net.fc2):
        prune.l1_unstructured(m, "weight", 0.3)
    with torch.no_grad():
        for key, value in net.state_dict().items():
            if "_mask" not in key:
                value.copy_(start[key.replace("_orig", "")])
    print(
        f"round {level} loss {loss.item():.4f} kept",
        [int(m.weight_mask.sum()) for m in (net.fc1, net.fc2)],
        list(net.fc1._buffers),
    )
try:
    copy.deepcopy(net)
except RuntimeError as e:
    print("RuntimeError:", e)
for m in (net.fc1, net.fc2):
    prune.remove(m, "weight")
clone = copy.deepcopy(net)
print(torch.equal(clone(x), net(x)), prune.is_pruned(clone), clone.fc1.weight.grad is not None)
