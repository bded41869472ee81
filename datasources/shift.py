"""The moment at which a recorded record is due when a recording is played as if live."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Shift:
    """Recording time r becomes first + (r - start + lap x length) / speed; all moments aware UTC."""

    start: datetime
    first: datetime
    speed: float = 1.0
    offset: timedelta = timedelta(0)

    def apply(self, recorded: datetime) -> datetime:
        """When a record of this recorded time is due."""
        return self.first + (recorded - self.start + self.offset) / self.speed

    def to_info(self) -> dict[str, str]:
        """As `Page.info` carries it to the mapping."""
        return {
            "shift_start": self.start.isoformat(),
            "shift_first": self.first.isoformat(),
            "shift_speed": repr(self.speed),
            "shift_offset": repr(self.offset.total_seconds()),
        }

    @classmethod
    def from_info(cls, info: dict[str, str]) -> "Shift | None":
        """What `to_info` wrote; None for a page that is not a replay's."""
        if "shift_start" not in info:
            return None
        return cls(
            datetime.fromisoformat(info["shift_start"]),
            datetime.fromisoformat(info["shift_first"]),
            float(info["shift_speed"]),
            timedelta(seconds=float(info["shift_offset"])),
        )
