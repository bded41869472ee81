"""Reading YAML: lines of every key, bounds, ${NAME}, and never an exception."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.document import MAX_BYTES, Document, parse, read


def parsed(text: str, **env: str) -> Document:
    return parse("a.yaml", text.encode(), env)


def told(document: Document) -> list[str]:
    return [str(problem) for problem in document.problems]


def test_every_key_and_item_knows_its_line() -> None:
    document = parsed("a:\n  b: 1\n  c:\n    - x\n    - y\n")
    assert [document.line(p) for p in (("a",), ("a", "b"), ("a", "c"), ("a", "c", 1))] == [1, 2, 3, 5]


def test_a_path_that_does_not_exist_has_the_line_of_its_nearest_parent() -> None:
    assert parsed("a:\n  b: 1\n").line(("a", "zzz", 3)) == 1


def test_merged_keys_have_the_line_where_they_are_written() -> None:
    document = parsed("a: &a\n  x: 1\nb:\n  <<: *a\n  y: 2\n")
    assert document.data == {"a": {"x": 1}, "b": {"y": 2, "x": 1}}
    assert document.line(("b", "x")) == 2


def test_own_keys_win_over_merged_ones() -> None:
    assert parsed("a: &a {x: 1}\nb: {<<: *a, x: 2}").data == {"a": {"x": 1}, "b": {"x": 2}}


def test_keys_stay_as_they_are_written() -> None:
    assert parsed("0123: a\nno: b\n441801: c").data == {"0123": "a", "no": "b", "441801": "c"}


def test_secrets_from_the_environment_are_not_printed() -> None:
    document = parsed("token: ${TOKEN}", TOKEN="tell-nobody")
    assert document.data == {"token": "tell-nobody"}
    assert document.discreet("'tell-nobody' is not accepted") == "'${TOKEN}' is not accepted"


def test_a_variable_in_quotes_and_in_a_plain_scalar_is_expanded() -> None:
    assert parsed("a: ${N}\nb: '${N}'\nc: x${N:-d}y", N="v").data == {"a": "v", "b": "v", "c": "xvy"}


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert told(read(tmp_path, "a.yaml", {})) == ["a.yaml: cannot be read (No such file or directory); check the file"]


def test_a_folder_in_place_of_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    assert told(read(tmp_path, "a.yaml", {})) == ["a.yaml: cannot be read (Is a directory); check the file"]


def test_a_huge_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"#" * (MAX_BYTES + 5))
    assert "larger than 8 MB" in told(read(tmp_path, "a.yaml", {}))[0]


def test_bad_bytes_are_told_with_their_line() -> None:
    document = parse("a.yaml", "a: 1\nb: 清远".encode("gb18030"), {})
    assert told(document) == ["a.yaml:2: not UTF-8 text here; save the file as UTF-8"]


@pytest.mark.parametrize(
    "text", ["[" * 5000, "- " * 5000 + "x", "? " * 5000, "{a: " * 5000, "&a [*a]", "a: *b", "a: \x07"]
)
def test_deep_looping_and_odd_documents_are_problems(text: str) -> None:
    assert parsed(text).problems


def test_a_mapping_as_a_key_is_a_problem() -> None:
    assert told(parsed("? {a: 1}\n: 2")) == ["a.yaml:1: a key must be a plain word; quote it or restructure"]


@given(st.binary(max_size=400))
def test_no_bytes_are_an_exception(raw: bytes) -> None:
    parse("a.yaml", raw, {})


_SCRAPS = st.sampled_from(
    ["a", "b: ", "- ", "? ", ": ", "\n", "  ", "&x ", "*x", "<<: *x", "{", "}", "[", "]", ", ", "!!int ", "!t ", "'", '"', "|",
     ">-", "#", "---", "...", "%YAML 1.1", "${A}", "${A:-b}", "$${", "1e999", ".nan", "0x1", "0123", "~", "\t", "清", "\x85"]
)  # fmt: skip


@given(st.lists(_SCRAPS, max_size=40).map("".join))
def test_no_scraps_of_yaml_are_an_exception(text: str) -> None:
    document = parse("a.yaml", text.encode(), {"A": "x"})
    for problem in document.problems:
        assert problem.text
        assert problem.line >= 0
