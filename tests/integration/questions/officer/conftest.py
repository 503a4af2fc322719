"""An office full of signed-in people, and what a question looks like afterwards."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.accounts.models import User
from app.audit.models import AuditRecord
from app.extensions import db
from app.organisation import queries as organisation
from app.organisation.models import Unit
from app.questions.models import Question, QuestionLog
from app.questions.queries import staff
from tests.factories import accounts
from tests.factories.organisation import make_agency, make_unit
from tests.factories.questions import make_question, walk_question

ROLES = {
    "moderator": (Role.MODERATOR,),
    "officer": (Role.OFFICER,),
    "head": (Role.HEAD,),
    "stranger": (Role.OFFICER,),
    "approver": (Role.APPROVER,),
    "publisher": (Role.PUBLISHER,),
    "leader": (Role.APPROVER, Role.PUBLISHER),
    "complaints": (Role.COMPLAINTS,),
    "administrator": (Role.ADMINISTRATOR,),
    "auditor": (Role.AUDITOR,),
    "contributor": (Role.CONTRIBUTOR,),
}
_UNITS = {"officer": "kt", "head": "kt", "stranger": "vhxh"}


class Office:
    """The people by name, each with a browser; one unit for work, another for strangers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._clients: dict[str, FlaskClient] = {}
        self._tokens: dict[str, str] = {}
        self.ids: dict[str, int] = {}
        with app.app_context():
            make_agency()
            kt = make_unit("Phòng Kinh tế thử", slug="kinh-te", phone="0253 3555 023")
            other = make_unit("Phòng Văn hóa thử", slug="van-hoa")
            self._units = {"kt": kt.id, "vhxh": other.id}

    def client(self, name: str) -> FlaskClient:
        """This person's browser, signed in on first use."""
        if name not in self._clients:
            with self.app.app_context():
                unit = db.session.get(Unit, self._units[_UNITS[name]]) if name in _UNITS else None
                user = accounts.make_user(
                    name, roles=ROLES[name], unit=unit, full_name=f"Cán bộ {name}"
                )
                self.ids[name] = user.id
            client = self.app.test_client()
            accounts.sign_in(client, user)
            self._clients[name] = client
        return self._clients[name]

    def user(self, name: str) -> User:
        """This person's account. Inside an app context."""
        self.client(name)
        return db.session.get_one(User, self.ids[name])

    def unit(self, name: str = "kt") -> Unit:
        """A unit. Inside an app context."""
        return db.session.get_one(Unit, self._units[name])

    def question(self, *, walked: bool = False, **values: Any) -> str:
        """A question of the unit; its code. The topic is named by its address.

        `walked`: by the services, with the mails that they send.
        """
        self.client("officer")
        with self.app.app_context():
            values.setdefault("unit", self.unit())
            if topic := values.get("topic"):
                values["topic"] = organisation.topic_by_slug(topic)
            values.setdefault("officer", self.user("officer"))
            make = walk_question if walked else make_question
            return make(**values).submission.code

    def get(self, name: str, path: str) -> Any:
        return self.client(name).get(path)

    def page(self, name: str, path: str) -> str:
        response = self.get(name, path)
        assert response.status_code == 200, (path, response.status_code)
        return str(response.get_data(as_text=True))

    def post(self, name: str, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Send a form with this person's CSRF token."""
        client = self.client(name)
        if name not in self._tokens:
            self._tokens[name] = accounts.new_token(client)
        return client.post(path, data={"csrf_token": self._tokens[name], **(data or {})}, **kwargs)

    def read(self, code: str, *names: str) -> Any:
        """Columns of the question as they are in the database."""
        with self.app.app_context():
            question = self._question(code)
            values = tuple(getattr(question, name) for name in names)
            return values[0] if len(values) == 1 else values

    def revision(self, code: str) -> int:
        return int(self.read(code, "revision"))

    def log(self, code: str) -> list[tuple[str, str]]:
        """(move, note) of the question's log, oldest first."""
        with self.app.app_context():
            rows = db.session.scalars(
                sa.select(QuestionLog)
                .where(QuestionLog.question_id == self._question(code).id)
                .order_by(QuestionLog.id)
            )
            return [(row.move, row.note) for row in rows]

    def audit(self) -> list[str]:
        """Every tag in the record, oldest first."""
        with self.app.app_context():
            return list(db.session.scalars(sa.select(AuditRecord.tag).order_by(AuditRecord.id)))

    @staticmethod
    def _question(code: str) -> Question:
        return staff.by_code(code)


@pytest.fixture
def office(app: Flask) -> Office:
    return Office(app)
