"""Files in a folder that others write into: read without following links, moved and noted without overwriting anything of ours."""

import errno
import os
import stat
from pathlib import Path

from domain.errors import SourceError


def read_whole(path: Path, limit: int) -> bytes:
    """A regular file's bytes, at most `limit` of them even while it grows.

    SourceError when there are more, for a link and for anything but a file; FileNotFoundError and other OSErrors pass.
    """
    try:
        # Not blocking: a pipe that nobody writes to would hold the source for ever.
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise SourceError(f"{path.name}: a link is not followed", permanent=True) from None
        raise
    with os.fdopen(number, "rb") as stream:
        look = os.fstat(number)
        if not stat.S_ISREG(look.st_mode):
            raise SourceError(f"{path.name}: not a file", permanent=True)
        data = b"" if look.st_size > limit else stream.read(limit + 1)
    if look.st_size > limit or len(data) > limit:
        raise SourceError(f"{path.name}: larger than {limit:,} bytes", permanent=True)
    return data


def subfolder(folder: Path, name: str) -> Path:
    """A folder in the folder, made when it is not there; SourceError when a link stands in its place."""
    target = folder / name
    target.mkdir(exist_ok=True)
    if target.is_symlink():
        raise SourceError(f"{target} is a link; put a folder there", permanent=True)
    return target


def write_note(path: Path, text: str) -> None:
    """Write a new text file; what stands there before, a link included, is taken away and not written through."""
    path.unlink(missing_ok=True)
    with path.open("x", encoding="utf-8") as stream:
        stream.write(text)
