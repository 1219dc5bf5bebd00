"""Whole trainings on real data, each an ordinary PyTorch program that also runs under torch: `python -m benchmarks.runs`."""
