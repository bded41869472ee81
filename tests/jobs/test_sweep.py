"""Files that nobody handed in are swept away; those that an order names stay, however old."""

import logging
import os
from datetime import timedelta
from pathlib import Path

import pytest

from domain.order import Attachment
from jobs import sweep
from store import open_store
from store.attachments import Attachments
from tests.duty.test_orders import CLERK, NOW, Flow

DAY = timedelta(days=1)


def kept(folder: Path, content: bytes, age: timedelta) -> str:
    """A file that was stored some time ago; its name."""
    name = Attachments(folder).keep(content)
    at = (NOW - age).timestamp()
    os.utime(folder / name, (at, at))
    return name


def test_only_what_no_order_names_goes_after_a_day(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / sweep.FOLDER
    handed, forgotten = kept(folder, b"handed in", 9 * DAY), kept(folder, b"forgotten", 2 * DAY)
    fresh = kept(folder, b"fresh", timedelta(hours=23))
    (folder / ".part-0123456789abcdef").write_bytes(b"interrupted")
    os.utime(folder / ".part-0123456789abcdef", (0, 0))
    (folder / "notes.txt").write_bytes(b"not ours")
    os.utime(folder / "notes.txt", (0, 0))
    with open_store(f"sqlite:///{tmp_path}/store.db") as store, caplog.at_level(logging.INFO, "attachments"):
        flow = Flow(store)
        flow.does(CLERK, "accept")
        file = Attachment(sha256=handed, name="照片.jpg", size=9, media="image/jpeg", by="chen", at=NOW)
        flow.does(CLERK, "hand_in", files=(file,))
        assert sweep.swept(store, Attachments(folder), NOW) == [".part-0123456789abcdef", forgotten]
        assert sweep.swept(store, Attachments(folder), NOW) == []
    assert {one.name for one in folder.iterdir()} == {handed, fresh, "notes.txt"}
    assert forgotten in caplog.text


def test_a_folder_that_is_not_there_is_swept_already(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        assert sweep.swept(store, Attachments(tmp_path / "none"), NOW) == []
