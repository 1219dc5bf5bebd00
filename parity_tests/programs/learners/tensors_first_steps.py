"""First steps, as a tutorial of pytorch.org begins: what a tensor is, where it comes from, what can be done to it."""

import numpy as np
import torch

data = [[1, 2], [3, 4]]
x_data = torch.tensor(data)
x_np = torch.from_numpy(np.array(data))
x_ones = torch.ones_like(x_data)
x_rand = torch.rand_like(x_data, dtype=torch.float)
print(f"Ones Tensor: \n {x_ones} \n")
print(f"Random Tensor: \n {x_rand} \n")
print(x_np, x_np.dtype, x_data.is_contiguous(), x_data.t().is_contiguous())

shape = (2, 3)
print(torch.rand(shape), torch.ones(shape), torch.zeros(shape), torch.empty(shape).shape, sep="\n")
tensor = torch.rand(3, 4)
print(f"Shape of tensor: {tensor.shape}")
print(f"Datatype of tensor: {tensor.dtype}")
print(f"Device tensor is stored on: {tensor.device}")
print("First row:", tensor[0], "First column:", tensor[:, 0], "Last column:", tensor[..., -1], sep="\n")
tensor[:, 1] = 0
print(tensor)
t1 = torch.cat([tensor, tensor, tensor], dim=1)
print(t1, t1.shape)

y1 = tensor @ tensor.T
y2 = tensor.matmul(tensor.T)
y3 = torch.rand_like(y1)
torch.matmul(tensor, tensor.T, out=y3)
print(torch.allclose(y1, y2), torch.equal(y2, y3))
z1, z2 = tensor * tensor, tensor.mul(tensor)
print((z1 == z2).all(), (z1 == z2).sum(), z1.eq(z2).float().mean().item())
agg = tensor.sum()
print(type(agg.item()), agg.shape, agg.ndim, agg.dim(), agg.nelement())
tensor.add_(5)
print(tensor, tensor._version)

t = torch.ones(5)
n = t.numpy()
print(t, n)
t.add_(1)
np.add(n, 1, out=n)
print(t, n, n.dtype, np.shares_memory(n, t.numpy()))

for dtype in (
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.float16,
    torch.float32,
    torch.float64,
    torch.bool,
):
    v = torch.tensor([0, 1, 2]).to(dtype)
    print(v, v.element_size(), v.type(), dtype.is_floating_point, dtype.is_signed, dtype.itemsize, v.sum().dtype)
print(
    torch.finfo(torch.float32), torch.finfo(torch.float16).eps, torch.iinfo(torch.int32), torch.iinfo(torch.uint8).max
)
print(
    torch.result_type(torch.tensor([1]), 2.0),
    torch.promote_types(torch.int8, torch.float16),
    torch.can_cast(torch.float, torch.int),
)
print(
    torch.get_default_dtype(),
    torch.tensor(3.5).dtype,
    torch.tensor(3).dtype,
    torch.tensor(True).dtype,
    torch.tensor([1, 2.0]).dtype,
)

for make in (
    lambda: torch.tensor([[1, 2], [3]]),
    lambda: torch.ones(2, 3) @ torch.ones(2, 3),
    lambda: torch.ones(3) + torch.ones(4),
    lambda: torch.tensor("text"),
    lambda: torch.ones(2, 3).reshape(4, 2),
    lambda: torch.ones(2, 3)[2],
    lambda: torch.ones(2, 3)[:, 5],
    lambda: torch.ones(2, 3)[0, 0, 0],
    lambda: torch.zeros(3).view(2, -1),
    lambda: torch.arange(4).mean(),
    lambda: bool(torch.ones(2)),
    lambda: int(torch.ones(2)),
    lambda: torch.ones(2).foo,
    lambda: torch.zeros(-1),
    lambda: torch.ones(2, 2).squeeze(5),
    lambda: torch.cat([torch.ones(2, 2), torch.ones(3, 3)]),
    lambda: torch.from_numpy([1, 2]),
    lambda: len(torch.tensor(1)),
    lambda: list(torch.tensor(1)),
    lambda: torch.linalg.inv(torch.zeros(2, 2)),
    lambda: torch.ones(2).expand(3),
    lambda: torch.arange(3, dtype=torch.int32) / 0,
    lambda: torch.arange(3) // 0,
    lambda: torch.randint(5, 3, (2,)),
    lambda: torch.ones(3, dtype=torch.long).requires_grad_(),
):
    try:
        print(make())
    except Exception as error:
        print(f"{type(error).__name__}: {error}".splitlines()[0])
