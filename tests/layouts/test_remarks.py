from dataclasses import replace

from domain.health import Freshness
from domain.screen import Item
from layouts.panels import headline
from layouts.remarks import remark
from layouts.view import View
from tests.layouts.fake import FakeSnapshot
from tests.layouts.test_screen import texts


def test_a_remark_judges_only_what_is_fresh(view: View) -> None:
    item = Item(metric="traffic.delay_ratio")
    reading = view.reading(item)
    assert remark(view, item, reading) == "畅通"
    assert remark(view, item, replace(reading, freshness=Freshness.DOWN)) == ""


def test_a_dead_card_names_who_answers_for_it() -> None:
    view = View(FakeSnapshot(states={"traffic": Freshness.DOWN}))
    spec = headline.HeadlineSpec(
        key="head", kind="headline", area="head", items=(Item(metric="traffic.delay_ratio", compare=("week",)),)
    )
    words = texts(headline.render(spec, view)["cards"]["children"])
    assert "责任单位 交通指挥平台" in words
    assert not any("较上周" in word for word in words)
