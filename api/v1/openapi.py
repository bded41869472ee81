"""The API's description: an OpenAPI 3.1 document of the /api/v1 routes alone."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from api.v1.answers import GEOJSON, JSON
from api.v1.examples import EXAMPLES, GEOJSON_EXAMPLES

VERSION: Final = "1.0.0"
TITLE: Final = "City cockpit API"
WORDS: Final = """Read what the cockpit holds, and push what departments measure.

**Who asks.** Send a token: `Authorization: Bearer cc_...` (issued by `app.py user token` or on the page of one's account). A
token has scopes (read, push), an end, and for push the sources it may feed. It sees the districts and topics that its
account sees; what is personal is masked unless the account may read it. A signed-in browser may read with its session.

**Lists** come in pages: `limit` items, and in `next` (and the header `Link`) the cursor of the page after it. Every list comes
as JSON or CSV as `Accept` says, places and incidents as GeoJSON too. Send the `ETag` of an answer as `If-None-Match` to be told
304 when nothing changed.

**Times** are ISO 8601 with zone; answers are in UTC. Coordinates are WGS-84 degrees. A parameter that does not exist is
refused, so that a typing error does not go unnoticed.

**Failures** have one shape, `{"error": {"code": ..., "message": ...}}`: `code` is for programs and does not change.
"""
TAGS: Final = [
    {"name": "catalogue", "description": "What there is to ask for."},
    {"name": "values", "description": "What was measured and what happened."},
    {
        "name": "push",
        "description": "What departments' systems send by themselves, to a source of kind push. Needs a token with scope push: "
        "`curl -H 'Authorization: Bearer cc_...' -H 'Content-Type: application/x-ndjson' -H 'Idempotency-Key: 2026-11-24-17' "
        "--data-binary @records.ndjson https://cockpit.example/api/v1/observations?source=parking`. "
        "When no answer came, send the same request with the same key again: it is taken once.",
    },
]
SCHEMES: Final[dict[str, Any]] = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token that begins with cc_."},
    "session": {"type": "apiKey", "in": "cookie", "name": "cockpit_session", "description": "A signed-in browser."},
}


def document(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The document of these routes."""
    made = get_openapi(title=TITLE, version=VERSION, description=WORDS, routes=list(routes), tags=TAGS)
    made.setdefault("components", {})["securitySchemes"] = SCHEMES
    made["security"] = [{"token": []}, {"session": []}]
    for operations in made["paths"].values():
        for operation in operations.values():
            _exemplify(operation)
    return made


def _exemplify(operation: dict[str, Any]) -> None:
    """Put the examples in again: the framework leaves out every null, and null is a value here."""
    _, _, name = operation["operationId"].partition("_")
    content = operation["responses"]["200"]["content"]
    for media, examples in ((JSON, EXAMPLES), (GEOJSON, GEOJSON_EXAMPLES)):
        if name in examples and operation["operationId"].startswith("read_") and media in content:
            content[media]["example"] = examples[name]
