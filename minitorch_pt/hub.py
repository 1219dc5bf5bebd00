"""torch.hub: where files of trained numbers are kept, and how they come there."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
import urllib.request
from typing import Any
from urllib.parse import urlparse  # packages take it from here

from .names.places import settle
from .serialization import load as _load

__all__ = ["download_url_to_file", "get_dir", "load_state_dict_from_url", "set_dir"]

HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")  # the first digits of a file's SHA256, in its name
_chosen: str | None = None


def _get_torch_home() -> str:
    """The directory of what torch keeps: $TORCH_HOME, else torch in $XDG_CACHE_HOME, else in ~/.cache."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return os.path.expanduser(os.environ.get("TORCH_HOME", os.path.join(cache, "torch")))


def get_dir() -> str:
    """The directory of files that were loaded before: `hub` in torch's, or what `set_dir` says."""
    return os.path.join(_get_torch_home(), "hub") if _chosen is None else _chosen


def set_dir(d: str | os.PathLike) -> None:
    """Keep files in this directory."""
    global _chosen
    _chosen = os.path.expanduser(d)


def download_url_to_file(url: str, dst: str, hash_prefix: str | None = None, progress: bool = True) -> None:
    """Fetch a file; it is in its place only once all of it is there.

    Raises:
        RuntimeError: the SHA256 of what came does not begin with `hash_prefix`.
    """
    dst = os.path.expanduser(dst)
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(os.path.abspath(dst)), delete=False) as part:
        try:
            found = hashlib.sha256()
            with urllib.request.urlopen(urllib.request.Request(url, headers={"User-Agent": "torch.hub"})) as answer:
                while block := answer.read(1 << 17):
                    found.update(block)
                    part.write(block)
            if hash_prefix and not found.hexdigest().startswith(hash_prefix):
                raise RuntimeError(
                    f'invalid hash value (expected "{hash_prefix}", got "{found.hexdigest()}") of {url}: it was cut short, or is another file'
                )
        except BaseException:
            os.remove(part.name)
            raise
    os.replace(part.name, dst)


def load_state_dict_from_url(
    url: str, model_dir: str | None = None, map_location: Any = None, progress: bool = True, check_hash: bool = False,
    file_name: str | None = None, weights_only: bool = False,
) -> Any:  # fmt: skip
    """What `torch.load` gives of a file at an address, which is fetched once and kept in `model_dir`, else in checkpoints of `get_dir()`."""
    kept = os.path.join(get_dir(), "checkpoints") if model_dir is None else model_dir
    os.makedirs(kept, exist_ok=True)
    name = file_name or os.path.basename(urlparse(url).path)
    path = os.path.join(kept, name)
    if not os.path.exists(path):
        print(f'Downloading: "{url}" to {path}', file=sys.stderr)
        found = HASH_REGEX.search(name) if check_hash else None
        download_url_to_file(url, path, found and found[1], progress)
    return _load(path, map_location=map_location, weights_only=weights_only)


settle(__name__, {name: globals()[name] for name in __all__})
