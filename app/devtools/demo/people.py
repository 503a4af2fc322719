"""The people of the sample authority: the eight accounts, and colleagues who only
stand in lists.
"""

from collections.abc import Mapping

from app.access import ROLE_LABELS, Role
from app.accounts import demo as accounts
from app.accounts.models import User
from app.accounts.service import create_user
from app.devtools.demo.plan import Profile
from app.extensions import db
from app.kernel.text import slug
from app.organisation.models import Unit

MODERATOR, LEADER, EDITOR = "tiepnhan", "lanhdao", "bientap"
#: Roles that write answers.
_WRITERS = frozenset({Role.OFFICER, Role.HEAD})


def demo_accounts() -> list[tuple[str, str]]:
    """The names for signing in, with what each may do, in words.

    The password is accounts.demo.PASSWORD.
    """
    return [
        (account.username, ", ".join(str(ROLE_LABELS[role]) for role in account.roles))
        for account in accounts.ACCOUNTS
    ]


def load(profile: Profile, units: Mapping[str, Unit], *, answering: set[str]) -> dict[str, User]:
    """Everybody, by name.

    `answering`: codes of the units that get questions; each gets at least one officer.
    """
    found = accounts.load({code: unit.id for code, unit in units.items()})
    found += [_colleague(units, **person) for person in profile.people]
    busy = {user.unit_id for user in found if user.is_active and user.roles & _WRITERS}
    names = iter(profile.further)
    for code in sorted(answering):
        if units[code].id not in busy:
            found.append(
                _colleague(
                    units,
                    username=f"cb.{slug(code)}",
                    full_name=next(names),
                    position="Chuyên viên",
                    units=[code],
                )
            )
    db.session.flush()
    return {user.username: user for user in found}


def _colleague(
    known: Mapping[str, Unit],
    *,
    username: str,
    full_name: str,
    position: str,
    units: list[str],
    roles: tuple[str, ...] = (Role.OFFICER,),
    active: bool = True,
) -> User:
    user = create_user(
        username=username,
        full_name=full_name,
        email=f"{username}@anson.example",
        roles=[Role(role) for role in roles],
        position=position,
        unit_id=next((known[code].id for code in units if code in known), None),
        is_demo=True,
    )
    user.is_active = active
    return user


def officer_of(people: Mapping[str, User], unit: Unit) -> User:
    """Who writes the answers of a unit: the specialist rather than the head."""
    mine = [
        user
        for user in people.values()
        if user.unit_id == unit.id and user.is_active and user.roles & _WRITERS
    ]
    return next((user for user in mine if Role.OFFICER in user.roles), mine[0])
