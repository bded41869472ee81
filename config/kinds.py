"""The source, panel and receiver kinds that exist, and the Spec each declares."""

from alerts.notify import SPECS as RECEIVERS
from datasources.kinds import KINDS as SOURCE_KINDS
from domain.screen import PanelSpec
from domain.source import SourceSpec
from layouts.panels import KINDS as PANEL_KINDS

__all__ = ["PANELS", "RECEIVERS", "SOURCES"]

SOURCES: dict[str, type[SourceSpec]] = {kind: entry[0] for kind, entry in SOURCE_KINDS.items()}
PANELS: dict[str, type[PanelSpec]] = {kind: entry[0] for kind, entry in PANEL_KINDS.items()}
