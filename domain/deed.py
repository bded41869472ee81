"""One thing somebody did, as the audit log keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what to which thing, from where, when. `before` and `after` hold what changed, never a secret.

    actor is a login ("" before anybody has signed in, "system" for the program itself), verb a dotted word of
    `access.verbs` ("session.start"), thing the changed object ("account:li.wei").
    """

    at: datetime
    actor: str
    verb: str
    thing: str = ""
    address: str = ""
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""
