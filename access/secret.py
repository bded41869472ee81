"""The one secret that signs cookies: from the environment, or made once and kept in a file that only we can read."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from itsdangerous import BadSignature, Signer

from domain.errors import CockpitError

FILE = "secret.key"
SHORTEST = 32  # characters


@dataclass(frozen=True, slots=True)
class Key:
    """Signs and checks. Each purpose has a key of its own, so what is signed for one is worth nothing for another."""

    secret: bytes = field(repr=False)

    def sign(self, purpose: str, text: str) -> str:
        """The text with its signature; the text itself stays readable."""
        return self._signer(purpose).sign(text).decode()

    def unsign(self, purpose: str, signed: str) -> str | None:
        """The text that was signed for this purpose; None when it was not."""
        try:
            return self._signer(purpose).unsign(signed.encode("utf-8", "replace")).decode()
        except (BadSignature, UnicodeDecodeError):
            return None

    def mac(self, purpose: str, text: str) -> str:
        """A code that only this key makes of a text, in hex: what is sent beside a session to prove that it belongs to it."""
        return hmac.new(self.secret, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def _signer(self, purpose: str) -> Signer:
        return Signer(self.secret, salt=purpose, digest_method=hashlib.sha256)


def read_key(env: Mapping[str, str], var: Path) -> Key:
    """SECRET_KEY, or var/secret.key, which is made at the first start. CockpitError when it cannot serve.

    Web processes on several hosts need the same SECRET_KEY; a new one ends every session.
    """
    given = env.get("SECRET_KEY", "")
    if given:
        return _checked(given, "SECRET_KEY")
    path = var / FILE
    try:
        var.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        _close_to_others(path)
        return _checked(path.read_text(encoding="utf-8").strip(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise CockpitError(f"{path} cannot be read or made: {error}", permanent=True) from error


def _checked(text: str, where: str) -> Key:
    if len(text) < SHORTEST:
        raise CockpitError(
            f"{where} is too short: at least {SHORTEST} characters that nobody can guess", permanent=True
        )
    return Key(text.encode())


def _make(path: Path) -> None:
    """Written whole under another name first, then linked: of two processes that start together one wins, for both."""
    own = path.with_name(f".{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(own, path)
    own.unlink()


def _close_to_others(path: Path) -> None:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
