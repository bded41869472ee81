"""Known faults of libraries are found from the committed snapshot alone, and the bill of materials is the lock's."""

import json
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from supply import audit, bill, refresh
from supply.advisories import About, Accepted, Snapshot, affects, read_snapshot
from supply.pins import DEVELOPMENT, RUNTIME, read_pins

TODAY = date(2026, 11, 25)
HASH = "--hash=sha256:" + "0" * 64


def record(*spans: tuple[str, str], name: str = "Made.Up", **more: Any) -> dict[str, Any]:
    """An advisory on versions from the first of each pair up to (not including) the second, "" for no end."""
    events = [{kind: at} for span in spans for kind, at in zip(("introduced", "fixed"), span, strict=True) if at]
    package = {"ecosystem": "PyPI", "name": name}
    return {
        "id": "CVE-2099-1",
        "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
        **more,
    }


def snapshot(*records: dict[str, Any], **about: Any) -> Snapshot:
    return Snapshot(About(**{"taken": TODAY, "source": "tests", "complete": True, **about}), records, ())


def written(folder: Path, made: Snapshot) -> Path:
    about = {"taken": str(made.about.taken), "source": made.about.source, "complete": made.about.complete}
    accepted = [{"id": one.id, "because": one.because, "until": str(one.until)} for one in made.accepted]
    (folder / "about.json").write_text(json.dumps(about))
    (folder / "accepted.json").write_text(json.dumps(accepted))
    (folder / "records.jsonl").write_text("".join(json.dumps(one) + "\n" for one in made.records))
    return folder


@pytest.mark.parametrize(
    ("version", "hit"),
    [
        ("0.9", False),
        ("1.0", True),
        ("1.9.9", True),
        ("1.10", True),
        ("2.0rc1", True),
        ("2.0", False),
        ("3.1", True),
        ("3.2", False),
    ],
)
def test_a_version_is_affected_inside_a_range(version: str, hit: bool) -> None:
    assert affects(record(("3.0", "3.2"), ("1.0", "2.0")), "made-up", version) is hit


def test_an_open_range_a_last_version_and_a_list_count_and_the_rest_does_not() -> None:
    last = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "1.5"}]}
    by_hand = record()
    by_hand["affected"][0] |= {"ranges": [last, {"type": "GIT", "events": [{"introduced": "0"}]}], "versions": ["7.7"]}
    assert [affects(by_hand, "made_up", v) for v in ("1.5", "1.6", "7.7")] == [True, False, True]
    assert affects(record(("1.0", "")), "made-up", "99")
    assert not affects(record(("0", ""), withdrawn="2099-01-01T00:00:00Z"), "made-up", "1")
    assert not affects(record(("0", "")), "other", "1")
    assert not affects(record(("nonsense", "2")), "made-up", "3")


def test_the_audit_finds_a_made_up_fault_in_what_is_pinned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pin = read_pins(RUNTIME)["jmespath"]
    folder = written(tmp_path, snapshot(record(("0", "9999"), name="jmespath", summary="A made-up fault.")))
    assert audit.main(["--advisories", str(folder), "--requirements", str(RUNTIME)]) == 1
    told = capsys.readouterr().out
    assert "CVE-2099-1" in told
    assert f"jmespath {pin.version}" in " ".join(told.split())


def test_an_accepted_fault_is_quiet_until_its_day(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"made-up==1.0 {HASH}\n")
    found = record(("0", "2"))
    for until, code in ((date.max, 0), (date(2020, 1, 1), 1)):
        made = Snapshot(About(TODAY, "tests", complete=True), (found,), (Accepted("CVE-2099-1", "made up", until),))
        folder = written(tmp_path, made)
        assert audit.main(["--advisories", str(folder), "--requirements", str(requirements)]) == code


def test_the_service_answers_as_osv_does() -> None:
    with audit.service(snapshot(record(("0", "2")))) as url:
        asked = {"package": {"name": "made-up", "ecosystem": "PyPI"}, "version": "1.0"}
        assert httpx.post(url, json=asked).json()["vulns"][0]["id"] == "CVE-2099-1"
        assert httpx.post(url, json={**asked, "version": "2.0"}).json() == {}


def test_the_audit_says_what_it_cannot_know() -> None:
    told = audit.describe(snapshot(complete=False, taken=TODAY - timedelta(days=100)), TODAY)
    assert "NOT a complete database" in told
    assert "100 days old" in told
    assert "NOT" not in audit.describe(snapshot(), TODAY)


def test_the_committed_snapshot_is_whole_and_keeps_every_pin_above_its_faults() -> None:
    made = read_snapshot()
    pins = {**read_pins(DEVELOPMENT), **read_pins(RUNTIME)}
    assert made.names() <= set(pins), "an advisory on what nobody installs"
    for one in made.records:
        assert one["id"]
        for affected in one["affected"]:
            name = affected["package"]["name"]
            named = affected.get("versions") or [
                e["introduced"] for span in affected["ranges"] for e in span["events"] if "introduced" in e
            ]
            assert one.get("withdrawn") or any(affects(one, name, version) for version in named)
            assert not affects(one, name, pins[name].version)


def test_a_new_snapshot_keeps_what_is_pinned_and_forgets_prose(tmp_path: Path) -> None:
    export = tmp_path / "all.zip"
    with zipfile.ZipFile(export, "w") as package:
        for number, name in enumerate(("jmespath", "somebody-elses")):
            one = record(("0", "1"), name=name, details="long", references=[{"url": "https://x.test"}]) | {
                "id": f"X-{number}"
            }
            package.writestr(zipfile.ZipInfo(f"X-{number}.json", (2026, 11, 20, 0, 0, 0)), json.dumps(one))
    (tmp_path / "accepted.json").write_text("[]")
    assert refresh.main([str(export), "--into", str(tmp_path)]) == 0
    made = read_snapshot(tmp_path)
    assert made.about.complete
    assert made.about.taken == date(2026, 11, 20)
    (kept,) = made.records
    assert (kept["id"], "details" in kept, "references" in kept) == ("X-0", False, False)


@pytest.mark.parametrize("line", ["x", "x>=1", "x==1", f"x>=1 {HASH}"])
def test_what_is_not_pinned_with_hashes_is_refused(line: str, tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    path.write_text(f"{line}\n")
    with pytest.raises(ValueError, match="make lock"):
        read_pins(path)


def test_continued_lines_comments_and_markers_are_read(tmp_path: Path) -> None:
    path = tmp_path / "r.txt"
    path.write_text(
        f"d==2 ; python_version >= '3.0' {HASH}\nd==3 ; python_version < '3.0' {HASH}\n# c\nAa_b==1 ; sys_platform == 'nowhere' \\\n    {HASH} \\\n    {HASH}\n    # via x\nc==2 {HASH}\n"
    )
    pins = read_pins(path)
    assert {name: (pin.version, len(pin.hashes), pin.here) for name, pin in pins.items()} == {
        "aa-b": ("1", 2, False),
        "c": ("2", 1, True),
        "d": ("2", 1, True),
    }


@pytest.fixture(scope="module")
def made() -> bill.Bill:
    return bill.product(bill.installed(), read_pins(RUNTIME))


def test_the_bill_holds_every_pin_and_the_scripts_we_ship(made: bill.Bill) -> None:
    assert bill.faults(made, read_pins(RUNTIME)) == []
    names = {part["name"] for part in made["components"]}
    assert {"dash", "plotly.js-cartesian-dist-min"} <= names
    assert not {"pytest", "pip-audit", "hypothesis"} & names, "tools are no part of the product"
    assert made["metadata"]["component"]["name"] == "city-cockpit"
    assert len(bill.undeclared(made)) <= 2, "a part without a licence is for a person to look at"


def test_a_bill_that_is_not_the_locks_is_told(made: bill.Bill) -> None:
    pins = read_pins(RUNTIME)
    short = {**made, "components": [part for part in made["components"] if part["name"] != "dash"]}
    assert any("dash" in fault and "not in the bill" in fault for fault in bill.faults(short, pins))
    bare = {**made, "components": [{**part, "hashes": [], "version": "0"} for part in made["components"]]}
    told = bill.faults(bare, pins)
    assert any("make an environment anew" in fault for fault in told)
    assert any("no hash" in fault for fault in told)
    assert any("CycloneDX 1.6" in fault for fault in bill.faults({**made, "bomFormat": "x"}, pins))


def test_a_script_of_others_that_nobody_declared_is_refused(made: bill.Bill, tmp_path: Path) -> None:
    (tmp_path / "plotly-geo.js").write_text("x")
    with pytest.raises(ValueError, match="does not know"):
        bill.product(made, {}, tmp_path)
