"""The factory makes rows that agree, for every stage and every visibility; and the same ones that
the services' own walk leaves.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.access import Role
from app.accounts.models import User
from app.accounts.service import create_user
from app.extensions import db
from app.questions.models import Question
from app.questions.queries import public, staff
from app.questions.states import Classification, Stage, Visibility
from app.submissions import service as submissions
from app.submissions.states import Channel, Consent
from tests.conftest import empty
from tests.factories.accounts import add_user
from tests.factories.questions import cast, make_question, make_unseen, pin, walk_question

#: What only the walk leaves: the office's record, mails with their links. People are made by both
#: in the same way.
LEFT_OUT = {"audit_record", "audit_head", "outbox_message", "submission_token", "user"}
#: Differ from question to question, or count the steps.
APART = {"dedupe_key", "idempotency_key", "pin_hash", "token_hash", "revision"}


def stored(made: Question) -> dict[str, list[dict[str, Any]]]:
    """Every row of the database by table, and the full-text index; numbers of rows are left out."""
    assert made.id
    found: dict[str, list[dict[str, Any]]] = {}
    for table in db.metadata.sorted_tables:
        kept = [
            column
            for column in table.columns
            if column.name not in APART and not (column.primary_key or column.foreign_keys)
        ]
        linked = [
            column.is_not(None).label(column.name)
            for column in table.columns
            if column.foreign_keys
        ]
        if table.name not in LEFT_OUT and kept:
            query = sa.select(*kept, *linked).order_by(*table.primary_key.columns)
            found[table.name] = [dict(row._mapping) for row in db.session.execute(query)]
    for row in db.session.execute(sa.text("SELECT * FROM search_doc")).mappings():
        words = {name: value for name, value in row.items() if name not in {"id", "ref_id"}}
        found.setdefault("search_doc", []).append(words)
    return found


@pytest.mark.parametrize(
    "wanted",
    [
        *({"stage": stage} for stage in Stage if stage is not Stage.UNVERIFIED),
        *({"visibility": shown} for shown in Visibility),
        {"stage": Stage.CLOSED, "visibility": Visibility.PUBLIC},
        *({"stage": stage, "phone": None, "email": "an@example.vn"} for stage in Stage),
        *(
            {"stage": stage, "classification": Classification.COMPLAINT}
            for stage in (
                Stage.RECEIVED,
                Stage.ASSIGNED,
                Stage.NEEDS_INFO,
                Stage.SPAM,
                Stage.REFUSED,
                Stage.TRANSFERRED,
                Stage.WITHDRAWN,
            )
        ),
        {"stage": Stage.RECEIVED, "redacted": True, "body": "Xin gọi tôi số 0912 345 678 nhé."},
        {"stage": Stage.ANSWERED, "consent": Consent.PRIVATE},
        {"channel": Channel.PHONE, "phone": None, "spam": {"points": 2, "reasons": ["x"]}},
    ],
    ids=lambda wanted: " ".join(str(value) for value in wanted.values()),
)
def test_rows_are_what_the_walk_leaves(app: Flask, wanted: dict[str, Any]) -> None:
    def left_by(make: Callable[..., Question]) -> dict[str, list[dict[str, Any]]]:
        with app.app_context():
            return stored(make(**wanted))

    with time_machine.travel(dt.datetime(2026, 11, 24, 3, tzinfo=dt.UTC), tick=False):
        walked = left_by(walk_question)
        empty(app)
        assert left_by(make_question) == walked


def test_people_are_what_the_service_makes(ctx: Flask) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 24, 3, tzinfo=dt.UTC), tick=False):
        values = {"full_name": "Lê Văn Soạn", "email": "soan@example.vn", "position": "Cán bộ"}
        roles = (Role.OFFICER, Role.MODERATOR)
        create_user(username="soan-1", roles=roles, **values)
        add_user("soan-2", roles=roles, **values)
        db.session.flush()
    rows = db.session.execute(sa.select(User.__table__).order_by(User.id)).all()
    walked, inserted = (
        {name: value for name, value in row._mapping.items() if name != "id"} for row in rows
    )
    for values in (walked, inserted):
        number = values.pop("username")
        values["search_text"] = values["search_text"].replace(number, "")
    assert inserted == walked
    users = db.session.scalars(sa.select(User))
    assert [user.roles for user in users] == [frozenset(roles)] * 2


def test_the_people_are_made_once(ctx: Flask) -> None:
    assert cast() == cast()


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_can_be_made(app: Flask, stage: Stage) -> None:
    with app.app_context():
        question = make_question(stage=stage)
        assert question.stage is stage
        assert staff.log_of(question)[-1].to_stage is stage


@pytest.mark.parametrize("visibility", Visibility)
def test_every_visibility_can_be_made(app: Flask, visibility: Visibility) -> None:
    with app.app_context():
        question = make_question(stage=Stage.ANSWERED, visibility=visibility)
        assert question.visibility is visibility
        assert (public.public_one(question.submission.code) is not None) is (
            visibility is Visibility.PUBLIC
        )
        assert public.tombstone(question.submission.code) is (
            visibility in {Visibility.HIDDEN, Visibility.ERASED}
        )


@pytest.mark.parametrize(
    "stage", [Stage.RECEIVED, Stage.ASSIGNED, Stage.NEEDS_INFO, Stage.REFUSED, Stage.TRANSFERRED]
)
def test_a_complaint_can_be_made(app: Flask, stage: Stage) -> None:
    with app.app_context():
        question = make_question(stage=stage, classification=Classification.COMPLAINT)
        assert (question.stage, question.classification) == (stage, Classification.COMPLAINT)


def test_values_are_readable_after_the_context(app: Flask) -> None:
    with app.app_context():
        question = make_question(visibility=Visibility.PUBLIC)
    assert question.submission.code.startswith("AS-")
    assert question.version_id is not None


def test_the_pin_opens_it(app: Flask) -> None:
    with app.app_context():
        question = make_question()
        secret = str(app.secret_key)
        found = submissions.unlock(
            code=question.submission.code, pin=pin(question), address_key="a", secret_key=secret
        )
        assert found is not None
        assert found.id == question.submission_id


def test_the_unseen_are_unseen(app: Flask) -> None:
    with app.app_context():
        made = make_unseen("Dấu-mốc-ẩn")
        assert len(made) > len(Stage)
        assert public.latest(50) == []
