"""PyTorch's own optimisers, schedulers and averages of weights: `theirs_optim` is a copy of torch/optim, run on the package that `torch` is (but Muon, whose steps are in bfloat16)."""

import theirs_optim as optim
import torch
from theirs_optim import lr_scheduler as schedules, swa_utils
from torch import nn

torch.set_default_dtype(torch.float64)  # LBFGS goes where the last digits of float32 lead it
OPTIMISERS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "dampening": 0.1, "maximize": True}),
    ("Adam", {"lr": 0.01, "amsgrad": True, "weight_decay": 0.1}),
    ("AdamW", {"lr": 0.01}),
    ("Adamax", {"lr": 0.01}),
    ("NAdam", {"lr": 0.01, "decoupled_weight_decay": True, "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.01, "centered": True, "momentum": 0.5}),
    ("Rprop", {}),
    ("Adadelta", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.01}),
    ("ASGD", {}),
    ("LBFGS", {"lr": 0.1}),
    ("LBFGS", {"line_search_fn": "strong_wolfe"}),
    ("Adafactor", {"lr": 0.05}),
]
SCHEDULES = {
    "step": lambda o: schedules.StepLR(o, 2),
    "multi": lambda o: schedules.MultiStepLR(o, [1, 3]),
    "constant": schedules.ConstantLR,
    "linear": schedules.LinearLR,
    "exponential": lambda o: schedules.ExponentialLR(o, 0.9),
    "polynomial": lambda o: schedules.PolynomialLR(o, 4),
    "cosine": lambda o: schedules.CosineAnnealingLR(o, 4),
    "restarts": lambda o: schedules.CosineAnnealingWarmRestarts(o, 2, 2),
    "cyclic": lambda o: schedules.CyclicLR(o, 0.01, 0.1, step_size_up=2),
    "one cycle": lambda o: schedules.OneCycleLR(o, 0.2, total_steps=10),
    "lambda": lambda o: schedules.LambdaLR(o, lambda epoch: 0.9**epoch),
    "multiplicative": lambda o: schedules.MultiplicativeLR(o, lambda epoch: 0.9),
    "sequence": lambda o: schedules.SequentialLR(o, [schedules.ConstantLR(o), schedules.ExponentialLR(o, 0.9)], [2]),
    "chain": lambda o: schedules.ChainedScheduler([schedules.ConstantLR(o), schedules.ExponentialLR(o, 0.9)]),
    "averages": lambda o: swa_utils.SWALR(o, 0.05),
}


def train(make, schedule=None, steps=5):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    x, y = torch.randn(8, 3), torch.randn(8, 2)
    optimizer = make(model.parameters())
    plan = schedule and schedule(optimizer)

    def closure():
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        return loss

    for _ in range(steps):
        print(f"{float(optimizer.step(closure)):.4f}", end=" ")
        if plan is not None:
            plan.step()
            print([f"{group['lr']:.6f}" for group in optimizer.param_groups], end=" ")
    saved = optimizer.state_dict()
    print({key: sorted(map(str, state)) for key, state in list(saved["state"].items())[:1]}, saved["param_groups"])
    again = make(model.parameters())
    again.load_state_dict(saved)
    print(f"{float(again.step(closure)):.4f}", type(again).__name__)


for name, options in OPTIMISERS:
    for foreach in (None, True) if name not in ("LBFGS", "Adafactor") else (None,):
        given = options if foreach is None else {**options, "foreach": True}
        print(name, given)
        train(lambda parameters: getattr(optim, name)(parameters, **given))
for name, schedule in SCHEDULES.items():
    print(name)
    train(lambda parameters: optim.SGD(parameters, lr=0.1, momentum=0.9), schedule, 8)
model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
average = swa_utils.AveragedModel(model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.9))
for _ in range(3):
    average.update_parameters(model)
swa_utils.update_bn([torch.randn(4, 2)], average)
print([*average.state_dict()], average(torch.ones(3, 2)).shape)
