"""Receivers of kind `email`: one message to some mailboxes through the city's mail server."""

import smtplib
import socket
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import Literal

from pydantic import Field, field_validator, model_validator

from alerts.delivery import Message
from alerts.notify.sender import RECEIPT_LONGEST, SECONDS, Means, Threads
from datasources.guard import Guard
from domain.alert import AlertLevel
from domain.errors import NotifyError, SourceError
from domain.receiver import Receiver

_PASSING = range(400, 500)  # RFC 5321 4.2.1: 4yz is a transient answer, 5yz a permanent one


class MailReceiver(Receiver):
    """Mailboxes. The mail server's taking it is the receipt; whether somebody reads it nobody can know."""

    kind: Literal["email"] = "email"
    host: str = Field(min_length=1, description="Mail server.")
    port: int = Field(587, gt=0, lt=65536, description="Its port.")
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls, tls from the first byte (port 465), or none inside a closed network."
    )
    sender: str = Field(description="Address it comes from.")
    to: tuple[str, ...] = Field(min_length=1, description="Addresses it goes to.")
    login: str = Field("", description="Login name, where the server wants one.")
    password_env: str = Field("", description="Environment variable that holds the password.")

    @field_validator("sender")
    @classmethod
    def _an_address(cls, text: str) -> str:
        return _checked(text)

    @field_validator("to")
    @classmethod
    def _addresses(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(text) for text in texts)

    @model_validator(mode="after")
    def _no_open_password(self) -> "MailReceiver":
        if self.login and self.tls == "none":
            raise ValueError("a password is not sent without TLS; set tls: starttls or tls")
        if bool(self.login) != bool(self.password_env):
            raise ValueError("login and password_env belong together")
        return self


def _checked(text: str) -> str:
    parts = Address(addr_spec=text)
    if not parts.username or not parts.domain:
        raise ValueError(f"{text!r} is no mail address")
    return text


class Mail:
    """Sends to one list of mailboxes, each message over a connection of its own: they are few."""

    def __init__(self, receiver: MailReceiver, means: Means, tls: ssl.SSLContext | None = None) -> None:
        self._receiver, self._means = receiver, means
        self._tls = tls
        self._threads = Threads()

    async def send(self, message: Message) -> str:
        """Hand it to the mail server; the receipt is its answer."""
        made = letter(message, self._receiver)
        try:
            return await self._threads.run(partial(self._hand_over, made))
        except SourceError as error:  # the guard's
            raise NotifyError(str(error), permanent=True) from None
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _refused(max(codes, default=550), "refuses the mailboxes") from None
        except smtplib.SMTPAuthenticationError as error:
            raise _refused(error.smtp_code, "refuses the login") from None
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, "refuses the message") from None
        except smtplib.SMTPNotSupportedError:
            raise NotifyError("the mail server offers no STARTTLS or no login; look at tls:", permanent=True) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotifyError(f"the mail server cannot be reached ({type(error).__name__})") from None

    async def close(self) -> None:
        """End its threads."""
        self._threads.close()

    def _hand_over(self, made: EmailMessage) -> str:
        receiver = self._receiver
        password = self._means.secret(receiver.password_env)
        tls = self._tls or ssl.create_default_context()
        with _connection(receiver, self._means.guard, tls) as server:
            if receiver.tls == "starttls":
                server.starttls(context=tls)
            if receiver.login:
                server.login(receiver.login, password)
            server.ehlo_or_helo_if_needed()
            _expect(server.mail(receiver.sender))
            refused = {to: server.rcpt(to) for to in receiver.to}
            left = {to: answer for to, answer in refused.items() if answer[0] not in (250, 251)}
            if len(left) == len(receiver.to):
                raise smtplib.SMTPRecipientsRefused(left)
            code, said = _expect(server.data(made.as_bytes()))
            some = f", refused: {', '.join(left)}" if left else ""
            return f"{code} {said.decode('utf-8', 'replace')}{some}"[:RECEIPT_LONGEST]


def letter(message: Message, receiver: MailReceiver) -> EmailMessage:
    """The mail. Its Message-ID is the notice's, so that a second copy can be known as one."""
    made = EmailMessage()
    made["From"], made["To"] = receiver.sender, ", ".join(receiver.to)
    made["Subject"] = " ".join(message.title.split())
    made["Date"] = format_datetime(message.at)
    made["Message-ID"] = f"<{message.id}@{receiver.sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    if message.level <= AlertLevel.P2:
        made["Importance"] = "high"
    made.set_content(message.text)
    return made


def _expect(answer: tuple[int, bytes]) -> tuple[int, bytes]:
    if answer[0] != 250:
        raise smtplib.SMTPResponseException(*answer)
    return answer


def _refused(code: int, what: str) -> NotifyError:
    return NotifyError(f"the mail server {what} ({code})", permanent=code not in _PASSING)


def _connection(receiver: MailReceiver, guard: Guard, tls: ssl.SSLContext) -> smtplib.SMTP:
    """A greeted connection to an address that was judged; the certificate is checked against the host's name."""
    if receiver.tls == "tls":
        return _GuardedTls(guard, receiver, context=tls)
    return _Guarded(guard, receiver)


def _judged_socket(guard: Guard, host: str, port: int, seconds: float) -> socket.socket:
    trouble: OSError = OSError("no address")
    for address in guard.resolve_here(host, port):
        try:
            return socket.create_connection((address, port), seconds)
        except OSError as error:
            trouble = error
    raise trouble


class _Guarded(smtplib.SMTP):
    def __init__(self, guard: Guard, receiver: MailReceiver) -> None:
        self._guard = guard
        super().__init__(receiver.host, receiver.port, timeout=SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _judged_socket(self._guard, host, port, timeout)


class _GuardedTls(smtplib.SMTP_SSL):
    def __init__(self, guard: Guard, receiver: MailReceiver, context: ssl.SSLContext) -> None:
        self._guard = guard
        super().__init__(receiver.host, receiver.port, timeout=SECONDS, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.context.wrap_socket(_judged_socket(self._guard, host, port, timeout), server_hostname=host)
