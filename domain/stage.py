"""The operating stage (运行状态 1-5) as a person sets it for a while, above or below what is computed."""

from typing import ClassVar

from pydantic import Field

from domain.dossier import Dossier


class StageOrder(Dossier):
    """states: in_force (until `due`), withdrawn, expired. owner is who ordered it, title its reason.

    stage: 1 normal, 2 attention, 3 warning, 4 response, 5 emergency. computed: what the program had found then.
    """

    PREFIX: ClassVar[str] = "YX"
    OVER: ClassVar[frozenset[str]] = frozenset({"withdrawn", "expired"})

    stage: int = Field(ge=1, le=5)
    computed: int = Field(1, ge=1, le=5)
