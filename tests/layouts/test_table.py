from domain.health import Freshness
from domain.screen import Item
from layouts.panels import table
from layouts.view import View
from tests.layouts.fake import FakeSnapshot
from tests.layouts.test_screen import texts


def spec(metric: str, count: int = 100) -> table.TableSpec:
    return table.TableSpec(
        key="t", kind="table", area="a", title="断面", of="sites", items=(Item(metric=metric),), count=count
    )


def test_sites_come_worst_first_and_say_how_many_there_are(view: View) -> None:
    parts = table.render(spec("air.aqi", 5), view)
    rows = parts["rows"]["children"]
    values = [float(texts(row)[1]) for row in rows]
    assert len(rows) == 5
    assert values == sorted(values, reverse=True)
    assert parts["more"]["children"] == "共 24 处，由差到好"


def test_what_cannot_be_judged_comes_last() -> None:
    view = View(FakeSnapshot(states={"air": Freshness.STALE}))
    found = table.worst_first(view, "air.aqi", [view.snapshot.reading("air.aqi", site) for site in view.city.sites])
    assert all(reading.freshness is Freshness.STALE for reading in found)


def test_a_metric_without_direction_keeps_the_declared_order(view: View) -> None:
    found = view.snapshot.readings("hydro.level")
    assert table.worst_first(view, "hydro.level", found) == list(found)


def test_an_empty_table_says_so() -> None:
    parts = table.render(spec("water.class"), View(FakeSnapshot(blank=True)))
    assert "正在采集…" in texts(parts["rows"]["children"])
    assert parts["more"]["children"] is None
