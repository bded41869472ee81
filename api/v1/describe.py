"""How the routes describe themselves: the pieces of OpenAPI that several operations share."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from api.v1.answers import CSV, GEOJSON, JSON
from api.v1.examples import (
    BODIES,
    CSV_BODIES,
    CSV_EXAMPLES,
    EXAMPLES,
    GEOJSON_EXAMPLES,
    NDJSON_BODIES,
    PUSH_EXAMPLE,
)
from api.v1.fates import PushAnswer
from api.v1.models import Refusal
from datasources.delivery import NDJSON

Described = dict[str, Any]  # keyword arguments of a FastAPI route

REASONS: Final[Mapping[int, tuple[str, str, str]]] = {
    400: ("The body cannot be read.", "malformed", "line 3 is not a JSON document"),
    401: ("Nobody is signed in, and no valid token was sent.", "signed_out", "Sign in, or send a token."),
    403: ("The account or token may not do this.", "forbidden", "This account or token has no right to view."),
    404: ("There is no such thing, or it may not be read.", "unknown_metric", "There is no metric 'air.pm3'."),
    406: (
        "None of the accepted media types is offered.",
        "not_acceptable",
        "Nothing that the client accepts is offered.",
    ),
    409: (
        "The idempotency key was used with another body.",
        "key_reused",
        "This Idempotency-Key came with another body.",
    ),
    413: ("The body is too large.", "too_large", "More than 100,000 records; send several requests."),
    415: (
        "The body's media type or encoding is not understood.",
        "unsupported_media_type",
        "Send JSON, NDJSON or CSV.",
    ),
    422: ("A parameter cannot be understood.", "invalid_request", "The request has fields that cannot be understood."),
    429: ("Too many requests; Retry-After says when to come back.", "too_many_requests", "Too many requests."),
    503: ("The store cannot be reached; nothing was changed.", "unavailable", "The store is busy."),
}
BODY_WORDS: Final = "Records as the source declares them in sources.yaml; UTF-8, plain or Content-Encoding: gzip, at most 64 MiB unpacked."
RECORDS: Final[dict[str, Any]] = {
    "description": "A list of records, one record, or the document that the source's `rows` leads through.",
    "anyOf": [{"type": "array", "items": {"type": "object"}}, {"type": "object"}],
}
READ_REASONS: Final = (401, 403, 404, 406, 422, 429, 503)
PUSH_REASONS: Final = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)


def listed(model: type[BaseModel], summary: str, name: str, formats: tuple[str, ...] = (CSV,)) -> Described:
    """A list in JSON and CSV (and what else `formats` names), with an example of each."""
    content: dict[str, Any] = {"application/json": {"example": EXAMPLES[name]}}
    if CSV in formats:
        content[CSV] = {"schema": {"type": "string"}, "example": CSV_EXAMPLES[name]}
    if GEOJSON in formats:
        content[GEOJSON] = {"schema": FEATURES, "example": GEOJSON_EXAMPLES[name]}
    found = {
        "description": "A page of the list.",
        "content": content,
        "headers": {
            "ETag": {"schema": {"type": "string"}, "description": "Send it as If-None-Match to be told 304."},
            "Link": {"schema": {"type": "string"}, "description": 'Address of the next page: <...>; rel="next".'},
        },
    }
    return {
        "summary": summary,
        "operation_id": f"read_{name}",
        "response_model": model,
        "response_class": JSONResponse,
        "responses": {
            200: found,
            304: {"description": "The client has this answer already."},
            **refusals(READ_REASONS),
        },
    }


def located(model: type[BaseModel], summary: str, name: str) -> Described:
    """A list of things with a place: GeoJSON too."""
    return listed(model, summary, name, (CSV, GEOJSON))


def document(summary: str, name: str) -> Described:
    """One GeoJSON file."""
    found = {
        "description": "The file.",
        "content": {GEOJSON: {"schema": FEATURES, "example": GEOJSON_EXAMPLES["sites"]}},
    }
    reasons = refusals((401, 403, 404, 422, 429, 503))
    return {
        "summary": summary,
        "operation_id": f"read_{name}",
        "response_class": Response,
        "responses": {200: found, 304: {"description": "The client has this file already."}, **reasons},
    }


def pushed(summary: str, name: str) -> Described:
    """A push in any of its media types, with an example of each."""
    described = {"type": "string", "description": BODY_WORDS}
    bodies: dict[str, Any] = {
        JSON: {"schema": RECORDS, "example": BODIES[name]},
        NDJSON: {"schema": described, "example": NDJSON_BODIES[name]},
        CSV: {"schema": described, "example": CSV_BODIES[name]},
    }
    replayed = {"schema": {"type": "string"}, "description": "true when this answer was given before."}
    found = {
        "description": "What became of each record. It is durable.",
        "content": {JSON: {"example": PUSH_EXAMPLE}},
        "headers": {"Idempotency-Replayed": replayed},
    }
    return {
        "summary": summary,
        "operation_id": f"push_{name}",
        "response_model": PushAnswer,
        "response_class": JSONResponse,
        "responses": {200: found, **refusals(PUSH_REASONS)},
        "openapi_extra": {
            "requestBody": {"required": True, "description": BODY_WORDS, "content": bodies},
            "security": [{"token": []}],
        },
    }


def refusals(statuses: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    """The failures an operation may answer, all in the one shape."""
    out: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        words, code, message = REASONS[status]
        example = {"error": {"code": code, "message": message}}
        out[status] = {"description": words, "model": Refusal, "content": {"application/json": {"example": example}}}
    return out


FEATURES: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "geometry": {"type": ["object", "null"]},
                    "properties": {"type": ["object", "null"]},
                },
            },
        },
        "next": {"type": ["string", "null"]},
    },
}
