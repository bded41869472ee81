from datetime import UTC, datetime

from layouts.address import Address
from tests.layouts.fake import CITY, VIEWER, FakeSnapshot, pages
from tests.layouts.test_screen import texts

PAST = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)


def test_a_sent_link_opens_on_its_district() -> None:
    page = pages(FakeSnapshot()).page("/", "?district=441881", VIEWER)
    assert "英德市" in texts({"props": page.to_plotly_json()["props"]})


def test_one_paint_serves_all_who_open_the_same_view() -> None:
    served = pages(FakeSnapshot())
    assert served.page("/", "?lang=en", VIEWER) is served.page("/", "?lang=en&metric=air.aqi", VIEWER)
    assert served.page("/", "?lang=en", VIEWER) is not served.page("/", "", VIEWER)


def test_before_the_first_snapshot_the_page_says_that_it_starts() -> None:
    assert pages(None).page("/", "", VIEWER).to_plotly_json()["props"]["children"] == "正在启动…"
    assert pages(None).view(Address(), VIEWER) is None


def test_a_past_moment_is_asked_from_the_store() -> None:
    view = pages(FakeSnapshot()).view(Address(at=PAST), VIEWER)
    assert view is not None
    assert view.snapshot.at == PAST
    assert view.here == CITY
