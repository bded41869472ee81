"""Every route of the built product, by every role, by a token and by nobody; and that nothing lies outside the table."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import _IncludedRouter
from starlette.routing import Mount, WebSocketRoute

from access.rights import RIGHTS
from api.arrival import Arrival
from api.doors import DOORS, PUBLIC, As, By, Callbacks, Door, Doors, Pace, screens
from api.refusals import judge
from composition import entry
from composition.city import load_city
from composition.web import build_web
from domain.account import Right, Role, Viewer
from domain.city import City
from jobs.opening import open_city_store
from jobs.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
# What the libraries put up by themselves and nobody needs: refused, because no door leads there.
CLOSED = {
    ("GET", "/_reload-hash"),
    ("WS", "/_dash-ws-callback"),
}
NOBODYS = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
# Who may open which page or take which kind of data, written down by hand: the table of rights must lead to exactly this.
OPEN_TO: dict[str, set[Role]] = {
    "/": set(Role),
    "/me": set(Role),
    "/stream": set(Role),
    "/layers/{file_name}": set(Role),
    "/api/v1/latest": set(Role),
    "/session": set(Role),
    "/accounts": {Role.ADMIN},
    "/audit": {Role.ADMIN},
    "/metrics": {Role.ADMIN, Role.SHIFT},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, City, Settings]]:
    """The product as `app.py web` serves it, with the demonstration city."""
    var = tmp_path_factory.mktemp("doors")
    settings = Settings(ROOT / "cities/441800", "127.0.0.1", 8050, f"sqlite:///{var / 'city.db'}", var, "OFF")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        city = load_city(settings)
        with open_city_store(city, settings) as store:
            server, hub = build_web(city, store, settings)
            yield server, city, settings
            hub.close()


def found(routes: list[Any]) -> Iterator[tuple[str, str]]:
    """Method and path of every route, those of included routers with their prefix."""
    for route in routes:
        if isinstance(route, _IncludedRouter):
            yield from found(route.effective_candidates())
        elif isinstance(route, WebSocketRoute):
            yield "WS", route.path
        elif isinstance(route, Mount):
            yield "GET", f"{route.path}/file.js"
        else:
            yield from ((method, route.path) for method in route.methods)


def walked(path: str) -> str:
    """A path that a route's pattern matches."""
    return re.sub(r"\{\w+(:path)?\}", "x", path)


def viewer(role: Role, **more: Any) -> Viewer:
    return Viewer("li.wei", "李伟", role, **{"rights": RIGHTS[role], "session": "s1", **more})


def arrival(door: Door, **headers: str) -> Arrival:
    scope = {
        **NOBODYS,
        "method": door.method,
        "path": walked(door.path),
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    return Arrival.of(scope)


def test_every_route_has_a_door_or_is_known_to_be_closed(built: tuple[FastAPI, City, Settings]) -> None:
    server, city, settings = built
    doors = Doors(entry.rules(city, settings).doors)
    routes = set(found(server.router.routes))
    assert len(routes) > 25
    undeclared = {(m, p) for m, p in routes if doors.find(m, walked(p))[0] is None}
    assert undeclared == CLOSED


def test_every_door_leads_somewhere(built: tuple[FastAPI, City, Settings]) -> None:
    server, _, _ = built
    routes = list(found(server.router.routes))
    # The catch-all that shows a page at every other path is added when the server starts.
    doors = [door for door in DOORS if door.method != "GET" or door.shows is not As.PAGE]
    assert not [f"{d.method} {d.path}" for d in doors if not any(Doors([d]).find(m, walked(p))[0] for m, p in routes)]


def test_every_callback_of_the_pages_is_declared(built: tuple[FastAPI, City, Settings]) -> None:
    server, city, settings = built
    callbacks = Callbacks(entry.rules(city, settings).callbacks)
    dash = next(m.kwargs["dash_app"] for m in server.user_middleware if "dash_app" in m.kwargs)
    outputs = [key for key, spec in dash.callback_map.items() if spec.get("callback") is not None]
    assert "drawer.children" in outputs
    assert not [output for output in outputs if callbacks.needs(output) is None]


def test_the_gate_is_outermost_but_for_the_headers(built: tuple[FastAPI, City, Settings]) -> None:
    server, _, _ = built
    assert [m.cls.__name__ for m in server.user_middleware][:2] == ["SecurityHeaders", "Gate"]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("door", DOORS, ids=lambda d: f"{d.method} {d.path}")
def test_a_session_opens_what_its_role_has_a_right_to(door: Door, role: Role) -> None:
    refusal = judge(door, ["GET"], arrival(door), viewer(role))
    if door.needs is PUBLIC:
        assert refusal is None
    elif door.by is By.TOKEN:
        assert refusal is not None
        assert refusal.code == "token_required"
    elif door.needs in RIGHTS[role]:
        assert refusal is None
    else:
        assert refusal is not None
        assert (refusal.status, refusal.code) == (403, "forbidden")


@pytest.mark.parametrize("door", DOORS, ids=lambda d: f"{d.method} {d.path}")
def test_nobody_opens_nothing_but_what_is_public(door: Door) -> None:
    refusal = judge(door, ["GET"], arrival(door), None)
    if door.needs is PUBLIC:
        assert refusal is None
        return
    assert refusal is not None
    assert (refusal.status, refusal.code) == (401, "signed_out")
    assert bool(refusal.to) is (door.shows is As.PAGE)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("door", DOORS, ids=lambda d: f"{d.method} {d.path}")
def test_a_token_opens_no_page_and_no_callback(door: Door, role: Role) -> None:
    asked = arrival(door, authorization="Bearer cc_x")
    refusal = judge(door, ["GET"], asked, viewer(role, session="token:1", rights=frozenset({Right.VIEW, Right.PUSH})))
    if door.needs is PUBLIC:
        assert refusal is None
    elif door.by is By.SESSION:
        assert refusal is not None
        assert refusal.code == "session_required"
    else:
        assert (refusal is None) is (door.needs in (Right.VIEW, Right.PUSH))


@pytest.mark.parametrize("door", DOORS, ids=lambda d: f"{d.method} {d.path}")
def test_a_one_time_password_opens_only_the_way_to_its_own_change(door: Door) -> None:
    refusal = judge(door, ["GET"], arrival(door), viewer(Role.ADMIN, must_change=True))
    may = {"/sign-in/password", "/sign-out", "/session"}
    if door.needs is PUBLIC or door.path in may:
        assert refusal is None
    elif door.by is not By.TOKEN:
        assert refusal is not None
        assert refusal.code == "password_change_required"
        assert refusal.to.startswith("/sign-in/password") is (door.shows is As.PAGE)


@pytest.mark.parametrize(("path", "roles"), OPEN_TO.items())
def test_who_gets_in_is_what_was_written_down(path: str, roles: set[Role]) -> None:
    (door,) = [d for d in DOORS if d.path == path and d.method == "GET"]
    assert {role for role in Role if judge(door, ["GET"], arrival(door), viewer(role)) is None} == roles


def test_state_changes_of_browsers_ask_for_a_proof() -> None:
    unproved = [d for d in DOORS if d.method not in ("GET", "HEAD") and d.by is not By.TOKEN and not d.csrf]
    assert not unproved


def test_only_files_are_not_counted_and_only_sign_ins_are_attempts() -> None:
    assert {d.path.split("/")[1] for d in DOORS if d.pace is Pace.FREE} == {
        "assets",
        "_dash-component-suites",
        "_favicon.ico",
        "map",  # its tiles: dragging over a base map asks for dozens at once
    }
    assert {(d.method, d.path) for d in DOORS if d.pace is Pace.ATTEMPT} == {
        ("POST", "/sign-in"),
        ("POST", "/sign-in/demo"),
    }


@pytest.mark.parametrize(
    ("method", "path", "door"),
    [
        ("GET", "/", "/"),
        ("HEAD", "/layers/a.geojson", "/layers/{file_name}"),
        ("GET", "/layers/a/b", None),
        ("GET", "/layers/", None),
        ("GET", "/assets/a/b.js", "/assets/{file:path}"),
        ("GET", "/me/", None),
        ("GET", "//", None),
        ("GET", "/ME", None),
        ("GET", "/audit\n", None),
        ("GET", "/layersXa", None),
        ("OPTIONS", "/", None),
        ("WS", "/stream", None),
    ],
)
def test_a_path_is_taken_exactly(method: str, path: str, door: str | None) -> None:
    opened, _ = Doors().find(method, path)
    assert (None if opened is None else opened.path) == door


def test_further_screens_of_a_city_are_pages_and_known_paths_stay_what_they_are() -> None:
    made = screens(["/harbour", "/audit", "/"])
    assert [(d.path, d.needs, d.shows) for d in made] == [("/harbour", Right.VIEW, As.PAGE)]


def test_a_callback_with_several_outputs_needs_the_right_of_each() -> None:
    callbacks = Callbacks({"a.children": Right.VIEW, "b.data": Right.AUDIT, '{"press":["ALL"]}.children': Right.VIEW})
    assert callbacks.needs("a.children") == {Right.VIEW}
    assert callbacks.needs("a.children@3f2a") == {Right.VIEW}
    assert callbacks.needs("..a.children...b.data..") == {Right.VIEW, Right.AUDIT}
    assert callbacks.needs("..a.children...c.data..") is None
    assert callbacks.needs('{"press":["ALL"]}.children') == {Right.VIEW}
    for unknown in ("", "..", "....", "c.children", "a.style", "..a.children"):
        assert callbacks.needs(unknown) is None
