"""Who needs a second factor, when somebody is signed in, who may change whom: rows without a
database.
"""

import datetime as dt

import pytest

from app.access import P, Role
from app.accounts import policy
from app.accounts.models import Delegation, StaffSession, User, UserRole
from app.kernel.clock import today

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
ONE_MINUTE = dt.timedelta(minutes=1)


def person(number: int, *roles: Role, **more: object) -> User:
    values = {"is_active": True, "is_demo": False, **more}
    return User(id=number, role_rows=[UserRole(role=role) for role in roles], **values)


def stand_in(
    giver: User, deputy: User, first: int = 0, last: int = 0, **more: object
) -> Delegation:
    days = {
        "starts_on": today() + dt.timedelta(days=first),
        "ends_on": today() + dt.timedelta(days=last),
    }
    delegation = Delegation(from_user=giver, to_user=deputy, **days, **more)
    deputy.received = [*deputy.received, delegation]
    return delegation


def session(**more: object) -> StaffSession:
    return StaffSession(
        **{
            "ended_at": None,
            "ends_at": NOW + dt.timedelta(hours=1),
            "second_factor_at": None,
            **more,
        }
    )


@pytest.mark.parametrize("role", Role)
def test_roles_that_publish_or_administer_need_a_second_factor(role: Role) -> None:
    needed = role in {Role.ADMINISTRATOR, Role.APPROVER, Role.PUBLISHER}
    assert policy.needs_second_factor(person(1, role), demo=False) == needed
    assert policy.needs_second_factor(person(1, role), demo=True) == needed
    assert not policy.needs_second_factor(person(1, role, is_demo=True), demo=True)
    assert policy.needs_second_factor(person(1, role, is_demo=True), demo=False) == needed


def test_a_deputy_needs_one_while_in_charge() -> None:
    deputy = person(2, Role.OFFICER)
    assert not policy.needs_second_factor(deputy, demo=False)
    stand_in(person(1, Role.APPROVER), deputy)
    assert policy.needs_second_factor(deputy, demo=False)


def test_demo_accounts_are_closed_where_demo_is() -> None:
    demo = person(1, is_demo=True)
    assert policy.may_sign_in(demo, demo=True)
    assert not policy.may_sign_in(demo, demo=False)
    assert not policy.may_sign_in(person(1, is_active=False), demo=True)


@pytest.mark.parametrize(
    ("change", "idle", "alive"),
    [
        ({}, 0, True),
        ({}, 29, True),
        ({}, 30, False),
        ({"ends_at": NOW}, 0, False),
        ({"ends_at": NOW + ONE_MINUTE}, 0, True),
        ({"ended_at": NOW - ONE_MINUTE}, 0, False),
    ],
)
def test_a_session_dies_ended_old_or_idle(
    change: dict[str, object], idle: int, alive: bool
) -> None:
    assert policy.is_alive(session(**change), NOW, seen=NOW - dt.timedelta(minutes=idle)) is alive


@pytest.mark.parametrize(
    ("roles", "seed", "given", "signed_in"),
    [
        ([Role.OFFICER], None, False, True),
        ([Role.OFFICER], "seed", False, False),
        ([Role.OFFICER], "seed", True, True),
        ([Role.APPROVER], None, False, False),
        ([Role.APPROVER], "seed", False, False),
        ([Role.APPROVER], "seed", True, True),
    ],
)
def test_the_password_alone_is_enough_only_without_a_second_factor(
    roles: list[Role], seed: str | None, given: bool, signed_in: bool
) -> None:
    row = session(second_factor_at=NOW if given else None)
    assert policy.is_signed_in(row, person(1, *roles, totp_seed=seed), demo=False) is signed_in
    assert not policy.is_signed_in(
        row, person(1, *roles, totp_seed=seed, is_active=False), demo=False
    )


def test_permissions_come_from_roles_and_everybody_minds_their_own_account() -> None:
    officer = person(1, Role.OFFICER)
    assert officer.has(P.QUESTION_ANSWER)
    assert officer.has(P.ACCOUNT_SELF)
    assert not officer.has(P.QUESTION_APPROVE)
    assert person(1).own_permissions == {P.ACCOUNT_SELF}


def test_a_deputy_approves_and_extends_for_the_giver_and_nothing_else() -> None:
    giver, deputy = (
        person(1, Role.APPROVER, Role.PUBLISHER, Role.ADMINISTRATOR),
        person(2, Role.OFFICER),
    )
    stand_in(giver, deputy)
    gained = {permission for permission in P if deputy.has(permission)} - deputy.own_permissions
    assert gained == {P.QUESTION_APPROVE, P.QUESTION_EXTEND}
    assert deputy.acting_for(P.QUESTION_APPROVE) is giver
    assert deputy.acting_for(P.QUESTION_ANSWER) is None
    assert giver.acting_for(P.QUESTION_APPROVE) is None


def test_one_s_own_permission_is_used_first() -> None:
    giver, head = person(1, Role.APPROVER), person(2, Role.HEAD)
    stand_in(giver, head)
    assert head.acting_for(P.QUESTION_EXTEND) is None
    assert head.acting_for(P.QUESTION_APPROVE) is giver


@pytest.mark.parametrize(
    ("first", "last", "today_too"), [(-1, 1, True), (0, 0, True), (1, 2, False), (-2, -1, False)]
)
def test_a_deputy_is_in_charge_from_the_first_to_the_last_day(
    first: int, last: int, today_too: bool
) -> None:
    deputy = person(2, Role.OFFICER)
    stand_in(person(1, Role.APPROVER), deputy, first, last)
    assert deputy.has(P.QUESTION_APPROVE) is today_too


def test_what_was_taken_back_or_given_by_somebody_who_left_is_worth_nothing() -> None:
    for giver, more in (
        (person(1, Role.APPROVER), {"withdrawn_at": NOW}),
        (person(1, Role.APPROVER, is_active=False), {}),
        (person(1, Role.OFFICER), {}),
    ):
        deputy = person(2, Role.OFFICER)
        stand_in(giver, deputy, **more)
        assert not deputy.has(P.QUESTION_APPROVE)


def test_a_deputy_cannot_pass_it_on() -> None:
    deputy = person(2, Role.OFFICER)
    stand_in(person(1, Role.APPROVER), deputy)
    assert not policy.may_name_deputy(deputy)
    assert policy.may_name_deputy(person(1, Role.APPROVER))


def test_only_others_who_read_questions_and_lack_something_stand_in() -> None:
    giver = person(1, Role.APPROVER)
    assert policy.may_stand_in(giver, person(2, Role.OFFICER))
    assert policy.may_stand_in(giver, person(2, Role.HEAD))
    assert not policy.may_stand_in(giver, giver)
    assert not policy.may_stand_in(giver, person(2, Role.OFFICER, is_active=False))
    assert not policy.may_stand_in(giver, person(2, Role.EDITOR))
    assert not policy.may_stand_in(giver, person(2, Role.APPROVER))


def test_nobody_administers_themselves() -> None:
    administrator = person(1, Role.ADMINISTRATOR)
    assert policy.may_administer(administrator, person(2))
    assert not policy.may_administer(administrator, administrator)
    assert not policy.may_administer(person(3, Role.MODERATOR), person(2))
