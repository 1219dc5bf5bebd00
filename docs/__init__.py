"""The site: lessons, API and measurements as pages in two languages; `python -m docs` builds it."""
