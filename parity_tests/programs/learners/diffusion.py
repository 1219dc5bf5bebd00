"""Denoising diffusion on 6x6 pictures: schedules, extract(), sinusoidal time, a small U of residual blocks, DDPM and DDIM sampling, EMA, classifier-free guidance."""

import math
from functools import partial
from inspect import isfunction

import torch
import torch.nn.functional as F
from torch import einsum, nn

torch.manual_seed(0)


def exists(x):
    return x is not None


def default(val, d):
    if exists(val):
        return val
    return d() if isfunction(d) else d


def cosine_beta_schedule(timesteps, s=0.008):
    x = torch.linspace(0, timesteps, timesteps + 1)
    alphas_cumprod = torch.cos(((x / timesteps) + s) / (1 + s) * torch.pi * 0.5) ** 2
    alphas_cumprod = alphas_cumprod / alphas_cumprod[0]
    return torch.clip(1 - (alphas_cumprod[1:] / alphas_cumprod[:-1]), 0.0001, 0.9999)


def sigmoid_beta_schedule(timesteps):
    return torch.sigmoid(torch.linspace(-6, 6, timesteps)) * (0.02 - 0.0001) + 0.0001


timesteps = 20
betas = torch.linspace(0.0001, 0.3, timesteps)
alphas = 1.0 - betas
alphas_cumprod = torch.cumprod(alphas, axis=0)
alphas_cumprod_prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
sqrt_recip_alphas = torch.sqrt(1.0 / alphas)
sqrt_alphas_cumprod = torch.sqrt(alphas_cumprod)
sqrt_one_minus_alphas_cumprod = torch.sqrt(1.0 - alphas_cumprod)
posterior_variance = betas * (1.0 - alphas_cumprod_prev) / (1.0 - alphas_cumprod)
print(cosine_beta_schedule(5), sigmoid_beta_schedule(5), posterior_variance[:4], alphas_cumprod[-1], sep="\n")


def extract(a, t, x_shape):
    batch_size = t.shape[0]
    out = a.gather(-1, t.cpu())
    return out.reshape(batch_size, *((1,) * (len(x_shape) - 1))).to(t.device)


class SinusoidalPositionEmbeddings(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, time):
        half_dim = self.dim // 2
        embeddings = math.log(10000) / (half_dim - 1)
        embeddings = torch.exp(torch.arange(half_dim, device=time.device) * -embeddings)
        embeddings = time[:, None] * embeddings[None, :]
        return torch.cat((embeddings.sin(), embeddings.cos()), dim=-1)


class WeightStandardizedConv2d(nn.Conv2d):
    def forward(self, x):
        eps = 1e-5 if x.dtype == torch.float32 else 1e-3
        weight = self.weight
        mean = weight.mean(dim=(1, 2, 3), keepdim=True)
        var = weight.var(dim=(1, 2, 3), keepdim=True, unbiased=False)
        return F.conv2d(
            x, (weight - mean) * (var + eps).rsqrt(), self.bias, self.stride, self.padding, self.dilation, self.groups
        )


class ResnetBlock(nn.Module):
    def __init__(self, dim, dim_out, *, time_emb_dim=None, groups=2):
        super().__init__()
        self.mlp = nn.Sequential(nn.SiLU(), nn.Linear(time_emb_dim, dim_out * 2)) if exists(time_emb_dim) else None
        self.proj, self.norm = WeightStandardizedConv2d(dim, dim_out, 3, padding=1), nn.GroupNorm(groups, dim_out)
        self.res_conv = nn.Conv2d(dim, dim_out, 1) if dim != dim_out else nn.Identity()

    def forward(self, x, time_emb=None):
        scale, shift = self.mlp(time_emb)[:, :, None, None].chunk(2, dim=1)
        return F.silu(self.norm(self.proj(x)) * (scale + 1) + shift) + self.res_conv(x)


class LinearAttention(nn.Module):
    def __init__(self, dim, heads=2, dim_head=4):
        super().__init__()
        self.scale, self.heads = dim_head**-0.5, heads
        self.to_qkv = nn.Conv2d(dim, dim_head * heads * 3, 1, bias=False)
        self.to_out = nn.Sequential(nn.Conv2d(dim_head * heads, dim, 1), nn.GroupNorm(1, dim))

    def forward(self, x):
        b, c, h, w = x.shape
        q, k, v = (t.reshape(b, self.heads, -1, h * w) for t in self.to_qkv(x).chunk(3, dim=1))
        context = torch.einsum("b h d n, b h e n -> b h d e", k.softmax(dim=-1), v)
        return self.to_out(
            einsum("b h d e, b h d n -> b h e n", context, q.softmax(dim=-2) * self.scale).reshape(b, -1, h, w)
        )


class Unet(nn.Module):
    def __init__(self, dim=8, classes=2):
        super().__init__()
        self.init_conv = nn.Conv2d(1, dim, 3, padding=1)
        self.time_mlp = nn.Sequential(
            SinusoidalPositionEmbeddings(dim), nn.Linear(dim, 16), nn.GELU(), nn.Linear(16, 16)
        )
        self.classes = nn.Embedding(classes + 1, 16)
        block = partial(ResnetBlock, time_emb_dim=16)
        self.down = nn.ModuleList([block(dim, dim), nn.Conv2d(dim, dim, 4, 2, 1), block(dim, dim * 2)])
        self.attention = LinearAttention(dim * 2)
        self.up = nn.ModuleList([nn.Upsample(scale_factor=2, mode="nearest"), block(dim * 3, dim)])
        self.final = nn.Conv2d(dim, 1, 1)

    def forward(self, x, time, label=None):
        t = self.time_mlp(time) + self.classes(default(label, lambda: torch.full_like(time, 2)))
        skip = self.down[0](self.init_conv(x), t)
        x = self.down[2](self.down[1](skip), t)
        x = x + self.attention(x)
        return self.final(self.up[1](torch.cat((self.up[0](x), skip), dim=1), t))


def q_sample(x_start, t, noise=None):
    noise = default(noise, lambda: torch.randn_like(x_start))
    return (
        extract(sqrt_alphas_cumprod, t, x_start.shape) * x_start
        + extract(sqrt_one_minus_alphas_cumprod, t, x_start.shape) * noise
    )


def p_losses(model, x_start, t, label, loss_type="l2"):
    noise = torch.randn_like(x_start)
    predicted = model(q_sample(x_start, t, noise), t, label)
    return {"l1": F.l1_loss, "l2": F.mse_loss, "huber": F.smooth_l1_loss}[loss_type](noise, predicted)


pictures, labels = -torch.ones(16, 1, 6, 6), torch.arange(16) % 2
pictures[::2, :, 2:4] = 1.0
pictures[1::2, ..., 2:4] = 1.0
model = Unet()
shadow = {k: v.detach().clone() for k, v in model.state_dict().items()}
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(8):
    t = torch.randint(0, timesteps, (16,)).long()
    label = torch.where(torch.rand(16) < 0.2, 2, labels)
    loss = p_losses(model, pictures, t, label, ("l1", "l2", "huber")[step % 3])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    for k, v in model.state_dict().items():
        shadow[k].mul_(0.9).add_(v, alpha=0.1)
    print(f"step {step} t={t[:4].tolist()} loss {loss.item():.4f}")
ema = Unet()
print(ema.load_state_dict(shadow), ema.down[0])


@torch.no_grad()
def p_sample(model, x, t, t_index):
    guided = 2.0 * model(x, t, torch.zeros_like(t)) - 1.0 * model(x, t)
    mean = extract(sqrt_recip_alphas, t, x.shape) * (
        x - extract(betas, t, x.shape) * guided / extract(sqrt_one_minus_alphas_cumprod, t, x.shape)
    )
    if t_index == 0:
        return mean
    return mean + torch.sqrt(extract(posterior_variance, t, x.shape)) * torch.randn_like(x)


img = torch.randn(2, 1, 6, 6)
for i in reversed(range(0, timesteps)):
    img = p_sample(ema, img, torch.full((2,), i, dtype=torch.long), i).clamp(-3, 3)
print(img.shape, img.isfinite().all(), f"{img.mean():.2f}")
x, path = torch.randn(1, 1, 6, 6), torch.arange(timesteps - 1, -1, -5)
with torch.no_grad():
    for now, then in zip(path, [*path[1:], -1]):
        eps = ema(x, now.expand(1))
        x0 = ((x - (1 - alphas_cumprod[now]).sqrt() * eps) / alphas_cumprod[now].sqrt()).clamp(-1, 1)
        a = alphas_cumprod[then] if then >= 0 else torch.tensor(1.0)
        x = a.sqrt() * x0 + (1 - a).sqrt() * eps
        print(int(now), int(then), f"{x.std():.3f}")
