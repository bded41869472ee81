"""What an operator may set from outside: environment variables, each with its default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.errors import CockpitError

DEFAULT_CITY = "cities/441800"
DEFAULT_PORT = 8050


@dataclass(frozen=True, slots=True)
class Settings:
    """PORT, HOST: where the web process listens. CITY: the city folder. DATABASE_URL: the store. VAR: files written.

    SQLITE_SYNCHRONOUS: FULL (default: acknowledged means durable) or NORMAL (faster; a power cut may lose the last commits).
    """

    city: Path
    host: str
    port: int
    database_url: str
    var: Path
    synchronous: str = "FULL"

    @property
    def address(self) -> str:
        """The address a person on this machine types into a browser."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104  compared, not bound
        return f"http://{host}:{self.port}/"

    def as_env(self) -> dict[str, str]:
        """The same settings for a child process."""
        return {
            "CITY": str(self.city),
            "HOST": self.host,
            "PORT": str(self.port),
            "DATABASE_URL": self.database_url,
            "VAR": str(self.var),
            "SQLITE_SYNCHRONOUS": self.synchronous,
        }


def read_settings(env: Mapping[str, str] = os.environ, city: str | None = None) -> Settings:
    """Read the settings; CockpitError with one sentence when a value cannot be used."""
    folder = Path(city or env.get("CITY") or DEFAULT_CITY)
    if not folder.is_dir():
        raise CockpitError(f"CITY={folder}: there is no such folder; give one with a city.yaml in it", permanent=True)
    var = Path(env["VAR"]) if env.get("VAR") else Path("var") / folder.name
    return Settings(
        city=folder,
        host=env.get("HOST") or "127.0.0.1",
        port=_port(env.get("PORT") or str(DEFAULT_PORT)),
        database_url=env.get("DATABASE_URL") or f"sqlite:///{(var / 'cockpit.sqlite').resolve()}",
        var=var,
        synchronous=env.get("SQLITE_SYNCHRONOUS") or "FULL",
    )


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CockpitError(f"PORT={text}: a port is a number from 1 to 65535", permanent=True)
    return int(text)
