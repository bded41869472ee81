"""What happens to a push between its body and its answer: split, mapped like every source, written once, told record by record."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby

from api.errors import ApiError
from api.services import Services
from api.v1.answers import dumped
from api.v1.scope import city_now
from datasources.delivery import TooMany, entries
from datasources.mapping import Fate, Mapper, Outcome
from datasources.pushed import PushedSpec
from domain.batch import Batch
from domain.errors import SourceError
from domain.run import SourceRun
from duty.intake import Places, followed, mapper
from store.push import Answer, Receipt, Settled, Taken

Said = tuple[Fate, str, int]  # how a record fared, why, and how many values of a rejected one were kept


@dataclass(frozen=True, slots=True)
class Parcel:
    """One request: for which source, of which media type, unpacked, and known by what."""

    spec: PushedSpec
    media: str
    body: bytes
    receipt: Receipt | None


class Reception:
    """Takes pushes in. Slow (a second for 100,000 records): for threads, not for the event loop."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def _places(self) -> Places:
        return Places(self._services.city)

    @cached_property
    def _followed(self) -> frozenset[str]:
        return followed(self._services.city)

    def take(self, parcel: Parcel) -> Answer:
        """The answer to a push; once it is there what was sent is durable. ApiError, after which nothing is stored."""
        now = self._services.now()
        if parcel.receipt is not None:
            before = self._services.store.inbox.answered(parcel.receipt, now)
            if before is not None:
                return before
        batch, outcomes = self._mapped(parcel, now)

        def settle(taken: Taken) -> Settled:
            said = list(_said(batch, outcomes, taken))
            return _settled(batch, said, taken, self._services.now())

        return self._services.store.inbox.take(batch, parcel.receipt, settle, self._followed)

    def _mapped(self, parcel: Parcel, now: datetime) -> tuple[Batch, list[Outcome]]:
        """A body that cannot be read is kept as a failed run, so that the department is seen to be in trouble."""
        try:
            sent = entries(parcel.spec, parcel.media, parcel.body)
            return self._mapper(parcel.spec).judged(sent, now)
        except SourceError as error:
            sentence = str(error)
            run = SourceRun(parcel.spec.key, now, self._services.now(), ok=False, error=sentence)
            self._services.store.inbox.refuse(run)
            if isinstance(error, TooMany):
                raise ApiError(413, "too_many_records", _sentence(sentence)) from error
            raise ApiError(400, "malformed", _sentence(sentence)) from error

    def _mapper(self, spec: PushedSpec) -> Mapper:
        return mapper(city_now(self._services), spec, self._places)


def _said(batch: Batch, outcomes: Iterable[Outcome], taken: Taken) -> Iterator[Said]:
    """How each record fared, now that the store has told what it held already."""
    held = frozenset(
        (o.metric, o.site, o.at, o.value, o.quality)
        for o, known in zip(batch.observations, taken.held.tolist(), strict=True)
        if known
    )
    nothing_held = not held and not taken.told
    for one in outcomes:
        if one.fate == "rejected":
            yield one.fate, one.reason, len(one.observations) + (one.incident is not None)
        elif nothing_held or one.fate != "accepted":
            yield one.fate, "", 0
        else:
            known = all((o.metric, o.site, o.at, o.value, o.quality) in held for o in one.observations)
            told = one.incident is None or one.incident.id in taken.told
            yield "duplicate" if known and told else "accepted", "", 0


def _settled(batch: Batch, said: Sequence[Said], taken: Taken, now: datetime) -> Settled:
    fates = [fate for fate, _, _ in said]
    counts = {name: fates.count(name) for name in ("accepted", "duplicate", "rejected", "ignored")}
    written = taken.written.inserted + taken.written.corrected + taken.written.incidents
    run = SourceRun(
        batch.source, batch.received, max(now, batch.received), ok=True, read=batch.read, written=written,
        duplicates=counts["duplicate"], rejected=counts["rejected"],
    )  # fmt: skip
    answer = {
        "source": batch.source,
        "received": batch.received,
        "read": batch.read,
        "accepted": counts["accepted"],
        "duplicates": counts["duplicate"],
        "rejected": counts["rejected"],
        "ignored": counts["ignored"],
        "written": written,
        "results": list(_spans(said)),
    }
    return Settled(dumped(answer), run)


def _spans(said: Sequence[Said]) -> Iterator[dict[str, object]]:
    """Neighbours that fared alike as one entry."""
    first = 1
    for (fate, reason, kept), alike in groupby(said):
        last = first + sum(1 for _ in alike) - 1
        span: dict[str, object] = {"first": first, "last": last, "status": fate}
        yield span | ({"reason": reason, "kept": kept} if fate == "rejected" else {})
        first = last + 1


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
