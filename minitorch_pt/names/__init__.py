"""Where names live: each by torch's own place (places.py), and what is left out by its reason (absent.py)."""
