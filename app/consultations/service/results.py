"""Chúng tôi đã hỏi · Bà con đã nói · Chúng tôi đã làm: written by people, published only with an
issued table.
"""

from flask_babel import gettext as _

from app.access.actors import Actor
from app.consultations import policy
from app.consultations.models.consultation import Consultation
from app.consultations.queries import tables
from app.consultations.service import core, issuing, lifecycle, points
from app.consultations.service.replies import personal_data
from app.consultations.states import Stage
from app.kernel import publication
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, Refused
from app.kernel.text import clean

TEXT_MAX = 10_000
FIELDS = ("asked", "heard", "done")


def save(
    consultation: Consultation,
    *,
    asked: str,
    heard: str,
    done: str,
    actor: Actor,
    seen_revision: int | None,
) -> None:
    """Keep the three texts; nothing is required yet. After publication each change is one of a
    public text, and logged.

    Raises Forbidden, Stale and FieldError.
    """
    if not (policy.may_edit(actor, consultation) or policy.may_issue(actor, consultation)):
        raise Forbidden(_("Bạn không có quyền soạn trang kết quả ở bước này."))
    core.check_revision(consultation, seen_revision)
    texts = {name: clean(text) for name, text in zip(FIELDS, (asked, heard, done), strict=True)}
    for name, text in texts.items():
        if len(text) > TEXT_MAX:
            raise FieldError(name, _("Nội dung dài quá %(n)s ký tự. Hãy rút gọn.", n="10.000"))
        if hits := personal_data(text):
            raise FieldError(
                name,
                _(
                    "Có thể còn thông tin cá nhân: %(what)s. Hãy che hoặc bỏ đi.",
                    what=", ".join(hits[:3]),
                ),
            )
        if not text and consultation.stage is Stage.ANSWERED:
            raise FieldError(name, _("Trang kết quả đã công bố nên không để trống mục này."))
    consultation.result_asked, consultation.result_heard, consultation.result_done = (
        texts[name] for name in FIELDS
    )
    consultation.updated_at = now()
    points.note(consultation, "result", actor)
    publication.bump()


def obstacles(consultation: Consultation) -> list[str]:
    """Why the result cannot be published now; empty when it can."""
    found = []
    if not (consultation.result_asked and consultation.result_heard and consultation.result_done):
        found.append(_("Hãy viết đủ ba mục: Chúng tôi đã hỏi, Bà con đã nói, Chúng tôi đã làm."))
    if tables.newest_issue(consultation.id) is None:
        found.append(_("Hãy phát hành bảng tổng hợp trước khi công bố kết quả."))
    elif not issuing.is_current(consultation):
        found.append(
            _("Có ý mới hoặc bảng đang được mở để sửa. Hãy phát hành lại bảng trước khi công bố.")
        )
    return found


def publish(
    consultation: Consultation, *, actor: Actor, seen_revision: int | None, note: str = ""
) -> None:
    """Publish what was asked, said and done, with the issued table.

    Raises Forbidden, Stale and Refused.
    """
    core.guard(consultation, "publish_result", actor=actor, seen_revision=seen_revision)
    if found := obstacles(consultation):
        raise Refused(found[0])
    lifecycle.publish_result(consultation, actor=actor, seen_revision=seen_revision, note=note)
