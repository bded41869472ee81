"""Coming in and going out: the sign-in page, one-click roles, a new password, and who is signed in. Works without a script."""

import asyncio
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from access.opening import Access
from access.people import Refusal as NotLetIn
from access.people import Why
from access.refused import AccessRefused
from access.sessions import Entered
from api.arrival import CSRF_COOKIE, SESSION_COOKIE, Arrival, csrf_cookie, same_site_path, set_cookie
from api.csrf import Csrf, fields
from api.errors import failure
from api.refusals import PASSWORD, SIGN_IN, Refusal, language
from api.services import Services
from domain.account import Role, Viewer
from domain.errors import StoreError
from domain.session import Visit
from layouts import sign_in as pages
from layouts.sign_in import Desk, Said

log = logging.getLogger(__name__)

NO_STORE = {"Cache-Control": "no-store"}
BARE = frozenset({"/", "/?lang=en"})
HOMES: Mapping[Role, str] = {Role.DUTY: "/duty"}
"""Where somebody of a role begins who asked for no page; everybody else at the cockpit."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to these pages: where it comes from, who asks, what the form or the address holds, and the page's desk."""

    arrival: Arrival
    viewer: Viewer | None
    form: dict[str, str]
    desk: Desk

    @property
    def onward(self) -> str:
        """Where to go from here, in the page's language."""
        to = self.desk.next
        if self.desk.lang != "en" or "lang=" in to:
            return to
        return f"{to}{'&' if '?' in to else '?'}lang=en"

    def visit(self, now: datetime) -> Visit:
        """Who knocks."""
        return Visit(now, self.arrival.address, self.arrival.headers.get("user-agent", ""))


class SignIn:
    """The pages' routes and the answers of the gate's refusals."""

    def __init__(self, services: Services, access: Access, csrf: Csrf) -> None:
        self._services, self._access, self._csrf = services, access, csrf

    def router(self) -> APIRouter:
        """Every route; each has its door in api/doors.py."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(SIGN_IN, self.page, methods=["GET", "HEAD"])
        routes.add_api_route(SIGN_IN, self.enter, methods=["POST"])
        routes.add_api_route(f"{SIGN_IN}/demo", self.enter_demo, methods=["POST"])
        routes.add_api_route(PASSWORD, self.password_page, methods=["GET", "HEAD"])
        routes.add_api_route(PASSWORD, self.change_password, methods=["POST"])
        routes.add_api_route("/sign-out", self.leave, methods=["POST"])
        routes.add_api_route("/session", self.who, methods=["GET", "HEAD"])
        return routes

    async def page(self, request: Request) -> Response:
        """The sign-in page; somebody who is in already goes on."""
        asked = await self._asked(request, SIGN_IN)
        if asked.viewer is not None:
            return _go(_after(asked.viewer, asked.onward))
        note = pages.NOTES.get(request.query_params.get("note", ""))
        return self._form(asked, None if note is None else Said(asked.desk.t(note), "calm"))

    async def enter(self, request: Request) -> Response:
        """Login and password."""
        asked = await self._asked(request, SIGN_IN)
        login, password = asked.form.get("login", ""), asked.form.get("password", "")
        if not login.strip() or not password:
            return self._form(asked, Said(asked.desk.t(pages.ALERTS["empty"])), login, 422)
        people = self._access.people
        work = partial(
            people.sign_in, login, password, asked.visit(self._services.now()), remember="remember" in asked.form
        )
        try:
            result = await asyncio.to_thread(work)
        except StoreError as error:
            return self._away(asked, error, login)
        return await self._entered(asked, result, login)

    async def enter_demo(self, request: Request) -> Response:
        """One click on a role."""
        asked = await self._asked(request, SIGN_IN)
        try:
            role = Role(asked.form.get("role", ""))
        except ValueError:
            return self._form(asked, Said(asked.desk.t(pages.ALERTS["demo"])), status=422)
        visit = asked.visit(self._services.now())
        try:
            result = await asyncio.to_thread(self._access.people.enter_demo, role, visit)
        except StoreError as error:
            return self._away(asked, error)
        return await self._entered(asked, result)

    async def password_page(self, request: Request) -> Response:
        """The page of a new password."""
        return self._password_form(await self._asked(request, PASSWORD))

    async def change_password(self, request: Request) -> Response:
        """A new password; this session goes on, the account's others end."""
        asked = await self._asked(request, PASSWORD)
        viewer, form = _signed_in(asked), asked.form
        old, new, again = (form.get(name, "") for name in ("old", "new", "again"))
        if not (old and new and again):
            return self._password_form(asked, "empty")
        if new != again:
            return self._password_form(asked, "differ")
        try:
            await asyncio.to_thread(self._access.people.change_password, viewer, old, new, self._services.now())
        except AccessRefused as error:
            return self._password_form(asked, error.reason.value)
        return _go(asked.onward)

    async def leave(self, request: Request) -> Response:
        """End the session here and on the server."""
        asked = await self._asked(request, SIGN_IN)
        await asyncio.to_thread(self._access.sessions.sign_out, _signed_in(asked), self._services.now())
        answer = _go(f"{SIGN_IN}?note=out" + ("&lang=en" if asked.desk.lang == "en" else ""))
        for name in (SESSION_COOKIE, CSRF_COOKIE):
            gone = set_cookie(
                name, "", secure=asked.arrival.secure, http_only=name == SESSION_COOKIE, same_site="Lax", max_age=0
            )
            answer.headers.append("Set-Cookie", gone)
        return answer

    async def who(self, request: Request) -> Response:
        """Who is signed in, for scripts that want to know whether anybody is."""
        viewer = _signed_in(await self._asked(request, SIGN_IN))
        told = {
            "login": viewer.login,
            "name": viewer.name,
            "role": viewer.role,
            "rights": sorted(viewer.rights),
            "must_change": viewer.must_change,
        }
        return JSONResponse(told, headers=NO_STORE)

    def show(self, refusal: Refusal, arrival: Arrival) -> Response:
        """What the gate answers: the way to the sign-in page, a page to read, or the one JSON shape."""
        if refusal.to:
            return _go(refusal.to)
        if not arrival.wants_page or arrival.path.startswith("/api/"):
            return failure(refusal.status, refusal.code, refusal.message, refusal.details, refusal.headers)
        is_known = SESSION_COOKIE in arrival.cookies
        desk = replace(self._desk(language(arrival)), path=arrival.path)
        shown = pages.refused(desk, refusal.code, signed_in=is_known)
        return HTMLResponse(shown, refusal.status, {**NO_STORE, **refusal.headers})

    async def _asked(self, request: Request, path: str) -> Asked:
        arrival, viewer = Arrival.of(request.scope), request.scope.get("viewer")
        form = fields(arrival, await request.body()) if arrival.method == "POST" else {}
        asked = form or dict(request.query_params)
        desk = replace(
            self._desk("en" if asked.get("lang") == "en" else "zh"),
            proof=self._csrf.proof(arrival, viewer),
            path=path,
            next=same_site_path(asked.get("next", "")),
        )
        return Asked(arrival, viewer, form, desk)

    def _desk(self, lang: str) -> Desk:
        spec = self._services.city.spec
        return Desk(spec.title, spec.title_en, lang, self._services.build, spec.demo)

    async def _entered(self, asked: Asked, result: Entered | NotLetIn, login: str = "") -> Response:
        if isinstance(result, NotLetIn):
            return self._not_let_in(asked, result, login)
        if asked.viewer is not None:  # whoever was signed in here before is not any more
            await asyncio.to_thread(self._access.sessions.sign_out, asked.viewer, self._services.now())
        session, secure = result.session, asked.arrival.secure
        answer = _go(_after(result.viewer, asked.onward))
        age = math.floor((session.expires - session.created).total_seconds()) if session.remembered else None
        kept = set_cookie(SESSION_COOKIE, result.cookie, secure=secure, http_only=True, same_site="Lax", max_age=age)
        answer.headers.append("Set-Cookie", kept)
        answer.headers.append("Set-Cookie", csrf_cookie(self._csrf.proof(asked.arrival, result.viewer), secure=secure))
        return answer

    def _not_let_in(self, asked: Asked, why: NotLetIn, login: str) -> Response:
        code = why.why.value
        if why.why is not Why.LOCKED or why.until is None:
            return self._form(asked, Said(asked.desk.t(pages.ALERTS[code])), login, 401)
        time = f"{why.until.astimezone(self._services.city.zone):%H:%M:%S}"
        seconds = max(1, math.ceil((why.until - self._services.now()).total_seconds()))
        answer = self._form(asked, Said(asked.desk.t(pages.ALERTS[code], time=time)), login, 429)
        answer.headers["Retry-After"] = str(seconds)
        return answer

    def _away(self, asked: Asked, error: StoreError, login: str = "") -> Response:
        log.warning("nobody can sign in: %s", error)
        return self._form(asked, Said(asked.desk.t(pages.ALERTS["away"])), login, 503)

    def _form(self, asked: Asked, said: Said | None, login: str = "", status: int = 200) -> Response:
        answer = HTMLResponse(pages.sign_in(asked.desk, said, login[:256]), status, NO_STORE)
        if asked.arrival.cookies.get(CSRF_COOKIE) != asked.desk.proof:
            answer.headers.append("Set-Cookie", csrf_cookie(asked.desk.proof, secure=asked.arrival.secure))
        return answer

    def _password_form(self, asked: Asked, code: str = "") -> Response:
        viewer, desk = _signed_in(asked), asked.desk
        said = Said(desk.t(pages.PASSWORD_ALERTS.get(code, pages.OTHERWISE[1]))) if code else None
        shown = pages.change_password(desk, said, must=viewer.must_change, name=viewer.name or viewer.login)
        return HTMLResponse(shown, 422 if code else 200, NO_STORE)


def _signed_in(asked: Asked) -> Viewer:
    assert asked.viewer is not None  # noqa: S101  the gate lets nobody else in here
    return asked.viewer


def _after(viewer: Viewer, onward: str) -> str:
    """Where somebody goes who is in: on, or first to a password of his own."""
    if onward in BARE:  # a sent link shows what its sender saw, whoever opens it
        onward = HOMES.get(viewer.role, "/") + onward[1:]
    if not viewer.must_change:
        return onward
    asked = {"next": onward, "lang": "en"} if "lang=en" in onward else {"next": onward}
    return f"{PASSWORD}?{urlencode(asked, safe='/')}"


def _go(to: str) -> Response:
    return RedirectResponse(to, 303, NO_STORE)
