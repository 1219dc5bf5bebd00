"""Speed and memory of minitorch_pt against torch: `python -m benchmarks`."""
