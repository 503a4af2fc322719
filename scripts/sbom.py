"""`make sbom`: what a release is made of, as CycloneDX 1.6 JSON.

Python packages with their versions, the packages that want them and the hashes that pip is held to
(requirements.txt, and requirements-postgres.txt as optional ones); licences as the installed
packages state them; what is vendored for browsers (app/static/vendor/VENDOR.toml). The same tree
gives the same file: no time of day, and a serial number made of the content.
"""

import json
import re
import sys
import tomllib
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)(?:\s*;\s*(.*?))?\s*\\?$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
#: A longer field holds the whole text of a licence.
_LONGEST = 60
_SPACE = uuid.UUID("5d0f0a2e-6a41-5c5b-9d8a-7f1f5f0f3c11")


@dataclass
class Pin:
    """One package of a lock file."""

    name: str
    version: str
    marker: str
    hashes: list[str] = field(default_factory=list)
    via: list[str] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """Its package URL, which also names it inside the file."""
        return f"pkg:pypi/{self.name.lower().replace('_', '-')}@{self.version}"


def pins(text: str) -> Iterator[Pin]:
    """The packages of a lock file as `make lock` writes it."""
    pin: Pin | None = None
    for line in text.splitlines():
        if match := _PIN.match(line):
            if pin:
                yield pin
            pin = Pin(match[1], match[2], match[3] or "")
        elif pin:
            pin.hashes += _HASH.findall(line)
            pin.via += re.findall(r"#\s+(?:via\s+)?(?!via$)(-r \S+|[A-Za-z0-9._-]+)$", line)
    if pin:
        yield pin


def _licence(name: str) -> list[dict[str, Any]]:
    try:
        stated = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if expression := stated.get("License-Expression"):
        return [{"expression": expression}]
    named = [
        value.rsplit(" :: ", 1)[-1]
        for value in stated.get_all("Classifier") or []
        if value.startswith("License ::")
    ]
    if not named and (text := stated.get("License")) and len(text) < _LONGEST:
        named = [text]
    return [{"license": {"name": value}} for value in named]


def _python(pin: Pin, scope: str) -> dict[str, Any]:
    properties = [{"name": "pip:sha256", "value": digest} for digest in pin.hashes]
    if pin.marker:
        properties.append({"name": "pip:marker", "value": pin.marker})
    made = {
        "type": "library",
        "bom-ref": pin.ref,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.ref,
        "scope": scope,
        "licenses": _licence(pin.name),
        "properties": properties,
    }
    return {name: value for name, value in made.items() if value}


def _vendored(package: dict[str, Any]) -> dict[str, Any]:
    purl = f"pkg:npm/{package['name'].replace('@', '%40')}@{package['version']}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": package["name"],
        "version": package["version"],
        "purl": purl,
        "scope": "required",
        "licenses": [{"expression": package["licence"]}],
    }


def bill(root: Path = ROOT) -> dict[str, Any]:
    """The bill of materials of this tree."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    main = f"pkg:generic/{project['name']}@{project['version']}"
    needed = list(pins((root / "requirements.txt").read_text("utf-8")))
    known = {pin.ref for pin in needed}
    optional = [
        pin
        for pin in pins((root / "requirements-postgres.txt").read_text("utf-8"))
        if pin.ref not in known
    ]
    vendor = tomllib.loads((root / "app/static/vendor/VENDOR.toml").read_text("utf-8"))
    browsers = [_vendored(each) for each in vendor["package"] if each["version"] != "-"]
    wants = defaultdict[str, set[str]](set)
    refs = defaultdict[str, list[str]](list)
    for pin in (*needed, *optional):
        refs[pin.name].append(pin.ref)
    for pin in (*needed, *optional):
        for name in pin.via:
            for wanting in refs.get(name, [main]):
                wants[wanting].add(pin.ref)
    wants[main] |= {package["bom-ref"] for package in browsers}
    content: dict[str, Any] = {
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": main,
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"expression": project["license"]["text"]}],
            }
        },
        "components": [
            *(_python(pin, "required") for pin in needed),
            *(_python(pin, "optional") for pin in optional),
            *browsers,
        ],
        "dependencies": [{"ref": ref, "dependsOn": sorted(wants[ref])} for ref in sorted(wants)],
    }
    serial = uuid.uuid5(_SPACE, json.dumps(content, sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        **content,
    }


def main() -> int:
    """Write it to the file that is named."""
    text = json.dumps(bill(), ensure_ascii=False, indent=1)
    Path(sys.argv[1]).write_text(f"{text}\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
