"""docs/city-folder.md: fresh, and silent about no key."""

import re

import pytest
from pydantic import BaseModel

from config.docs import MARKER, TARGET, page
from config.fields import keys
from config.kinds import PANELS
from domain.city import CitySpec, MapSpec
from domain.metric import Metric
from domain.place import District, Site
from domain.rule import Moment, Rule, When
from domain.screen import Item, PanelSpec, Screen

TEXT = TARGET.read_text(encoding="utf-8")


def test_the_reference_is_fresh() -> None:
    assert page(TEXT) == TEXT, "run python -m config.docs"


def test_the_part_written_by_hand_comes_first_and_stays() -> None:
    head = TEXT.split(MARKER)[0]
    assert [line for line in head.splitlines() if line.startswith("## To add")] == [
        "## To add a metric", "## To add a source", "## To add a rule", "## To add a panel", "## To add a city",
    ]  # fmt: skip
    assert page(head + MARKER + "\nsomething stale") == TEXT


@pytest.mark.parametrize(
    "model", [CitySpec, MapSpec, District, Metric, Site, Rule, When, Moment, Screen, PanelSpec, Item]
)
def test_every_key_has_a_meaning(model: type[BaseModel]) -> None:
    silent = {name for name, field in keys(model).items() if not field.description}
    assert silent <= {"key"}


@pytest.mark.parametrize("kind", sorted(PANELS))
def test_every_panel_kind_and_key_is_named(kind: str) -> None:
    assert f"### panel kind: {kind}\n" in TEXT
    for name in keys(PANELS[kind]):
        assert f"| `{name}` |" in TEXT


def test_links_inside_the_page_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z0-9_ -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in TEXT.splitlines()
        if line.startswith("#")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= headings
