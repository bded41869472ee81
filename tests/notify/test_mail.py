"""Mail against a real SMTP server on loopback."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import ValidationError

from alerts.notify.mail import Mail, MailReceiver
from alerts.notify.sender import Means
from datasources.guard import Guard
from domain.alert import AlertLevel
from domain.errors import NotifyError
from tests.notify.here import OPEN, message
from tests.servers import free_port


class Box:
    """What the server took; `rcpt`, `data`: what it answers instead."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.refused: dict[str, str] = {}
        self.data = ""

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data:
            return self.data
        self.letters.append(envelope)
        return "250 queued as 42"


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def port(box: Box) -> Iterator[int]:
    number = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=number)
    controller.start()
    yield number
    controller.stop()


def to(port: int, means: Means = OPEN, **given: object) -> Mail:
    fields = {"key": "m", "host": "127.0.0.1", "port": port, "tls": "none", "sender": "cockpit@city.example",
              "to": ["duty@city.example", "chief@city.example"]}  # fmt: skip
    return Mail(MailReceiver.model_validate({**fields, **given}), means)


async def refusal(mail: Mail) -> NotifyError:
    with pytest.raises(NotifyError) as told:
        await mail.send(message())
    await mail.close()
    return told.value


async def test_a_letter_arrives_and_the_servers_answer_is_the_receipt(box: Box, port: int) -> None:
    mail = to(port)
    assert await mail.send(message()) == "250 queued as 42"
    await mail.close()
    (envelope,) = box.letters
    assert envelope.rcpt_tos == ["duty@city.example", "chief@city.example"]
    assert isinstance(envelope.content, bytes)
    letter = message_from_bytes(envelope.content, policy=default)
    assert letter["subject"] == "【P1 特急 · 告警】河口闸 超保证水位"
    assert letter.get_content().splitlines()[1] == "第二行"
    assert letter["message-id"] == "<fired-1@city.example>"
    assert letter["importance"] == "high"
    assert letter["auto-submitted"] == "auto-generated"


async def test_a_lesser_notice_is_not_marked_urgent(box: Box, port: int) -> None:
    mail = to(port)
    await mail.send(message(level=AlertLevel.P3))
    await mail.close()
    assert isinstance(box.letters[0].content, bytes)
    assert message_from_bytes(box.letters[0].content, policy=default)["importance"] is None


async def test_one_mailbox_that_is_refused_does_not_keep_the_others_from_it(box: Box, port: int) -> None:
    box.refused["chief@city.example"] = "550 no such user"
    mail = to(port)
    assert "refused: chief@city.example" in await mail.send(message())
    await mail.close()


@pytest.mark.parametrize(("answer", "permanent"), [("450 greylisted", False), ("550 no such user", True)])
async def test_refused_for_now_and_refused_for_good(box: Box, port: int, answer: str, permanent: bool) -> None:
    box.refused = dict.fromkeys(("duty@city.example", "chief@city.example"), answer)
    assert (await refusal(to(port))).permanent is permanent


@pytest.mark.parametrize(("answer", "permanent"), [("451 try later", False), ("554 spam", True)])
async def test_a_letter_that_is_refused(box: Box, port: int, answer: str, permanent: bool) -> None:
    box.data = answer
    assert (await refusal(to(port))).permanent is permanent


async def test_a_server_that_is_away_is_tried_again() -> None:
    assert not (await refusal(to(free_port()))).permanent


async def test_without_the_tls_that_was_declared_nothing_is_sent(box: Box, port: int) -> None:
    assert (await refusal(to(port, tls="starttls"))).permanent
    assert box.letters == []


async def test_a_mail_server_of_the_intranet_must_be_declared(port: int) -> None:
    assert "allow_hosts" in str(await refusal(to(port, Means(Guard()))))


@pytest.mark.parametrize(
    "given",
    [
        {"sender": "nobody"},
        {"to": ["a@b.example", "x y"]},
        {"to": ["a@b.example\nBcc: c@d.example"]},
        {"to": []},
        {"login": "a", "password_env": "P"},
        {"login": "a", "tls": "tls"},
    ],
)
def test_what_cannot_be_sent_to_is_refused_when_the_folder_is_read(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        to(25, **given)


async def test_no_line_break_of_a_sentence_makes_a_header(box: Box, port: int) -> None:
    from dataclasses import replace

    mail = to(port)
    await mail.send(replace(message(), title="一\r\nBcc: evil@city.example"))
    await mail.close()
    assert isinstance(box.letters[0].content, bytes)
    letter = message_from_bytes(box.letters[0].content, policy=default)
    assert letter["bcc"] is None
    assert letter["subject"] == "一 Bcc: evil@city.example"
