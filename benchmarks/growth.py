"""."""


def report(words):
    return [], []
