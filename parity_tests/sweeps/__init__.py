"""Sweeps: generated from torch's databases, signatures and random expressions, they judge what surrounds a call."""
