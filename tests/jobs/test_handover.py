from pathlib import Path

import pytest

from jobs.handover import VARIABLE, hand_over, handed_over
from tests.cities import tiny_city


def test_the_processes_get_the_city_that_was_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    city = tiny_city()
    for name, value in hand_over(city, tmp_path).items():
        monkeypatch.setenv(name, value)
    assert handed_over(city.folder) == city
    assert (tmp_path / "city.checked").stat().st_mode & 0o077 == 0


def test_a_process_started_by_hand_or_for_another_city_reads_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert handed_over(tmp_path) is None
    monkeypatch.setenv(VARIABLE, hand_over(tiny_city(), tmp_path)[VARIABLE])
    assert handed_over(tmp_path / "other") is None
