"""The quickstart of pytorch.org on made-up pictures: Dataset, DataLoader, a class, train and test loops, saving, loading."""

import io

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(42)


class Pictures(Dataset):
    """Blobs: class k is bright in row k of a 6x6 picture."""

    def __init__(self, n, transform=None, target_transform=None):
        self.labels = torch.randint(0, 4, (n,))
        self.images = torch.rand(n, 1, 6, 6) * 0.6
        self.images[torch.arange(n), 0, self.labels] += 0.5
        self.transform, self.target_transform = transform, target_transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, idx):
        image, label = self.images[idx], self.labels[idx]
        if self.transform:
            image = self.transform(image)
        if self.target_transform:
            label = self.target_transform(label)
        return image, label


training_data = Pictures(160, transform=lambda x: (x - 0.3) / 0.2)
test_data = Pictures(64, transform=lambda x: (x - 0.3) / 0.2, target_transform=int)
train_dataloader = DataLoader(training_data, batch_size=32, shuffle=True)
test_dataloader = DataLoader(test_data, batch_size=32)
for X, y in test_dataloader:
    print(f"Shape of X [N, C, H, W]: {X.shape}")
    print(f"Shape of y: {y.shape} {y.dtype}")
    break

device = torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu"
device = "cuda" if torch.cuda.is_available() else device
print(f"Using {device} device")


class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(6 * 6, 32),
            nn.ReLU(),
            nn.Linear(32, 32),
            nn.ReLU(),
            nn.Linear(32, 4),
        )

    def forward(self, x):
        x = self.flatten(x)
        logits = self.linear_relu_stack(x)
        return logits


model = NeuralNetwork().to(device)
print(model)
print(f"Model structure: {model}\n\n")
for name, param in model.named_parameters():
    print(f"Layer: {name} | Size: {param.size()} | Values : {param[:2]} \n")
logits = model(torch.rand(1, 6, 6, device=device))
pred_probab = nn.Softmax(dim=1)(logits)
print(f"Predicted class: {pred_probab.argmax(1)}", pred_probab)

loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-1)


def train(dataloader, model, loss_fn, optimizer):
    size = len(dataloader.dataset)
    model.train()
    for batch, (X, y) in enumerate(dataloader):
        X, y = X.to(device), y.to(device)
        pred = model(X)
        loss = loss_fn(pred, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if batch % 2 == 0:
            loss, current = loss.item(), (batch + 1) * len(X)
            print(f"loss: {loss:>7f}  [{current:>5d}/{size:>5d}]")


def test(dataloader, model, loss_fn):
    size = len(dataloader.dataset)
    num_batches = len(dataloader)
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for X, y in dataloader:
            X, y = X.to(device), y.to(device)
            pred = model(X)
            test_loss += loss_fn(pred, y).item()
            correct += (pred.argmax(1) == y).type(torch.float).sum().item()
    test_loss /= num_batches
    correct /= size
    print(f"Test Error: \n Accuracy: {(100 * correct):>0.1f}%, Avg loss: {test_loss:>8f} \n")


for t in range(4):
    print(f"Epoch {t + 1}\n-------------------------------")
    train(train_dataloader, model, loss_fn, optimizer)
    test(test_dataloader, model, loss_fn)
print("Done!")

file = io.BytesIO()
torch.save(model.state_dict(), file)
file.seek(0)
other = NeuralNetwork().to(device)
print(other.load_state_dict(torch.load(file, weights_only=True)))
other.eval()
x, y = test_data[0]
with torch.no_grad():
    pred = other(x)
    print(f'Predicted: "{"abcd"[pred[0].argmax(0)]}", Actual: "{"abcd"[y]}"', torch.equal(pred, model(x)))
file = io.BytesIO()
torch.save(model, file)
file.seek(0)
try:
    torch.load(file)
except Exception as e:
    print(type(e).__name__)
file.seek(0)
whole = torch.load(file, weights_only=False)
print(type(whole).__name__, whole is model, torch.equal(whole(x), model(x)), whole.training)
