"""The page of own screens: what a check answers, and what it never does."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from access.opening import Access
from callbacks.accounts_press import Press
from callbacks.accounts_services import AccountServices
from callbacks.screens import Checker
from domain.account import Role
from domain.city import City
from layouts.accounts.desk import Desk
from layouts.screens import editor as page
from layouts.screens.drafts import Drafts
from store import Store
from tests.access.conftest import access, address, empty_address, postgres, sqlite_store  # noqa: F401 - fixtures
from tests.layouts.accounts.people import find
from tests.layouts.alerts.duty import city, officer
from tests.layouts.test_screen import texts
from tests.store.values import NOW

FILE = "screens/overview.yaml"


class Folder:
    """A folder in which a text with the word wrong has a problem."""

    def __init__(self, *, broken: bool = False) -> None:
        self.tried: list[tuple[str, str]] = []
        self.broken = broken

    def files(self) -> Sequence[page.Written]:
        if self.broken:
            raise OSError("no such folder")
        return [page.Written(FILE, "title: t")]

    def trial(self, file: str, text: str) -> tuple[City | None, Sequence[page.Wrong]]:
        self.tried.append((file, text))
        wrong = [page.Wrong(file, 2, "title", "is wrong")] if "wrong" in text else []
        changed = city()
        titled = changed.screens["overview"].model_copy(update={"title": text})
        return replace(changed, screens={"overview": titled}), wrong


@pytest.fixture
def services(access: Access, sqlite_store: Store) -> AccountServices:  # noqa: F811
    return AccountServices(city(), sqlite_store, access, lambda: NOW)


def desk(services: AccountServices) -> Desk:
    return Desk(services.city, officer(Role.ADMIN, "admin"), "zh", NOW)


def pressed(text: object, file: str = FILE) -> Press:
    return Press("check", "", {page.TEXT: text, page.FILE: file})


def test_a_good_text_gets_a_preview_of_its_authors_own(services: AccountServices) -> None:
    kept, folder = Drafts(), Folder()
    done = Checker(folder, kept).check(services, desk(services), pressed("题目"))
    way = find(done.notice, "is-main")[0]["props"]["href"]
    draft = kept.of(way.partition("draft=")[2], "admin")
    assert draft is not None
    assert draft.screen.title == "题目"
    assert kept.of(draft.id, "li.wei") is None
    assert not done.changed
    assert folder.tried == [(FILE, "题目")]


def test_a_wrong_text_gets_its_lines_and_no_preview(services: AccountServices) -> None:
    kept = Drafts()
    done = Checker(Folder(), kept).check(services, desk(services), pressed("wrong"))
    assert "第 2 行" in texts(done.notice)
    assert find(done.notice, "is-main") == []


@pytest.mark.parametrize(
    ("text", "file", "told"),
    [
        ("t", "screens/../city.yaml", "文件名写成"),
        ("t", "", "文件名写成"),
        (None, FILE, "200,000"),
        (["a"], FILE, "200,000"),
        ("x" * (page.LONGEST + 1), FILE, "200,000"),
    ],
)
def test_what_is_no_file_is_not_even_tried(services: AccountServices, text: object, file: str, told: str) -> None:
    folder = Folder()
    done = Checker(folder, Drafts()).check(services, desk(services), pressed(text, file))
    assert told in " ".join(texts(done.notice))
    assert folder.tried == []


def test_a_text_with_half_a_letter_is_tried_all_the_same(services: AccountServices) -> None:
    folder = Folder()
    Checker(folder, Drafts()).check(services, desk(services), pressed("a\ud800b"))
    assert folder.tried == [(FILE, "a?b")]


def test_only_one_check_runs_at_a_time(services: AccountServices) -> None:
    answers: list[str] = []

    class Slow(Folder):
        def trial(self, file: str, text: str) -> tuple[City | None, Sequence[page.Wrong]]:
            answers.extend(texts(checker.check(services, desk(services), pressed("b")).notice))
            return super().trial(file, text)

    checker = Checker(Slow(), Drafts())
    checker.check(services, desk(services), pressed("a"))
    assert "另一次检查正在进行，请稍后再试。" in answers
    checker = Checker(Folder(), Drafts())
    assert "没有问题" in texts(checker.check(services, desk(services), pressed("c")).notice)


def test_a_folder_that_cannot_be_read_is_said(services: AccountServices) -> None:
    said = " ".join(texts(Checker(Folder(broken=True), Drafts()).body(desk(services), "")))
    assert "读不到画面文件" in said
    assert "no such folder" in said
    assert FILE.rpartition("/")[2] in " ".join(texts(Checker(Folder(), Drafts()).body(desk(services), "")))
