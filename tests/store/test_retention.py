from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.alert import Condition
from domain.batch import Batch, Reject
from domain.metric import Metric
from domain.run import SourceRun
from store import Store
from store.retention import Retention
from tests.store.test_alerts import alert, step
from tests.store.values import HOUR, LONG_AGO, batch, incident, naive, seen, told

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 24, 16, 20, tzinfo=UTC)


def metric(key: str, kept: str | None) -> Metric:
    return Metric(
        key=key, name="x", unit="", topic="economy", definition="as published", department="统计局", every="1h", retention=kept
    )  # type: ignore[arg-type]  # fmt: skip


METRICS: Mapping[str, Metric] = {
    "air.pm25": metric("air.pm25", None),
    "air.no2": metric("air.no2", "30d"),
    "economy.gdp_ytd": metric("economy.gdp_ytd", "3650d"),
}


def _write(store: Store) -> None:
    for key in METRICS:
        store.write(
            batch(*(seen(float(age), NOW - age * DAY, metric=key) for age in (0, 20, 40, 89, 91, 400)), received=NOW)
        )


def _ages(store: Store, key: str) -> list[float]:
    ids = [number for number, series in store.series().items() if series.metric == key]
    return sorted(store.window(LONG_AGO, NOW + DAY, ids).value.tolist())


def test_each_metrics_log_is_kept_for_its_own_time(store: Store) -> None:
    _write(store)
    assert store.retain(NOW, METRICS)["observation"] == 2 + 4
    assert _ages(store, "air.pm25") == [0, 20, 40, 89]
    assert _ages(store, "air.no2") == [0, 20]
    assert _ages(store, "economy.gdp_ytd") == [0, 20, 40, 89, 91, 400]
    assert store.retain(NOW, METRICS) == {}


def test_hours_and_days_outlive_the_log(store: Store) -> None:
    _write(store)
    start = NOW - 500 * DAY
    hours, days = naive(store, "Asia/Shanghai", "hour"), naive(store, "Asia/Shanghai", "day")
    store.retain(NOW, METRICS)
    assert told(store, store.hours(start, NOW + DAY)) == hours
    assert told(store, store.days(start, NOW + DAY)) == days


def test_a_late_value_does_not_replace_a_roll_up_whose_log_is_deleted(store: Store) -> None:
    _write(store)
    store.retain(NOW, METRICS)
    old = NOW - 91 * DAY
    before = told(store, store.hours(old, old + HOUR))
    store.write(batch(seen(5.0, old + timedelta(minutes=1), received=NOW), seen(7.0, old + 2 * HOUR, received=NOW)))
    for _ in range(2):  # before and after the repair
        assert told(store, store.hours(old, old + HOUR)) == before
        assert store.hours(old + 2 * HOUR, old + 3 * HOUR).sum.tolist() == [7.0]
        ids = [number for number, series in store.series().items() if series.metric == "air.pm25"]
        assert store.days(old, old + HOUR * 3, ids).n.tolist() == [2]
        store.close_buckets(NOW)


def test_hours_are_deleted_after_years_and_days_stay(store: Store) -> None:
    store.write(batch(seen(1.0, NOW - 400 * DAY), seen(2.0, NOW)))
    kept = Retention(hours=timedelta(days=100))
    assert store.retain(NOW, METRICS, kept)["hour"] == 1
    assert len(store.hours(NOW - 401 * DAY, NOW - DAY)) == 0
    assert store.days(NOW - 401 * DAY, NOW - DAY).sum.tolist() == [1.0]


def test_records_of_the_past_go_and_what_is_present_stays(store: Store) -> None:
    old = NOW - 2200 * DAY
    for i in range(8):
        store.write(Batch("air", old + i * DAY, rejects=(Reject("no time", str(i)),)))
        store.record_run(SourceRun("air", old + i * DAY, old + i * DAY, ok=True))
    store.write(Batch("air", NOW, rejects=(Reject("no time", "new"),)))
    store.record_run(SourceRun("air", NOW, NOW, ok=True))
    store.write(
        Batch(
            "x",
            old,
            incidents=(incident("1", at=old, updated=old, status="closed"), incident("2", at=old, updated=old)),
        )
    )
    gone = alert(Condition.CLEARED, at=old, since=old)
    firing = alert(Condition.FIRING, at=old, since=old, site="b")
    begin = [step(Condition.NORMAL, Condition.FIRING, old, "b"), step(Condition.NORMAL, Condition.CLEARED, old)]
    store.save_alerts([gone, firing], begin)
    store.save_alerts([replace(firing, value=1.0, updated=old + HOUR)], [])
    deleted = store.retain(NOW, METRICS, Retention(step_rows=3))
    assert deleted["quarantine"] == deleted["source_run"] == 8
    assert [kept.raw for kept in store.quarantine(10)] == ["new"]
    assert len(store.runs()) == 1
    assert [one.id for one in store.incidents(NOW, LONG_AGO)] == ["2"]
    assert deleted["incident"] == deleted["incident_version"] == 1
    assert [one.value for one in store.open_alerts()] == [1.0]
    assert deleted["transition"] == 2
    assert store.version() > 0
