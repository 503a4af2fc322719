"""The lists that officers choose from: whom to assign to, topics."""

from collections.abc import Iterable

from flask_babel import gettext as _

from app.access import P
from app.accounts import queries as accounts
from app.accounts.models import User
from app.kernel.display import chosen_locale
from app.kernel.errors import FieldError, NotFound
from app.organisation import queries as organisation
from app.organisation.models import Topic, Unit
from app.questions import policy
from app.questions.queries import desk

Choice = tuple[str, str]


def units_for(user: User) -> list[Unit]:
    """The units that this person may give work to: all, or the own one."""
    units = organisation.active_units()
    return [unit for unit in units if policy.sees_everything(user) or unit.id == user.unit_id]


def assignees(user: User, *, prefix: str = "") -> dict[str, list[Choice]]:
    """Units, each with its people and how much they have to do, grouped by unit for a select."""
    load = desk.workload()
    people: dict[int | None, list[User]] = {}
    for person in accounts.with_permission(P.QUESTION_ANSWER):
        people.setdefault(person.unit_id, []).append(person)
    groups: dict[str, list[Choice]] = {}
    for unit in units_for(user):
        # Two units may bear one name, an old and a new one for instance.
        group = unit.name if unit.name not in groups else f"{unit.name} ({unit.code})"
        total = sum(number for (unit_id, _officer), number in load.items() if unit_id == unit.id)
        whole = _("%(unit)s (đang có %(n)s)", unit=unit.name, n=total)
        groups[group] = [(f"{prefix}{unit.slug}", whole)]
        for person in people.get(unit.id, []):
            mine = sum(
                number for (_unit, officer_id), number in load.items() if officer_id == person.id
            )
            label = _(
                "%(unit)s – %(name)s (đang có %(n)s)", unit=unit.name, name=person.full_name, n=mine
            )
            groups[group].append((f"{prefix}{unit.slug}:{person.username}", label))
    return groups


def chosen_assignee(value: str | None) -> tuple[Unit, User | None]:
    """The unit, and the person where one was named.

    Raises FieldError («to») when nothing was chosen.
    """
    slug, _colon, username = (value or "").partition(":")
    try:
        return organisation.unit_by_slug(slug), accounts.by_username(username) if username else None
    except NotFound:
        raise FieldError("to", _("Hãy chọn đơn vị nhận việc.")) from None


def assignee_value(unit_id: int | None, officer_id: int | None) -> str:
    """The value that stands for an assignment in the lists above; empty for none."""
    if unit_id is None:
        return ""
    slug = organisation.unit(unit_id).slug
    if officer_id is None:
        return slug
    try:
        return f"{slug}:{accounts.by_id(officer_id).username}"
    except NotFound:
        return slug


def topic_choices(topics: Iterable[Topic], first: str) -> list[Choice]:
    """Topics by address part, with a first entry for none."""
    language = chosen_locale()
    return [("", first), *((topic.slug, topic.name_in(language)) for topic in topics)]


def chosen_topic(slug: str | None) -> Topic | None:
    """The topic, or None. Raises FieldError («topic») for one that does not exist."""
    if not slug:
        return None
    try:
        return organisation.topic_by_slug(slug)
    except NotFound:
        raise FieldError("topic", _("Hãy chọn một mục trong danh sách.")) from None
