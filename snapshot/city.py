"""The Snapshot: every answer worked out once, kept, and handed on to the next snapshot while it still holds."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from domain.account import WHOLE, Reach
from domain.alert import Alert
from domain.case import Case
from domain.city import City
from domain.forecast import Outlook
from domain.health import SourceHealth
from domain.incident import Incident
from domain.instruction import Instruction
from domain.metric import Window
from snapshot import contrast, lines, numbers, state
from snapshot.ask import Answer, Ask, Kept, Question
from snapshot.model import Basis, Comparison, Rank, Reading, Trend
from snapshot.moment import Moment
from snapshot.times import MINUTE, to_at

HOUR = timedelta(hours=1)
MOST = 20_000  # answers handed on; ten screens in every district ask a quarter of that


class CitySnapshot:
    """Implements `snapshot.model.Snapshot`. Safe to ask from several threads: a race works an answer out twice, alike."""

    def __init__(self, moment: Moment, version: int, *, live: bool) -> None:
        self._moment = moment
        self._version = version
        self._live = live
        self._kept: dict[Question, Kept] = {}
        self._asked: set[Question] = set()

    @property
    def at(self) -> datetime:
        """The moment shown."""
        return self._moment.at

    @property
    def version(self) -> int:
        """Milliseconds of the moment, made to rise: unique over restarts, so it serves as the stream's event id."""
        return self._version

    @property
    def live(self) -> bool:
        """False for a replayed moment."""
        return self._live

    @property
    def city(self) -> City:
        """What the city folder declares."""
        return self._moment.city

    @property
    def reach(self) -> Reach:
        """Everything: `snapshot.restricted` narrows it."""
        return WHOLE

    @property
    def alerts(self) -> Sequence[Alert]:
        """Open alerts and those cleared in the last 24 hours, most urgent and newest first."""
        return self._moment.alerts

    @property
    def cases(self) -> Mapping[str, Case]:
        """The newest case of each alert's fingerprint; none for a replayed moment."""
        return self._moment.cases

    @property
    def instructions(self) -> Sequence[Instruction]:
        """Instructions of leaders that are not carried out yet, oldest first; none for a replayed moment."""
        return self._moment.instructions

    @property
    def papers(self) -> int:
        """How many steps the desk's papers have taken: it rises with each; 0 for a replayed moment."""
        return self._moment.papers

    @property
    def incidents(self) -> Sequence[Incident]:
        """Open incidents and those closed in the last 24 hours, newest first."""
        return self._moment.incidents

    @property
    def sources(self) -> Mapping[str, SourceHealth]:
        """How every declared source is doing."""
        return self._moment.sources

    @property
    def moment(self) -> Moment:
        """The data it is made from; for the builder."""
        return self._moment

    @property
    def newest_at(self) -> datetime | None:
        """The time of the newest value of any metric; None before the first."""
        newest = max((course.last_at for course in self._moment.courses.values()), default=-1)
        return to_at(newest) if newest >= 0 else None

    def inherit(self, older: "CitySnapshot", changed: frozenset[str]) -> None:
        """Take over the older snapshot's answers that rest on nothing that changed and that time has not moved."""
        now = self._moment.now
        self._kept.update((question, kept) for question, kept in older.known() if kept.holds(changed, now))

    def known(self) -> list[tuple[Question, Kept]]:
        """Every answer so far; when they are too many, those that somebody asked this snapshot for."""
        found = list(self._kept.items())
        return (
            found if len(found) <= MOST else [(question, kept) for question, kept in found if question in self._asked]
        )

    def reading(self, metric: str, place: str = "", window: Window | None = None) -> Reading:
        """See `snapshot.model.Snapshot.reading`."""
        key = numbers.question(self._moment, metric, place, window)
        return self._once(key, lambda ask: numbers.read(self._moment, ask, metric, place, window))

    def readings(self, metric: str, district: str = "") -> Sequence[Reading]:
        """See `snapshot.model.Snapshot.readings`."""
        return self._once(("readings", metric, district), lambda ask: self._readings(ask, metric, district))

    def by_district(self, metric: str, window: Window | None = None) -> Sequence[Reading]:
        """See `snapshot.model.Snapshot.by_district`."""
        return self._once(
            ("by_district", metric, window),
            lambda ask: tuple(numbers.reading(self._moment, ask, metric, d, window) for d in self.city.districts),
        )

    def trend(
        self, metric: str, place: str = "", hours: int = 24, step: timedelta = HOUR, end: datetime | None = None
    ) -> Trend:
        """See `snapshot.model.Snapshot.trend`."""
        return self._once(
            ("trend", metric, place, hours, step, end),
            lambda ask: lines.trend(self._moment, ask, metric, place, lines.until(self._moment, ask, hours, step, end)),
        )

    def outlook(self, metric: str, place: str = "") -> Outlook | None:
        """See `snapshot.model.Snapshot.outlook`."""
        return self._once(("outlook", metric, place), lambda ask: self._outlook(ask, metric, place))

    def today(self, metric: str, place: str = "", days_ago: int = 0, step: timedelta = HOUR) -> Trend:
        """See `snapshot.model.Snapshot.today`."""
        return self._once(
            ("today", metric, place, days_ago, step),
            lambda ask: lines.trend(self._moment, ask, metric, place, lines.of_day(self._moment, ask, days_ago, step)),
        )

    def compare(
        self, metric: str, place: str = "", basis: Basis = "yesterday", window: Window | None = None
    ) -> Comparison:
        """See `snapshot.model.Snapshot.compare`."""
        return self._once(
            ("compare", metric, place, basis, window),
            lambda ask: contrast.compared(self._moment, ask, metric, place, basis, window),
        )

    def ranking(self, metric: str, window: Window | None = None) -> Sequence[Rank]:
        """See `snapshot.model.Snapshot.ranking`."""
        return self._once(("ranking", metric, window), lambda ask: contrast.ranking(self._moment, ask, metric, window))

    def source_of(self, metric: str) -> str:
        """See `snapshot.model.Snapshot.source_of`."""
        return self._once(("source_of", metric), lambda ask: numbers.source_of(self._moment, ask, metric))

    def events_per(self, minutes: int = 30, hours: int = 24) -> Trend:
        """See `snapshot.model.Snapshot.events_per`."""
        return self._once(
            ("events_per", minutes, hours), lambda ask: state.events_per(self._moment, ask, minutes, hours)
        )

    def _readings(self, ask: Ask, key: str, district: str) -> Sequence[Reading]:
        sites = numbers.members(self._moment, ask, key, district)
        return tuple(numbers.reading(self._moment, ask, key, site, None) for site in sites)

    def _outlook(self, ask: Ask, key: str, place: str) -> Outlook | None:
        moment = self._moment
        declared = moment.metric(key).forecast is not None
        ask.before(moment.now + MINUTE)
        return moment.past.outlook(key, place) if declared and self.live and moment.past else None

    def _once(self, question: Question, work: Callable[[Ask], Answer]) -> Answer:
        answer: Answer = self._keep(question, work).answer  # type: ignore[assignment]  # the question names its type
        return answer

    def _keep(self, question: Question, work: Callable[[Ask], object]) -> Kept:
        kept = self._kept.get(question)
        self._asked.add(question)
        if kept is None:
            ask = Ask(self._keep)
            kept = Kept(work(ask), frozenset(ask.on), ask.until)
            self._kept[question] = kept
        return kept
