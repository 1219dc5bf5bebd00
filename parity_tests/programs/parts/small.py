"""What the collections of small programs share: data, a network, and the list of programs."""

import warnings

import torch
from torch import nn

X = torch.linspace(-1, 1, 24).reshape(8, 3) * 1.3 + 0.1
Y = X.sum(1, keepdim=True) ** 2
PROGRAMS = []


def prog(function):
    PROGRAMS.append(function)
    return function


def mlp():
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))


def kind(error):
    """The name of an error's type, of built-in ones only: the package has types of its own below them."""
    return next(t.__name__ for t in type(error).__mro__ if t.__module__ == "builtins")


def tried(f):
    try:
        print(f())
    except Exception as error:
        print(kind(error))


def run():
    """All programs that were defined, each from one seed; the next collection begins anew."""
    warnings.simplefilter("ignore")
    torch.set_printoptions(precision=3, sci_mode=False)
    for program in PROGRAMS:
        torch.manual_seed(1)
        print("---", program.__name__)
        tried(program)
    PROGRAMS.clear()
