"""What a notice says, made of cases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.delivery import HANDLINGS, KINDS, LEVELS, MOST, Writer
from domain.alert import AlertLevel, Condition
from domain.case import Handling
from domain.notice import Notice, NoticeKind
from tests.alerts.desk import MINUTE, NOW, case
from tests.cities import EAST, WEST, tiny_city

WRITER = Writer(tiny_city(), "https://cockpit.example")


def notice(kind: NoticeKind = NoticeKind.FIRED, **given: object) -> Notice:
    base = Notice("n1", kind, "duty", AlertLevel.P3, "water|r|441802", (), NOW, NOW)
    return replace(base, **given)  # type: ignore[arg-type]


def test_one_case_is_its_own_sentence() -> None:
    said = WRITER.message(
        notice(), [case(say="河口闸 4.52 m，超保证水位", level=AlertLevel.P1, district=EAST)], NOW + MINUTE
    )
    assert said.title == "【P1 特急 · 告警】河口闸 4.52 m，超保证水位"
    assert said.text.splitlines()[1] == "P1 河口闸 4.52 m，超保证水位，11-25 12:00 起（GJ-20261125-g1）"
    assert said.link == said.text.splitlines()[-1] == "https://cockpit.example/alerts?case=GJ-20261125-g1"
    assert said.level is AlertLevel.P1


def test_several_are_counted_with_their_places_and_the_gravest_level() -> None:
    cases = [case("a", level=AlertLevel.P2, district=EAST), case("b", district=WEST), case("c", district="")]
    said = WRITER.message(notice(), cases, NOW)
    east, west = (tiny_city().place_name(code) for code in (EAST, WEST))
    assert said.title == f"【P2 紧急 · 告警】3 条：{east}、{west}、全市"
    assert len(said.cases) == 3


def test_of_a_storm_a_hundred_are_written_out_and_the_others_counted() -> None:
    said = WRITER.message(notice(NoticeKind.STORM), [case(f"s{n}") for n in range(MOST + 20)], NOW)
    assert (len(said.cases), said.more) == (MOST, 20)
    assert "另有 20 条" in said.text


def test_what_is_over_says_when() -> None:
    over = case(condition=Condition.CLEARED, recovered=NOW + timedelta(minutes=90))
    said = WRITER.message(notice(NoticeKind.CLEARED), [over], NOW + timedelta(hours=2))
    assert "11-25 13:30 恢复" in said.text
    assert said.cases[0].ended == NOW + timedelta(minutes=90)


def test_a_test_says_that_it_is_one() -> None:
    said = WRITER.message(notice(NoticeKind.TEST), [], NOW)
    assert said.title == f"【测试】{tiny_city().spec.title}"
    assert "测试通知" in said.text
    assert said.cases == []


def test_a_demonstration_says_so_outside_too() -> None:
    city = tiny_city()
    shown = replace(city, spec=city.spec.model_copy(update={"demo": True}))
    assert Writer(shown).message(notice(), [case()], NOW).title.startswith("【演示】")


def test_without_an_address_there_are_no_links() -> None:
    said = Writer(tiny_city()).message(notice(), [case()], NOW)
    assert said.link == said.cases[0].link == ""
    assert "http" not in said.text


def test_labels_are_what_a_program_routes_by() -> None:
    (one,) = WRITER.message(notice(), [case(value=4.5, handling=Handling.NEW)], NOW).cases
    assert one.labels == {
        "alertname": "r", "severity": "P3", "metric": "hydro.level", "site": "g1", "district": "441802",
        "topic": "water", "case": "GJ-20261125-g1",
    }  # fmt: skip
    assert (one.annotations["value"], one.annotations["handling"]) == ("4.5", "待签收")


@pytest.mark.parametrize("words", [(NoticeKind, KINDS), (AlertLevel, LEVELS), (Handling, HANDLINGS)])
def test_everything_has_its_word(words: tuple[type, dict[object, str]]) -> None:
    names, said = words
    assert set(said) == set(names)
