"""Several programs in one process, each as if it ran alone: `python together.py program.py ...` prints a JSON list of what they print."""

import contextlib
import io
import json
import random
import runpy
import sys
import warnings

import numpy as np
import torch


def printed(program):
    """What a program prints, run as `__main__` in a process that looks fresh: seeds, dtypes and print options."""
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    with contextlib.redirect_stdout(io.StringIO()) as out, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            runpy.run_path(program, run_name="__main__")
        finally:
            torch.set_default_dtype(torch.float32)
            torch.set_printoptions(profile="default", sci_mode=None)
            torch.set_grad_enabled(True)
    return out.getvalue()


if __name__ == "__main__":
    print(json.dumps([printed(program) for program in sys.argv[1:]]))
