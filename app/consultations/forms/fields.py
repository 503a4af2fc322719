"""Parts that forms of the office share: what the officer saw, lines of limited length, choices of
an enumeration.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Length, Optional

from app.kernel.forms import BaseForm, LineField, Needed, TextField


def at_most(limit: int) -> Length:
    """A validator for the length of a text."""
    return Length(max=limit, message=_l("Hãy viết tối đa %(n)s ký tự.", n=limit))


def line(label: Any, limit: int, *, needed: Any = None, description: Any = "") -> LineField:
    """One line of text."""
    return LineField(
        label,
        description=description,
        validators=[Needed(needed) if needed else Optional(), at_most(limit)],
    )


def area(label: Any, limit: int, *, needed: Any = None, description: Any = "") -> TextField:
    """Several lines of text."""
    return TextField(
        label,
        description=description,
        validators=[Needed(needed) if needed else Optional(), at_most(limit)],
    )


def choices(labels: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """The values of an enumeration with their labels."""
    return [(key.value, label) for key, label in labels.items()]


class SeenForm(BaseForm):
    """A form that knows which revision the officer saw."""

    seen_revision = HiddenField()

    @property
    def seen(self) -> int:
        """The revision that the officer saw; a number that never matches when the
        form did not say.
        """
        data = str(self.seen_revision.data or "")
        return int(data) if data.isascii() and data.isdigit() and len(data) < 10 else -1
