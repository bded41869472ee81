"""Files that belong to orders: each in a folder of its own kind, under the hash of what it holds and no name of anybody's."""

import hashlib
import os
import re
import secrets
from datetime import datetime
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"\.part-[0-9a-f]{16}")


class Attachments:
    """The folder. What is in it never changes: another content is another hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Store a file; its SHA-256 in hex. Written whole under another name first. OSError."""
        name = hashlib.sha256(content).hexdigest()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._folder / f".part-{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / name)
        finally:
            part.unlink(missing_ok=True)
        return name

    def read(self, sha256: str) -> bytes | None:
        """What is stored under a hash; None when nothing is, or it is no longer what was stored. OSError."""
        path = self._folder / sha256
        if not _HASH.fullmatch(sha256) or path.is_symlink() or not path.is_file():
            return None
        content = path.read_bytes()
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    def older(self, before: datetime) -> list[str]:
        """Names of the files last written before a moment, what an interrupted upload left behind among them. OSError."""
        if not self._folder.is_dir():
            return []
        found = [one for one in self._folder.iterdir() if one.is_file() and not one.is_symlink() and _is_own(one.name)]
        return sorted(one.name for one in found if one.stat().st_mtime < before.timestamp())

    def remove(self, name: str) -> bool:
        """Delete a file of this folder; whether it was there. OSError."""
        if not _is_own(name):
            return False
        try:
            (self._folder / name).unlink()
        except FileNotFoundError:
            return False
        return True


def _is_own(name: str) -> bool:
    return bool(_HASH.fullmatch(name) or _PART.fullmatch(name))
