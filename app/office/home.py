"""Việc của tôi: where everybody who works here begins."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.access import P, require
from app.accounts.models import User
from app.accounts.signed_in import me
from app.comments.officer.queue import comment_figures
from app.jobs import queries as jobs
from app.kernel.clock import now, today
from app.kernel.display import capped, vi_datetime
from app.mailer import queries as mailer
from app.questions.officer.base import Place
from app.questions.queries import desk, staff
from app.questions.queries.staff import TAB_LABELS, Tab
from app.questions.service.bulk import many
from app.questions.states import STAGE_COLOURS, STAGE_LABELS
from app.workdays import queries as workdays

bp = Blueprint("office", __name__, url_prefix="/can-bo", template_folder="templates")

#: Questions shown of the person's own list.
_SHOWN = 6
#: Whose list comes first: what waits for this person alone, then their own, then everybody's.
_FIRST = (Tab.APPROVAL, Tab.MINE, Tab.UNASSIGNED, Tab.TODO)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that this person should know, and where to see to it."""

    text: str
    url: str
    label: str


@bp.get("/")
@require(P.ACCOUNT_SELF)
def home() -> ResponseReturnValue:
    """Counts, what comes next, and what needs attention."""
    user = me()
    tabs = staff.tabs_for(user)
    counts = staff.counts(user)
    place = _first_place(tabs, counts)
    page = staff.queue(user, place.tab, size=_SHOWN) if place and counts[place.tab] else None
    return render_template(
        "office/home.html",
        user=user,
        figures=[*_figures(user, counts), *comment_figures()],
        place=place,
        list_label=TAB_LABELS[place.tab] if place else "",
        rows=page.items if page else [],
        more=bool(page and page.next_cursor),
        notices=_notices(user),
        undo=many.undoable(user) if user.has(P.QUESTION_ASSIGN) else None,
        links=_links(user),
        stage_labels=STAGE_LABELS,
        stage_colours=STAGE_COLOURS,
        restricted=place is not None and place.tab is Tab.RESTRICTED,
    )


def _first_place(tabs: list[Tab], counts: dict[Tab, int]) -> Place | None:
    wanted = [tab for tab in _FIRST if tab in tabs]
    for tab in wanted:
        if counts[tab]:
            return Place(tab)
    return Place(tabs[0]) if tabs else None


def _figures(user: User, counts: dict[Tab, int]) -> list[dict[str, Any]]:
    figures = [
        {"value": capped(counts[tab]), "label": TAB_LABELS[tab], "url": Place(tab).url()}
        for tab in (Tab.OVERDUE, Tab.APPROVAL, Tab.MINE, Tab.UNASSIGNED, Tab.RESTRICTED)
        if tab in counts
    ]
    if Tab.TODO in counts:
        soon = Place(Tab.TODO, (("han", "sap"),))
        number = desk.count_filtered(user, Tab.TODO, soon.wanted)
        figures.insert(1, {"value": capped(number), "label": _("Sắp đến hạn"), "url": soon.url()})
    return figures


def _notices(user: User) -> list[Notice]:
    found = []
    if user.has(P.MAIL_READ) and (silent := mailer.silence(now())):
        found.append(
            Notice(
                _(
                    "Chưa thư nào được gửi đi trong một ngày qua, trong khi có thư chờ từ "
                    "%(since)s.",
                    since=vi_datetime(silent.waiting_since),
                ),
                "/can-bo/he-thong/thu",
                _("Xem hộp thư đi"),
            )
        )
    if user.has(P.JOB_READ) and not (life := jobs.life(now())).alive:
        since = _(
            "Các việc chạy ngầm đã ngừng từ %(since)s: thư không được gửi, bài hẹn giờ không được "
            "đăng.",
            since=vi_datetime(life.last_beat),
        )
        never = _(
            "Các việc chạy ngầm chưa chạy lần nào: thư không được gửi, bài hẹn giờ không được đăng."
        )
        found.append(
            Notice(since if life.last_beat else never, "/can-bo/he-thong", _("Xem hệ thống"))
        )
    if user.has(P.CALENDAR_EDIT):
        found += [
            Notice(
                _("Lịch nghỉ năm %(year)s chưa được xác nhận.", year=year),
                f"/can-bo/he-thong/lich-lam-viec?nam={year}",
                _("Xem lịch làm việc"),
            )
            for year in workdays.needs_confirmation(today())
        ]
    if user.has(P.QUESTION_MODERATE) and (reports := staff.open_reports()):
        found.append(
            Notice(
                _("Có %(n)s báo nội dung sai chưa xử lý.", n=len(reports)),
                url_for("questions.reports"),
                _("Xem báo nội dung sai"),
            )
        )
    return found


def _links(user: User) -> list[dict[str, str]]:
    """The screens that are not in the menu."""
    wanted = (
        (
            P.QUESTION_ANSWER,
            _("Mẫu trả lời"),
            _("Câu chữ hay dùng, chèn vào câu trả lời."),
            url_for("questions.templates"),
        ),
        (
            P.QUESTION_MODERATE,
            _("Báo nội dung sai"),
            _("Người đọc báo câu trả lời có chỗ sai."),
            url_for("questions.reports"),
        ),
        (
            P.SUBMISSION_ERASE,
            _("Xóa nội dung theo yêu cầu"),
            _("Xóa vĩnh viễn nội dung một câu hỏi khi có căn cứ."),
            url_for("questions.erasing"),
        ),
        (
            P.ACCOUNT_SELF,
            _("Tài khoản của tôi"),
            _("Mật khẩu, xác thực hai lớp, phiên đăng nhập."),
            "/can-bo/tai-khoan",
        ),
    )
    return [
        {"label": label, "hint": hint, "url": url}
        for permission, label, hint, url in wanted
        if user.has(permission)
    ]
