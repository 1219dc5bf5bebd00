"""What a Tensor is: its facts, its methods, how it is made, printed and converted; the engine below it is in `autograd/`."""
