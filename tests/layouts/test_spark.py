from urllib.parse import unquote
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from layouts.spark import FEWEST, spark


def drawn(src: str) -> ElementTree.Element:
    return ElementTree.fromstring(unquote(src.removeprefix("data:image/svg+xml,")))


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=60))
def test_a_course_becomes_a_valid_image_or_none(values: list[float | None]) -> None:
    image = spark(values, "走势")
    if sum(v is not None for v in values) < FEWEST:
        assert image is None
    else:
        assert image is not None
        assert drawn(image["props"]["src"]).tag.endswith("svg")
        assert image["props"]["alt"] == "走势"


def test_a_gap_interrupts_the_line() -> None:
    image = spark([1, 2, None, 3, 4], "")
    assert image is not None
    path = drawn(image["props"]["src"])[0].attrib["d"]
    assert path.count("M") == 2
