"""A Trainer of pytorch_lightning: training, validation, a schedule, a checkpoint that is loaded again."""

import tempfile
import warnings

import pytorch_lightning as pl
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Classifier(pl.LightningModule):
    def __init__(self, width=8):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Linear(width, 2))
        self.seen = []

    def training_step(self, batch, number):
        loss = nn.functional.cross_entropy(self.net(batch[0]), batch[1])
        self.seen.append(round(loss.item(), 4))
        return loss

    def validation_step(self, batch, number):
        self.log("right", (self.net(batch[0]).argmax(1) == batch[1]).float().mean())

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=0.05)
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)]


warnings.simplefilter("ignore")
pl.seed_everything(0, verbose=False)
x = torch.randn(64, 3)
data = TensorDataset(x, (x.sum(1) > 0).long())
model = Classifier()
with tempfile.TemporaryDirectory() as directory:
    trainer = pl.Trainer(
        max_epochs=3, accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False, default_root_dir=directory
    )  # fmt: skip
    trainer.fit(model, DataLoader(data, 16, shuffle=True), DataLoader(data, 32))
    trainer.save_checkpoint(f"{directory}/last.ckpt")
    again = Classifier.load_from_checkpoint(f"{directory}/last.ckpt", weights_only=False)
print(model.seen)
print({name: round(float(value), 4) for name, value in trainer.callback_metrics.items()}, again.hparams)
print(all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True)))
