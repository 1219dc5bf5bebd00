"""A vision transformer with a class token, patches by a strided convolution and by unfold; masked-autoencoder shuffling; patches glued with fold."""

import torch
from torch import nn
from torch.nn import functional as F


def pair(t):
    return t if isinstance(t, tuple) else (t, t)


class PatchEmbed(nn.Module):
    def __init__(self, img_size=12, patch_size=4, in_chans=3, embed_dim=16):
        super().__init__()
        img_size, patch_size = pair(img_size), pair(patch_size)
        self.grid = (img_size[0] // patch_size[0], img_size[1] // patch_size[1])
        self.num_patches = self.grid[0] * self.grid[1]
        self.proj = nn.Conv2d(in_chans, embed_dim, kernel_size=patch_size, stride=patch_size)

    def forward(self, x):
        return self.proj(x).flatten(2).transpose(1, 2)


class Attention(nn.Module):
    def __init__(self, dim, num_heads=4, qkv_bias=True):
        super().__init__()
        self.num_heads, self.scale = num_heads, (dim // num_heads) ** -0.5
        self.qkv, self.proj = nn.Linear(dim, dim * 3, bias=qkv_bias), nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, C // self.num_heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        self.weights = ((q @ k.transpose(-2, -1)) * self.scale).softmax(dim=-1)
        return self.proj((self.weights @ v).transpose(1, 2).reshape(B, N, C))


class Residual(nn.Module):
    def __init__(self, dim, fn, init_values=1e-1):
        super().__init__()
        self.norm, self.fn, self.gamma = nn.LayerNorm(dim), fn, nn.Parameter(init_values * torch.ones(dim))

    def forward(self, x):
        return x + self.gamma * self.fn(self.norm(x))


class ViT(nn.Module):
    def __init__(self, *, depth=2, dim=16, num_classes=3, pool="cls"):
        super().__init__()
        assert pool in {"cls", "mean"}, "pool type must be either cls (cls token) or mean (mean pooling)"
        self.patch = PatchEmbed(embed_dim=dim)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos_embed = nn.Parameter(torch.randn(1, self.patch.num_patches + 1, dim) * 0.02)
        self.blocks = nn.Sequential(
            *(
                nn.Sequential(
                    Residual(dim, Attention(dim)),
                    Residual(dim, nn.Sequential(nn.Linear(dim, 32), nn.GELU(), nn.Linear(32, dim))),
                )
                for _ in range(depth)
            )
        )
        self.head, self.pool = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, num_classes)), pool
        nn.init.trunc_normal_(self.cls_token, std=0.02)
        self.apply(lambda m: nn.init.trunc_normal_(m.weight, std=0.02) if isinstance(m, nn.Linear) else None)

    def forward(self, img):
        x = self.patch(img)
        x = torch.cat((self.cls_token.expand(x.shape[0], -1, -1), x), dim=1) + self.pos_embed
        x = self.blocks(x)
        return self.head(x.mean(dim=1) if self.pool == "mean" else x[:, 0])


torch.manual_seed(0)
images, labels = torch.rand(12, 3, 12, 12), torch.arange(12) % 3
images[torch.arange(12), labels] += 0.5
for pool in ("cls", "mean"):
    torch.manual_seed(1)
    model = ViT(pool=pool)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.SequentialLR(
        optimizer,
        [
            torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=3),
            torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 3),
        ],
        milestones=[3],
    )
    for epoch in range(6):
        loss = F.cross_entropy(model(images), labels, label_smoothing=0.1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        print(f"{pool} {epoch} loss={loss.item():.4f} lr={schedule.get_last_lr()[0]:.6f}")
print(model.blocks[0], [n for n, _ in model.named_parameters()][:6], model.patch.grid)
rollout = torch.eye(10)
for block in model.blocks:
    a = block[0].fn.weights.mean(1)[0] + torch.eye(10)
    rollout = (a / a.sum(-1, keepdim=True)) @ rollout
print(rollout.sum(-1), rollout.shape, rollout.requires_grad)

# patches three ways
img = torch.arange(2 * 3 * 4 * 6).float().view(2, 3, 4, 6)
by_unfold = F.unfold(img, kernel_size=2, stride=2).transpose(1, 2)
by_view = img.reshape(2, 3, 2, 2, 3, 2).permute(0, 2, 4, 1, 3, 5).reshape(2, 6, -1)
by_windows = img.unfold(2, 2, 2).unfold(3, 2, 2).permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)
print(torch.equal(by_unfold, by_view), torch.equal(by_view, by_windows), by_view[0, 1])
print(
    torch.equal(F.fold(by_unfold.transpose(1, 2), (4, 6), 2, stride=2), img),
    nn.Fold((4, 6), 2, stride=2),
    nn.Unfold(2, stride=2),
)
# masking as MAE does
x = torch.arange(12.0).view(2, 6, 1)
noise = torch.tensor([[0.3, 0.1, 0.9, 0.5, 0.2, 0.7], [0.6, 0.4, 0.8, 0.2, 0.9, 0.1]])
ids_shuffle = torch.argsort(noise, dim=1)
ids_restore = torch.argsort(ids_shuffle, dim=1)
ids_keep = ids_shuffle[:, :2]
x_masked = torch.gather(x, dim=1, index=ids_keep.unsqueeze(-1).repeat(1, 1, x.shape[-1]))
mask = torch.ones([2, 6])
mask[:, :2] = 0
mask = torch.gather(mask, dim=1, index=ids_restore)
tokens = torch.zeros(1, 1, 1).repeat(2, 4, 1)
restored = torch.gather(torch.cat([x_masked, tokens], dim=1), 1, ids_restore[..., None].expand(-1, -1, 1))
print(x_masked.squeeze(), mask, restored.squeeze(), sep="\n")
print(
    nn.PixelShuffle(2)(torch.arange(8.0).view(1, 4, 1, 2)),
    F.interpolate(
        model.pos_embed[:, 1:].detach().view(1, 3, 3, 16).permute(0, 3, 1, 2), size=(4, 4), mode="bicubic"
    ).shape,
)
