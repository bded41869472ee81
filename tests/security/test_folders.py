"""A drop folder is written by others: links, pipes, names and growing files lead nowhere they should not."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from datasources.context import SourceContext
from datasources.foreign_files import read_whole, subfolder, write_note
from datasources.guard import Guard
from datasources.kinds.file import FileSource, FileSpec
from domain.errors import SourceError
from domain.source import Ask, Page
from tests.cities import NOW

Drop = Callable[..., FileSource]
SECRET = "the cockpit's own secret"


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    """A source on root/drop, everything else beside it; keys change the declaration."""
    root = tmp_path / "root"
    (root / "drop").mkdir(parents=True)
    (tmp_path / "secret.csv").write_text(f"t,v\n{SECRET},1\n")
    keys = {"key": "x", "kind": "file", "department": "d", "every": "5m", "settle": "0s", "folder": "drop",
            "at": {"path": "t"}, "site": {"fixed": "s"}, "metrics": {"a.b": "v"}}  # fmt: skip

    def build(guard: Guard = Guard(), **changes: object) -> FileSource:  # noqa: B008 - frozen
        return FileSource(
            FileSpec.model_validate(keys | changes),
            SourceContext({}, {}, None, {}, root, guard=guard),  # type: ignore[arg-type]  # no place is asked for
        )

    return build


async def read(source: FileSource) -> list[Page]:
    pages = []
    async for page in source.fetch(Ask(NOW)):
        pages.append(page)
        await source.acknowledge(page)
    return pages


@pytest.mark.parametrize("folder", ["../", "..", "/etc", "drop/../..", "drop/../../root-2", "drop/out"])
async def test_a_folder_outside_the_declared_ones_is_not_read(drop: Drop, tmp_path: Path, folder: str) -> None:
    (tmp_path / "root-2").mkdir()
    (tmp_path / "root" / "drop" / "out").symlink_to(tmp_path)
    with pytest.raises(SourceError, match="allow_folders") as caught:
        await read(drop(folder=folder))
    assert caught.value.permanent


async def test_a_declared_folder_is_read(drop: Drop, tmp_path: Path) -> None:
    pages = await read(drop(Guard(roots=(tmp_path,)), folder=str(tmp_path), pattern="secret.csv", after="leave"))
    assert [record.fields["v"] for page in pages for record in page.records] == ["1"]


@pytest.mark.parametrize("kept", ["root/drop/store.sqlite", "root/drop", "root"])
async def test_a_folder_with_the_cockpits_own_files_is_not_read(drop: Drop, tmp_path: Path, kept: str) -> None:
    with pytest.raises(SourceError, match="keeps for itself"):
        await read(drop(Guard(kept=(tmp_path / kept,))))


@pytest.mark.parametrize("pattern", ["../*.csv", "/etc/*", "a/../../*.csv"])
def test_a_pattern_does_not_lead_out(drop: Drop, pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        drop(pattern=pattern)


async def test_a_link_is_put_aside_unread(drop: Drop, tmp_path: Path) -> None:
    folder = tmp_path / "root" / "drop"
    (folder / "air.csv").symlink_to(tmp_path / "secret.csv")
    (page,) = await read(drop())
    assert page.records == ()
    assert page.bad == (("air.csv", "", "air.csv: a link is not followed"),)
    assert (folder / "bad" / "air.csv").is_symlink()
    assert SECRET in (tmp_path / "secret.csv").read_text()


async def test_a_linked_folder_inside_is_not_entered(drop: Drop, tmp_path: Path) -> None:
    (tmp_path / "root" / "drop" / "sub").symlink_to(tmp_path)
    with pytest.raises(SourceError, match="leads out of the folder"):
        await read(drop(pattern="*/*.csv"))


async def test_a_pipe_does_not_hold_the_source(drop: Drop, tmp_path: Path) -> None:
    pipe = tmp_path / "root" / "drop" / "air.csv"
    os.mkfifo(pipe)
    assert await read(drop()) == []
    with pytest.raises(SourceError, match="not a file"):
        read_whole(pipe, 10)


@pytest.mark.parametrize("name", ["done", "bad"])
async def test_a_link_in_place_of_a_folder_moves_nothing_away(drop: Drop, tmp_path: Path, name: str) -> None:
    folder, elsewhere = tmp_path / "root" / "drop", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / name).symlink_to(elsewhere)
    (folder / "air.csv").write_text("t,v\n1,2\n" if name == "done" else "")
    with pytest.raises(SourceError, match="is a link"):
        await read(drop())
    assert list(elsewhere.iterdir()) == []


async def test_a_note_is_not_written_through_a_link(drop: Drop, tmp_path: Path) -> None:
    folder = tmp_path / "root" / "drop"
    (folder / "bad").mkdir()
    (folder / "bad" / "air.csv.reason").symlink_to(tmp_path / "secret.csv")
    (folder / "air.csv").write_text("")
    await read(drop())
    assert SECRET in (tmp_path / "secret.csv").read_text()
    assert "no header row" in (folder / "bad" / "air.csv.reason").read_text()


def beside(root: Path) -> list[Path]:
    """Everything that is not in the drop folder."""
    return sorted(path for path in root.rglob("*") if "drop" not in path.parts)


async def test_a_packages_members_are_names_only(drop: Drop, tmp_path: Path) -> None:
    folder = tmp_path / "root" / "drop"
    with zipfile.ZipFile(folder / "all.zip", "w") as package:
        for name in ("../../escaped.csv", "/escaped.csv", "a\\..\\escaped.csv"):
            package.writestr(name, "t,v\n1,2\n")
    before = beside(tmp_path)
    pages = await read(drop())
    assert sum(len(page.records) for page in pages) == 3
    assert beside(tmp_path) == before
    assert not (folder / "all.zip").exists()


def test_a_file_that_grows_while_it_is_read_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "air.csv"
    path.write_bytes(b"x" * 100)
    honest = os.fstat

    def grown(number: int) -> os.stat_result:
        look = honest(number)
        with path.open("ab") as stream:
            stream.write(b"x" * 10_000)
        return look

    monkeypatch.setattr(os, "fstat", grown)
    with pytest.raises(SourceError, match="larger than 200 bytes"):
        read_whole(path, 200)


def test_whole_files_folders_and_notes_are_made_as_asked(tmp_path: Path) -> None:
    assert subfolder(tmp_path, "done").is_dir()
    assert subfolder(tmp_path, "done").is_dir()
    write_note(tmp_path / "note", "one")
    write_note(tmp_path / "note", "two")
    assert read_whole(tmp_path / "note", 3) == b"two"
    with pytest.raises(FileNotFoundError):
        read_whole(tmp_path / "none", 3)
