"""A city with a form, and who fills it in, for tests of forms."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from access.rights import RIGHTS
from datasources.kinds.form import FormSpec
from domain.account import Role, Viewer
from domain.city import City
from duty.filings import Form, Hand, cell
from tests.cities import CITY, EAST, WEST, metric, tiny_city

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
BUREAU = "市生态环境局"
METRICS = (
    metric("env.checks", name="执法检查", unit="家次", valid=(0, 1000), every="31d", aggregate="last"),
    metric("env.fines", name="罚款金额", unit="万元", valid=(0, 500), every="31d", aggregate="last"),
)


def spec(**keys: Any) -> FormSpec:
    """October is its newest whole month; due by 10 November."""
    base: dict[str, Any] = {"key": "env_month", "kind": "form", "department": BUREAU, "name": "生态环境执法月报"}
    base |= {"metrics": {"env.checks": "checks", "env.fines": "fines"}, "places": (EAST, WEST)}
    return FormSpec.model_validate(base | keys)


def city(**keys: Any) -> City:
    """A city of two districts that declares the form beside its other sources."""
    plain, one = tiny_city(), spec(**keys)
    metrics = {**plain.metrics, **{m.key: m for m in METRICS}}
    return replace(plain, sources={**plain.sources, one.key: one}, metrics=metrics)


def form(**keys: Any) -> Form:
    """The form of the city."""
    made = city(**keys)
    found = made.sources["env_month"]
    assert isinstance(found, FormSpec)
    return Form(made, found)


def clerk(login: str = "chen", department: str = BUREAU, role: Role = Role.CLERK) -> Viewer:
    """Somebody of a department."""
    return Viewer(login, f"姓名{login}", role, RIGHTS[role], department=department)


def hand(seen: int = 0, viewer: Viewer | None = None, **more: Any) -> Hand:
    """A clerk at October's table."""
    made: Form = more.pop("form", None) or form()
    now = more.pop("now", NOW)
    period = made.period(more.pop("period", "2026-10"), now)
    assert period is not None
    return Hand(made, period, viewer or clerk(), now, seen)


def filled(**changes: str) -> dict[str, str]:
    """A table without a fault; changes: by "east_checks" and the like."""
    table = {"east_checks": "12", "east_fines": "3.5", "west_checks": "7", "west_fines": "0"} | changes
    names = {"east": EAST, "west": WEST}
    return {cell(names[key.partition("_")[0]], key.partition("_")[2]): text for key, text in table.items()}


__all__ = ["BUREAU", "CITY", "EAST", "NOW", "WEST", "city", "clerk", "filled", "form", "hand", "spec"]
