"""运行状态 1..5 of the city from what is open now, always with its reasons."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from domain.alert import Alert, AlertLevel, Condition
from domain.health import Freshness, SourceHealth
from domain.incident import OFFICIAL_WARNING, Incident
from domain.incident_file import ROMAN, IncidentFile
from indicators.reasons import Why

Stage = Literal[1, 2, 3, 4, 5]
Code = Literal["incident", "alert", "source"]

NAMES: Mapping[int, str] = {1: "正常", 2: "关注", 3: "预警", 4: "响应", 5: "应急"}

# Our own scale (no standard gives one). The incident grade counts the harm that is done, the alert level what a machine found.
BY_GRADE: Mapping[int, Stage] = {1: 5, 2: 4, 3: 3, 4: 2}
BY_RESPONSE: Mapping[int, Stage] = {
    1: 5,
    2: 5,
    3: 4,
    4: 4,
}  # whoever has approved one has declared the stage by its name
BY_LEVEL: Mapping[AlertLevel, Stage] = {AlertLevel.P1: 4, AlertLevel.P2: 3, AlertLevel.P3: 2, AlertLevel.P4: 1}
HEALTHY = 0.95  # share of fresh sources below which the picture itself needs attention

GRADE_WORDS: Mapping[int, str] = {1: "特别重大", 2: "重大", 3: "较大", 4: "一般"}
_OPEN = (Condition.FIRING, Condition.RECOVERING)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the status is at least `stage`; `ref` is the incident's id, the alert's fingerprint or the source's key.

    text is Chinese; code and ref let a screen say it in another language and link to the item.
    """

    stage: Stage
    code: Code
    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """The stage, its name, and all reasons above 正常, gravest first and within a stage in the order incident, alert, source."""

    stage: Stage
    name: str
    reasons: tuple[Reason, ...] = ()


def status(
    alerts: Iterable[Alert],
    incidents: Iterable[Incident],
    sources: Mapping[str, SourceHealth],
    say_source: Callable[[str], str] = str,
    files: Iterable[IncidentFile] = (),
) -> Status:
    """The highest stage that any reason asks for: incidents not closed, alerts firing or recovering, sources not fresh.

    files: incidents that the desk works on, by their grade while they are under way, by their response as long as it is in force.
    say_source: a source's key -> the name people know it by. The order of what is given does not change the answer.
    """
    found = [
        *(reason for incident in incidents if (reason := _incident(incident))),
        *(reason for alert in alerts if (reason := _alert(alert))),
        *(reason for one in files for reason in _file(one)),
        *_sources(sources, say_source),
    ]
    kinds = ("incident", "alert", "source")
    found.sort(key=lambda reason: (-reason.stage, kinds.index(reason.code), reason.ref))
    stage = found[0].stage if found else 1
    return Status(stage, NAMES[stage], tuple(found))


def _incident(incident: Incident) -> Reason | None:
    """An open incident by its grade; one without a grade asks for attention until somebody grades it."""
    if incident.status == "closed":
        return None
    if incident.kind == OFFICIAL_WARNING:  # it asks for attention and is nobody's incident to grade
        return Reason(BY_GRADE[4], "incident", incident.id, Why.WARNING.say(title=incident.title))
    word = GRADE_WORDS[incident.grade] if incident.grade else Why.UNGRADED.say()
    return Reason(
        BY_GRADE[incident.grade or 4], "incident", incident.id, Why.INCIDENT.say(grade=word, title=incident.title)
    )


def _file(one: IncidentFile) -> Sequence[Reason]:
    """An incident of the desk: its grade until it is under control, its response until it is ended. A drill asks for nothing."""
    if one.over or one.exercise:
        return ()
    found = []
    if one.response:
        why = Why.RESPONSE.say(level=ROMAN[one.response], title=one.title)
        found.append(Reason(BY_RESPONSE[one.response], "incident", one.id, why))
    if one.state != "controlled":
        word = GRADE_WORDS[one.grade] if one.grade else Why.UNGRADED.say()
        found.append(Reason(BY_GRADE[one.weight], "incident", one.id, Why.INCIDENT.say(grade=word, title=one.title)))
    return found


def _alert(alert: Alert) -> Reason | None:
    stage = BY_LEVEL[alert.level]
    if alert.condition not in _OPEN or stage == 1:
        return None
    return Reason(stage, "alert", alert.fingerprint, Why.ALERT.say(n=int(alert.level), say=alert.say))


def _sources(sources: Mapping[str, SourceHealth], say: Callable[[str], str]) -> Sequence[Reason]:
    """Each source that is down; when under 95 % are fresh, each stale one too: the picture itself is incomplete."""
    if not sources:
        return ()
    down = [key for key, health in sources.items() if health.state is Freshness.DOWN]
    stale = [key for key, health in sources.items() if health.state is Freshness.STALE]
    share = health_share(sources)
    told = [*down, *stale] if share is not None and share < HEALTHY else down
    words = dict.fromkeys(down, Why.SOURCE_DOWN) | dict.fromkeys(stale, Why.SOURCE_STALE)
    return [Reason(2, "source", key, words[key].say(name=say(key))) for key in told]


def health_share(sources: Mapping[str, SourceHealth]) -> float | None:
    """数据健康度 as a share 0..1: sources that are live or late (within three intervals) over all.

    None without sources, and before any of them was polled: there is nothing to judge yet.
    """
    if all(h.state is Freshness.NONE and h.last_run is None for h in sources.values()):
        return None
    fresh = sum(h.state in (Freshness.LIVE, Freshness.LATE) for h in sources.values())
    return fresh / len(sources)
