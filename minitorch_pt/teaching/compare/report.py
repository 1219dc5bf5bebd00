"""The page."""


def page(done):
    return ""
