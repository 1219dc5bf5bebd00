"""U-Net on little discs: transposed convolutions, skips cut to size, dice and focal losses, IoU; a progressive lr warm-up."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, random_split


class DoubleConv(nn.Module):
    """(convolution => [BN] => ReLU) * 2"""

    def __init__(self, in_channels, out_channels, mid_channels=None):
        super().__init__()
        if not mid_channels:
            mid_channels = out_channels
        self.double_conv = nn.Sequential(
            nn.Conv2d(in_channels, mid_channels, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(mid_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(mid_channels, out_channels, kernel_size=3, padding="same", padding_mode="reflect"),
            nn.InstanceNorm2d(out_channels, affine=True),
            nn.LeakyReLU(0.2, inplace=True),
        )

    def forward(self, x):
        return self.double_conv(x)


class Up(nn.Module):
    def __init__(self, in_channels, out_channels, bilinear=True):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.conv = DoubleConv(in_channels, out_channels, in_channels // 2)
        else:
            self.up = nn.ConvTranspose2d(in_channels, in_channels // 2, kernel_size=2, stride=2)
            self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x1, x2):
        x1 = self.up(x1)
        diffY = x2.size()[2] - x1.size()[2]
        diffX = x2.size()[3] - x1.size()[3]
        x1 = F.pad(x1, [diffX // 2, diffX - diffX // 2, diffY // 2, diffY - diffY // 2])
        return self.conv(torch.cat([x2, x1], dim=1))


class UNet(nn.Module):
    def __init__(self, n_channels, n_classes, bilinear=False):
        super().__init__()
        factor = 2 if bilinear else 1
        self.inc = DoubleConv(n_channels, 4)
        self.down1 = nn.Sequential(nn.MaxPool2d(2), DoubleConv(4, 8))
        self.down2 = nn.Sequential(nn.MaxPool2d(2), DoubleConv(8, 16 // factor))
        self.up1 = Up(16, 8 // factor, bilinear)
        self.up2 = Up(8, 4, bilinear)
        self.outc = nn.Conv2d(4, n_classes, kernel_size=1)

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        return self.outc(self.up2(self.up1(x3, x2), x1))


def discs(n, size=14):
    ys, xs = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    centers = torch.randint(3, size - 3, (n, 2, 1, 1))
    masks = ((ys - centers[:, 0]) ** 2 + (xs - centers[:, 1]) ** 2 <= 9).float().unsqueeze(1)
    return masks + 0.3 * torch.randn_like(masks), masks


def dice_loss(logits, target, smooth=1.0):
    p = torch.sigmoid(logits).flatten(1)
    t = target.flatten(1)
    return 1 - ((2 * (p * t).sum(1) + smooth) / (p.sum(1) + t.sum(1) + smooth)).mean()


def focal_loss(logits, target, alpha=0.25, gamma=2):
    bce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    pt = torch.exp(-bce)
    return (alpha * (1 - pt) ** gamma * bce).mean()


@torch.no_grad()
def iou(net, loader):
    net.eval()
    inter = union = 0
    for images, masks in loader:
        predicted = net(images) > 0
        inter += (predicted & masks.bool()).sum()
        union += (predicted | masks.bool()).sum()
    net.train()
    return inter / union


torch.manual_seed(3)
images, masks = discs(20)
train_set, val_set = random_split(
    torch.utils.data.TensorDataset(images, masks), [0.8, 0.2], generator=torch.Generator().manual_seed(0)
)
print(len(train_set), len(val_set), train_set.indices[:5], masks.mean(), images.std())
for bilinear in (False, True):
    net = UNet(1, 1, bilinear)
    print(
        f"Network:\n\t{1} input channels\n\t{'Bilinear' if bilinear else 'Transposed conv'} upscaling, {sum(p.numel() for p in net.parameters())} weights"
    )
    optimizer = torch.optim.RMSprop(net.parameters(), lr=0.01, weight_decay=1e-8, momentum=0.9)
    warmup = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 4))
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, "max", patience=0, factor=0.5)
    loader = DataLoader(train_set, batch_size=8, shuffle=True)
    for epoch in range(2):
        for x, y in loader:
            logits = net(x)
            loss = (
                F.binary_cross_entropy_with_logits(logits, y, pos_weight=torch.tensor(3.0))
                + dice_loss(logits, y)
                + focal_loss(logits, y)
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            warmup.step()
        score = iou(net, DataLoader(val_set, 2))
        plateau.step(score)
        print(
            f"{epoch} loss {loss.item():.3f} norm {norm > 0} iou in [0, 1] {0 <= score <= 1} lr {optimizer.param_groups[0]['lr']:.4f}",
            plateau.num_bad_epochs,
            warmup.last_epoch,
        )
    print(logits.shape, logits.grad_fn.name(), [tuple(p.shape) for p in net.up1.parameters()])
print(net.up2, UNet(1, 2).up1.up, sep="\n")
