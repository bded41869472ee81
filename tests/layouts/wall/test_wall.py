"""The wall's page and what takes it over, from a made-up city."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from config import load
from domain.alert import AlertLevel, Condition
from domain.case import Case, Handling
from domain.screen import PanelSpec
from domain.wall import WALL, WallScene
from layouts import screen
from layouts.topics import found
from layouts.view import View
from layouts.wall import calls, page
from tests.layouts.fake import NOW, ROOT, FakeSnapshot
from tests.layouts.fake import city as made_up

CITY, PROBLEMS = load(ROOT / "cities/441800", {})


def scene(key: str, **given: object) -> WallScene:
    panel = PanelSpec(key="a", kind="alerts", area="a")
    return WallScene.model_validate(
        {"key": key, "title": key, "grid": ("a",), "columns": "1fr", "rows": "1fr", "panels": (panel,), **given}
    )


def case(number: int, level: AlertLevel, **given: object) -> Case:
    base = Case(f"GJ-20261123-{number:04d}", f"f{number}", "r", "hydro.level", "gauge-441881", "441881", "water", level,
                "连江水位超警戒，联系人王建国 13800138000", Condition.FIRING, NOW - timedelta(minutes=number), NOW, value=12.31, peak=12.5)  # fmt: skip
    return replace(base, **given)  # type: ignore[arg-type]


def told(*cases: Case, lang: str = "zh") -> dict[str, Any]:
    data: dict[str, Any] = calls.render(View(FakeSnapshot(cases={c.fingerprint: c for c in cases}), "", lang))["data"]
    return data


def test_the_demonstration_city_has_nine_scenes_and_no_problem_with_them() -> None:
    assert PROBLEMS == []
    assert CITY is not None
    assert len(CITY.scenes) == 9
    assert all(set(one.grids()) == {1, 3, 5, 7} for one in CITY.scenes.values())


def test_all_scenes_are_one_screen_in_which_every_panel_has_its_own_name() -> None:
    city = made_up(scenes={"x": scene("x", order=2), "y": scene("y", order=1)})
    whole = found.screen(city, WALL)
    assert whole is not None
    assert [panel.key for panel in whole.panels] == ["y-a", "x-a"]
    assert "/wall" in set(found.paths(city))


def test_a_city_without_scenes_has_no_wall() -> None:
    assert found.screen(made_up(), WALL) is None
    assert "/wall" not in set(found.paths(made_up()))


def test_a_panel_that_two_scenes_use_is_there_once() -> None:
    city = made_up(scenes={"x": scene("x"), "y": scene("y", uses=("x-a",))})
    whole = page.made(city)
    assert whole is not None
    drawn = screen.build(whole, View(FakeSnapshot(city=city)))
    cells = next(c for c in drawn.children if c["props"].get("id") == "wall-grid")["props"]["children"]
    shown = {cell["props"]["data-key"]: cell["props"]["data-scenes"] for cell in cells}
    assert shown == {"x-a": "x y", "y-a": "y"}
    assert all(cell["props"]["hidden"] for cell in cells)  # which scene is seen is the browser's clock's to say


def test_the_page_says_every_grid_and_how_long_a_scene_stays() -> None:
    grid = {"grid": ("a a",), "columns": "1fr 2fr", "rows": "1fr"}
    city = made_up(scenes={"x": scene("x", dwell="30s", often=True, hours=("7-22",), wide={"double": grid})})
    whole = page.made(city)
    assert whole is not None
    drawn = screen.build(whole, View(FakeSnapshot(city=city)))
    facts = next(c for c in drawn.children if c["props"].get("id") == "spoken")["props"]
    (one,) = json.loads(facts["data-scenes"])
    assert (one["dwell"], one["often"], one["hours"]) == (30.0, True, [[7, 22]])
    assert one["grids"] == {"3": ['"a"', "1fr", "1fr"], "5": ['"a a"', "1fr 2fr", "1fr"]}


def test_only_grave_cases_in_which_something_is_owed_call() -> None:
    data = told(
        case(1, AlertLevel.P2),
        case(2, AlertLevel.P1),
        case(3, AlertLevel.P3),
        case(4, AlertLevel.P1, handling=Handling.DONE),
        case(5, AlertLevel.P1, handling=Handling.ACKNOWLEDGED, acknowledged=NOW),
    )
    assert [(one["id"], one["level"], one["new"]) for one in data["calls"]] == [
        ("0002", 1, True),
        ("0005", 1, False),
        ("0001", 2, True),
    ]
    assert data["more"] == 0


def test_more_calls_than_fit_are_counted() -> None:
    assert told(*[case(n, AlertLevel.P1) for n in range(1, calls.MOST + 4)])["more"] == 3


def test_nothing_personal_stands_on_the_wall_and_numbers_are_shortened() -> None:
    text = json.dumps(told(case(1, AlertLevel.P1)), ensure_ascii=False)
    assert "13800138000" not in text
    assert "王建国" not in text
    assert "GJ-" not in text


def test_a_call_tells_place_department_value_and_peak() -> None:
    (one,) = told(case(1, AlertLevel.P1))["calls"]
    facts = dict(one["facts"])
    assert facts["位置"].startswith("英德市")
    assert facts["峰值"].startswith("12.5")
    assert one["at"] is not None
    assert "王" not in facts.get("责任单位", "")


def test_the_stream_carries_the_walls_own_parts() -> None:
    city = made_up(scenes={"x": scene("x")})
    whole = page.made(city)
    assert whole is not None
    parts = screen.draws(whole)["wall"](FakeSnapshot(city=city))
    assert set(parts) == {f'{{"panel":"wall","part":"{part}"}}' for part in ("calls", "line", "health")}
