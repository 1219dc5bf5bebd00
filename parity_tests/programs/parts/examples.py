"""Runs the examples of docstrings: reads {name: [statement, ...]} as JSON, prints {name: [what each shows, ...]}; by python or `minitorch-pt run`."""

import ast
import contextlib
import io
import json
import os
import random
import sys
import tempfile
import warnings

import numpy as np
import torch


def kind(error):
    """The name of an error's type, of built-in ones only: a library may have types of its own below them."""
    return next(t.__name__ for t in type(error).__mro__ if t.__module__ == "builtins")


def show(value, fresh):
    """Print a value. In fresh memory there is anything: zeros are put there."""
    if fresh and isinstance(value, torch.Tensor):
        value.detach().zero_()
    if value is not None:
        print(repr(value))


def shown(statement, names):
    """What a statement prints, the value of an expression or of what is assigned included; or the kind of error that it raises."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            tree = ast.parse(statement)
            last = tree.body[-1]
            if isinstance(last, ast.Expr):
                last = tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], last.value), last)
            exec(compile(ast.fix_missing_locations(tree), "<example>", "exec"), names)
            for target in getattr(last, "targets", []):
                for name in ast.walk(target):
                    if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                        show(names[name.id], "empty" in statement)
        except Exception as error:
            print(f"!{kind(error)}")
    return out.getvalue()


def run(statements):
    """What each statement of one docstring shows, from a fresh state."""
    random.seed(0), np.random.seed(0), torch.manual_seed(0)
    names = {"__name__": "__main__", "torch": torch, "nn": torch.nn, "F": torch.nn.functional, "optim": torch.optim}
    names |= {"np": np, "numpy": np}
    try:
        return [shown(statement, names) for statement in statements]
    finally:
        torch.set_default_device(None)
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default", sci_mode=None)
        torch.set_grad_enabled(True)
        torch.use_deterministic_algorithms(False)
        torch.autograd.set_detect_anomaly(False)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    examples = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        printed = {name: run(statements) for name, statements in examples.items()}
        os.chdir("/")
    print(json.dumps(printed))
