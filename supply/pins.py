"""The libraries a requirements file pins, as they apply to this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
RUNTIME = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"


@dataclass(frozen=True, slots=True)
class Pin:
    """One pinned library; hashes are of its packages, "sha256:...". `here`: its marker holds on this machine."""

    name: str
    version: str
    hashes: tuple[str, ...]
    here: bool


def read_pins(path: Path) -> dict[str, Pin]:
    """Pins by normalised name; of several for different machines the one for this. ValueError when a line is not pinned to one version with hashes."""
    found: dict[str, Pin] = {}
    for line in _lines(path.read_text(encoding="utf-8")):
        parts = [part.strip() for part in line.split("--hash=")]
        wanted = Requirement(parts[0])
        exact = [spec.version for spec in wanted.specifier if spec.operator == "=="]
        if len(exact) != 1 or len(parts) < 2:
            raise ValueError(f"{path.name}: {parts[0]} is not pinned to one version with hashes; run make lock")
        name = canonicalize_name(wanted.name)
        pin = Pin(name, exact[0], tuple(parts[1:]), wanted.marker is None or wanted.marker.evaluate())
        if pin.here or name not in found:
            found[name] = pin
    return found


def _lines(text: str) -> Iterator[str]:
    """Requirements with their continuation lines joined, comments left out."""
    kept = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(kept).replace("\\\n", " ").splitlines():
        if line.strip():
            yield line.strip()
