"""Between the machine's state and the alert that is stored: nothing that matters after a restart is lost."""

from datetime import datetime

from alerts.machine import State
from domain.alert import Alert, AlertLevel, Condition


def fingerprint(rule: str, site: str) -> str:
    """What makes two findings the same alert."""
    return f"{rule}|{site}"


def alert_of(rule: str, metric: str, site: str, state: State, say: str) -> Alert:
    """The alert as it now is. `updated` is the time of the newest value, which guards against late data after a restart."""
    when = state.at or state.since
    if when is None or state.level is None:
        raise ValueError(
            f"{fingerprint(rule, site)} never reached a level; alerts.machine sets level, since and at first"
        )
    return Alert(
        fingerprint=fingerprint(rule, site),
        rule=rule,
        metric=metric,
        site=site,
        level=state.level,
        condition=state.condition,
        since=state.since or when,
        updated=when,
        value=state.value,
        say=say,
        fired=state.fired,
        cleared=state.cleared,
        peak=state.peak,
        stale=state.stale,
    )


def state_of(alert: Alert) -> State:
    """The state of a stored alert: the running clock counts from `since` while pending, from `updated` while recovering."""
    clock = _clock(alert)
    return State(
        condition=alert.condition,
        level=AlertLevel(alert.level),
        since=alert.since,
        at=alert.updated,
        value=alert.value,
        clock=clock,
        entered=clock,
        fired=alert.fired,
        cleared=alert.cleared,
        peak=alert.peak,
        stale=alert.stale,
    )


def _clock(alert: Alert) -> datetime:
    return alert.updated if alert.condition is Condition.RECOVERING else alert.since
