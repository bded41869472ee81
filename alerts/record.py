"""Between the machine's state and the alert that is stored: nothing that matters after a restart is lost."""

from datetime import datetime

from alerts.machine import State
from domain.alert import Alert, AlertLevel, Condition


def fingerprint(rule: str, site: str) -> str:
    """What makes two findings the same alert."""
    return f"{rule}|{site}"


def alert_of(rule: str, metric: str, site: str, state: State, say: str, now: datetime) -> Alert:
    """The alert as it is at `now`. `since`, `value` and `peak` are the measurements'; `updated` is when it became so."""
    if state.level is None or state.since is None:
        raise ValueError(f"{fingerprint(rule, site)} never reached a level; alerts.machine sets level and since first")
    return Alert(
        fingerprint=fingerprint(rule, site),
        rule=rule,
        metric=metric,
        site=site,
        level=state.level,
        condition=state.condition,
        since=state.since,
        updated=now,
        value=state.value,
        say=say,
        fired=state.fired,
        cleared=state.cleared,
        peak=state.peak,
        stale=state.stale,
    )


def state_of(alert: Alert, newest: datetime | None) -> State:
    """The state of a stored alert whose newest value is of `newest` (unknown: of when the alert last moved).

    The running clock counts from `since` while pending and from `updated` while recovering.
    """
    clock = alert.updated if alert.condition is Condition.RECOVERING else alert.since
    return State(
        condition=alert.condition,
        level=AlertLevel(alert.level),
        since=alert.since,
        at=newest or alert.updated,
        value=alert.value,
        clock=clock,
        entered=clock if alert.condition is Condition.RECOVERING else alert.updated,
        fired=alert.fired,
        cleared=alert.cleared,
        peak=alert.peak,
        stale=alert.stale,
    )
