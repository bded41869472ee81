"""The product's bill of materials in CycloneDX: `python -m supply.bill` (`make sbom`) writes build/sbom.json.

cyclonedx-py lists everything installed beside this interpreter, tools included; what is kept is what requirements.txt pins and
scripts we ship ourselves, each with version, package URL, licence and hashes. The result is checked against the pins and the
standard's schema.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from supply.pins import ROOT, RUNTIME, Pin, read_pins

TARGET = ROOT / "build" / "sbom.json"
OURS = "root-component"  # what cyclonedx-py calls the project itself
# Scripts of others in assets/: beginning of the file's name -> name under which it is published.
_SCRIPTS = {"plotly-cartesian": "plotly.js-cartesian-dist-min", "geographiclib-geodesic": "geographiclib-geodesic"}
_SCRIPT = re.compile(r"(?P<name>[a-z-]+)-(?P<version>\d[\d.]*)\.min\.js")
Bill = dict[str, Any]  # CycloneDX JSON is open by nature


def installed() -> Bill:
    """The bill of everything installed beside this interpreter; RuntimeError with the tool's words when it fails."""
    command = [
        str(Path(sys.executable).with_name("cyclonedx-py")),
        "environment",
        "--pyproject",
        str(ROOT / "pyproject.toml"),
    ]
    command += ["--spec-version", "1.6", "--output-reproducible", "--no-validate", "--output-file", "-", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-1000:])
    bill: Bill = json.loads(done.stdout)
    return bill


def product(bill: Bill, pins: Mapping[str, Pin], assets: Path = ROOT / "assets") -> Bill:
    """The part of a bill that is the product: pinned libraries with their packages' hashes, and scripts of others."""
    kept = [_pinned(part, pin) for part in bill["components"] if (pin := pins.get(canonicalize_name(part["name"])))]
    scripts = [_script(path) for path in sorted({*assets.glob("*.min.js"), *assets.glob("plotly-*.js")})]
    refs = {part["bom-ref"] for part in kept}
    known = {entry["ref"]: sorted(set(entry.get("dependsOn", ())) & refs) for entry in bill.get("dependencies", ())}
    inside = [{"ref": ref, "dependsOn": known.get(ref, [])} for ref in sorted(refs)]
    root = {"ref": OURS, "dependsOn": sorted([*refs, *(part["bom-ref"] for part in scripts)])}
    return {**bill, "components": [*kept, *scripts], "dependencies": [root, *inside]}


def _pinned(part: Mapping[str, Any], pin: Pin) -> dict[str, Any]:
    """A library without links; a lock holds the hashes of all its packages, the installed one among them."""
    fields = {
        key: part[key]
        for key in ("type", "bom-ref", "name", "version", "description", "licenses", "purl")
        if key in part
    }
    hashes = [{"alg": "SHA-256", "content": value.removeprefix("sha256:")} for value in pin.hashes]
    return {**fields, "hashes": hashes}


def _script(path: Path) -> dict[str, Any]:
    found = _SCRIPT.fullmatch(path.name)
    if found is None or found["name"] not in _SCRIPTS:
        raise ValueError(f"{path.name} is a script of others that supply/bill.py does not know")
    name, version = _SCRIPTS[found["name"]], found["version"]
    return {
        "type": "library",
        "bom-ref": path.name,
        "name": name,
        "version": version,
        "licenses": [{"license": {"id": "MIT"}}],
        "purl": f"pkg:npm/{name}@{version}",
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}],
    }


def faults(bill: Bill, pins: Mapping[str, Pin]) -> list[str]:
    """What is wrong with a bill: a pin that is missing or of another version, a part without hashes, the schema."""
    listed: dict[str, Any] = {canonicalize_name(part["name"]): part for part in bill["components"]}
    told = [
        f"{name} {pin.version} is pinned and not in the bill"
        for name, pin in pins.items()
        if pin.here and name not in listed
    ]
    told += [
        f"{name} is {listed[name]['version']} in the bill, {pin.version} in requirements.txt; make an environment anew"
        for name, pin in pins.items()
        if name in listed and listed[name]["version"] != pin.version
    ]
    told += [f"{name} has no hash" for name, part in listed.items() if not part.get("hashes")]
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill))
    return told + ([f"not CycloneDX 1.6: {str(wrong)[:300]}"] if wrong is not None else [])


def undeclared(bill: Bill) -> list[str]:
    """Parts whose package declares no licence: for a person to look at."""
    return [part["name"] for part in bill["components"] if not part.get("licenses")]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the bill and tell its faults; 1 when there are any."""
    parser = argparse.ArgumentParser(prog="supply.bill", description=__doc__)
    parser.add_argument("--output", type=Path, default=TARGET)
    args = parser.parse_args(argv)
    pins = read_pins(RUNTIME)
    bill = product(installed(), pins)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(bill, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    told = faults(bill, pins)
    for sentence in told:
        print(sentence)
    print(
        f"{args.output}: {len(bill['components'])} parts; without a declared licence: {', '.join(undeclared(bill)) or 'none'}"
    )
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
