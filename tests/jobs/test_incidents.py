"""The clock of incidents: each thing that is late is marked once."""

from datetime import timedelta
from pathlib import Path

from jobs.incidents import turned
from store import open_store
from tests.duty.incident_desk import NOW, of, opened, reports


def test_late_steps_and_reports_are_marked_once(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        key = opened(store).id
        assert turned(store, NOW) == 0
        assert turned(store, NOW + timedelta(minutes=10)) == 1  # the first step
        assert turned(store, NOW + timedelta(minutes=11)) == 0
        assert turned(store, NOW + timedelta(hours=6)) == 2  # the second step and the first report
        assert [step.late for step in of(store, key).steps] == [True, True]
        assert reports(store, key)["first"].late
        assert turned(store, NOW + timedelta(hours=7)) == 0
