"""One thing wrong with a city folder, and the nearest right name for a wrong one."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A sentence a person can act on, with its place. `file` is relative to the city folder; line 0 = the whole file."""

    file: str
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        """The form people and editors read: file:line: key: sentence."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.text}" if self.key else f"{where}: {self.text}"


def dotted(path: Path) -> str:
    """A path as people write it: pm25_heavy.when.above, panels[2].area."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part}]"
        else:
            out += f".{part}" if out else part
    return out


def nearest(name: str, known: Iterable[str]) -> str:
    """The tail of a sentence that offers the name which was probably meant, empty when none is near."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def choices(known: Iterable[str], most: int = 12) -> str:
    """The names to choose from, cut where the list would hide the sentence."""
    names = list(known)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
