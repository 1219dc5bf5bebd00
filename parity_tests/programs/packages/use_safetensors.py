"""safetensors: the numbers of a model in a file, and back."""

import tempfile
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load, load_file, load_model, save, save_file, save_model
from torch import nn

torch.manual_seed(0)
model, other = (nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)) for _ in range(2))
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "model.safetensors")
    save_file(model.state_dict(), file, metadata={"kind": "two layers"})
    loaded = load_file(file)
    print({name: torch.equal(loaded[name], value) for name, value in model.state_dict().items()})
    print(other.load_state_dict(loaded), torch.equal(other[0].weight, model[0].weight))
    with safe_open(file, framework="pt") as opened:
        print(sorted(opened.keys()), opened.metadata(), opened.get_tensor("0.weight").shape)
        print(opened.get_slice("0.weight")[1:3, :2])
    save_model(model, file)
    print(load_model(other, file))
    for wrong in ({"a": model[0].weight, "b": model[0].weight}, {"a": torch.ones(3, 4).T}):
        try:
            save_file(wrong, file)
        except (RuntimeError, ValueError) as error:
            print(type(error).__name__)
values = {"x": torch.arange(6).reshape(2, 3), "h": torch.ones(2, dtype=torch.float16), "b": torch.tensor([True, False])}
written = load(save(values))
print({name: (written[name].dtype, written[name].equal(value)) for name, value in values.items()})
