from pathlib import Path

import pytest

from domain.errors import CockpitError
from jobs.settings import read_settings


def test_defaults_are_the_demonstration_city_on_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cities/441800").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert (settings.host, settings.port, settings.address) == ("127.0.0.1", 8050, "http://127.0.0.1:8050/")
    assert settings.database_url.endswith("/var/441800/cockpit.sqlite")


def test_the_environment_is_honoured(tmp_path: Path) -> None:
    env = {
        "CITY": str(tmp_path),
        "PORT": "9000",
        "HOST": "0.0.0.0",
        "DATABASE_URL": "postgresql:///x",
        "VAR": str(tmp_path / "v"),
    }
    settings = read_settings(env)
    assert settings.port == 9000
    assert settings.address == "http://127.0.0.1:9000/"
    assert settings.database_url == "postgresql:///x"
    assert read_settings(settings.as_env()) == settings


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_one_sentence(tmp_path: Path, port: str) -> None:
    with pytest.raises(CockpitError, match="a port is a number from 1 to 65535"):
        read_settings({"CITY": str(tmp_path), "PORT": port})


def test_a_city_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(CockpitError, match="cities/nowhere"):
        read_settings({"CITY": "cities/nowhere"})


def test_sign_in_is_on_unless_somebody_is_alone_on_his_machine(tmp_path: Path) -> None:
    city = {"CITY": str(tmp_path)}
    assert read_settings(city).sign_in
    for host in ("127.0.0.1", "::1", "localhost"):
        assert not read_settings(city | {"SIGN_IN": "off", "HOST": host}).sign_in
    for host in ("0.0.0.0", "10.0.0.7", "cockpit.city"):
        with pytest.raises(CockpitError, match="lets everybody in"):
            read_settings(city | {"SIGN_IN": "off", "HOST": host})
    with pytest.raises(CockpitError, match="on or off"):
        read_settings(city | {"SIGN_IN": "no"})


def test_trusted_proxies_are_addresses_or_networks(tmp_path: Path) -> None:
    city = {"CITY": str(tmp_path)}
    settings = read_settings(city | {"TRUST_PROXY": "127.0.0.1, 10.8.0.0/16"})
    assert settings.trust_proxy == "127.0.0.1,10.8.0.0/16"
    assert read_settings(settings.as_env()) == settings
    for wrong in ("1", "*", "proxy.city", "10.8.0.1/16"):
        with pytest.raises(CockpitError, match="TRUST_PROXY"):
            read_settings(city | {"TRUST_PROXY": wrong})
