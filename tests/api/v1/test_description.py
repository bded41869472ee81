import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from api.doors import DOORS
from api.v1 import rows
from api.v1.examples import ROWS
from api.v1.guide import TARGET, markdown, whole
from api.v1.models import Refusal
from tests.api.v1.conftest import Desk


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, one) for path, methods in whole()["paths"].items() for method, one in methods.items()]


def test_the_page_in_docs_is_fresh() -> None:
    assert TARGET.read_text(encoding="utf-8") == markdown(whole()), "run: python -m api.v1.guide"


def test_every_operation_has_a_door_and_every_door_an_operation() -> None:
    doors = {(d.path, d.method.lower()) for d in DOORS if d.path.startswith("/api/v1/")}
    undescribed = {("/api/v1/openapi.json", "get"), ("/api/v1/docs", "get")}
    assert {(path, method) for path, method, _ in operations()} == doors - undescribed


def resolved(schema: Any, components: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "components": {"schemas": components}}


def test_every_answer_and_body_has_an_example_that_fits_its_schema() -> None:
    components = whole()["components"]["schemas"]
    checked = 0
    for path, _, one in operations():
        contents = [found.get("content", {}) for found in one["responses"].values()]
        contents.append(one.get("requestBody", {}).get("content", {}))
        for media, content in ((m, c) for every in contents for m, c in every.items()):
            assert "example" in content, (path, media)
            schema = resolved(content["schema"], components)
            assert validator_for(schema, Draft202012Validator) is Draft202012Validator
            Draft202012Validator(schema).validate(content["example"])
            checked += 1
    assert checked > 60


def test_every_operation_says_what_it_does() -> None:
    for path, method, one in operations():
        assert one["summary"], path
        assert one["description"], path
        assert re.fullmatch(r"(read|push)_\w+", one["operationId"])
        assert method != "post" or one["security"] == [{"token": []}]
        assert all(p.get("description") or p["in"] == "path" for p in one.get("parameters", ()))
    ids = [one["operationId"] for _, _, one in operations()]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("name", "columns"),
    [("metrics", rows.METRIC), ("sites", rows.SITE), ("series", rows.SERIES), ("latest", rows.LATEST), ("values", rows.RAW),
     ("incidents", rows.INCIDENT), ("orders", rows.ORDER), ("order", rows.STEP), ("layers", rows.LAYER)],
)  # fmt: skip
def test_the_examples_have_the_columns_of_the_answers(name: str, columns: tuple[str, ...]) -> None:
    assert tuple(ROWS[name]) == columns


async def test_the_document_and_the_page_are_served(desk: Desk) -> None:
    answer = await desk.get("/openapi.json")
    assert answer.json() == json.loads(json.dumps(whole()))
    page = await desk.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "POST /api/v1/observations" in page.text
    assert not re.search(r"<script|<link|<img|(?:src|href)=.?https?:|url\(", page.text)
    desk.who = None
    for path in ("/openapi.json", "/docs"):
        refused = await desk.get(path)
        assert refused.status_code == 401
        Refusal.model_validate(refused.json())
