"""The English catalogue: `update` collects the strings, `compile` makes the file for the app,
`check` fails when one is missing, fuzzy or loses a placeholder.

Vietnamese is the source language of every visible string, so a missing English one shows
Vietnamese, never the reverse.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "app/translations/en/LC_MESSAGES/messages.po"
MO = PO.with_suffix(".mo")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def extract() -> Catalog:
    """Every string marked in code and templates."""
    with tempfile.NamedTemporaryFile(suffix=".pot") as target:
        command = [
            sys.executable,
            "-m",
            "babel.messages.frontend",
            "-q",
            "extract",
            "-F",
            "babel.cfg",
            "--no-location",
            "--omit-header",
        ]
        subprocess.run(  # noqa: S603
            [*command, "-k", "_l", "-k", "_n:1,2", "-o", target.name, "app"], cwd=ROOT, check=True
        )
        with open(target.name, "rb") as stream:
            return read_po(stream)


def load() -> Catalog:
    """The English catalogue as it is."""
    with PO.open("rb") as stream:
        return read_po(stream, locale="en")


def update() -> int:
    """Bring the catalogue in line with the code and compile it."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    catalogue = load() if PO.exists() else Catalog(locale="en")
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with PO.open("wb") as stream:
        write_po(stream, catalogue, sort_output=True, omit_header=False, width=120)
    return compiled()


def compiled() -> int:
    """Make the file that the app reads. It is not kept in git: `make setup` makes it."""
    with MO.open("wb") as stream:
        write_mo(stream, load())
    return 0


def check() -> int:
    """1 when the catalogue is not complete and current."""
    catalogue, problems = load(), []
    wanted = {message.id for message in extract() if message.id}
    for text in sorted(wanted, key=str):
        message = catalogue.get(text)
        if message is None or not message.string or message.fuzzy:
            problems.append(f"no English: {text!r}")
        elif isinstance(text, str) and sorted(_PLACEHOLDER.findall(text)) != sorted(
            _PLACEHOLDER.findall(str(message.string))
        ):
            problems.append(f"placeholders differ: {text!r}")
    for line in problems[:40]:
        print(line)  # noqa: T201  (this is what it is for)
    if len(problems) > 40:
        print(f"… and {len(problems) - 40} more")  # noqa: T201
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit({"update": update, "compile": compiled, "check": check}[sys.argv[1]]())
