"""What is to be loaded, as the files in ../data say it.

Reading only; nothing here knows the database.
"""

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"
#: What the list calls the former township.
TOWN = "thị trấn"
_GAP = re.compile(r"\{(\+?\w+)\}")


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of authority: its description, its units, and the words in which texts speak of
    them.
    """

    name: str
    agency: Mapping[str, Any]
    units: list[dict[str, str]]
    #: Which unit does the work of a unit that this authority does not have, by code.
    unit_of: Mapping[str, str]
    words: Mapping[str, str]
    places: list[str]
    people: list[dict[str, Any]]
    #: Names for officers of units that would have nobody.
    further: list[str]

    def place(self, name: str) -> str:
        """What this authority calls a place of the list."""
        return self.words["town"] if name == TOWN else name

    def local(self, place: str) -> str:
        """The people's committee on the spot."""
        return (
            self.words["local_town"]
            if place == TOWN
            else self.words["local"].format(place=place or "An Sơn")
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """One question of the list, with what is told of it."""

    seq: str
    title: str
    topic: str
    unit: str
    place: str
    kind: str
    channel: str
    #: published, answered_private, assigned, needs_info … : how far it has come.
    status: str
    #: The outcome of the answer, where there is one.
    result: str
    #: Working days from receipt to the answer; None: not answered.
    days: int | None
    told: Mapping[str, Any]


def profile(name: str) -> Profile:
    """The profile of this name, one of PROFILES."""
    content = _toml("profiles.toml")
    chosen = content[name]
    return Profile(
        name=name,
        agency=chosen["agency"],
        units=_rows(chosen["units_file"]),
        unit_of=chosen["unit_of"],
        words=chosen["words"],
        places=content["places"]["names"],
        people=content["officers"]["people"],
        further=content["officers"]["further"],
    )


def topics() -> list[dict[str, str]]:
    """The topics, in order."""
    return _rows("topics.csv")


def questions() -> list[Planned]:
    """All questions, in the order of their numbers, which is the order of time."""
    told = _toml("questions.toml")
    return [_planned(row, told[f"q{row['seq']}"]) for row in _rows("questions.csv")]


def templates() -> list[dict[str, Any]]:
    """«Mẫu trả lời» of the units."""
    found: list[dict[str, Any]] = _toml("templates.toml")["template"]
    return found


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with its gaps filled; a gap that no word fits stays, as in a template."""
    return _GAP.sub(lambda match: words.get(match.group(1), match.group(0)), text.strip())


def gaps(text: str) -> set[str]:
    """The names of the gaps in a text."""
    return set(_GAP.findall(text))


def _planned(row: dict[str, str], told: Mapping[str, Any]) -> Planned:
    values: dict[str, Any] = {
        name: row[name]
        for name in (
            "seq",
            "title",
            "topic",
            "unit",
            "place",
            "kind",
            "channel",
            "status",
            "result",
        )
    }
    return Planned(**values, days=int(row["days"]) if row["days"] else None, told=told)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text("utf-8"))
