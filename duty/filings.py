"""Forms that departments fill in: which cells there are, what is wrong with which of them, and what signing does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from datasources.kinds.form import DAY, PLACE, FormSpec
from datasources.mapping import Mapper, Outcome
from domain.account import Role, Viewer
from domain.batch import Batch
from domain.city import City
from domain.dossier import DossierStep
from domain.errors import TransitionRefused
from domain.filing import Filing, Period, about
from domain.metric import Metric
from domain.source import Record, ValueSpec
from duty.intake import delivery, mapper
from store.duty import Desktop, DossierQuery
from store.duty import Outcome as Decided

LONGEST = 40  # characters of a cell
EMPTY, TOO_LONG = "必填，不能为空", "超过 40 个字符"
READERS = frozenset({Role.SHIFT, Role.ADMIN})  # who reads every form beside those who fill it in
STATES: Mapping[str, str] = {"draft": "草稿", "signed": "已签发", "correcting": "更正中"}
Decision = Callable[[Desktop], Decided]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its field in the record, its metric and how it is read."""

    field: str
    metric: Metric
    value: ValueSpec

    @property
    def unit(self) -> str:
        """In which it is filled in."""
        return self.value.unit or self.metric.unit


@dataclass(frozen=True)
class Form:
    """A form of a city. Its cells go by "place field"."""

    city: City
    spec: FormSpec

    @cached_property
    def columns(self) -> Sequence[Column]:
        """In declared order."""
        return [Column(value.path, self.city.metrics[key], value) for key, value in self.spec.value_specs().items()]

    @cached_property
    def places(self) -> Sequence[str]:
        """The rows."""
        spec = self.spec
        return list(spec.places) or ([spec.site.fixed] if spec.site.fixed else list(self.city.districts))

    def cells(self) -> list[tuple[str, Column]]:
        """Every cell, row by row."""
        return [(place, column) for place in self.places for column in self.columns]

    def period(self, name: str, now: datetime) -> Period | None:
        """A period that can be filled in, by its name."""
        return next((one for one in self.spec.listed(now) if one.name == name), None)

    def faults(self, period: Period, cells: Mapping[str, str], now: datetime) -> dict[str, str]:
        """What is wrong, by cell, in the words of the very rules that read every record of the source."""
        found = {}
        for column in self.columns:
            reader = self._reader(column)
            for place in self.places:
                reason = self._fault(
                    reader, (place, column), cells.get(cell(place, column.field), "").strip(), (period, now)
                )
                if reason:
                    found[cell(place, column.field)] = reason
        return found

    def judged(self, period: Period, filing: Filing, now: datetime) -> tuple[Batch, list[Outcome]]:
        """The records of a filing, mapped. An empty cell says nothing, unless it takes a value back that was signed before."""
        rows = []
        for place in self.places:
            fields = {}
            for column in self.columns:
                key = cell(place, column.field)
                text = filing.cells.get(key, "").strip()
                if text or filing.told.get(key, "").strip():
                    fields[column.field] = text
            if fields:
                rows.append(_record(period, place, fields))
        return mapper(self.city, self.spec).judged(rows, now)

    def _reader(self, column: Column) -> Mapper:
        """The source's own rules for one column."""
        return mapper(self.city, self.spec.model_copy(update={"metrics": {column.metric.key: column.value}}))

    def _fault(self, reader: Mapper, of: tuple[str, Column], text: str, at: tuple[Period, datetime]) -> str:
        (place, column), (period, now) = of, at
        if len(text) > LONGEST:
            return TOO_LONG
        may_be_empty = column.metric.key in self.spec.optional
        if not text:
            return "" if may_be_empty else EMPTY
        _, (outcome,) = reader.judged([_record(period, place, {column.field: text})], now)
        if outcome.fate == "rejected":
            return outcome.reason.removeprefix(f"{column.metric.key} at {place}: ")
        says_nothing = all(one.value is None for one in outcome.observations)
        return EMPTY if says_nothing and not may_be_empty else ""


def forms(city: City) -> dict[str, Form]:
    """The forms that a city declares."""
    return {key: Form(city, spec) for key, spec in city.sources.items() if isinstance(spec, FormSpec)}


def cell(place: str, field: str) -> str:
    """The name of a cell."""
    return f"{place} {field}"


def _record(period: Period, place: str, fields: Mapping[str, str]) -> Record:
    return Record({DAY: period.last.isoformat(), PLACE: place, **fields}, f"{period.name} {place}")


def fills(viewer: Viewer, spec: FormSpec) -> bool:
    """Whether somebody fills in and signs a form: a clerk of its department, whatever districts he sees on the screens."""
    return viewer.role is Role.CLERK and bool(viewer.department) and viewer.department == spec.department


def reads(viewer: Viewer, spec: FormSpec) -> bool:
    """Whether somebody reads what was filled in."""
    return viewer.role in READERS or fills(viewer, spec)


def is_late(period: Period, filing: Filing | None, form: Form, now: datetime) -> bool:
    """Whether a period is owed, is overdue, and nobody has signed it."""
    return now >= period.due and (filing is None or not filing.signatures) and period in form.spec.awaited(now)


# -- decisions


def held(top: Desktop, form: str, period: str) -> Filing | None:
    """The filing of a period, if anybody has begun it."""
    found = top.dossiers(Filing, DossierQuery(about=frozenset({about(form, period)})), 1)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does something with which period of which form. seen: the version he looked at, 0 when nothing was begun."""

    form: Form
    period: Period
    viewer: Viewer
    now: datetime
    seen: int = 0


def write(hand: Hand, cells: Mapping[str, str]) -> Decision:
    """Keep what was filled in; nothing of it goes anywhere before it is signed."""

    def decide(top: Desktop) -> Decided:
        found = _mine(top, hand)
        if found is not None and dict(found.cells) == dict(cells):
            return Decided()
        return Decided([DossierStep(_written(hand, found, cells), "write", hand.now, hand.viewer.login)])

    return decide


def sign(hand: Hand, cells: Mapping[str, str]) -> Decision:
    """Sign these cells: their values go into the store in the same transaction. The same hand again changes nothing."""

    def decide(top: Desktop) -> Decided:
        before = held(top, hand.form.spec.key, hand.period.name)
        if before is not None and _is_done(before, hand, cells):
            return Decided()
        faults = hand.form.faults(hand.period, cells, hand.now)
        found = _mine(top, hand)
        if faults:
            raise TransitionRefused(f"还有 {len(faults)} 处需要改正，没有签发", permanent=True)
        filled = _written(hand, found, cells)
        batch, outcomes = hand.form.judged(hand.period, filled, hand.now)
        if batch.rejects:
            raise TransitionRefused("还有需要改正的内容，没有签发", permanent=True)
        made = filled.become(
            state="signed", told=filled.cells, signer=hand.viewer.login, closed=hand.now, signatures=filled.signatures + 1,
        )  # fmt: skip
        step = DossierStep(made, "sign", hand.now, hand.viewer.login)
        return Decided([step], values=[delivery(hand.form.city, batch, outcomes)])

    return decide


def _is_done(found: Filing, hand: Hand, cells: Mapping[str, str]) -> bool:
    """Whether this very signature is kept already: pressed twice, or the answer was lost."""
    same = found.state == "signed" and found.signer == hand.viewer.login and dict(found.told) == dict(cells)
    return same and hand.seen < found.version


def _written(hand: Hand, found: Filing | None, cells: Mapping[str, str]) -> Filing:
    spec, viewer = hand.form.spec, hand.viewer
    kept = {cell(place, column.field): cells.get(cell(place, column.field), "") for place, column in hand.form.cells()}
    if found is not None:
        state = "correcting" if found.signatures else "draft"
        return found.become(state=state, updated=hand.now, cells=kept, owner=viewer.login)
    return Filing(
        state="draft", opened=hand.now, updated=hand.now, title=f"{spec.name or spec.key} {hand.period.name}",
        unit=spec.department, owner=viewer.login, about=about(spec.key, hand.period.name), form=spec.key,
        period=hand.period.name, cells=kept,
    )  # fmt: skip


def _mine(top: Desktop, hand: Hand) -> Filing | None:
    """The filing, when this person may change it and it is as he saw it. TransitionRefused."""
    if not fills(hand.viewer, hand.form.spec):
        raise TransitionRefused("只有责任单位的经办人可以填报和签发", permanent=True)
    found = held(top, hand.form.spec.key, hand.period.name)
    if (found.version if found else 0) != hand.seen:
        raise TransitionRefused("这张表刚被他人改动，请先看新的情况；您的操作没有执行")
    return found
