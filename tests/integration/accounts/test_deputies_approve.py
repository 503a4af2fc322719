"""Naming who approves in one's place, and what that person may then do."""

import datetime as dt

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access import P, Role
from app.accounts import queries
from app.accounts.models import Delegation, User
from app.accounts.service import deputies
from app.extensions import db
from app.kernel.clock import today
from app.kernel.errors import FieldError, Forbidden, NotFound
from tests.factories.accounts import make_staff, make_user, post

OWN = "/can-bo/tai-khoan"
PAGE = OWN + "/duyet-thay"
DAY = dt.timedelta(days=1)


def spelled(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def test_an_approver_names_somebody_on_screen_and_takes_it_back(app: Flask) -> None:
    client, giver = make_staff(app, Role.APPROVER)
    with app.app_context():
        deputy = make_user("pho-phong", full_name="Lê Phó Phòng", roles=(Role.HEAD,))
        make_user("bien-tap", full_name="Biên Tập Viên", roles=(Role.EDITOR,))
    page = client.get(PAGE).get_data(as_text=True)
    assert "Lê Phó Phòng" in page
    assert "Biên Tập Viên" not in page
    data = {
        "deputy": str(deputy.id),
        "starts_on": spelled(today()),
        "ends_on": spelled(today() + 3 * DAY),
    }
    assert post(client, PAGE, data).status_code == 302
    page = client.get(OWN).get_data(as_text=True)
    assert f"Lê Phó Phòng, từ {spelled(today())} đến hết {spelled(today() + 3 * DAY)}" in page
    with app.app_context():
        person = db.session.get_one(User, deputy.id)
        assert person.has(P.QUESTION_APPROVE)
        acting_for = person.acting_for(P.QUESTION_APPROVE)
        assert acting_for is not None
        assert acting_for.id == giver.id
        assert {user.id for user in queries.with_permission(P.QUESTION_APPROVE)} == {
            giver.id,
            deputy.id,
        }
        (row,) = queries.delegations_of(db.session.get_one(User, giver.id))
        number = row.id
    assert post(client, f"{PAGE}/{number}/thoi-giao", form_at=OWN).status_code == 302
    assert post(client, f"{PAGE}/{number}/thoi-giao", form_at=OWN).status_code == 404
    with app.app_context():
        assert not db.session.get_one(User, deputy.id).has(P.QUESTION_APPROVE)
        tags = db.session.scalars(
            sa.text("SELECT tag FROM audit_record WHERE tag LIKE 'user:deputy:%' ORDER BY id")
        ).all()
        assert tags == ["user:deputy:named", "user:deputy:withdrawn"]


def test_the_days_count_in_ha_noi(app: Flask) -> None:
    with (
        time_machine.travel(dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC), tick=False) as clock,
        app.app_context(),
    ):
        giver, deputy = make_user(roles=(Role.APPROVER,)), make_user()
        deputies.name_deputy(
            giver, deputy=deputy, starts_on=dt.date(2026, 11, 25), ends_on=dt.date(2026, 11, 26)
        )
        db.session.commit()
        for moment, in_charge in (
            ("24T16:59", False),
            ("24T17:00", True),
            ("26T16:59", True),
            ("26T17:00", False),
        ):
            clock.move_to(dt.datetime.fromisoformat(f"2026-11-{moment}+00:00"))
            db.session.expire_all()
            assert deputy.has(P.QUESTION_APPROVE) is in_charge, moment
            assert (deputy in queries.with_permission(P.QUESTION_APPROVE)) is in_charge, moment


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (-1, 1, "starts_on"),
        (2, 1, "ends_on"),
        (0, 366, "ends_on"),
        (5, 6, "starts_on"),
        (3, 5, "starts_on"),
        (7, 8, "starts_on"),
        (0, 30, "starts_on"),
    ],
)
def test_a_period_has_to_make_sense_and_not_overlap(
    ctx: Flask, first: int, last: int, field: str
) -> None:
    giver, deputy, other = make_user(roles=(Role.APPROVER,)), make_user(), make_user()
    deputies.name_deputy(
        giver, deputy=deputy, starts_on=today() + 5 * DAY, ends_on=today() + 7 * DAY
    )
    with pytest.raises(FieldError) as caught:
        deputies.name_deputy(
            giver, deputy=other, starts_on=today() + first * DAY, ends_on=today() + last * DAY
        )
    assert caught.value.field == field


def test_days_beside_one_another_do_not_overlap(ctx: Flask) -> None:
    giver, deputy = make_user(roles=(Role.APPROVER,)), make_user()
    for first, last in ((0, 2), (3, 5), (6, 6)):
        deputies.name_deputy(
            giver, deputy=deputy, starts_on=today() + first * DAY, ends_on=today() + last * DAY
        )
    assert len(queries.delegations_of(giver)) == 3


def test_who_may_name_and_be_named(ctx: Flask) -> None:
    approver, officer = make_user(roles=(Role.APPROVER,)), make_user()
    with pytest.raises(Forbidden):
        deputies.name_deputy(officer, deputy=approver, starts_on=today(), ends_on=today())
    for wrong in (approver, make_user(roles=(Role.EDITOR,)), make_user(roles=(Role.APPROVER,))):
        with pytest.raises(FieldError):
            deputies.name_deputy(approver, deputy=wrong, starts_on=today(), ends_on=today())
    deputies.name_deputy(approver, deputy=officer, starts_on=today(), ends_on=today())
    db.session.expire_all()
    with pytest.raises(Forbidden):
        deputies.name_deputy(officer, deputy=make_user(), starts_on=today(), ends_on=today())


def test_nobody_withdraws_what_somebody_else_gave(ctx: Flask) -> None:
    giver, other = make_user(roles=(Role.APPROVER,)), make_user(roles=(Role.APPROVER,))
    delegation = deputies.name_deputy(giver, deputy=make_user(), starts_on=today(), ends_on=today())
    for stranger, number in ((other, delegation.id), (giver, 10**9)):
        with pytest.raises(NotFound):
            deputies.withdraw(stranger, number)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deputy": ""}, "Hãy chọn người duyệt thay."),
        ({"deputy": "999999"}, "Hãy chọn một mục trong danh sách."),
        ({"starts_on": "hôm nay"}, "Hãy nhập ngày dạng"),
        ({"ends_on": ""}, "Hãy nhập ngày kết thúc."),
        ({"ends_on": "01/01/2020"}, "phải từ ngày bắt đầu"),
    ],
)
def test_mistakes_in_the_form_are_said(app: Flask, change: dict[str, str], words: str) -> None:
    client, _giver = make_staff(app, Role.APPROVER)
    with app.app_context():
        deputy = make_user()
    data = {
        "deputy": str(deputy.id),
        "starts_on": spelled(today()),
        "ends_on": spelled(today()),
        **change,
    }
    response = post(client, PAGE, data)
    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Delegation)) == 0


def test_officers_have_no_such_page(app: Flask) -> None:
    client, _user = make_staff(app, Role.OFFICER)
    assert client.get(PAGE).status_code == 403
    assert "Người duyệt thay" not in client.get(OWN).get_data(as_text=True)


def test_the_database_refuses_nonsense(ctx: Flask) -> None:
    giver, deputy = make_user(roles=(Role.APPROVER,)), make_user()
    common = {"created_by": giver.id, "created_at": giver.created_at}
    for row in (
        Delegation(
            from_user_id=giver.id, to_user_id=giver.id, starts_on=today(), ends_on=today(), **common
        ),
        Delegation(
            from_user_id=giver.id,
            to_user_id=deputy.id,
            starts_on=today(),
            ends_on=today() - DAY,
            **common,
        ),
    ):
        db.session.add(row)
        with pytest.raises(sa.exc.IntegrityError):
            db.session.flush()
        db.session.rollback()
