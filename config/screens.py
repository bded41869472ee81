"""The files that declare a city's screens: which there are, whose they are, and what stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final

from config.layering import bases, names

FOLDERS: Final = ("screens", "screens/topics", "screens/wall")


@dataclass(frozen=True, slots=True)
class ScreenFile:
    """A file's path in the city's folder, its text, and the folder that it is taken from ("" = the city's own)."""

    file: str
    text: str
    lent: str = ""


def screen_files(folder: FilePath, env: Mapping[str, str]) -> list[ScreenFile]:
    """Every screen, topic and scene of the wall, also those of the folders that the city extends. OSError, UnicodeDecodeError."""
    below, _ = bases(folder, env)
    found = []
    for under in FOLDERS:
        for file in names(folder, below, under):
            at = next(one for one in (folder, *below) if (one / file).is_file())
            found.append(ScreenFile(file, (at / file).read_text("utf-8-sig"), "" if at == folder else at.name))
    return found
