"""`app.py run` and what it says when something outside must be put right first."""

import shutil
import socket
from pathlib import Path

import pytest

from tests.e2e.conftest import CITY, ROOT, environment, run_app, start, stop
from tests.servers import free_ports

pytestmark = [pytest.mark.timeout(300)]


def test_ctrl_c_ends_everything_and_a_second_run_goes_on(tmp_path: Path) -> None:
    port = free_ports(13)
    first = start(tmp_path, port)
    assert {name: len(first.pids(name)) for name in ("demo", "collect", "web")} == {"demo": 1, "collect": 1, "web": 1}
    assert stop(first) == 0
    assert not [pid for name in ("demo", "collect", "web") for pid in first.pids(name)]
    assert first.url in first.said
    second = start(tmp_path, port)
    stop(second)
    assert "30 days of history" not in second.said


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_app("run", env=environment(tmp_path, port))
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be used" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_a_broken_city_is_told_by_file_line_and_key(tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(ROOT / CITY, city)
    metrics = city / "metrics.yaml"
    metrics.write_text(metrics.read_text(encoding="utf-8").replace("better: ", "beter: ", 1), encoding="utf-8")
    done = run_app("run", env=environment(tmp_path / "var", free_ports(13), str(city)))
    assert done.returncode == 2
    assert "metrics.yaml:" in done.stderr
    assert "better" in done.stderr


def test_a_store_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    env = environment(tmp_path, free_ports(13)) | {"DATABASE_URL": "sqlite:////proc/cockpit.sqlite"}
    done = run_app("run", env=env)
    assert done.returncode == 2
    assert "/proc/cockpit.sqlite" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr


def test_an_unknown_scenario_names_the_known_ones(tmp_path: Path) -> None:
    done = run_app("demo", "rainstrom", env=environment(tmp_path, free_ports(13)))
    assert done.returncode == 2
    assert "rainstorm" in done.stderr


@pytest.mark.parametrize("city", sorted(p.parent.name for p in (ROOT / "cities").glob("*/city.yaml")))
def test_every_city_of_the_tree_is_without_a_problem(tmp_path: Path, city: str) -> None:
    env = environment(tmp_path, 8050, f"cities/{city}") | {"REPLAY_DATA": str(tmp_path)}
    done = run_app("check", f"cities/{city}", env=env)
    assert done.returncode == 0, done.stdout
