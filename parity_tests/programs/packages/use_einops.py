"""einops: axes by their names, on tensors, with gradients and as layers."""

import torch
from einops import asnumpy, einsum, pack, parse_shape, rearrange, reduce, repeat, unpack
from einops.layers.torch import EinMix, Rearrange, Reduce

torch.manual_seed(0)
x = torch.randn(2, 3, 4, 6, requires_grad=True)
print(rearrange(x, "b c (h p) w -> b (h w) (p c)", p=2).shape)
print(reduce(x, "b c h w -> b c", "mean"))
print(reduce(x, "b c (h 2) (w 3) -> b h w c", "max").sum())
print(repeat(x[0, 0], "h w -> (h r) w c", r=2, c=3).shape)
print(einsum(x, x, "b c h w, b d h w -> b c d")[0])
packed, shapes = pack([torch.ones(2, 3), torch.ones(2, 4, 3)], "b * c")
print(packed.shape, shapes, [part.shape for part in unpack(packed, shapes, "b * c")])
print(rearrange([torch.ones(2), torch.zeros(2)], "n d -> d n"))
print(parse_shape(x, "b c _ _"), asnumpy(x.detach()).shape)

model = torch.nn.Sequential(
    Rearrange("b c h w -> b (c h w)"),
    torch.nn.Linear(72, 4),
    Rearrange("b (a d) -> b a d", a=2),
    Reduce("b a d -> b a", "sum"),
)
loss = model(x).pow(2).sum()
loss.backward()
print(model, loss, x.grad.abs().sum())
mixed = EinMix("b c h w -> b h w o", weight_shape="c o", bias_shape="o", c=3, o=5)
print(mixed, mixed(x).shape)
