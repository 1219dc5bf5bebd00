"""The ground floor: NumPy made torch-like. Types and their promotion, sums, memory and its order; arrays only, no Tensor."""
