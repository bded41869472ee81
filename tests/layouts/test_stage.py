"""The operating stage in the header: its number, its reasons, and who does not see it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from domain.incident import OFFICIAL_WARNING, Incident
from domain.instruction import Instruction
from layouts import stage
from layouts.view import View
from snapshot.model import Reading
from tests.layouts.test_screen import texts


class Staged:
    """A snapshot whose stage is as given; everything else is another's."""

    def __init__(self, base: Any, value: float | None, note: str = "") -> None:
        self._base, self._value, self._note = base, value, note

    def __getattr__(self, name: str) -> Any:
        return getattr(self._base, name)

    def reading(self, metric: str, *_: object) -> Reading:
        return Reading(metric, "441800", self._value, note=self._note)


def chip(view: View, value: float | None, note: str = "", lang: str = "zh") -> Any:
    seen = replace(view, snapshot=Staged(view.snapshot, value, note), lang=lang)
    return stage.chip(seen)["children"]


def test_it_tells_number_name_and_reasons_and_leads_to_the_shifts(view: View) -> None:
    made = chip(view, 3.0, "较大事件：内涝；P2 告警：超警戒")
    assert texts(made) == ["3", "预警"]
    assert made["props"]["title"].splitlines() == ["运行状态 3 预警", "较大事件：内涝", "P2 告警：超警戒"]
    assert made["props"]["href"] == "/shifts"


def test_one_that_a_person_ordered_says_so_in_both_languages(view: View) -> None:
    note = "人工指定 4 级，到 11-25 21:00：台风"
    assert "人工" in texts(chip(view, 4.0, note))
    made = chip(view, 4.0, note, "en")
    assert texts(made) == ["4", "Response", "set"]
    assert made["props"]["title"].splitlines()[1].startswith("Set to 4 by a person until 11-25 21:00")
    assert made["props"]["href"] == "/shifts?lang=en"


def test_whoever_may_not_read_it_sees_none(view: View) -> None:
    assert chip(view, None, "无权查看") is None


def test_a_city_that_does_not_declare_it_has_none(view: View) -> None:
    city = replace(view.city, metrics={key: one for key, one in view.city.metrics.items() if key != stage.METRIC})

    class Bare(Staged):
        @property
        def city(self) -> Any:
            return city

    assert stage.chip(replace(view, snapshot=Bare(view.snapshot, 2.0)))["children"] is None


def test_what_waits_stands_beside_it_until_it_is_done(view: View) -> None:
    at = datetime(2026, 11, 24, 6, tzinfo=UTC)
    told = Instruction(id="PS-1", state="issued", opened=at, updated=at, title="加密巡查", by=at, late=True)
    storm = Incident("w1", "cap", OFFICIAL_WARNING, "暴雨橙色预警", at, at, at, "open", None, detail={"颜色": "橙色"})

    class Waiting(Staged):
        instructions = (told, told.become(id="PS-2", late=False))
        incidents = (storm,)

    made = stage.marks(replace(view, snapshot=Waiting(view.snapshot, 3.0)))["children"]
    _, waiting, official = made
    assert (texts(waiting), waiting["props"]["href"]) == (["批示", "2"], "/instructions")
    assert waiting["props"]["title"] == "批示 2 件待落实 · 超时限 1 件"  # the words are for those who may open the page
    assert texts(official) == ["官方预警", "1"]
    assert official["props"]["title"] == "暴雨橙色预警"
    assert "is-p2" in official["props"]["className"]

    class Quiet(Staged):
        incidents = ()

    quiet = stage.marks(replace(view, snapshot=Quiet(view.snapshot, 3.0)))["children"]
    assert quiet["props"]["href"] == "/shifts"
