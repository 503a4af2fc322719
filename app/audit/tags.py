"""What the tags mean, in words for people.

A feature declares its own beside the code that records them.
"""

from typing import Any

_labels: dict[str, Any] = {}


def declare(tag: str, label: Any) -> None:
    """Give a tag its (lazy, translated) label for the screen and the export."""
    _labels[tag] = label


def label(tag: str) -> str:
    """The words for a tag; the tag itself when nobody declared it."""
    return str(_labels.get(tag, tag))
