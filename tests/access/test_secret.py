import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.secret import FILE, Key, read_key
from domain.errors import CockpitError

KEY, OTHER = Key(b"a" * 40), Key(b"b" * 40)
ANY = st.text(st.characters(exclude_categories=()), max_size=40)


def test_what_was_signed_comes_back_for_its_purpose_and_key_alone() -> None:
    signed = KEY.sign("session", "text")
    assert KEY.unsign("session", signed) == "text"
    assert KEY.unsign("another", signed) is None
    assert OTHER.unsign("session", signed) is None
    assert Key(b"a" * 40).unsign("session", signed) == "text"


def test_a_signature_does_not_survive_the_change_of_any_character() -> None:
    signed = KEY.sign("session", "text")
    for place in range(len(signed) - 1):  # the last one carries two spare bits
        other = "A" if signed[place] != "A" else "B"
        assert KEY.unsign("session", signed[:place] + other + signed[place + 1 :]) is None
    assert KEY.unsign("session", signed[:-2]) is None
    assert KEY.unsign("session", "") is None


@given(ANY)
def test_any_text_can_be_offered(offered: str) -> None:
    assert KEY.unsign("session", offered) is None


def test_a_code_belongs_to_its_text_purpose_and_key() -> None:
    codes = {KEY.mac("csrf", "s1"), KEY.mac("csrf", "s2"), KEY.mac("other", "s1"), OTHER.mac("csrf", "s1")}
    assert len(codes) == 4
    assert KEY.mac("csrf", "s1") == KEY.mac("csrf", "s1")


def test_a_key_does_not_show_itself() -> None:
    assert "aaaa" not in repr(KEY)


def test_the_environments_key_comes_first(tmp_path: Path) -> None:
    assert read_key({"SECRET_KEY": "e" * 32}, tmp_path) == Key(b"e" * 32)
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    made = read_key({}, tmp_path / "var")
    path = tmp_path / "var" / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(made.secret) >= 64
    assert read_key({}, tmp_path / "var") == made
    assert read_key({"SECRET_KEY": ""}, tmp_path / "var") == made
    assert [one.name for one in path.parent.iterdir()] == [FILE]
    assert read_key({}, tmp_path / "another") != made


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_key({}, tmp_path).secret, range(16)))
    assert len(keys) == 1
    assert [one.name for one in tmp_path.iterdir()] == [FILE]


def test_a_key_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("f" * 40)
    (tmp_path / FILE).chmod(0o644)
    assert read_key({}, tmp_path) == Key(b"f" * 40)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe" * 30])
def test_a_key_that_cannot_serve_is_told_with_its_place_and_without_itself(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(CockpitError, match=FILE) as told:
        read_key({}, tmp_path)
    assert "short," not in str(told.value)
    with pytest.raises(CockpitError, match="SECRET_KEY is too short"):
        read_key({"SECRET_KEY": "hunter2"}, tmp_path)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(CockpitError, match="cannot be read or made"):
        read_key({}, tmp_path / "var")
