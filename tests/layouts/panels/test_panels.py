"""What each kind promises beyond the stored pictures of the whole screen."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.health import Freshness
from layouts.panels import KINDS
from layouts.view import View
from tests.layouts.fake import FakeSnapshot, screen
from tests.layouts.test_screen import texts

SPECS = {panel.key: panel for panel in screen().panels}


def parts(key: str, view: View) -> dict[str, Any]:
    spec = SPECS[key]
    return KINDS[spec.kind][2](spec, view)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_refuses_keys_it_does_not_know(kind: str) -> None:
    with pytest.raises(ValidationError, match="colour"):
        KINDS[kind][0].model_validate(
            {"key": "a", "kind": kind, "area": "a", "curve": {"metric": "a.b"}, "colour": "red"}
        )


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_accepts_only_its_own_name(kind: str) -> None:
    with pytest.raises(ValidationError, match="kind"):
        KINDS[kind][0].model_validate({"key": "a", "kind": "other", "area": "a", "curve": {"metric": "a.b"}})


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_what_its_keys_mean(kind: str) -> None:
    assert KINDS[kind][0].__doc__


def test_a_stale_panel_is_marked_and_says_since_when() -> None:
    made = parts("service", View(FakeSnapshot(states={"service": Freshness.STALE})))
    assert "is-stale" in made["frame"]["className"]
    assert made["caption"]["title"] == "一体化平台 · 过期 11:24"


def test_a_caption_that_may_be_cut_has_its_text_as_title(view: View) -> None:
    for key in ("service", "hotline", "ranking", "air", "traffic", "timeline"):
        made = parts(key, view)["caption"]
        assert made["title"] == "".join(texts(made["children"]))


def test_the_longest_bar_is_the_largest_amount(view: View) -> None:
    rows = parts("hotline", view)["rows"]["children"]
    widths = [row["props"]["children"][1]["props"]["children"][0]["props"]["style"]["width"] for row in rows]
    assert texts(rows[0]) == ["噪声扰民", "212"]
    assert widths[0] == "100.0%"
    assert [float(w[:-1]) for w in widths] == sorted((float(w[:-1]) for w in widths), reverse=True)


def test_a_ranking_marks_the_chosen_district() -> None:
    rows = parts("ranking", View(FakeSnapshot(), "441881"))["rows"]["children"]
    here = [row for row in rows if "is-here" in row["props"]["className"]]
    assert [texts(row)[1] for row in here] == ["英德市"]


def test_the_list_puts_alerts_and_incidents_into_one_order(view: View) -> None:
    rows = parts("alerts", view)["rows"]["children"]
    assert [texts(row)[0] for row in rows] == ["P1", "P2", "Ⅱ", "P3", "P3", "Ⅲ", "P4", "?"]


def test_a_long_list_is_cut_and_counted() -> None:
    made = parts("alerts", View(FakeSnapshot(extra_alerts=60)))
    assert len(made["rows"]["children"]) == SPECS["alerts"].model_dump()["count"]
    assert "共 68 项" in made["more"]["children"]


def test_a_quiet_city_says_that_it_is_quiet() -> None:
    snapshot = FakeSnapshot()
    snapshot.__dict__["alerts"], snapshot.__dict__["incidents"] = (), ()
    made = parts("alerts", View(snapshot))
    assert texts(made["rows"]["children"]) == ["当前没有生效的预警和未办结的事件"]


def test_the_map_never_judges_a_stale_district() -> None:
    data = parts("map", View(FakeSnapshot(states={"city.index": Freshness.STALE})))["data"]["data"]
    assert {d["step"] for d in data["districts"].values()} == {-1}


def test_an_ungraded_incident_has_no_severity_on_the_map(view: View) -> None:
    marks = parts("map", view)["data"]["data"]["marks"]
    assert [m["level"] for m in marks] == [1, 2, 2, 3, 3, 3, 4, 0]


def test_a_quiet_road_has_no_level(view: View) -> None:
    roads = parts("map", view)["data"]["data"]["roads"]
    assert {level for level, _ in roads.values()} <= {0, 1, 2, 3}
    assert any(level == 0 for level, _ in roads.values())


def test_the_limits_of_the_map_must_rise() -> None:
    with pytest.raises(ValidationError, match="must rise"):
        KINDS["map"][0].model_validate({"key": "m", "kind": "map", "area": "m", "breaks": [80, 80, 90, 95]})


@pytest.mark.parametrize(
    ("of", "place", "count"), [("districts", "", 8), ("districts", "441881", 1), ("sites", "441881", 3)]
)
def test_a_table_has_one_row_for_each_place(of: str, place: str, count: int) -> None:
    spec_type, build, render = KINDS["table"]
    items = [{"metric": "air.aqi"}, {"metric": "air.pm25"}]
    spec = spec_type.model_validate(
        {"key": "t", "kind": "table", "area": "t", "title": "空气", "items": items, "of": of}
    )
    view = View(FakeSnapshot(), place)
    assert "空气质量指数" in texts(build(spec, view))
    rows = render(spec, view)["rows"]["children"]
    assert len(rows) == count
    assert all(len(row["props"]["children"]) == 3 for row in rows)
