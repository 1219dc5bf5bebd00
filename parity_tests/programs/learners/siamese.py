"""Siamese and triplet networks: contrastive loss as a class, a miner of hard triplets, cosine retrieval, prototypes; pairs from a custom collate."""

import random

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import ConcatDataset, DataLoader, Dataset, TensorDataset

random.seed(0)
torch.manual_seed(0)


class SiameseNetwork(nn.Module):
    def __init__(self):
        super(SiameseNetwork, self).__init__()
        self.cnn1 = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(1, 4, kernel_size=3),
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(4),
            nn.Dropout2d(p=0.2),
        )
        self.fc1 = nn.Sequential(nn.Linear(4 * 6 * 6, 16), nn.PReLU(), nn.Linear(16, 3))

    def forward_once(self, x):
        output = self.cnn1(x)
        output = output.view(output.size()[0], -1)
        return self.fc1(output)

    def forward(self, input1, input2):
        return self.forward_once(input1), self.forward_once(input2)


class ContrastiveLoss(torch.nn.Module):
    """Based on: http://yann.lecun.com/exdb/publis/pdf/hadsell-chopra-lecun-06.pdf"""

    def __init__(self, margin=2.0):
        super(ContrastiveLoss, self).__init__()
        self.margin = margin

    def forward(self, output1, output2, label):
        euclidean_distance = F.pairwise_distance(output1, output2, keepdim=True)
        return torch.mean(
            (1 - label) * torch.pow(euclidean_distance, 2)
            + (label) * torch.pow(torch.clamp(self.margin - euclidean_distance, min=0.0), 2)
        )


class Pairs(Dataset):
    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __getitem__(self, index):
        same = random.randint(0, 1)
        candidates = (self.labels == self.labels[index]) if same else (self.labels != self.labels[index])
        other = random.choice(candidates.nonzero().flatten().tolist())
        return (
            self.images[index],
            self.images[other],
            torch.tensor([int(self.labels[index] != self.labels[other])], dtype=torch.float32),
        )

    def __len__(self):
        return len(self.images)


labels = torch.arange(24) % 3
images = torch.rand(24, 1, 6, 6)
for k in range(3):
    images[labels == k, :, 2 * k : 2 * k + 2] += 1
net = SiameseNetwork()
criterion, optimizer = ContrastiveLoss(), torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.5)
loader = DataLoader(Pairs(images, labels), shuffle=True, batch_size=8)
for epoch in range(3):
    for i, (img0, img1, label) in enumerate(loader):
        optimizer.zero_grad()
        loss_contrastive = criterion(*net(img0, img1), label)
        loss_contrastive.backward()
        optimizer.step()
    print("Epoch number {}\n Current loss {:.4f}\n".format(epoch, loss_contrastive.item()), label.squeeze(1))
net.eval()
with torch.no_grad():
    emb = net.forward_once(images)
    D = torch.cdist(emb, emb)
    same = labels[:, None] == labels[None]
    print(
        f"within {D[same].mean():.4f} between {D[~same].mean():.4f}",
        D.shape,
        torch.equal(D, D.T),
        D.diagonal().abs().max() < 0.01,
    )
    print(
        F.cosine_similarity(emb[:1], emb, dim=1)[:5],
        nn.CosineSimilarity(dim=-1)(emb[0], emb[3]),
        nn.PairwiseDistance(p=1)(emb[:2], emb[2:4]),
    )
print(net)

torch.manual_seed(1)
net = SiameseNetwork()
optimizer = torch.optim.Adamax(net.parameters(), lr=0.01)
losses = {
    "triplet": nn.TripletMarginLoss(margin=1.0, p=2, swap=True),
    "distance": nn.TripletMarginWithDistanceLoss(
        distance_function=lambda a, b: 1.0 - F.cosine_similarity(a, b), margin=0.5
    ),
    "cosine": nn.CosineEmbeddingLoss(margin=0.3),
    "margin": nn.MarginRankingLoss(margin=0.2),
    "hinge": nn.HingeEmbeddingLoss(margin=1.0),
}
print(losses)


def hard_triplets(emb, labels, margin=0.2):
    d = torch.cdist(emb.detach(), emb.detach())
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    positive = d.masked_fill(~same, float("-inf")).argmax(1)
    negative = d.masked_fill(same, float("inf")).argmin(1)
    return positive, negative


for step in range(5):
    emb = F.normalize(net.forward_once(images), dim=1)
    p, n = hard_triplets(emb, labels)
    y = torch.where(labels == labels.roll(1), 1, -1)
    parts = {
        "triplet": losses["triplet"](emb, emb[p], emb[n]),
        "distance": losses["distance"](emb, emb[p], emb[n]),
        "cosine": losses["cosine"](emb, emb.roll(1, 0), y),
        "margin": losses["margin"](emb @ emb[0], emb @ emb[1], torch.ones(24)),
        "hinge": losses["hinge"](1 - emb @ emb[0], y),
    }
    total = sum(parts.values())
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    print(step, {k: round(v.item(), 3) for k, v in parts.items()})
with torch.no_grad():
    net.eval()
    emb = F.normalize(net.forward_once(images))
    prototypes = torch.stack([emb[labels == k].mean(0) for k in labels.unique()])
    print(prototypes.shape, (torch.cdist(emb, prototypes).argmin(1) == labels).float().mean())
both = ConcatDataset([TensorDataset(images[:2]), TensorDataset(images[2:5])])
print(len(both), both.cumulative_sizes, both[3][0].shape, torch.equal(both[-1][0], images[4]))
