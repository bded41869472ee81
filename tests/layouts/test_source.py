from datetime import timedelta

import pytest

from domain.health import STATE, Freshness, SourceHealth
from domain.metric import Metric
from domain.run import SourceRun
from layouts import drawer
from layouts.address import Address, read
from layouts.source import RAW_SHOWN, RECORDS_READ, RUNS_SHOWN, Records
from layouts.view import View
from store.quarantine import Quarantined
from tests.layouts.fake import NOW, FakeSnapshot, city
from tests.layouts.test_screen import texts

MINUTE = timedelta(minutes=1)


def told(view: View, records: Records | None) -> str:
    return " ".join(texts(drawer.render(view, Address(source="fume"), records)))


def run(ago: int, *, ok: bool = True, error: str = "") -> SourceRun:
    return SourceRun("fume", NOW - ago * MINUTE, NOW - ago * MINUTE + timedelta(seconds=2), ok, 40, 38, 1, 1, error)


def kept(reason: str, raw: str = "{}", times: int = 1, where: str = "page 2 row 7") -> Quarantined:
    return Quarantined("fume", f"{where}: {reason}", where, raw, NOW, NOW - MINUTE, times)


def test_a_source_tells_its_state_and_its_declaration(view: View) -> None:
    words = told(view, Records())
    for word in (
        "油烟监测",
        "中断",
        "从未成功",
        "connection refused",
        "HTTP 接口 · http_json",
        "采集间隔",
        "5 分钟",
        "30 秒，重试 3 次",
    ):
        assert word in words


def test_without_runs_and_rejects_both_parts_say_so(view: View) -> None:
    words = told(view, Records())
    assert "还没有采集过" in words
    assert "没有被隔离的记录" in words


def test_a_store_that_cannot_be_read_is_told_and_the_rest_stays(view: View) -> None:
    words = told(view, Records(failed=True))
    assert "采集记录暂时读不到" in words
    assert "声明" in words


def test_runs_are_listed_with_their_counts_and_errors(view: View) -> None:
    words = told(view, Records([run(1, ok=False, error="http://x answered 503"), run(6)]))
    for word in ("11-23 14:33:08", "✕ 失败", "http://x answered 503", "成功", "40", "38", "2.0 秒"):
        assert word in words


def test_quarantine_is_counted_by_reason_and_listed_with_its_text(view: View) -> None:
    records = [
        kept("fume.concentration at r-1: 900 mg/m³ is outside the valid range 0 to 100", '{"v": 900}', times=3),
        kept("site 'r-77' is not declared"),
        kept("site 'r-78' is not declared; time '2026-13-01' is in none of the declared formats"),
    ]
    words = told(view, Records((), records))
    assert "隔离记录（3）" in words
    assert "站点未知 2" in words
    assert "时间无法识别 1" in words
    assert '{"v": 900}' in words
    assert "14:33 · 3 次" in words
    assert words.count("page 2 row 7") == 3  # the place stands once a record, not again in front of its reason


@pytest.mark.parametrize("length", [RAW_SHOWN, RAW_SHOWN + 1, 2000])
def test_a_records_text_is_cut(view: View, length: int) -> None:
    words = told(view, Records((), [kept("the record names no site", "身" * length)]))
    assert words.count("身") == RAW_SHOWN
    assert ("身…" in words) == (length > RAW_SHOWN)


def test_long_lists_are_cut_and_say_so(view: View) -> None:
    words = told(view, Records([run(i) for i in range(1, 40)], [kept("no time", str(i)) for i in range(RECORDS_READ)]))
    assert words.count("成功 40") == RUNS_SHOWN
    assert "显示最近 20 条 · 最近 1,000 条以内" in words


def test_a_replayed_moment_says_that_the_records_are_of_now() -> None:
    assert "不随回放变化" in told(View(FakeSnapshot(live=False)), Records())
    assert "不随回放变化" not in told(View(FakeSnapshot()), Records())


def test_a_declared_state_leads_to_its_history() -> None:
    base = city()
    state = Metric.model_validate(
        {"key": STATE, "name": "数据源状态", "unit": "级", "topic": "system", "definition": "测试口径", "department": "d",
         "every": "1m", "across": "none"}
    )  # fmt: skip
    made = city(metrics=base.metrics | {STATE: state})
    address = read(f"?metric={STATE}&place=source:fume", made)
    assert address.place == "source:fume"
    found = FakeSnapshot(city=made)
    vars(found)["_value"] = lambda _metric, _place: 3.0
    words = " ".join(texts(drawer.render(View(found), address)))
    assert "系统运行 · 油烟监测" in words
    assert "中断" in words
    assert "打开数据源" in words


def test_the_address_opens_the_list_or_one_source() -> None:
    assert read("?sources=fume", city()) == Address(sources=True, source="fume")
    assert read("?sources=all", city()) == Address(sources=True)
    assert read("?sources=no-such", city()) == Address(sources=True)
    assert read("?place=source:no-such", city()) == Address()


def test_a_source_nobody_has_heard_of_is_still_drawn() -> None:
    found = FakeSnapshot()
    vars(found)["sources"] = {"hall": SourceHealth("hall", Freshness.LIVE)}
    assert "无数据" in told(View(found), None)
