"""Per-sample gradients and ensembles: vmap over grad and functional_call, as the tutorials of torch.func have them."""

import copy

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call, grad, jacrev, stack_module_state, vmap

torch.manual_seed(0)


class SimpleCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, 1)
        self.conv2 = nn.Conv2d(4, 8, 3, 1)
        self.fc1 = nn.Linear(200, 16)
        self.fc2 = nn.Linear(16, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.max_pool2d(x, 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


data, targets = torch.randn(6, 1, 14, 14), torch.randint(10, (6,))
model = SimpleCNN()


def compute_grad(sample, target):
    prediction = model(sample.unsqueeze(0))
    loss = F.nll_loss(prediction, target.unsqueeze(0))
    return torch.autograd.grad(loss, list(model.parameters()))


one_by_one = [torch.stack(g) for g in zip(*(compute_grad(data[i], targets[i]) for i in range(6)), strict=True)]

params = {k: v.detach() for k, v in model.named_parameters()}
buffers = {k: v.detach() for k, v in model.named_buffers()}


def compute_loss(params, buffers, sample, target):
    predictions = functional_call(model, (params, buffers), (sample.unsqueeze(0),))
    return F.nll_loss(predictions, target.unsqueeze(0))


ft_compute_grad = grad(compute_loss)
ft_compute_sample_grad = vmap(ft_compute_grad, in_dims=(None, None, 0, 0))
per_sample = ft_compute_sample_grad(params, buffers, data, targets)
for ours, (name, theirs) in zip(one_by_one, per_sample.items(), strict=True):
    print(name, tuple(theirs.shape), torch.allclose(ours, theirs, atol=1e-6, rtol=1e-5))
norms = torch.stack([g.flatten(1).norm(dim=1) for g in per_sample.values()]).norm(dim=0)
print("norms of the gradients", norms)
in_chunks = vmap(ft_compute_grad, in_dims=(None, None, 0, 0), chunk_size=4)(params, buffers, data, targets)
print("chunks", all(torch.allclose(in_chunks[k], per_sample[k], atol=1e-6) for k in per_sample))


# -- ensembles --------------------------------------------------------------------------------------------------------
class SimpleMLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(36, 16), nn.Linear(16, 16), nn.Linear(16, 3)

    def forward(self, x):
        x = x.flatten(1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


models = [SimpleMLP() for _ in range(5)]
minibatches, minibatch = torch.randn(5, 8, 1, 6, 6), torch.randn(8, 1, 6, 6)
params, buffers = stack_module_state(models)
base_model = copy.deepcopy(models[0]).to("meta" if False else "cpu")


def fmodel(params, buffers, x):
    return functional_call(base_model, (params, buffers), (x,))


print([tuple(p.size()) for p in params.values()], all(p.is_leaf and p.requires_grad for p in params.values()))
predictions = vmap(fmodel)(params, buffers, minibatches)
loop = torch.stack([m(b) for m, b in zip(models, minibatches, strict=True)])
print("a minibatch each", torch.allclose(predictions, loop, atol=1e-5), predictions.shape)
predictions = vmap(fmodel, in_dims=(0, 0, None))(params, buffers, minibatch)
print("one for all", torch.allclose(predictions, torch.stack([m(minibatch) for m in models]), atol=1e-5))

# all of them trained at once, by an ordinary optimiser on the stacked parameters
optimizer = torch.optim.Adam(params.values(), lr=0.01)
labels = torch.randint(3, (8,))
for step in range(20):
    logits = vmap(fmodel, in_dims=(0, 0, None))(params, buffers, minibatch)
    losses = vmap(F.cross_entropy, in_dims=(0, None))(logits, labels)
    optimizer.zero_grad()
    losses.sum().backward()
    optimizer.step()
    if step % 10 == 9:
        print(step, losses.detach())

# -- other layers, mapped ---------------------------------------------------------------------------------------------
layers = {
    "layer norm": nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.GELU(), nn.Linear(8, 1)),
    "group norm": nn.Sequential(
        nn.Conv1d(2, 4, 3, padding=1), nn.GroupNorm(2, 4), nn.SiLU(), nn.Flatten(0), nn.Linear(24, 1)
    ),
    "embedding": nn.Sequential(nn.Embedding(5, 3), nn.Flatten(0), nn.Linear(18, 1)),
    "attention": nn.TransformerEncoderLayer(6, 2, 12, dropout=0.0, batch_first=True),
}
inputs = {"layer norm": (4, 6), "group norm": (4, 1, 2, 6), "embedding": None, "attention": (4, 3, 6)}
for name, layer in layers.items():
    batch = torch.randint(5, (4, 6)) if inputs[name] is None else torch.randn(inputs[name])
    weights = {k: v.detach() for k, v in layer.named_parameters()}
    sample_loss = lambda w, x, layer=layer: functional_call(layer, w, (x,)).square().sum()  # noqa: E731
    gradients = vmap(grad(sample_loss), in_dims=(None, 0))(weights, batch)
    print(name, [round(g.square().sum().item(), 2) for g in gradients.values()][:4])
print(
    jacrev(lambda p, x: functional_call(models[0], p, (x,)))(dict(models[0].named_parameters()), minibatch[:2])[
        "fc3.bias"
    ].shape
)
