"""Show that the library needs NumPy alone: torch is not installed here, and a network trains."""

import importlib.util
import sys

import minitorch_pt as torch
from minitorch_pt.teaching import datasets

assert importlib.util.find_spec("torch") is None, "this check is for an environment without torch"
torch.manual_seed(0)
x, y = datasets.two_moons(200)
model = torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.Tanh(), torch.nn.Linear(16, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
for _ in range(200):
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
accuracy = (model(x).argmax(1) == y).float().mean().item()
loaded = sorted(name for name in sys.modules if name.split(".")[0] in ("torch", "matplotlib", "tqdm", "scipy"))
assert accuracy > 0.98, f"the network learnt only {accuracy:.1%}"
assert not loaded, f"imported besides NumPy: {loaded}"
if importlib.util.find_spec("matplotlib") is None:
    try:
        from minitorch_pt.teaching import viz  # noqa: F401
    except ImportError as error:
        assert "pip install matplotlib" in str(error), error
    else:
        raise AssertionError("viz was imported without matplotlib")
print(f"Two moons without torch: {accuracy:.1%} right, loss {loss.item():.4f}")
print("1 passed, 0 failed")
