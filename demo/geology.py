"""The duty room for landslides: its warnings are CAP files put into a folder by hand, where the heavier rain warnings stand."""

from typing import Final

from demo import weather_service
from demo.present import Present
from demo.rhythm import MINUTE
from demo.weather_service import Issue

FOLDER: Final = "cap"
_LOOK: Final = 5 * MINUTE  # the officer on duty looks so often
_KEPT: Final = 200  # files; the oldest are cleared away
_FROM: Final = 2  # the level of rain from which slopes give way


class Geology:
    """Writes each warning once, in one step."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._folder = present.var / "drop" / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)
        self._looked = 0

    def update(self) -> int:
        """Write what is new, at most every five minutes; files written."""
        now = self._present.now
        if now - self._looked < _LOOK:
            return 0
        self._looked = now
        written = 0
        for one in warnings(self._present):
            path = self._folder / f"{_id(one)}.xml"
            if path.exists():
                continue
            part = path.with_suffix(".part")
            part.write_text(self._words(one), "utf-8")
            part.replace(path)
            written += 1
        for old in sorted(self._folder.glob("*.xml"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            old.unlink()
        return written

    def _words(self, one: Issue) -> str:
        told = (
            weather_service.cap(self._present, one).replace("暴雨", "地质灾害气象风险").replace("气象台", "自然资源局")
        )
        return told.replace("41600000_", "41610000_").replace("<category>Met<", "<category>Geo<")


def warnings(present: Present) -> list[Issue]:
    """The heavier rain warnings of the last day, and what lifts them."""
    heavy: set[str] = set()
    found = []
    for one in weather_service.issues(present):
        if one.level >= _FROM or one.before in heavy:
            found.append(one)
            heavy |= {one.id} if one.level else set()
    return found


def _id(one: Issue) -> str:
    return one.id.replace("41600000_", "41610000_")
