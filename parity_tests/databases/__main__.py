"""What differs, input by input: python -m parity_tests.databases 'scatter*'."""

import sys
from fnmatch import fnmatchcase

from .entries import entries

if __name__ == "__main__":
    for name, run in entries():
        if any(fnmatchcase(name, pattern) for pattern in sys.argv[1:] or ["*"]):
            outcome = run(None)
            if outcome.failures:
                print(f"{name}: {len(outcome.failures)} of {outcome.inputs} inputs differ")
                print(*(f"    {label}: {text}" for label, text in outcome.failures.items()), sep="\n")
