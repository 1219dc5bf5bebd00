"""Hooks: Grad-CAM, feature extraction, activation statistics, gradient clipping by hooks, guided backpropagation, saliency, integrated gradients, adversarial examples."""

from collections import OrderedDict
from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Conv2d(4, 6, 3, padding=1),
            nn.ReLU(),
            nn.AvgPool2d(2),
        )
        self.classifier = nn.Linear(6, 3)
        self.gradients = None

    def activations_hook(self, grad):
        self.gradients = grad

    def forward(self, x):
        x = self.features(x)
        if x.requires_grad:
            x.register_hook(self.activations_hook)
        return self.classifier(x.mean(dim=(2, 3)))


net = ConvNet().eval()
image = torch.zeros(1, 1, 8, 8)
image[0, 0, 2:5, 3:6] = 1.0
pred = net(image)
print(pred, pred.argmax(dim=1))
pred[:, pred.argmax(dim=1)].backward()
pooled = torch.mean(net.gradients, dim=[0, 2, 3])
activations = net.features(image).detach()
for i in range(6):
    activations[:, i, :, :] *= pooled[i]
heatmap = torch.mean(activations, dim=1).squeeze()
heatmap = F.relu(heatmap) / heatmap.abs().max()
print(heatmap, F.interpolate(heatmap[None, None], size=(8, 8), mode="bilinear", align_corners=False)[0, 0, ::3])


class GradCAM:
    def __init__(self, model, layer):
        self.model = model
        self.handles = [layer.register_forward_hook(self.keep), layer.register_full_backward_hook(self.keep_gradient)]

    def keep(self, module, args, output):
        self.activation = output.detach()

    def keep_gradient(self, module, grad_input, grad_output):
        self.gradient = grad_output[0].detach()
        print(
            "backward of",
            type(module).__name__,
            [None if g is None else tuple(g.shape) for g in grad_input],
            tuple(grad_output[0].shape),
        )

    def __call__(self, x, target=None):
        logits = self.model(x)
        target = logits.argmax(1) if target is None else target
        self.model.zero_grad()
        F.one_hot(target, 3).float().mul(logits).sum().backward()
        weights = self.gradient.mean((2, 3), keepdim=True)
        return F.relu((weights * self.activation).sum(1))

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for h in self.handles:
            h.remove()


with GradCAM(net, net.features[3]) as cam:
    for target in range(3):
        print(target, cam(image, torch.tensor([target])).sum())
print(net.features[3]._forward_hooks, net.features[3]._backward_hooks)

# features, statistics, shapes
activation = OrderedDict()


def get_activation(name):
    def hook(model, input, output):
        activation[name] = output.detach()

    return hook


hooks = [
    layer.register_forward_hook(get_activation(f"{i}-{layer.__class__.__name__}"))
    for i, layer in enumerate(net.features)
]
net(image.expand(2, -1, -1, -1))
print({k: (tuple(v.shape), round(v.mean().item(), 4), f"{(v == 0).float().mean():.0%}") for k, v in activation.items()})
[h.remove() for h in hooks]
seen = []
handle = net.classifier.register_forward_pre_hook(lambda m, args: (args[0] * 2,))
other = net.classifier.register_forward_hook(
    lambda m, args, kwargs, out: seen.append((len(args), kwargs)) or out + 1, with_kwargs=True
)
print(net(image) - 1, seen)
handle.remove(), other.remove()
print(torch.allclose(net(image), pred), handle.id != other.id, type(handle).__name__)


def clip(name, grad):
    print("gradient of", name, tuple(grad.shape), f"{grad.norm():.4f}")
    return grad.clamp(-0.01, 0.01)


tensors = [p.register_hook(partial(clip, n)) for n, p in net.named_parameters() if p.dim() > 1]
net.zero_grad()
F.cross_entropy(net(image), torch.tensor([1])).backward()
print(max(p.grad.abs().max() for n, p in net.named_parameters() if p.dim() > 1))
[t.remove() for t in tensors]


def guided(module, grad_in, grad_out):
    return (F.relu(grad_in[0]),)


guides = [m.register_full_backward_hook(guided) for m in net.modules() if isinstance(m, nn.ReLU)]
x = image.clone().requires_grad_()
net(x)[0, 0].backward()
print("guided", x.grad.abs().sum(), x.grad.shape)
[g.remove() for g in guides]
saliency = image.clone().requires_grad_(True)
score, index = torch.max(net(saliency), 1)
score.backward()
print("saliency", saliency.grad.abs().amax(1)[0, 3], index.item())
steps = torch.linspace(0, 1, 11).view(-1, 1, 1, 1)
path = (steps * image).requires_grad_()
(g,) = torch.autograd.grad(net(path)[:, 1].sum(), path)
ig = image * (g[:-1] + g[1:]).div(2).mean(0)
print("integrated", ig.sum(), net(image)[0, 1] - net(torch.zeros_like(image))[0, 1])
x = image.clone().requires_grad_()
loss = F.cross_entropy(net(x), torch.tensor([2]))
loss.backward()
for eps in (0.0, 0.1, 0.3):
    adversarial = (image + eps * x.grad.data.sign()).clamp(0, 1)
    print(eps, F.cross_entropy(net(adversarial), torch.tensor([2])))
y = x * 2
y.retain_grad()
z = y.exp().sum()
order = []
y.register_hook(lambda g: order.append("tensor"))
y.grad_fn.register_prehook(lambda gs: order.append("pre"))
y.grad_fn.register_hook(lambda gi, go: order.append("post"))
x.register_post_accumulate_grad_hook(lambda p: order.append(("accumulated", tuple(p.grad.shape))))
z.backward()
print(order, y.grad.shape, torch.is_tensor(y.grad))
