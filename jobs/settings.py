"""What an operator may set from outside: environment variables, each with its default."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.errors import CockpitError

CITIES = Path("cities")
DEFAULT_CITY = "cities/441800"
DEFAULT_PORT = 8050


@dataclass(frozen=True, slots=True)
class Settings:
    """PORT, HOST: where the web process listens. CITY: the city folder, or its name in cities/. DATABASE_URL: the store. VAR: files written.

    SQLITE_SYNCHRONOUS: FULL (default: acknowledged means durable) or NORMAL (faster; a power cut may lose the last commits).

    SIGN_IN: on, or off for somebody alone on his own machine. TRUST_PROXY: addresses or networks of proxies before the web
    process, with commas between, whose X-Forwarded-For and X-Forwarded-Proto are believed.
    """

    city: Path
    host: str
    port: int
    database_url: str
    var: Path
    synchronous: str = "FULL"
    sign_in: bool = True
    trust_proxy: str = ""

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
            "SIGN_IN": "on" if self.sign_in else "off",
            "TRUST_PROXY": self.trust_proxy,
        }


def read_settings(env: Mapping[str, str] = os.environ, city: str | None = None) -> Settings:
    """Read the settings; CockpitError with one sentence when a value cannot be used."""
    folder = _folder(city or env.get("CITY") or DEFAULT_CITY)
    var = Path(env["VAR"]) if env.get("VAR") else Path("var") / folder.name
    host = env.get("HOST") or "127.0.0.1"
    return Settings(
        city=folder,
        host=host,
        port=_port(env.get("PORT") or str(DEFAULT_PORT)),
        database_url=env.get("DATABASE_URL") or f"sqlite:///{(var / 'cockpit.sqlite').resolve()}",
        var=var,
        synchronous=env.get("SQLITE_SYNCHRONOUS") or "FULL",
        sign_in=_sign_in(env.get("SIGN_IN") or "on", host),
        trust_proxy=_proxies(env.get("TRUST_PROXY") or ""),
    )


def _folder(text: str) -> Path:
    """A city's folder, by its path or, for one in cities/, by its name alone."""
    named = Path(text)
    for folder in (named, CITIES / text):
        if folder.is_dir():
            return folder
    raise CockpitError(f"CITY={text}: there is no such folder; give one with a city.yaml in it", permanent=True)


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CockpitError(f"PORT={text}: a port is a number from 1 to 65535", permanent=True)
    return int(text)


def _sign_in(text: str, host: str) -> bool:
    if text not in ("on", "off"):
        raise CockpitError(f"SIGN_IN={text}: on or off", permanent=True)
    if text == "off" and not _is_loopback(host):
        raise CockpitError(
            f"SIGN_IN=off lets everybody in, so it works only on this machine; HOST={host} is reached from others",
            permanent=True,
        )
    return text == "on"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _proxies(text: str) -> str:
    named = [part.strip() for part in text.split(",") if part.strip()]
    for part in named:
        try:
            ipaddress.ip_network(part)
        except ValueError as error:
            raise CockpitError(f"TRUST_PROXY: {part} is no address and no network: {error}", permanent=True) from error
    return ",".join(named)
