"""Tests of torch.func; the sweep of all operations is in parity_tests/sweeps/test_func.py, programs are in parity_tests/programs/."""
