"""Plain scalars by YAML 1.2, and ${NAME}."""

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.scalars import Scalar, expand, plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("true", True), ("False", False), ("1", 1), ("-7", -7), ("+3", 3), ("0", 0),
        ("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-1.5E-2", -0.015), ("0x1F", 31),
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("12:30", "12:30"), ("0123", "0123"), ("1_000", "1_000"), ("0o17", "0o17"),
        ("2026-11-24", "2026-11-24"), ("5%", "5%"), ("-", "-"), (".", "."), ("1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_a_plain_scalar_means_what_it_looks_like(text: str, value: Scalar) -> None:
    got = plain(text)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "1e400", "9" * 301, "-1e301"])
def test_numbers_of_no_use_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        plain(text)


@given(st.text(max_size=20))
def test_a_plain_scalar_is_finite_or_refused(text: str) -> None:
    try:
        value = plain(text)
    except ValueError:
        return
    assert not isinstance(value, float) or math.isfinite(value)


@given(
    st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e99, max_value=1e99)
)
def test_numbers_come_back_as_they_were_written(number: float) -> None:
    assert plain(yaml.safe_dump(number).split("\n")[0]) == number


@pytest.mark.parametrize(
    ("text", "result", "wrong"),
    [
        ("${A}", "1", 0), ("x${A}y${A}", "x1y1", 0), ("${B:-2}", "2", 0), ("${A:-2}", "1", 0), ("${EMPTY:-2}", "2", 0),
        ("${EMPTY}", "", 0), ("${B:-}", "", 0), ("$${A}", "${A}", 0), ("$A", "$A", 0), ("${B:-http://h:1/}", "http://h:1/", 0),
        ("${B}", "${B}", 1), ("${}", "${}", 1), ("${1}", "${1}", 1), ("${A", "${A", 1), ("${B} ${C}", "${B} ${C}", 2),
    ],
)  # fmt: skip
def test_variables_are_expanded(text: str, result: str, wrong: int) -> None:
    got, sentences = expand(text, {"A": "1", "EMPTY": ""})
    assert (got, len(sentences)) == (result, wrong)


@given(st.text(alphabet="${}AB:-x ", max_size=30))
def test_expansion_never_fails(text: str) -> None:
    expand(text, {"A": "${B}"})
