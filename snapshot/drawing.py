"""Draws a topic's panels from one snapshot after another, and draws only what can look different."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from snapshot.diff import Props
from snapshot.model import Snapshot
from snapshot.trace import Question, Traced, holds

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Panel:
    draw: Callable[[Snapshot], Props]
    asked: dict[Question, object] | None = None
    props: Props = field(default_factory=dict)


class Drawing:
    """The panels of one topic with what they showed last. One thread at a time; `Channel.lock` sees to it."""

    def __init__(self, panels: Mapping[str, Callable[[Snapshot], Props]]) -> None:
        self._panels = {key: _Panel(draw) for key, draw in panels.items()}
        self.drawn = 0
        self.kept = 0
        self.failed: frozenset[str] = frozenset()

    def render(self, snapshot: Snapshot) -> Props:
        """Everything the topic shows; panels whose questions have the same answers are taken over as they are."""
        out: Props = {}
        self.failed = frozenset(key for key, panel in self._panels.items() if not self._refresh(key, panel, snapshot))
        for panel in self._panels.values():
            out.update(panel.props)
        return out

    def _refresh(self, key: str, panel: _Panel, snapshot: Snapshot) -> bool:
        traced = Traced(snapshot)
        try:
            if panel.asked is not None and holds(panel.asked, snapshot):
                self.kept += 1
                return True
            props = panel.draw(traced)
        except Exception:
            # The third of the three places: one broken panel keeps its last picture, the others go on.
            if key not in self.failed:
                log.exception("panel %s cannot be drawn; it keeps what it showed last", key)
            panel.asked = None
            return False
        panel.asked, panel.props = traced.asked, props
        self.drawn += 1
        return True
