"""Which rules fail, since when: one log line when a rule begins to fail and one when it works again."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RuleHealth:
    """A rule that failed: the newest error's sentence, since when, and how often without a success between."""

    rule: str
    error: str
    since: datetime
    failures: int


class Failures:
    """Failures by rule and site; a rule works again when it works at every site where it failed."""

    def __init__(self) -> None:
        self._sites: dict[str, set[str]] = {}
        self._health: dict[str, RuleHealth] = {}

    @property
    def health(self) -> Mapping[str, RuleHealth]:
        """The failing rules by key."""
        return dict(self._health)

    def failed(self, rule: str, site: str, error: Exception, now: datetime) -> None:
        """Note an exception nobody expected."""
        known = self._health.get(rule)
        if known is None:
            log.error("rule %s failed at %s", rule, site, exc_info=error)
        since, failures = (known.since, known.failures) if known else (now, 0)
        self._sites.setdefault(rule, set()).add(site)
        self._health[rule] = RuleHealth(rule, f"{type(error).__name__}: {error}", since, failures + 1)

    def worked(self, rule: str, site: str) -> None:
        """Note a success."""
        sites = self._sites.get(rule)
        if sites is None:
            return
        sites.discard(site)
        if not sites:
            del self._sites[rule], self._health[rule]
            log.info("rule %s works again", rule)
