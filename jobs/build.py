"""The build: a short name for everything that makes the pages."""

import hashlib
from collections.abc import Sequence
from pathlib import Path


def build_id(folders: Sequence[Path]) -> str:
    """A short hash of everything that makes the pages: open pages reload when it changes."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in {".py", ".js", ".css", ".yaml", ".po"}):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
