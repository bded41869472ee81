"""What the address asks of the list of cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.account import Reach
from domain.alert import AlertLevel
from domain.case import Handling
from layouts.accounts.asked import words
from store.desk import CaseQuery

STATES: Mapping[str, frozenset[Handling]] = {
    "new": frozenset({Handling.NEW}),
    "mine": frozenset({Handling.ACKNOWLEDGED, Handling.WORKING, Handling.REPORTED, Handling.CHECKING}),
    "shelved": frozenset({Handling.SHELVED}),
    "over": frozenset({Handling.FALSE_ALARM, Handling.MERGED, Handling.DONE, Handling.SELF_CLOSED, Handling.ARCHIVED}),
}
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """state: a key of STATES, "all", or "" for everything that is owed. case: the number opened beside the list."""

    state: str = ""
    level: str = ""
    topic: str = ""
    district: str = ""
    text: str = ""
    case: str = ""
    before: str = ""
    given: Mapping[str, str] = field(default_factory=dict)

    def query(self, reach: Reach) -> CaseQuery:
        """The same as a question to the store, inside a reach."""
        handling = STATES.get(self.state, frozenset())
        return CaseQuery(
            levels=frozenset({AlertLevel[self.level]}) if self.level in AlertLevel.__members__ else frozenset(),
            handling=handling,
            topics=_inside(reach.topics, self.topic),
            districts=_inside(reach.districts, self.district),
            text=self.text,
            over=False if not self.state else None,
        )


def read(search: str) -> Asked:
    """Read a query string; what is not known is left out."""
    named = words(search, ("state", "level", "topic", "district", "text", "case", "before"), LONGEST)
    given = {name: word for name, word in named.items() if word}
    return Asked(**given, given={k: v for k, v in given.items() if k not in ("case", "before")})


def _inside(reach: frozenset[str] | None, asked: str) -> frozenset[str] | None:
    """What is asked for and may be read; None = everything."""
    if not asked:
        return reach
    return frozenset({asked}) if reach is None or asked in reach else frozenset()
