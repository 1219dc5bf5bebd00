#!/usr/bin/env python
"""Code of the years 2017 to 2019 that still runs: Variable, volatile, .data, Tensor constructors, legacy names, loss.data[0], F.sigmoid, adjust_learning_rate."""

from __future__ import division, print_function

import argparse
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.init as init
import torch.optim as optim
from torch.autograd import Variable
from torch.nn.parameter import Parameter

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    x = Variable(torch.FloatTensor([[1, 2], [3, 4]]), requires_grad=True)
    print(
        type(x),
        isinstance(x, Variable),
        isinstance(x.data, torch.FloatTensor),
        x.is_leaf,
        x.creator if hasattr(x, "creator") else "no creator",
    )
    y = (x * x).sum()
    y.backward()
    print(x.grad, x.grad.data, y.data, y.grad_fn)
    try:
        v = Variable(torch.ones(1), volatile=True)
        print(v.requires_grad, v)
    except Exception as error:
        print(type(error).__name__)
    try:
        print(y.data[0])
    except IndexError as error:
        print("IndexError:", error)
    for make in (
        lambda: torch.Tensor(2, 3).zero_(), lambda: torch.Tensor([1, 2]), lambda: torch.LongTensor([1, 2]), lambda: torch.ByteTensor([1, 0]), lambda: torch.DoubleTensor(2).fill_(3),
        lambda: torch.IntTensor(3).zero_() + 1, lambda: torch.Tensor(torch.Size([2])).fill_(1), lambda: torch.FloatTensor(2, 2).fill_(0.5), lambda: torch.BoolTensor([True]), lambda: torch.HalfTensor([1.5]),
        lambda: torch.LongTensor([1.7]), lambda: torch.Tensor(), lambda: torch.FloatTensor(1).type(torch.LongTensor).size(), lambda: x.data.new(2).zero_(), lambda: x.data.new([5, 6]), lambda: x.data.new_zeros(2),
        lambda: torch.range(0, 3), lambda: x.data.type("torch.DoubleTensor").type(), lambda: x.data.type(), lambda: x.data.long().type_as(x), lambda: torch.Tensor("ab"), lambda: torch.FloatTensor(torch.LongTensor([1])),
        lambda: torch.ger(torch.ones(2), torch.ones(2)), lambda: x.data.t_().sum(), lambda: torch.max(x.data, 1)[1].squeeze(), lambda: x.data.sub(1).abs_().cpu().numpy(), lambda: torch.t(x).size(0),
        lambda: F.sigmoid(torch.zeros(1)), lambda: F.tanh(torch.zeros(1)), lambda: F.softmax(torch.zeros(2)), lambda: F.log_softmax(torch.zeros(1, 2)), lambda: F.upsample(torch.ones(1, 1, 2), scale_factor=2),
        lambda: nn.MSELoss(size_average=False)(torch.ones(2), torch.zeros(2)), lambda: F.mse_loss(torch.ones(2), torch.zeros(2), reduce=False), lambda: nn.CrossEntropyLoss(size_average=True), lambda: nn.NLLLoss2d(),
        lambda: nn.UpsamplingNearest2d(scale_factor=2)(torch.ones(1, 1, 1, 1)).shape, lambda: nn.Softmax()(torch.zeros(1, 2)), lambda: init.xavier_normal(torch.empty(1, 1)).shape, lambda: init.constant(torch.empty(2), 3.0),
        lambda: init.kaiming_uniform(nn.Linear(1, 1).weight).shape, lambda: nn.utils.clip_grad_norm([x], 1.0), lambda: nn.utils.weight_norm(nn.Linear(2, 1)), lambda: torch.addcmul(torch.zeros(1), 2, torch.ones(1), torch.ones(1)),
        lambda: torch.zeros(2).add_(2, torch.ones(2)), lambda: torch.add(torch.ones(1), 3, torch.ones(1)), lambda: torch.ones(2).masked_fill_(torch.ByteTensor([1, 0]), 7), lambda: torch.arange(3)[torch.ByteTensor([1, 0, 1])],
        lambda: 1 - torch.ByteTensor([1, 0]), lambda: (torch.ones(2) == 1).sum().float() / 2, lambda: ~torch.tensor([1, 0], dtype=torch.uint8), lambda: torch.btrifact(torch.eye(2)),
        lambda: torch.gels(torch.eye(2), torch.eye(2)), lambda: torch.norm(torch.ones(4), 2), lambda: torch.cross(torch.eye(3), torch.ones(3, 3)), lambda: torch.qr(torch.eye(2))[0].shape, lambda: torch.cholesky(torch.eye(2)),
        lambda: torch.lu(torch.eye(2))[1], lambda: torch.set_default_tensor_type("torch.FloatTensor"), lambda: torch.tensor([1, 2]) / 2, lambda: torch.tensor([3]) // 2, lambda: torch.div(torch.tensor([3]), 2, rounding_mode="floor"),
        lambda: x.cuda() if torch.cuda.is_available() else x.cpu().is_cuda, lambda: torch.cuda.device_count(), lambda: torch.backends.cudnn.enabled in (True, False), lambda: x.grad.data.norm(), lambda: x.size()[0] * 2,
    ):  # fmt: skip
        try:
            print(make())
        except Exception as error:
            print(f"{type(error).__name__}: {error}".splitlines()[0])
print(len(caught))
for w in caught:
    print(w.category.__name__, str(w.message)[:16])

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--momentum", type=float, default=0.5)
opt = parser.parse_args(["--lr", "0.05"])


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(4, 8)
        self.fc2 = nn.Linear(8, 3)
        self.scale = Parameter(torch.Tensor(1))
        self.reset_parameters()

    def reset_parameters(self):
        self.scale.data.fill_(1)
        for w in self.parameters():
            if len(w.data.size()) == 2:
                w.data.uniform_(-0.2, 0.2)

    def forward(self, x):
        x = F.dropout(F.relu(self.fc1(x)), training=self.training)
        return F.log_softmax(self.scale * self.fc2(x), dim=1)


torch.manual_seed(1)
model = Net()
optimizer = optim.SGD(model.parameters(), lr=opt.lr, momentum=opt.momentum)
data, target = torch.randn(30, 4), torch.LongTensor(30).random_(0, 3)


def adjust_learning_rate(optimizer, epoch):
    """Sets the learning rate to the initial LR decayed by 10 every 2 epochs"""
    lr = opt.lr * (0.1 ** (epoch // 2))
    for param_group in optimizer.param_groups:
        param_group["lr"] = lr
    return lr


def accuracy(output, target, topk=(1,)):
    maxk = max(topk)
    _, pred = output.topk(maxk, 1, True, True)
    pred = pred.t()
    correct = pred.eq(target.view(1, -1).expand_as(pred))
    return [correct[:k].reshape(-1).float().sum(0, keepdim=True).mul_(100.0 / target.size(0)) for k in topk]


for epoch in range(3):
    lr = adjust_learning_rate(optimizer, epoch)
    model.train()
    for i in range(0, 30, 10):
        input_var, target_var = Variable(data[i : i + 10]), Variable(target[i : i + 10])
        optimizer.zero_grad()
        loss = F.nll_loss(model(input_var), target_var)
        loss.backward()
        optimizer.step()
    model.eval()
    test_loss, correct = 0, 0
    output = model(Variable(data))
    test_loss += F.nll_loss(output, Variable(target), reduction="sum").data
    pred = output.data.max(1, keepdim=True)[1]
    correct += pred.eq(target.view_as(pred)).long().cpu().sum()
    prec = accuracy(output.data, target, topk=(1, 2))
    print(
        "Epoch: {} lr {:.4f} loss {:.4f} test {:.4f} correct {}/{} prec@1 {:.2f} prec@2 {:.2f}".format(
            epoch, lr, loss.data, test_loss / 30, correct, 30, prec[0][0], prec[1][0]
        )
    )
for p in model.parameters():
    p.data.add_(p.grad.data, alpha=-0.1)
    p.grad.data.zero_()
print(model.fc2.bias, model.fc2.bias.grad, model.scale.data)
h = Variable(torch.zeros(1, 3))
h = Variable(h.data)
print(h, Variable(torch.Tensor(1).fill_(2)).expand(3), torch.stack([h[0], h[0]], 0).sum(1).size())
