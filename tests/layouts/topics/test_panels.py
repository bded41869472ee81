from dataclasses import replace
from datetime import date

import pytest

from access.reach import fitted
from domain.account import Reach
from domain.city import City
from domain.screen import Item
from layouts import screen
from layouts.panels import compared, league, targets
from layouts.panels.compared import ComparedSpec
from layouts.panels.league import LeagueSpec
from layouts.panels.targets import TargetsSpec
from layouts.topics import found
from layouts.view import View
from snapshot.model import Basis, Comparison, Rank
from snapshot.restricted import Lens
from tests.layouts.fake import FakeSnapshot
from tests.layouts.test_screen import texts
from tests.layouts.topics.test_found import nodes


class Told(FakeSnapshot):
    """A snapshot whose comparisons and rankings a test says itself."""

    told: Comparison = Comparison("yesterday")
    ranks: tuple[Rank, ...] = ()

    def compare(self, metric: str, place: str = "", basis: Basis = "yesterday", window: object = None) -> Comparison:
        return replace(self.told, basis=basis)

    def ranking(self, metric: str, window: object = None) -> tuple[Rank, ...]:  # type: ignore[override]
        return self.ranks


def rows(city: City, kind: object, spec: object, told: Told | None = None, lang: str = "zh") -> list[list[str]]:
    view = View(told or Told(city=city), lang=lang)
    parts = kind.render(spec, view)  # type: ignore[attr-defined]
    return [texts(row) for row in parts["rows"]["children"]]


def compared_of(metric: str) -> ComparedSpec:
    return ComparedSpec(key="c", kind="compared", area="c", title="比较", items=(Item(metric=metric),))


def test_a_comparison_is_printed_with_its_points_or_refused_in_words(city: City) -> None:
    told = Told(city=city)
    told.told = Comparison("yesterday", 95.0, 1.2, "pt", True)
    row = rows(city, compared, compared_of("service.online_rate"), told)[0]
    assert row[row.index("▲1.2") : row.index("▲1.2") + 3] == ["▲1.2", "百分点", "好"]
    told.told = Comparison("yesterday", refused="基期数据覆盖率 43%，低于 80%")
    assert "基期数据覆盖率 43%，低于 80%" in rows(city, compared, compared_of("service.online_rate"), told)[0]
    english = rows(city, compared, compared_of("service.online_rate"), told, "en")[0]
    assert any("43%" in word and "80%" in word and "覆盖" not in word for word in english)


def test_a_change_that_rounds_to_nothing_is_neither_good_nor_bad(city: City) -> None:
    told = Told(city=city)
    told.told = Comparison("yesterday", 95.0, 0.04, "pt", True)
    row = rows(city, compared, compared_of("service.online_rate"), told)[0]
    assert "持平" in row
    assert "好" not in row


def test_what_comes_monthly_has_no_yesterday(city: City) -> None:
    told = Told(city=city)
    told.told = Comparison("yesterday", 1.0, 1.0, "%", True)
    monthly = rows(city, compared, compared_of("economy.gdp_ytd"), told)[0]
    daily = rows(city, compared, compared_of("service.cases"), told)[0]
    assert monthly.count("▲1.0%") < daily.count("▲1.0%")


def test_the_rule_of_a_ranking_stands_under_it(city: City) -> None:
    view = View(FakeSnapshot(city=city))
    rate = league.rule(view, city.metrics["service.on_time_rate"], "month")
    for clause in (
        "越高越好",
        "样本少于 30 不排名",
        "覆盖率低于 80% 或数据过期不排名",
        "数值相同名次并列",
        "上期为上月同期",
    ):
        assert clause in rate
    amount = league.rule(view, city.metrics["safety.hazards_open"], None)
    assert "按每万人折算，不以总量排名" in amount
    assert "样本少于" not in amount


def test_who_is_not_ranked_stands_last_with_the_reason(city: City) -> None:
    spec = LeagueSpec(key="l", kind="league", area="l", title="排名", items=(Item(metric="safety.hazards_open"),))
    told = Told(city=city)
    told.ranks = (
        Rank("441802", 1, 0.031, None, 3),
        Rank("441803", 1, 0.031, None, 1),
        Rank("441821", None, None, refused="缺少常住人口，不能折算每万人"),
    )
    found_rows = rows(city, league, spec, told)
    assert [row[0] for row in found_rows] == ["1", "1", "—"]
    assert found_rows[0][2] == "0.03"
    assert found_rows[0][-2:] == ["3", "▲2"]
    assert found_rows[1][-2:] == ["1", "–"]
    assert found_rows[2][-1] == "缺少常住人口，不能折算每万人"


def test_a_target_that_grows_is_judged_against_the_time_gone_and_the_late_come_first(city: City) -> None:
    items = (Item(metric="service.online_rate"), Item(metric="economy.gdp_ytd"))
    due = {"economy.gdp_ytd": date(2026, 11, 30)}
    spec = TargetsSpec(key="t", kind="targets", area="t", title="目标", items=items, due=date(2026, 12, 31), dues=due)

    class Year(Told):
        def compare(
            self, metric: str, place: str = "", basis: Basis = "yesterday", window: object = None
        ) -> Comparison:
            if metric == "economy.gdp_ytd":
                assert basis == "progress"
                return Comparison("progress", 83.3, -5.3, "pt", False)
            return Comparison("target", 96.8, 0.4, "pt", True)

    late, met = rows(city, targets, spec, Year(city=city))
    assert late[0] == "地区生产总值"
    assert {"2026-11-30", "78.0%", "83.3%", "−5.3 个百分点"} <= set(late)
    assert {"2026-12-31", "达标", "+0.4 个百分点"} <= set(met)


@pytest.mark.parametrize("path", ["/topic/service", "/indicator/service.on_time_rate", "/district/441881"])
def test_a_page_shows_no_more_than_its_viewer_may_read(city: City, path: str) -> None:
    shown, place = found.at(city, path)
    assert shown is not None
    reach = fitted(Reach(districts=frozenset({"441881"}), topics=frozenset({"traffic"})), city)
    view = View(Lens(reach)(FakeSnapshot(city=city)), place or "441881")
    tree = screen.build(shown, view).to_plotly_json()
    assert not [n for n in nodes(tree) if "is-failed" in str(n["props"].get("className"))]
    told = [n["props"] for n in nodes(tree) if str(n["props"].get("data-metric", "")).startswith("service.")]
    assert not [p for p in told if any(letter.isdigit() for letter in "".join(texts({"props": p})))]
