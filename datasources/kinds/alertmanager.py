"""Alerts that a Prometheus Alertmanager sends by its webhook."""

from typing import Literal

from pydantic import ConfigDict, Field

from datasources.pushed import PushedSource, PushedSpec
from domain.source import AtSpec, IncidentSpec

__all__ = ["AlertmanagerSource", "AlertmanagerSpec"]

AlertmanagerSource = PushedSource
# A firing alert has the zero time as its end, so its last change is its beginning.
_CHANGED = "status == 'resolved' && endsAt || startsAt"


class AlertmanagerSpec(PushedSpec):
    """Webhook messages of a Prometheus Alertmanager, sent to `POST /api/v1/incidents` with a token that names this source.

    Each alert becomes an incident of kind `external_alert`: open while it fires, closed when it is resolved; the same alert
    firing anew is a new incident. A rule about incidents of this kind brings it into the duty queue.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["alertmanager"]
    rows: str = Field("alerts", description="JMESPath from a message to its alerts.")
    at: AtSpec = Field(AtSpec(path="startsAt", zone="UTC"), description="The record's time.")
    incident: IncidentSpec | None = Field(
        IncidentSpec(
            id="join('@', [fingerprint, startsAt])",
            title="annotations.summary || annotations.description || labels.alertname",
            kind="'external_alert'",
            status="status",
            statuses={"firing": "open", "resolved": "closed"},
            updated=_CHANGED,
            detail={
                "规则": "labels.alertname",
                "严重程度": "labels.severity",
                "对象": "labels.instance",
                "说明": "annotations.description",
            },
        ),
        description="The records are incidents.",
    )
