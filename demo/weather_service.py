"""The weather service's official warnings: an RSS list and CAP 1.2 messages, from the rain that falls in the districts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.departments import zone_of
from demo.present import Present
from demo.rhythm import HOUR, MINUTE
from demo.routing import Guard

_SLOT: Final = 10 * MINUTE  # the forecaster on duty looks at the rain so often
_BACK: Final = 24 * HOUR  # what the list holds
_LASTS: Final = 6 * HOUR
# 暴雨预警信号 by the rain of three hours, mm: colour, roman, word, CAP severity; the last line that is reached counts.
_LEVELS: Final = (
    (30.0, "黄", "Ⅲ级/较重", "Moderate"),
    (50.0, "橙", "Ⅱ级/严重", "Severe"),
    (100.0, "红", "Ⅰ级/特别严重", "Extreme"),
)
_OVER: Final = 10.0  # mm in three hours below which a warning is lifted
_TYPE: Final = "application/xml"


@dataclass(frozen=True, slots=True)
class Issue:
    """One message: for a district, at epoch seconds, at a level (0 lifts), about the message before it."""

    district: str
    at: int
    level: int
    before: str = ""

    @property
    def id(self) -> str:
        """As the real service numbers them: division code, 41600000, the time."""
        return f"{self.district}41600000_{datetime.fromtimestamp(self.at, UTC):%Y%m%d%H%M%S}"


def routes(guarded: Guard, present: Present) -> list[Route]:
    """The list and the messages; `guarded` wraps a handler with what may stop the department."""

    async def listed(request: Request) -> Response:
        base = f"{request.url.scheme}://{request.url.netloc}/cap"
        items = "".join(
            f"<item><title>{escape(_headline(present, one))}</title><link>{base}/{one.id}.xml</link><guid>{one.id}</guid></item>"
            for one in sorted(issues(present), key=lambda one: -one.at)
        )
        return Response(f'<rss version="2.0"><channel><title>预警</title>{items}</channel></rss>', media_type=_TYPE)

    async def message(request: Request) -> Response:
        asked = request.path_params["id"]
        for one in issues(present):
            if one.id == asked:
                return Response(cap(present, one), media_type=_TYPE)
        return Response("", status_code=404)

    return [Route("/cap/rss.xml", guarded(listed)), Route("/cap/{id}.xml", guarded(message))]


def issues(present: Present) -> list[Issue]:
    """Everything issued in the last day, oldest first, district by district."""
    last = present.now // _SLOT * _SLOT
    t = np.arange(last - _BACK, last + 1, _SLOT, dtype=np.int64)
    world = present.publisher.world
    gauges = world.group("rain")
    rain = world.weather.accumulated(gauges, t.reshape(1, -1), 3)
    found: list[Issue] = []
    for district in present.city.districts:
        rows = [row for row, own in enumerate(gauges.district) if own == district]
        if rows:
            found += _issued(district, t.tolist(), rain[rows].max(axis=0).tolist())
    return found


def _issued(district: str, times: list[int], rain: list[float]) -> Iterator[Issue]:
    """A message where the level rises, one that lifts where the rain is over, one that renews before the end."""
    held: Issue | None = None
    for at, depth in zip(times, rain, strict=True):
        level = sum(depth >= limit for limit, *_ in _LEVELS)
        if held is None:
            step = level > 0
        else:
            step = level > held.level or depth < _OVER or at - held.at >= _LASTS - _SLOT
            level = 0 if depth < _OVER else max(level, held.level)
        if step:
            one = Issue(district, at, level, held.id if held else "")
            held = one if level else None
            yield one


def cap(present: Present, one: Issue) -> str:
    """The message as the relay writes it: two languages, unknown urgency and certainty, a code of twelve digits."""
    zone = zone_of(present.publisher.world.offset)
    sent = datetime.fromtimestamp(one.at, UTC).astimezone(zone).isoformat()
    ends = datetime.fromtimestamp(one.at + _LASTS, UTC).astimezone(zone).isoformat()
    name = present.city.districts[one.district].name
    kind = "Cancel" if not one.level else "Update" if one.before else "Alert"
    severity = _LEVELS[one.level - 1][3] if one.level else "Minor"
    area = f"<area><areaDesc>{name}</areaDesc><geocode><valueName>CPEAS Geographic Code</valueName><value>{one.district}000000</value></geocode></area>"
    info = (
        f"<category>Met</category><event>暴雨</event><urgency>Unknown</urgency><severity>{severity}</severity>"
        f"<certainty>Unknown</certainty><effective>{sent}</effective><expires>{ends}</expires><senderName>{name}气象台</senderName>"
    )
    said = escape(_headline(present, one))
    text = "过去三小时雨量较大，预计降雨仍将持续，请注意防范城乡积涝、山洪和地质灾害。（演示数据）"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>{one.id}</identifier><sender>{one.district}</sender><sent>{sent}</sent><status>Actual</status>"
        f"<msgType>{kind}</msgType><scope>Public</scope>"
        + (f"<references>{one.district},{one.before},{sent}</references>" if one.before else "")
        + f"<info><language>zh-CN</language>{info}<headline>{said}</headline><description>{text}</description>{area}</info></alert>"
    )


def _headline(present: Present, one: Issue) -> str:
    name = present.city.districts[one.district].name
    if not one.level:
        return f"{name}气象台解除暴雨预警信号"
    _, colour, word, _ = _LEVELS[one.level - 1]
    return f"{name}气象台{'变更' if one.before else ''}发布暴雨{colour}色预警信号[{word}]"
