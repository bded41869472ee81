"""The kind form: which periods there are, which are owed, and what a declaration must not say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from datasources.kinds.form import FormSpec
from domain.filing import DAY, about, about_what, missed, periods
from tests.duty.forms import NOW, spec

ZONE = ZoneInfo("Asia/Shanghai")


def test_the_whole_periods_are_listed_newest_first() -> None:
    assert [one.name for one in spec().listed(NOW)] == [
        "2026-10", "2026-09", "2026-08", "2026-07", "2026-06", "2026-05",
    ]  # fmt: skip
    assert [one.name for one in spec(period="quarter").listed(NOW)][:3] == ["2026-Q3", "2026-Q2", "2026-Q1"]
    assert [one.name for one in spec(period="day").listed(NOW)][:2] == ["2026-11-23", "2026-11-22"]


def test_a_month_ends_at_the_citys_midnight() -> None:
    assert spec().listed(datetime(2026, 11, 30, 15, 59, tzinfo=UTC))[0].name == "2026-10"
    assert spec().listed(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))[0].name == "2026-11"


def test_it_is_due_at_the_end_of_the_last_day_on_which_it_is_owed() -> None:
    due = spec(within=10).listed(NOW)[0].due
    assert due == datetime(2026, 11, 11, 0, 0, tzinfo=ZONE)


def test_without_a_beginning_only_the_newest_period_is_owed() -> None:
    form = spec()
    assert [one.name for one in form.awaited(NOW)] == ["2026-10"]
    assert missed(form.awaited(NOW), (), NOW) == datetime(2026, 11, 11, tzinfo=ZONE)
    assert missed(form.awaited(NOW), {"2026-10"}, NOW) is None


def test_with_one_every_period_since_then_is_owed_and_the_oldest_counts() -> None:
    form = spec(since="2026-08-15")
    assert [one.name for one in form.listed(NOW)] == ["2026-10", "2026-09"]
    assert missed(form.awaited(NOW), {"2026-10"}, NOW) == datetime(2026, 10, 11, tzinfo=ZONE)
    assert missed(form.awaited(NOW), {"2026-10", "2026-09"}, NOW) is None


def test_nothing_is_overdue_on_the_last_day() -> None:
    last = datetime(2026, 11, 10, 23, 59, tzinfo=ZONE)
    assert missed(spec().awaited(last), (), last) is None
    over = last + timedelta(minutes=1)
    assert missed(spec().awaited(over), (), over) is not None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [({"cron": "0 8 1 * *"}, "take cron: out"),
     ({"metrics": {"env.checks": "a.b"}}, "plain name"),
     ({"metrics": {"env.checks": "place"}}, "plain name"),
     ({"metrics": {"env.checks": "n", "env.fines": "n"}}, "path of its own"),
     ({"optional": ["env.other"]}, "no column of this form"),
     ({"places": ["441802", "441802"]}, "named twice"),
     ({"places": [str(n) for n in range(1001)]}, "nothing to fill in by hand"),
     ({"site": {"path": "elsewhere"}}, "leave the paths"),
     ({"replay": {"start": "2026-01-01T00:00:00Z"}}, "take incident: and replay: out"),
     ({"period": "year"}, "month"), ({"within": 61}, "60"), ({"since": "soon"}, "since")],
)  # fmt: skip
def test_what_makes_no_table_is_refused_with_a_sentence(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        spec(**wrong)


def test_its_interval_is_its_periods() -> None:
    assert [spec(period=one).every for one in ("month", "quarter", "day")] == [
        timedelta(days=31), timedelta(days=92), timedelta(days=1),
    ]  # fmt: skip
    assert spec(every="40d").every == timedelta(days=40)
    with pytest.raises(ValidationError):
        FormSpec.model_validate("a form")


@given(
    st.sampled_from(["month", "quarter", "day"]),
    st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001 - hypothesis wants naive bounds
)
def test_periods_follow_each_other_without_gap_or_overlap(rhythm: str, at: datetime) -> None:
    now = at.replace(tzinfo=UTC)
    newest, *older = [one for one, _ in zip(periods(rhythm, 5, now, ZONE), range(30), strict=False)]  # type: ignore[arg-type]
    assert newest.last < now.astimezone(ZONE).date()
    for later, earlier in zip([newest, *older], older, strict=False):
        assert earlier.last + DAY == later.first
        assert earlier.name < later.name
        assert earlier.first <= earlier.last


def test_what_a_filing_is_about_is_read_back() -> None:
    assert about_what(about("env_month", "2026-Q3")) == ("env_month", "2026-Q3")
