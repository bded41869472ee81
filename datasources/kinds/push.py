"""What a department's system sends by itself, over the API."""

from typing import Literal

from pydantic import ConfigDict

from datasources.pushed import PushedSource, PushedSpec

__all__ = ["PushSource", "PushSpec"]

PushSource = PushedSource


class PushSpec(PushedSpec):
    """Records sent to `POST /api/v1/observations` or `/incidents` with a token that names this source (docs/api.md).

    Nothing is polled: `every` says how often something is expected, so that silence shows. The records are read by the
    same rules as those of all kinds.
    """

    model_config = ConfigDict(hide_input_in_errors=True)
    kind: Literal["push"]
