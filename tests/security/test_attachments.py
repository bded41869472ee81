"""Files with a unit's report: only what they say they are, stored where nobody's name leads, read only with their order."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from access.rights import RIGHTS
from access.secret import Key
from api.arrival import CSRF_HEADER
from domain.account import Role, Viewer
from domain.errors import TransitionRefused
from domain.order import Attachment, Order
from duty import orders
from duty.attachments import LARGEST, media_of, redeemed, ticket
from duty.order_table import Given
from jobs.clock import utc_now
from store.attachments import Attachments
from tests.security.conftest import House

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
PDF = b"%PDF-1.7 something"
KEY = Key(b"k" * 32)
UP = "/orders/file"


def package(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return made.getvalue()


BOOK = package("[Content_Types].xml", "xl/workbook.xml")
LETTER = package("[Content_Types].xml", "word/document.xml")


@pytest.fixture
def order(house: House) -> Order:
    officer = Viewer("li.wei", "李伟", Role.DUTY, RIGHTS[Role.DUTY])
    wish = orders.Wish("市水利局", "排水", title="水位")
    done = house.store.duty.decide(orders.dispatch(wish, officer, utc_now(), house.city.zone), None, utc_now())
    made = house.store.duty.dossier(Order, done.dossiers[0].dossier.id)
    assert made is not None
    return made


def up(browser: TestClient, order: Order, name: str = "现场.png", content: bytes = PNG, **more: str) -> Any:
    return browser.post(UP, params={"order": order.id, "name": name, **more}, content=content)


def filed(house: House, order: Order, file: Attachment) -> None:
    officer = Viewer("li.wei", "李伟", Role.DUTY, RIGHTS[Role.DUTY])
    step = orders.step(order.id, "note", officer, Given("见附件", files=(file,)), utc_now(), house.city.zone)
    house.store.duty.decide(step, None, utc_now())


def attached(house: House, order: Order, content: bytes = PNG, name: str = "现场.png") -> Attachment:
    """A file that went up and was filed with a step."""
    browser = house.browser(Role.DUTY)
    answer = up(browser, order, name, content)
    assert answer.status_code == 201, answer.text
    (file,) = redeemed(house.access.key, order, "demo.duty_officer", json.dumps([answer.json()["ticket"]]))
    filed(house, order, file)
    return file


@pytest.mark.parametrize(
    ("name", "content", "media"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"), ("A.JPEG", b"\xff\xd8\xff\xe0", "image/jpeg"), ("现场.png", PNG, "image/png"),
        ("a.pdf", PDF, "application/pdf"), ("表.xlsx", BOOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.docx", LETTER, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.txt", "水位已降".encode(), "text/plain"), ("a.txt", "水位已降".encode("gb18030"), "text/plain"),
    ],
)  # fmt: skip
def test_what_is_what_its_name_says_is_taken(name: str, content: bytes, media: str) -> None:
    assert media_of(name, content) == media


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", PDF), ("a.jpg", PNG), ("a.pdf", b"<script>"), ("a.xlsx", LETTER), ("a.docx", BOOK), ("a.xlsx", b"PK\x03\x04broken"),
        ("a.docx", package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")), ("a.xlsx", package("x")),
        ("a.txt", b"\x00\x01"), ("a.txt", b"MZ\x90\x00\x03"), ("a.exe", b"MZ"), ("a.svg", b"<svg/>"), ("a.html", b"<p>"), ("a.png.exe", PNG),
        ("a.xlsm", BOOK), ("a", PNG), ("a.png", b""), ("a.txt", b"a" * (LARGEST + 1)),
    ],
)  # fmt: skip
def test_what_is_not_what_its_name_says_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(TransitionRefused):
        media_of(name, content)


HOSTILE = ["../../etc/passwd.png", "..\\..\\x.png", "/etc/x.png", "C:x.png", ".png", "..png", ".hidden.png", "a\x00.png", "a\r\nSet-Cookie: b.png",
           "gnp\u202e.png", "a\u200b.png", "x" * 101 + ".png", " a.png", "a.png ", "", ".", ".."]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leads_anywhere(house: House, order: Order, name: str) -> None:
    folder = house.settings.var / "attachments"
    around = house.settings.var.parent  # other tests' files lie there too
    before = set(folder.glob("*")), set(around.rglob("*.png"))
    assert up(house.browser(Role.DUTY), order, name).status_code == 422
    assert (set(folder.glob("*")), set(around.rglob("*.png"))) == before


def test_a_file_lies_under_its_hash_and_comes_back_to_be_saved(house: House, order: Order) -> None:
    file = attached(house, order, name='现场"; x=1.png')
    assert (house.settings.var / "attachments" / file.sha256).read_bytes() == PNG
    assert file.sha256 == hashlib.sha256(PNG).hexdigest()
    answer = house.browser(Role.DUTY).get(UP, params={"order": order.id, "sha256": file.sha256})
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    told = answer.headers["content-disposition"]
    assert told.startswith(f"attachment; filename=\"{order.id}-{file.sha256[:8]}.png\"; filename*=UTF-8''")
    assert told.count('"') == 2


def test_going_up_and_coming_down_are_in_the_log(house: House, order: Order) -> None:
    file = attached(house, order)
    house.browser(Role.LEADER).get(UP, params={"order": order.id, "sha256": file.sha256})
    rows = [row for row in house.store.audit.search() if row.thing == f"dossier:{order.id}"]
    assert {(row.actor, row.verb) for row in rows} == {
        ("demo.duty_officer", "order.step"),
        ("demo.leader", "data.export"),
    }
    assert all(row.after["sha256"] == file.sha256 for row in rows)


@pytest.mark.parametrize("role", [Role.CLERK, Role.ADMIN, Role.WALL])
def test_only_who_may_read_the_order_gets_its_file(house: House, order: Order, role: Role) -> None:
    file = attached(house, order)
    browser = house.browser(role)  # the clerk is of another unit
    assert browser.get(UP, params={"order": order.id, "sha256": file.sha256}).status_code == 404
    assert up(browser, order).status_code == 404
    assert house.client.get(UP, params={"order": order.id, "sha256": file.sha256}).status_code in (401, 303)


def test_a_leader_reads_and_adds_nothing(house: House, order: Order) -> None:
    assert up(house.browser(Role.LEADER), order).status_code == 403


@pytest.mark.parametrize("sha256", ["", "x", "../store.db", "0" * 64, "%2e%2e", "A" * 64])
def test_what_the_order_does_not_have_is_not_given(house: House, order: Order, sha256: str) -> None:
    attached(house, order)
    assert house.browser(Role.DUTY).get(UP, params={"order": order.id, "sha256": sha256}).status_code == 404


def test_a_file_of_another_order_is_not_given(house: House, order: Order) -> None:
    attached(house, order)
    loose = up(house.browser(Role.DUTY), order, "b.pdf", PDF + order.id.encode())
    assert loose.status_code == 201
    sha256 = hashlib.sha256(PDF + order.id.encode()).hexdigest()  # it went up, but no step has taken it
    assert house.browser(Role.DUTY).get(UP, params={"order": order.id, "sha256": sha256}).status_code == 404


def test_more_than_ten_megabytes_and_no_proof_are_refused_at_the_door(house: House, order: Order) -> None:
    browser = house.browser(Role.DUTY)
    assert up(browser, order, "a.txt", b"a" * (LARGEST + 1)).status_code == 413
    del browser.headers[CSRF_HEADER]
    assert up(browser, order).status_code == 403


def test_a_ticket_is_good_for_its_order_and_its_sender_alone(house: House, order: Order) -> None:
    file = Attachment(sha256="0" * 64, name="a.png", size=4, media="image/png", by="li.wei", at=utc_now())
    good = ticket(KEY, order, file)
    assert redeemed(KEY, order, "li.wei", json.dumps([good, good])) == (file,)
    assert redeemed(KEY, order, "li.wei", "") == redeemed(KEY, order, "li.wei", None) == ()
    other = order.become(id="GD-20200101-0001")
    bad: list[tuple[Key, Order, str, object]] = [
        (KEY, other, "li.wei", json.dumps([good])), (KEY, order, "wang", json.dumps([good])), (Key(b"x" * 32), order, "li.wei", json.dumps([good])),
        (KEY, order, "li.wei", json.dumps([good[:-1]])), (KEY, order, "li.wei", json.dumps([good] * 6)), (KEY, order, "li.wei", "{}"),
        (KEY, order, "li.wei", "["), (KEY, order, "li.wei", 7), (KEY, order, "li.wei", json.dumps([None])), (KEY, order, "li.wei", '["é.ü"]'),
    ]  # fmt: skip
    for key, held, login, tickets in bad:
        with pytest.raises(TransitionRefused):
            redeemed(key, held, login, tickets)


def test_a_file_that_was_changed_or_linked_is_not_read(tmp_path: Path) -> None:
    kept = Attachments(tmp_path / "files")
    first, second = kept.keep(b"one"), kept.keep(b"two")
    assert (kept.read(first), kept.keep(b"one")) == (b"one", first)
    (tmp_path / "files" / first).write_bytes(b"other")
    (tmp_path / "files" / second).unlink()
    (tmp_path / "files" / second).symlink_to(tmp_path / "files" / first)
    assert [kept.read(name) for name in (first, second, "..", "../files", f"{first}/", timedelta.__name__)] == [
        None
    ] * 6
    assert not list((tmp_path / "files").glob(".part*"))
