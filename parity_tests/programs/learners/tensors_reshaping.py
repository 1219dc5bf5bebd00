# Homework 0: shapes, strides, views and copies. (Answers printed below each question.)
import torch

torch.manual_seed(2024)


def show(title, t):
    print(
        "%-28s shape=%s stride=%s offset=%d contiguous=%s view=%s"
        % (title, tuple(t.size()), t.stride(), t.storage_offset(), t.is_contiguous(), t._base is not None)
    )


a = torch.arange(24).reshape(2, 3, 4)
show("a", a)
show("a.transpose(0, 1)", a.transpose(0, 1))
show("a.permute(2, 0, 1)", a.permute(2, 0, 1))
show("a.permute.contiguous", a.permute(2, 0, 1).contiguous())
show("a[:, 1]", a[:, 1])
show("a[..., ::2]", a[..., ::2])
show("a[[0, 1], [1, 2]]", a[[0, 1], [1, 2]])
show("a.flatten(1)", a.flatten(1))
show("a.mT", a.mT)
show("a.unfold", a.unfold(2, 2, 1))
show("a.diagonal", a.diagonal(dim1=1, dim2=2))
show("a.unsqueeze(1).expand", a.unsqueeze(1).expand(-1, 5, -1, -1))
show("a.swapaxes", a.swapaxes(0, 2))
show("a.movedim", a.movedim((0, 1), (1, 2)))
show("a.narrow", a.narrow(1, 1, 2))
show("a.select", a.select(2, 3))
show("a.as_strided", a.as_strided((3, 3), (4, 1), 1))
show("squeeze", a[:1].squeeze())
for i, piece in enumerate(a.chunk(3, dim=2)):
    show(f"chunk {i}", piece)
for i, piece in enumerate(a.split([1, 3], dim=-1)):
    show(f"split {i}", piece)
for i, piece in enumerate(torch.tensor_split(a, 3, dim=2)):
    show(f"tensor_split {i}", piece)
for piece in a.unbind(0):
    show("unbind", piece)

print(a.view(-1)[::5], a.reshape(4, -1).shape, a.ravel().data_ptr() == a.data_ptr())
try:
    a.transpose(0, 1).view(-1)
except RuntimeError as e:
    print("RuntimeError:", e)
b = a.transpose(0, 1).reshape(-1)
b[0] = 100
print(a[0, 0, 0], b[:3])
a.view(6, 4)[1:3] = -1
print(a)
a[a < 0] = torch.arange(8) * 10
print(a)
mask = (a % 2 == 0) & (a > 4)
print(mask.sum(dim=(0, 2)), a[mask], a.masked_select(mask).shape, mask.nonzero()[:3], mask.nonzero(as_tuple=True)[1])

x = torch.randn(2, 3)
print(
    torch.stack([x, x * 2], dim=1).shape,
    torch.hstack([x, x]).shape,
    torch.vstack((x, x)).shape,
    torch.dstack((x, x)).shape,
)
print(
    x.repeat(2, 2),
    x.repeat_interleave(2, dim=0),
    torch.tile(x, (2,)),
    x.flip(0),
    x.roll(1, 1),
    torch.rot90(x),
    sep="\n",
)
print(x.tril(), x.triu(1), torch.diag(torch.tensor([1, 2])), torch.block_diag(x, torch.ones(1, 2)), sep="\n")
print(
    torch.einsum("ij,kj->ik", x, x).shape,
    torch.einsum("ij->", x),
    torch.einsum("bij,bjk->bik", a.float(), a.float().mT)[0],
)
i = torch.tensor([[0, 1, 0], [1, 0, 1]])
print(
    torch.gather(torch.arange(6).view(2, 3), 0, i),
    torch.zeros(2, 3).scatter_(0, i, 1.0),
    torch.take(x, torch.tensor([0, 5])),
)
print(
    torch.zeros(3, 5).scatter_(1, torch.tensor([[1], [4], [0]]), 1),
    torch.zeros(4).index_add_(0, torch.tensor([0, 0, 3]), torch.ones(3)),
)
print(torch.where(x > 0, x, torch.zeros(())), torch.where(x > 0)[0], x.clamp(min=0), x.clip(-0.5, 0.5))
print(torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij"))
print(torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([5, 6])), torch.combinations(torch.arange(3)))
print(x.sort(dim=1), x.argsort(descending=True), x.topk(2), x.kthvalue(2), x.max(1), x.median(), x.mode(), sep="\n")
print(
    x.cumsum(1),
    x.cumprod(0),
    x.logcumsumexp(1),
    x.cummax(1),
    x.diff(),
    x.prod(),
    x.std(),
    x.var(0, unbiased=False),
    sep="\n",
)
print(
    torch.unique(torch.tensor([3, 1, 3, 2]), return_inverse=True, return_counts=True),
    torch.unique_consecutive(torch.tensor([1, 1, 2, 1])),
)
print(
    torch.bincount(torch.tensor([0, 1, 1, 4])),
    torch.histc(torch.tensor([1.0, 2, 1]), bins=4, min=0, max=3),
    torch.searchsorted(torch.tensor([1, 3, 5]), 4),
)
print(x.tolist(), x[0].tolist(), x[0, 0].item(), [round(v, 3) for v in x.flatten().tolist()])
