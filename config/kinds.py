"""The source and panel kinds that exist, and the Spec each declares."""

from importlib import import_module

from pydantic import ConfigDict

from domain.screen import PanelSpec
from domain.source import SourceSpec


class LooseSource(SourceSpec):
    """A source whose kind cannot be imported: the common keys alone are judged."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class LoosePanel(PanelSpec):
    """A panel whose kind cannot be imported: the common keys alone are judged."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def source_specs() -> dict[str, type[SourceSpec]] | None:
    """Source kind to its Spec, None while the kinds cannot be imported."""
    try:
        kinds = import_module("datasources.kinds").KINDS
    except (ImportError, AttributeError):
        return None
    return {kind: entry[0] for kind, entry in kinds.items()}


def panel_specs() -> dict[str, type[PanelSpec]] | None:
    """Panel kind to its Spec, None while the kinds cannot be imported."""
    try:
        kinds = import_module("layouts.panels").KINDS
    except (ImportError, AttributeError):
        return None
    return {kind: entry[0] for kind, entry in kinds.items()}
