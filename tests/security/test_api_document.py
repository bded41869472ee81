"""The API keeps its own document: what schemathesis makes of it never gets a 500, and every answer fits the schema."""

from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.openapi import from_dict
from starlette.testclient import TestClient

from domain.account import Role
from domain.session import Scope
from tests.security.conftest import PUSHED, House

load_all_checks()
OURS = {"content-length", "cookie", "authorization", "host"}  # headers that the client sets
# What is asked of each answer. Not asked: whether an unknown field is refused and a missing token is told (other tests do).
ASKED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
         "response_schema_conformance")  # fmt: skip
FEW = settings(deadline=None, max_examples=15, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
               suppress_health_check=list(HealthCheck))  # fmt: skip


@pytest.fixture(scope="module")
def reader(house: House) -> TestClient:
    return house.program(Scope.READ, role=Role.SHIFT)


@pytest.fixture(scope="module")
def pusher(house: House) -> TestClient:
    return house.program(Scope.READ, Scope.PUSH, source=PUSHED.key)


@pytest.fixture(scope="module")
def document(reader: TestClient) -> dict[str, Any]:
    answer = reader.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str]]:
    methods = {"get", "post", "put", "patch", "delete"}
    return [(method, path) for path, item in document["paths"].items() for method in item if method in methods]


def sent(client: TestClient, case: Case) -> Any:
    """The case's request through the client, as a server would get it."""
    kwargs = case.as_transport_kwargs(base_url="http://cockpit.test")
    kwargs.pop("cookies", None)
    made = requests.Request(**kwargs).prepare()
    headers = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in made.headers.items()
        if name.lower() not in OURS
    ]
    return client.request(str(made.method), str(made.url), headers=headers, content=made.body or b"")


def test_the_document_is_whole_and_has_an_example_for_every_operation(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.")
    found = operations(document)
    assert len(found) >= 9
    for method, path in found:
        answers = document["paths"][path][method]["responses"]
        (good,) = [code for code in answers if code.startswith("2")]
        for content in answers[good]["content"].values():
            assert content.get("example") or content.get("examples"), f"{method} {path} has no example"
        assert {"401", "403"} <= set(answers), f"{method} {path} does not tell its refusals"


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_whatever_is_asked_the_answer_keeps_the_document(
    mode: GenerationMode, document: dict[str, Any], reader: TestClient, pusher: TestClient
) -> None:
    schema = from_dict(document)
    checks = [CHECKS.get_one(name) for name in ASKED]
    statuses: set[tuple[str, int]] = set()
    for result in schema.get_all_operations():
        operation = result.ok()

        @FEW
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            answer = sent(pusher if case.method.upper() == "POST" else reader, case)
            statuses.add((f"{case.operation.method} {case.operation.path}", answer.status_code))
            case.validate_response(answer, checks=checks)

        ask()
    assert len({name for name, _ in statuses}) == len(operations(document))
    assert {status for _, status in statuses} > ({200} if mode is GenerationMode.POSITIVE else {422})
