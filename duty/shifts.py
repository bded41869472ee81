"""Shifts: which one the roster plans, which one is responsible, and what time alone makes of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.account import Role
from domain.dossier import DossierStep
from domain.handover import Handover
from domain.roster import Change, Roster, Team
from domain.shift import Shift
from store import Store
from store.duty import Desktop, DossierQuery, Outcome

DAY = timedelta(days=1)
OPEN = DossierQuery(over=False)


@dataclass(frozen=True, slots=True)
class Slot:
    """One shift of the roster; begin <= t < end, aware UTC."""

    begin: datetime
    end: datetime
    change: Change
    team: str
    crew: Team


@dataclass(frozen=True, slots=True)
class OnShift:
    """Who is responsible now: one shift, or two while the sheet between them is not signed. Names are logins."""

    shifts: tuple[Shift, ...] = ()
    officers: tuple[str, ...] = ()
    shift_leader: tuple[str, ...] = ()
    leader: tuple[str, ...] = ()
    reserve: tuple[str, ...] = ()

    @property
    def logins(self) -> frozenset[str]:
        """Everybody on duty; the reserve is not until it is called."""
        return frozenset({*self.officers, *self.shift_leader, *self.leader})

    def of(self, role: Role) -> tuple[str, ...]:
        """Those on duty as officer, shift leader or leader; nobody for other roles."""
        return {Role.DUTY: self.officers, Role.SHIFT: self.shift_leader, Role.LEADER: self.leader}.get(role, ())


def slot_at(roster: Roster, zone: ZoneInfo, at: datetime) -> Slot:
    """The shift that the roster plans for a moment."""
    day = at.astimezone(zone).date()
    found = [slot for offset in (-1, 0, 1) for slot in _slots(roster, zone, day + offset * DAY)]
    return next(slot for slot in found if slot.begin <= at < slot.end)


def slots(roster: Roster, zone: ZoneInfo, first: date, days: int) -> list[Slot]:
    """The shifts that begin on these local days, in their order."""
    return [slot for offset in range(days) for slot in _slots(roster, zone, first + offset * DAY)]


def _slots(roster: Roster, zone: ZoneInfo, day: date) -> list[Slot]:
    edges = [(day, change) for change in roster.changes] + [(day + DAY, roster.changes[0])]
    begins = [datetime.combine(on, change.at, zone) for on, change in edges]
    return [
        Slot(begins[i].astimezone(UTC), begins[i + 1].astimezone(UTC), change, *_team(roster, day, i))
        for i, change in enumerate(roster.changes)
    ]


def _team(roster: Roster, day: date, index: int) -> tuple[str, Team]:
    turn = (day - roster.begins).days * len(roster.changes) + index
    planned = roster.rotation[turn % len(roster.rotation)]
    key = roster.swaps.get(f"{day:%Y-%m-%d} {roster.changes[index].at:%H:%M}", planned)
    return key, roster.teams[key]


def on_shift(store: Store, now: datetime) -> OnShift:
    """Who is responsible now, as the store keeps it: nobody when no shift was ever opened. StoreError."""
    return responsible(store.duty.dossiers(Shift, OPEN), now)


def current(store: Store) -> Shift | None:
    """The shift that is responsible; None when no shift was ever opened. StoreError."""
    return next((shift for shift in store.duty.dossiers(Shift, OPEN) if shift.state == "on"), None)


def responsible(found: Sequence[Shift], now: datetime) -> OnShift:
    """Who is responsible, given the open shifts: the one that is on, and the one to come once its time has begun."""
    shifts = tuple(one for one in sorted(found, key=lambda s: s.begin) if one.state == "on" or one.begin <= now)
    return OnShift(
        shifts,
        _each(login for one in shifts for login in one.officers),
        _each(one.shift_leader for one in shifts),
        _each(one.leader for one in shifts),
        _each(login for one in shifts for login in one.reserve),
    )


def _each(logins: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(login for login in logins if login))


# -- what time does


def turn(roster: Roster | None, zone: ZoneInfo, now: datetime) -> Callable[[Desktop], Outcome]:
    """The decision that brings shifts and sheets to where they should be at `now`; without a roster it does nothing."""
    return Turn(roster, zone, now) if roster is not None else lambda _: Outcome()


@dataclass(frozen=True, slots=True)
class Turn:
    """What time makes of shifts and sheets.

    1. The first shift of all begins by itself. 2. Before a change the next shift and its sheet are drawn up.
    3. A sheet unsigned too long goes to the shift leader. 4. When even the shift to come is over, the one after it takes its
    place on the sheet. 5. A short sheet not completed in time is late.
    """

    roster: Roster
    zone: ZoneInfo
    now: datetime

    def __call__(self, top: Desktop) -> Outcome:
        """What has to be written, nothing when all is well."""
        sheets = top.dossiers(Handover, OPEN)
        owed = Outcome([step for sheet in sheets if (step := self._overdue(sheet)) is not None])
        held = next((one for one in top.dossiers(Shift, OPEN) if one.state == "on"), None)
        if held is None:
            return owed + Outcome(
                [DossierStep(self._shift(slot_at(self.roster, self.zone, self.now), "on"), "begin", self.now)]
            )
        pending = next((one for one in sheets if one.state in ("draft", "half")), None)
        if pending is None:
            return owed + self._drawn(top, held)
        coming = top.dossier(Shift, pending.incoming)
        return self._renewed(top, pending, coming) if coming.end <= self.now else owed

    def _drawn(self, top: Desktop, held: Shift) -> Outcome:
        roster, now = self.roster, self.now
        if now < held.end - roster.draft:
            return Outcome()
        slot = slot_at(roster, self.zone, max(now, held.end))
        keys = top.number(Shift, now), top.number(Handover, now)
        coming = self._shift(slot, "coming").become(id=keys[0])
        sheet = Handover(
            id=keys[1], state="draft", opened=now, updated=now, outgoing=held.id, incoming=keys[0], change=held.end,
            short=held.end - held.begin < roster.brief, due=max(held.end, now) + roster.grace,
            title=f"{held.title} → {coming.title}",
        )  # fmt: skip
        told = held.become(handover=keys[1], due=None, updated=now)
        return Outcome(
            [
                DossierStep(coming, "draw_up", now),
                DossierStep(sheet, "draw_up", now),
                DossierStep(told, "announce", now),
            ]
        )

    def _overdue(self, sheet: Handover) -> DossierStep | None:
        if sheet.due is None or sheet.due > self.now or sheet.late:
            return None
        return DossierStep(sheet.become(late=True, due=None, updated=self.now), "overdue", self.now)

    def _renewed(self, top: Desktop, sheet: Handover, coming: Shift) -> Outcome:
        key, now = top.number(Shift, self.now), self.now
        after = self._shift(slot_at(self.roster, self.zone, now), "coming").become(id=key)
        missed = coming.become(state="missed", closed=now, due=None, updated=now)
        title = f"{sheet.title.partition(' → ')[0]} → {after.title}"
        renewed = sheet.become(
            incoming=key, title=title, ticks=(), signed={}, state="draft", late=True, due=None, updated=now
        )
        return Outcome(
            [DossierStep(missed, "miss", now), DossierStep(after, "draw_up", now), DossierStep(renewed, "renew", now)]
        )

    def _shift(self, slot: Slot, state: str) -> Shift:
        crew, on = slot.crew, state == "on"
        return Shift(
            state=state, opened=self.now, updated=self.now, begin=slot.begin, end=slot.end, team=slot.team,
            title=f"{crew.name} {slot.change.name}", officers=crew.officers, shift_leader=crew.shift_leader,
            leader=crew.leader, reserve=crew.reserve, taken=self.now if on else None,
            due=slot.end - self.roster.draft if on else slot.end,
        )  # fmt: skip
