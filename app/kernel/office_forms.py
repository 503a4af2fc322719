"""Parts that forms of the office share: what the officer saw, lines of limited length, choices of
an enumeration.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Length, Optional

from app.kernel.forms import BaseForm, LineField, Needed, TextField
from app.kernel.text import int_of


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
        """The revision that the officer saw; one that never matches when the form did not say."""
        return seen_number(self.seen_revision.data)


def seen_number(typed: object) -> int:
    """A revision as a form sent it; one that never matches for anything else."""
    number = int_of(typed)
    return -1 if number is None else number


def seen_of(pairs: Iterable[str]) -> dict[int, int]:
    """What ticked rows of a list said of themselves, «id:revision», as revisions by id."""
    found: dict[int, int] = {}
    for pair in pairs:
        number, _colon, revision = (int_of(part) for part in pair.partition(":"))
        if number is not None and revision is not None:
            found[number] = revision
    return found


class PanelForm(SeenForm):
    """A form among others on the workbench: it knows what the officer saw, and from which list the
    thing was opened. Its fields have ids of their own.
    """

    #: What the fields' ids begin with.
    panel = "o"
    next = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.id = f"{self.panel}-{field.name}"
            field.label.field_id = field.id
