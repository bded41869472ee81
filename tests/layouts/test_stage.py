"""The operating stage in the header: its number, its reasons, and who does not see it."""

from dataclasses import replace
from typing import Any

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
