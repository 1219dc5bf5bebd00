"""The ground floor: torch's random stream, bit for bit, as NumPy arrays."""
