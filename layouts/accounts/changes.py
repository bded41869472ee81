"""What a deed changed, name by name, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.account import Role
from layouts.accounts import words
from layouts.accounts.desk import Desk

_ALL = {"districts": "全市", "topics": "全部专题"}  # what None means
SHORT = 60  # characters of a value in a summary


@dataclass(frozen=True, slots=True)
class Change:
    """One name with its value before and after; "" where there was none."""

    name: str
    before: str
    after: str

    @property
    def is_change(self) -> bool:
        """Whether the deed made the difference, and did not merely mention the value."""
        return self.before != self.after and bool(self.before)


def changes(desk: Desk, before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """Every name that either side has, in the order of the words for them."""
    names = sorted(
        {*before, *after}, key=lambda name: (list(words.FIELDS).index(name) if name in words.FIELDS else 99, name)
    )
    return [Change(_name(desk, name), _side(desk, name, before), _side(desk, name, after)) for name in names]


def summary(desk: Desk, before: Mapping[str, object], after: Mapping[str, object], reason: str) -> str:
    """One line: what is different, else what is there."""
    told = [desk.said(reason)] if reason else []
    for change in changes(desk, before, after):
        old, new = change.before[:SHORT], change.after[:SHORT]
        told.append(f"{change.name} {old} → {new or '—'}" if change.before else f"{change.name} {new}")
    return " · ".join(told)


def _name(desk: Desk, name: str) -> str:
    return desk.t(words.FIELDS[name]) if name in words.FIELDS else name


def _side(desk: Desk, name: str, side: Mapping[str, object]) -> str:
    return value(desk, name, side[name]) if name in side else ""


def value(desk: Desk, name: str, found: object) -> str:
    """A kept value as people say it."""
    if found is None or found == "":
        return desk.t(_ALL[name]) if name in _ALL and found is None else "—"
    if isinstance(found, bool):
        return desk.t("是") if found else desk.t("否")
    if isinstance(found, dict):
        return desk.listed([f"{key} {value(desk, '', one)}" for key, one in found.items()]) or "—"
    items = found if isinstance(found, list) else [found]
    return desk.listed([_item(desk, name, str(item)) for item in items]) or "—"


def _item(desk: Desk, name: str, text: str) -> str:
    """One value of a known name; any other text as it is, translated where it can be."""
    return _ITEMS[name](desk, text) if name in _ITEMS else desk.said(text)


def _role(desk: Desk, text: str) -> str:
    return desk.t(words.ROLES[Role(text)]) if text in set(Role) else text


def _moment(desk: Desk, text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return desk.moment(at) if at.tzinfo else text


_ITEMS: Mapping[str, Callable[[Desk, str], str]] = {
    "role": _role,
    "districts": lambda desk, text: desk.district(text),
    "topics": lambda desk, text: desk.topic(text),
    "agent": lambda _, text: words.device(text),
    "expires": _moment,
    "locked_until": _moment,
}
