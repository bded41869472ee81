"""Departments that send files: CSV in GB18030 for water sections, Excel reports for the digital foundation and the economy."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Final

from openpyxl import Workbook

from demo.departments import zone_of
from demo.present import Present
from demo.publication import Record
from demo.rhythm import DAY

_STATE: Final = "sent.json"
_FIRST: Final = DAY + DAY // 2  # without a note of what was sent, the last day and a half goes out (again)
_REACH: Final = 40 * DAY
Cell = str | int | float | None

_SECTION: Final = ("断面编号", "断面名称", "监测时间", "pH", "溶解氧", "高锰酸盐指数", "氨氮", "总磷", "备注")
# metric -> (heading in the report, unit in the report, factor)
_REPORT: Final[dict[str, tuple[str, str, int]]] = {
    "data.shared_calls": ("共享接口调用", "次", 1),
    "network.availability": ("政务外网可用率", "%", 1),
    "cloud.cpu": ("政务云CPU利用率", "%", 1),
    "video.online": ("视频在线", "路", 1),
    "video.total": ("视频总数", "路", 1),
    "data.catalogues": ("数据目录", "个", 1),
    "data.quality_rate": ("数据质量合格率", "%", 1),
    "economy.gdp_ytd": ("地区生产总值", "万元", 10_000),
    "economy.industry_growth": ("规上工业增加值增速", "%", 1),
    "economy.investment_growth": ("固定资产投资增速", "%", 1),
    "economy.retail_ytd": ("社会消费品零售总额", "万元", 10_000),
    "economy.tax_ytd": ("税收收入", "万元", 10_000),
    "economy.projects_started": ("新开工项目", "个", 1),
    "economy.power_use": ("全社会用电量", "万千瓦时", 1),
    "economy.new_entities": ("新设经营主体", "户", 1),
}

Local = Callable[[int, str], str]


class Drops:
    """Writes each report once, when it is due, in one step: readers never see half a file."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._root = present.var / "drop"
        for name in ("water", "digital", "economy"):
            (self._root / name).mkdir(parents=True, exist_ok=True)
        self._sent = _noted(self._root / _STATE)

    def update(self) -> int:
        """Send every report that became due since the last one; files written."""
        return (
            self._send("water_sections", "water", "section_{}.csv", _sections)
            + self._send("digital", "digital", "digital_{}.xlsx", _digital)
            + self._send("economy", "economy", "economy_{}.xlsx", _economy)
        )

    def _send(self, source: str, folder: str, pattern: str, write: Callable[[Sequence[Record], Local], bytes]) -> int:
        now = self._present.now
        after = max(self._sent.get(source, (now - _FIRST) * 10_000), (now - _REACH) * 10_000)
        found = self._present.publisher.records(source, after, now)
        if not found:
            return 0
        zone = zone_of(self._present.publisher.world.offset)

        def local(t: int, form: str) -> str:
            return datetime.fromtimestamp(t, UTC).astimezone(zone).strftime(form)

        files = 0
        for told, records in groupby(found, key=lambda r: r.told):
            path = self._root / folder / pattern.format(local(told, "%Y%m%d%H%M%S"))
            _place(path, write(list(records), local))
            files += 1
        self._sent[source] = found[-1].seq
        _place(self._root / _STATE, json.dumps(self._sent).encode())
        return files


def _place(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


def _noted(path: Path) -> dict[str, int]:
    try:
        return {str(k): int(v) for k, v in json.loads(path.read_text(encoding="utf-8")).items()}
    except (FileNotFoundError, ValueError, AttributeError):
        return {}


def _sections(records: Sequence[Record], local: Local) -> bytes:
    """The section report: total phosphorus in µg/L, "--" and "*" where there is no value, and a line sent twice."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_SECTION)
    rows = [_section(r, local) for r in records]
    writer.writerows(rows + rows[-1:] if len(rows) > 1 else rows)
    return out.getvalue().encode("gb18030")


def _section(r: Record, local: Local) -> list[Cell]:
    v = r.values
    phosphorus = v["water.tp"]
    values: list[Cell] = [v["water.ph"], v["water.do"], v["water.codmn"], v["water.nh3n"]]
    values.append(None if phosphorus is None else round(phosphorus * 1000, 3))
    marks = [("*" if n % 2 else "--") if value is None else value for n, value in enumerate(values)]
    note = "仪器维护" if None in values else ""
    return [r.site, r.name, local(r.at, "%Y-%m-%d %H:%M"), *marks, note]


def _digital(records: Sequence[Record], local: Local) -> bytes:
    return _sheet(
        ("时间", "对象编码", "对象名称", "指标", "数值", "单位"),
        ((local(r.at, "%Y-%m-%d %H:%M"), r.site, r.name, *line) for r in records for line in _lines(r)),
    )


def _economy(records: Sequence[Record], local: Local) -> bytes:
    return _sheet(
        ("统计日期", "行政区划", "指标", "数值", "单位"),
        ((local(r.at, "%Y-%m-%d"), r.site, *line) for r in records for line in _lines(r)),
    )


def _lines(r: Record) -> Iterator[tuple[Cell, ...]]:
    for metric, value in r.values.items():
        heading, unit, factor = _REPORT[metric]
        yield heading, None if value is None else round(value * factor, 6), unit


def _sheet(heading: Sequence[str], rows: Iterator[tuple[Cell, ...]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("报表")
    sheet.append(list(heading))
    for line in rows:
        sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
