"""When a notice is tried again, for every kind of receiver."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notify import SPECS
from alerts.notify.retry import RETRIES, next_try
from alerts.notify.sender import Later
from domain.alert import AlertLevel
from domain.errors import NotifyError
from domain.notice import Notice, NoticeKind
from tests.notify.here import NOW

ONE = Notice("n", NoticeKind.FIRED, "duty", AlertLevel.P2, "g", (), NOW, NOW, attempts=1)


def test_every_kind_has_its_rule() -> None:
    assert set(RETRIES) == set(SPECS)


@given(st.sampled_from(sorted(SPECS)), st.integers(1, 200))
def test_the_wait_is_never_nothing_and_never_more_than_half_an_hour(kind: str, attempts: int) -> None:
    again = next_try(kind, replace(ONE, attempts=attempts), NotifyError("away"), NOW)
    assert again is not None
    assert timedelta(seconds=1) <= again - NOW <= timedelta(minutes=31)


@given(st.sampled_from(sorted(SPECS)), st.integers(1, 6))
def test_it_does_not_shrink(kind: str, attempts: int) -> None:
    first, second = (
        next_try(kind, replace(ONE, attempts=n), NotifyError("away"), NOW) for n in (attempts, attempts + 1)
    )
    assert first is not None
    assert second is not None
    assert second - first > timedelta(seconds=-1.1)  # but for the jitter


@pytest.mark.parametrize("kind", sorted(SPECS))
def test_it_ends(kind: str) -> None:
    assert next_try(kind, ONE, NotifyError("away"), NOW + RETRIES[kind].most) is None
    assert next_try(kind, ONE, NotifyError("never", permanent=True), NOW) is None


def test_who_asks_for_time_gets_it() -> None:
    again = next_try("webhook", ONE, Later("busy", 120), NOW)
    assert again is not None
    assert again - NOW >= timedelta(seconds=120)
