"""The raised city: heights follow values, what cannot be judged is flat and says so, and only fresh values wear a colour."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from domain.health import Freshness
from layouts.panels import KINDS
from layouts.panels.twin import TwinSpec, share
from layouts.view import View
from tests.layouts.fake import FakeSnapshot
from tests.layouts.test_screen import texts

SPEC = TwinSpec.model_validate(
    {
        "key": "t", "kind": "twin", "area": "t", "title": "三维城市", "items": [{"metric": "city.index"}], "floor": 60,
        "columns": [{"metric": "hydro.level", "ceiling": 20}],
    }
)  # fmt: skip


def drawn(view: View) -> dict[str, Any]:
    data: dict[str, Any] = KINDS["twin"][2](SPEC, view)["data"]["data"]
    json.dumps(data)
    return data


@pytest.mark.parametrize(("value", "height"), [(-5, 0), (0, 0), (5, 0.5), (10, 1), (99, 1)])
def test_a_height_is_a_share_of_its_scale_and_never_leaves_it(value: float, height: float) -> None:
    assert share(value, 0, 10) == height


def test_a_higher_value_stands_higher_and_in_a_higher_class(view: View) -> None:
    districts = sorted(drawn(view)["districts"].values(), key=lambda one: float(one[2]))
    assert districts
    assert [one[0] for one in districts] == sorted(one[0] for one in districts)
    assert [one[1] for one in districts] == sorted(one[1] for one in districts)
    assert {one[3] for one in districts} == {""}


def test_a_stale_district_is_flat_has_no_class_and_tells_its_age() -> None:
    districts = drawn(View(FakeSnapshot(states={"city.index": Freshness.STALE})))["districts"]
    assert {(one[0], one[1]) for one in districts.values()} == {(0, -1)}
    assert all("过期" in one[3] for one in districts.values())


def test_a_stale_site_has_no_column_and_no_severity() -> None:
    columns = drawn(View(FakeSnapshot(states={"hydro": Freshness.STALE})))["columns"]
    assert columns
    assert {(one[0], one[1]) for one in columns.values()} == {(None, 0)}


def test_every_column_has_a_place_to_stand_and_a_district_under_it(view: View) -> None:
    config = next(
        child["props"]["data"]
        for child in KINDS["twin"][1](SPEC, view)["props"]["children"][1]["props"]["children"]
        if child["props"].get("id", {}) == {"panel": "t", "part": "config"}
    )
    assert {row[0] for row in config["columns"]} <= set(drawn(view)["columns"])
    assert {row[4] for row in config["columns"]} <= set(config["names"])


def test_the_legend_tells_the_scale_of_the_columns_and_what_grey_means(view: View) -> None:
    words = "".join(texts(KINDS["twin"][1](SPEC, view)))
    assert "0–20" in words
    assert "灰色平柱" in words


@pytest.mark.parametrize(
    ("given", "sentence"),
    [({"breaks": [80, 80, 90, 95]}, "must rise"), ({"floor": 85}, "must rise"), ({"columns": [{"metric": "a.b", "floor": 3, "ceiling": 3}]}, "below ceiling")],
)  # fmt: skip
def test_scales_that_do_not_rise_are_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        TwinSpec.model_validate({"key": "t", "kind": "twin", "area": "t", **given})
