"""Sweeps: tests generated from torch's databases and signatures, or drawn at random, in place of listed inputs."""
