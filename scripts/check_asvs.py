"""Count docs/asvs.md; fail when it names a test that does not exist or leaves something out."""

import re
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
#: How many requirements ASVS 5.0.0 has at level 1, and more at level 2.
EXPECTED = {1: 70, 2: 183}
STATES = ("n/a", "not yet", "reason")
_ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \|")
_TEST = re.compile(r"`(test_\w+)::(test_\w+)`")


class Requirement(NamedTuple):
    """One row."""

    number: str
    level: int
    shown: str

    @property
    def state(self) -> str:
        """n/a, not yet, reason, or test."""
        return next((state for state in STATES if self.shown.startswith(f"{state}: ")), "test")


def read(text: str) -> list[Requirement]:
    """The rows of the document."""
    return [Requirement(row[1], int(row[2]), row[4]) for row in _ROW.finditer(text)]


def written(folder: Path) -> set[tuple[str, str]]:
    """File (without folder: files move) and name of every test."""
    return {
        (file.stem, name)
        for file in folder.rglob("test_*.py")
        for name in re.findall(r"^ *def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }


def problems(rows: list[Requirement], known: set[tuple[str, str]]) -> list[str]:
    """What is wrong with the document, in sentences."""
    found = []
    for number, times in Counter(row.number for row in rows).items():
        if times > 1:
            found.append(f"{number} stands there {times} times")
    for level, expected in EXPECTED.items():
        if (there := sum(row.level == level for row in rows)) != expected:
            found.append(f"level {level}: {there} requirements instead of {expected}")
    for row in rows:
        named = _TEST.findall(row.shown)
        found += [
            f"{row.number}: there is no {file}::{name}"
            for file, name in named
            if (file, name) not in known
        ]
        if row.state == "test" and not named:
            found.append(f"{row.number} names neither a test nor a reason")
    return found


def main() -> int:
    """1 when something is wrong."""
    rows = read((ROOT / "docs" / "asvs.md").read_text("utf-8"))
    counts = Counter(row.state for row in rows)
    print(  # noqa: T201  (this is what it is for)
        f"ASVS 5.0, levels 1 and 2: {len(rows)} requirements, {counts['n/a']} do not apply; of the"
        f" others {counts['test']} by test, {counts['reason']} by reason, {counts['not yet']} not"
        " yet"
    )
    wrong = problems(rows, written(ROOT / "tests"))
    for sentence in wrong:
        print(sentence)  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
