"""What every screen of the officers shares: the blueprint, loading a question for this person, and
the way back to the queue.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.accounts.signed_in import me
from app.desk import places
from app.desk.places import Leaving
from app.kernel import paging
from app.kernel.clock import today
from app.kernel.errors import Forbidden, NotFound
from app.kernel.paging import Page
from app.kernel.web import label_fields
from app.organisation import queries as organisation
from app.questions import policy
from app.questions.models import Question
from app.questions.officer import restricted
from app.questions.queries import staff
from app.questions.queries.staff import QueueFilter, QueueRow, Tab
from app.workdays import queries as workdays

bp = Blueprint("questions", __name__, url_prefix="/can-bo", template_folder="../templates")

#: Working days ahead that count as «sắp hạn».
SOON_DAYS = 2

label_fields(
    text=_l("Nội dung"),
    reason=_l("Lý do"),
    short=_l("Trả lời ngắn"),
    findings=_l("Kết quả kiểm tra, xác minh"),
    resolution=_l("Giải quyết, hướng dẫn"),
    contact=_l("Liên hệ"),
    letter=_l("Văn bản kèm theo"),
    note=_l("Lời nhắn cho người nhận việc"),
    outcome=_l("Đã xử lý thế nào"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the queue the officer came from: a tab and its filters, as they stand in the
    address.
    """

    tab: Tab
    args: tuple[tuple[str, str], ...] = ()

    @property
    def wanted(self) -> QueueFilter:
        """The filters as the query wants them; what is unknown is left out."""
        given = dict(self.args)
        topic = (
            {row.slug: row.id for row in organisation.all_topics()} if given.get("linh-vuc") else {}
        )
        unit = {row.slug: row.id for row in organisation.all_units()} if given.get("don-vi") else {}
        until = (
            workdays.calendar().add_working_days(today(), SOON_DAYS) if given.get("han") else None
        )
        return QueueFilter(
            text=given.get("q", "")[:100],
            topic_id=topic.get(given.get("linh-vuc", "")),
            unit_id=unit.get(given.get("don-vi", "")),
            officer_id=_officer_id(given.get("nguoi", "")),
            due_until=until,
        )

    @property
    def query(self) -> str:
        """The same as a query string."""
        return urlencode([("the", self.tab.value), *self.args])

    def rows(
        self,
        *,
        after: str | None = None,
        before: str | None = None,
        size: int = staff.QUEUE_SIZE,
    ) -> Page[QueueRow]:
        """One page of this list."""
        return staff.queue(me(), self.tab, self.wanted, after=after, before=before, size=size)

    def url(self, **more: str) -> str:
        """The address of this list."""
        return f"{url_for('questions.queue')}?{self.query}" + (
            f"&{urlencode(more)}" if more else ""
        )


_FILTERS = ("q", "linh-vuc", "don-vi", "nguoi", "han")


def _officer_id(username: str) -> int | None:
    if not username:
        return None
    try:
        return accounts.by_username(username).id
    except NotFound:
        return None


def place_of(given: dict[str, str]) -> Place | None:
    """The place that these values name, or None when they name none of this person's tabs."""
    tabs = staff.tabs_for(me())
    if given.get("the") not in [tab.value for tab in tabs]:
        return None
    return Place(Tab(given["the"]), places.args_of(given, _FILTERS))


def here() -> Place | None:
    """The place of this request: from the address, or from the form's `next`."""
    return places.here(place_of)


def load(code: str) -> Question:
    """The question, for somebody who may read it and, where it is restricted, has opened it.

    Raises NotFound for everybody else: that there is such a question is already something to know.
    Forbidden before the gate.
    """
    question = load_closed(code)
    if policy.is_restricted(question) and not restricted.is_open(question, me()):
        raise Forbidden(
            _("Hồ sơ này hạn chế người đọc. Hãy mở hồ sơ trước; việc mở được ghi vào nhật ký.")
        )
    return question


def load_closed(code: str) -> Question:
    """The same without asking whether it has been opened: for the gate itself."""
    question = staff.by_code(code)
    if not policy.may_read(me(), question):
        raise NotFound
    return question


def workbench(question: Question, place: Place | None = None, **anchor: str) -> str:
    """The address of the question's workbench."""
    return places.at(_address(question.submission.code), place, anchor.get("anchor", ""))


def _address(code: str) -> str:
    return url_for("questions.show", code=code)


def leaving(question: Question) -> Leaving[Place]:
    """Where the question stands in the officer's list now."""
    place, cursor = here(), None
    if place is not None:
        answered = place.tab is Tab.ANSWERED
        key = (question.answered_at if answered else question.sort_on, question.id)
        cursor = paging.encode(key) if key[0] is not None else None

    def home() -> str:
        readable = policy.may_read(me(), question)
        return workbench(question) if readable else url_for("questions.queue")

    return Leaving(question.submission.code, place, cursor, _address, home)
