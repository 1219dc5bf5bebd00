"""Calls that an editor must mark: each line is an error to both checkers, and one that is none fails the lint environment."""

import minitorch_pt as torch
from minitorch_pt import nn, optim

x: torch.Tensor = torch.tensor([1.0, 2.0])
model: nn.Module = nn.Linear(2, 1)

torch.relu("a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
torch.relu(x, dim=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
torch.softmax(x, "dim")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
torch.softmax(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
x.sum(dimension=0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
x.sum(0, keepdim="yes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
nn.Linear("a", 2)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
torch.relu(x).nonsense  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
torch.add(x, x, out=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
nn.functional.cross_entropy(x, [1])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
optim.SGD(model.parameters(), learning_rate=0.1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
(x + 1).backwards()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
torch.nonsense  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
torch.nn.nonsense  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
