"""A convolutional network that tells bars from crosses, its feature maps seen through hooks."""

import torch
import torch.nn as nn

torch.manual_seed(0)


def pictures(count):
    images = 0.3 * torch.randn(count, 1, 12, 12)
    labels = torch.randint(3, (count,))
    for image, label in zip(images, labels, strict=True):
        row, column = torch.randint(2, 10, (2,)).tolist()
        if label != 1:
            image[0, row, :] += 1
        if label != 0:
            image[0, :, column] += 1
    return images, labels


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, kernel_size=3, stride=1, padding="same"),
            nn.LeakyReLU(0.1),
            nn.AvgPool2d(2, 2),
            nn.Dropout2d(0.1),
        )
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(16 * 3 * 3, 24), nn.GELU(), nn.Linear(24, 3))

    def forward(self, x):
        return self.classifier(self.features(x))


images, labels = pictures(96)
model = ConvNet()
print(model)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=24)
for epoch in range(6):
    for start in range(0, 96, 24):
        optimizer.zero_grad()
        loss = criterion(model(images[start : start + 24]), labels[start : start + 24])
        loss.backward()
        optimizer.step()
        scheduler.step()
    print(f"epoch {epoch}: loss {loss.item():.3f}, rate {optimizer.param_groups[0]['lr']:.5f}")

seen = {}
handles = [
    layer.register_forward_hook(lambda module, inputs, output, name=name: seen.update({name: output.detach()}))
    for name, layer in model.features.named_children()
]
model.eval()
with torch.no_grad():
    guesses = model(images[:8]).argmax(1)
for handle in handles:
    handle.remove()
print({name: tuple(maps.shape) for name, maps in seen.items()})
print("right:", (guesses == labels[:8]).sum().item(), "of 8")
print([(name, tuple(p.shape)) for name, p in model.named_parameters()])
print(model.features[1].num_batches_tracked, model.features[1].running_mean.mean().item() < 1)
