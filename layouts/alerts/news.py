"""What every open page hears of cases, by the shared stream: how many wait, and the newest ones. Nothing personal."""

from typing import Any

from domain.alert import AlertLevel
from domain.case import Case, Handling
from layouts.tags import Node, h, id_json, part_id
from layouts.view import View
from snapshot.model import Snapshot

SCREEN = "alerts"  # the stream's name for pages that show cases and no panels
STORE = part_id("news", "data")
ID = id_json("news", "data")
NEWEST = 20  # cases told one by one; a page that slept through more says how many


def render(view: View) -> dict[str, Any]:
    """The data of the page's store: counts of cases nobody has signed for by level, and the newest of them.

    mark changes with every step of any case, papers with every step of the desk's own papers, so that lists are read again.
    """
    cases = [case for case in view.snapshot.cases.values() if not case.over]
    new = sorted((case for case in cases if case.handling is Handling.NEW), key=lambda c: c.opened, reverse=True)
    counts = {level.name: sum(case.level is level for case in new) for level in AlertLevel}
    return {
        "data": {
            "counts": counts,
            "newest": [_told(view, case) for case in new[:NEWEST]],
            "mark": " ".join(sorted(f"{case.id}:{case.version}" for case in view.snapshot.cases.values())[-200:]),
            "papers": view.snapshot.papers,
        }
    }


def _told(view: View, case: Case) -> dict[str, Any]:
    say = view.personal(case.say)
    return {"id": case.id, "level": int(case.level), "say": say, "n": case.recurrence, "held": bool(case.hidden)}


def toasts() -> Node:
    """Where the browser's own code shows new cases."""
    return h("Div", None, id="toasts", role="log", aria={"live": "assertive"})


def draws(place: str, lang: str) -> dict[str, Any]:
    """The stream's only part on a page without panels."""

    def of(snapshot: Snapshot) -> dict[str, Any]:
        return {ID: render(View(snapshot, place, lang))}

    return {"news": of}
