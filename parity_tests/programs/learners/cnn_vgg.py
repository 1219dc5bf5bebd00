"""Kaggle style: a config dict, VGG blocks built from a list, albumentations-like augmentation by hand, accuracy and confusion matrix."""

import copy
import gc
import os
import random
from collections import OrderedDict, defaultdict

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, Dataset, Subset, WeightedRandomSampler

CONFIG = {
    "seed": 2022, "epochs": 2, "img_size": 16, "model_name": "vgg_tiny", "num_classes": 3, "train_batch_size": 16,
    "learning_rate": 3e-3, "scheduler": "CosineAnnealingLR", "min_lr": 1e-6, "T_max": 6, "weight_decay": 1e-6,
    "n_accumulate": 2, "device": torch.device("cuda:0" if torch.cuda.is_available() else "cpu"),
}  # fmt: skip


def set_seed(seed=42):
    """Sets the seed of the entire notebook so results are the same every time we run."""
    np.random.seed(seed)
    random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    os.environ["PYTHONHASHSEED"] = str(seed)


set_seed(CONFIG["seed"])


class StripesDataset(Dataset):
    def __init__(self, n, transforms=None):
        self.transforms = transforms
        self.targets = np.random.randint(0, CONFIG["num_classes"], n)
        noise = np.random.rand(n, CONFIG["img_size"], CONFIG["img_size"], 3).astype("float32")
        for i, t in enumerate(self.targets):
            noise[i, :: t + 2, :, t] += 0.7
        self.images = noise

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, index):
        img = self.images[index]
        if self.transforms:
            img = self.transforms(image=img)["image"]
        return {
            "image": torch.from_numpy(img.transpose(2, 0, 1).copy()),
            "target": torch.tensor(self.targets[index], dtype=torch.long),
        }


def augment(image):
    if random.random() < 0.5:
        image = image[:, ::-1]
    shift = np.random.randint(-2, 3)
    return {"image": np.roll(image, shift, axis=1)}


VGG = [8, "M", 16, 16, "M"]


def make_layers(cfg, in_channels=3, batch_norm=True):
    layers = []
    for v in cfg:
        if v == "M":
            layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
        else:
            conv = nn.Conv2d(in_channels, v, kernel_size=3, padding=1, bias=not batch_norm)
            layers += [conv, nn.BatchNorm2d(v), nn.ReLU(inplace=True)] if batch_norm else [conv, nn.ReLU(inplace=True)]
            in_channels = v
    return nn.Sequential(*layers)


class GeM(nn.Module):
    def __init__(self, p=3, eps=1e-6):
        super(GeM, self).__init__()
        self.p = nn.Parameter(torch.ones(1) * p)
        self.eps = eps

    def forward(self, x):
        return self.gem(x, p=self.p, eps=self.eps)

    def gem(self, x, p=3, eps=1e-6):
        return F.avg_pool2d(x.clamp(min=eps).pow(p), (x.size(-2), x.size(-1))).pow(1.0 / p)

    def __repr__(self):
        return (
            self.__class__.__name__
            + "("
            + "p="
            + "{:.4f}".format(self.p.data.tolist()[0])
            + ", "
            + "eps="
            + str(self.eps)
            + ")"
        )


class Net(nn.Module):
    def __init__(self, num_classes):
        super(Net, self).__init__()
        self.features = make_layers(VGG)
        self.pooling = GeM()
        self.classifier = nn.Sequential(OrderedDict([("drop", nn.Dropout(p=0.2)), ("fc", nn.Linear(16, num_classes))]))
        self._initialize_weights()

    def forward(self, images):
        return self.classifier(self.pooling(self.features(images)).flatten(1))

    def _initialize_weights(self):
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                if m.bias is not None:
                    nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 0.01)
                nn.init.constant_(m.bias, 0)


train_data = StripesDataset(48, augment)
counts = np.bincount(train_data.targets)
weights = (1.0 / counts)[train_data.targets]
sampler = WeightedRandomSampler(weights, num_samples=len(weights), replacement=True)
train_loader = DataLoader(
    train_data, batch_size=CONFIG["train_batch_size"], sampler=sampler, num_workers=0, pin_memory=False, drop_last=True
)
valid_loader = DataLoader(Subset(StripesDataset(40), range(0, 40, 2)), batch_size=8)
print(len(train_loader), len(valid_loader), counts, list(sampler)[:8])
model = Net(CONFIG["num_classes"]).to(CONFIG["device"])
print(model)
print(sum(p.numel() for p in model.parameters() if p.requires_grad), "parameters")
optimizer = torch.optim.Adam(model.parameters(), lr=CONFIG["learning_rate"], weight_decay=CONFIG["weight_decay"])
scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=CONFIG["T_max"], eta_min=CONFIG["min_lr"])
criterion = nn.CrossEntropyLoss(weight=torch.tensor(counts.sum() / counts, dtype=torch.float), label_smoothing=0.1)
history, best, best_wts = defaultdict(list), np.inf, None
for epoch in range(1, CONFIG["epochs"] + 1):
    gc.collect()
    model.train()
    dataset_size, running_loss = 0, 0.0
    for step, data in enumerate(train_loader):
        images = data["image"].to(CONFIG["device"], dtype=torch.float, non_blocking=True)
        labels = data["target"].to(CONFIG["device"], dtype=torch.long)
        loss = criterion(model(images), labels) / CONFIG["n_accumulate"]
        loss.backward()
        if (step + 1) % CONFIG["n_accumulate"] == 0:
            optimizer.step()
            for p in model.parameters():
                p.grad = None
            if scheduler is not None:
                scheduler.step()
        running_loss += loss.item() * images.size(0)
        dataset_size += images.size(0)
    history["Train Loss"].append(running_loss / dataset_size)
    confusion = torch.zeros(3, 3, dtype=torch.int64)
    model.eval()
    total = 0.0
    with torch.inference_mode():
        for data in valid_loader:
            outputs = model(data["image"])
            total += F.cross_entropy(outputs, data["target"], reduction="sum").item()
            for t, p in zip(data["target"].view(-1), outputs.argmax(1).view(-1)):
                confusion[t.long(), p.long()] += 1
    history["Valid Loss"].append(total / 20)
    print(
        f"epoch {epoch} train {history['Train Loss'][-1]:.4f} valid {history['Valid Loss'][-1]:.4f} lr {optimizer.param_groups[0]['lr']:.3e}",
        confusion.diag() / confusion.sum(1),
    )
    if total / 20 <= best:
        print(f"Validation Loss Improved ({best:.3f} ---> {total / 20:.3f})")
        best, best_wts = total / 20, copy.deepcopy(model.state_dict())
print(
    confusion,
    model.load_state_dict(best_wts),
    model.pooling,
    optimizer,
    scheduler.get_last_lr(),
    scheduler.state_dict(),
    sep="\n",
)
print(
    {k: (tuple(v.shape), v.dtype) for k, v in model.state_dict().items()},
    model.features[1].running_mean,
    model.features[1].num_batches_tracked,
)
