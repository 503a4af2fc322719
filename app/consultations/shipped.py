"""What ships with the product for consultations: the rule table and the land-use codes, as their
files have them. Pure.
"""

import datetime as dt
import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

from app.consultations.rules import Rule, from_table

FOLDER = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class LandUse:
    """A land-use code with its colour, from a day on."""

    code: str
    name: str
    #: #rrggbb; empty when it is not known.
    colour: str
    valid_from: dt.date
    valid_to: dt.date | None
    source: str
    confidence: str


@functools.cache
def rules(level: str) -> tuple[Rule, ...]:
    """The rules for an authority of this level (a value of organisation's AgencyLevel)."""
    content = tomllib.loads((FOLDER / "rules.toml").read_text("utf-8"))
    return tuple(from_table(row) for row in content["rules"] if level in row.get("levels", [level]))


@functools.cache
def land_uses() -> tuple[LandUse, ...]:
    """The land-use codes, old ones too."""
    content = tomllib.loads((FOLDER / "land_types.toml").read_text("utf-8"))
    return tuple(
        LandUse(
            row["code"],
            row["name"],
            row["colour"],
            row["valid_from"],
            row.get("valid_to"),
            row["source"],
            row["confidence"],
        )
        for row in content["types"]
    )
