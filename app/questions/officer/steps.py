"""The table of «Bước khác»: the moves that end or interrupt the work, what each asks for and what
it says when done.

The flow and the rights are in questions.states and questions.policy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import User
from app.accounts.signed_in import me
from app.config import Settings
from app.kernel.display import vi_date
from app.kernel.errors import FieldError, NotFound
from app.kernel.office_forms import PanelForm
from app.questions import policy
from app.questions.forms.panels import ReasonForm, RemarkForm
from app.questions.forms.steps import (
    AskForm,
    ExtendForm,
    HideForm,
    MergeForm,
    RefuseForm,
    ReplyForm,
    TransferForm,
)
from app.questions.models import Question
from app.questions.queries import staff
from app.questions.service import answering, intake, publishing, triage
from app.questions.service.bulk import BulkChoice, many
from app.questions.states import Act, RefusalReason, Visibility


@dataclass(frozen=True, slots=True)
class Step:
    """One move as a page."""

    move: str
    slug: str
    label: Any
    #: What happens, and who hears of it.
    hint: Any
    form: type[PanelForm]
    #: Does it, and says in a sentence what was done.
    perform: Callable[[Question, Any, User], str]
    #: Is it offered now? The flow and the rights are asked beside it.
    when: Callable[[Question], bool] = lambda question: True
    #: It ends the work on the question: red, and never beside the main button.
    grave: bool = False
    #: Afterwards the same question stays open.
    stays: bool = False


def _confirm(question: Question, form: RemarkForm, user: User) -> str:
    intake.confirm_by_officer(
        question, actor=user, seen_revision=form.seen, note=form.reason.data or ""
    )
    return str(
        _(
            "Đã tiếp nhận %(code)s. Hạn trả lời bắt đầu tính từ hôm nay.",
            code=question.submission.code,
        )
    )


def _ask_more(question: Question, form: AskForm, user: User) -> str:
    triage.ask_more(question, actor=user, seen_revision=form.seen, text=form.text.data or "")
    return str(
        _(
            "Đã hỏi thêm người gửi %(code)s. Hạn trả lời tạm dừng cho đến khi có bổ sung.",
            code=question.submission.code,
        )
    )


def _reply_more(question: Question, form: ReplyForm, user: User) -> str:
    triage.reply_more(question, text=form.text.data or "", actor=user, seen_revision=form.seen)
    return str(
        _(
            "Đã ghi nội dung bổ sung vào %(code)s. Hạn trả lời chạy tiếp.",
            code=question.submission.code,
        )
    )


def _hand_back(question: Question, form: ReasonForm, user: User) -> str:
    triage.hand_back(question, actor=user, seen_revision=form.seen, reason=form.reason.data or "")
    return str(_("Đã trả %(code)s cho bộ phận tiếp nhận.", code=question.submission.code))


def needs_second_person(question: Question) -> bool:
    """Whoever confirmed an address is not turned away by one person alone; an office of one has
    nobody else to ask.
    """
    settings: Settings = current_app.config["SETTINGS"]
    return (
        not policy.is_restricted(question)
        and question.submission.confirmed_at is not None
        and not settings.solo_office
    )


def _refuse(question: Question, form: RefuseForm, user: User) -> str:
    code, text = question.submission.code, form.text.data or ""
    reason = RefusalReason(form.kind.data)
    if needs_second_person(question):
        payload = {"reason": reason.value, "text": text}
        publishing.ask_second_person(
            question, Act.REFUSE, actor=user, seen_revision=form.seen, reason=text, payload=payload
        )
        return str(
            _(
                "Đã đề nghị không tiếp nhận %(code)s. Việc này chờ người thứ hai xác nhận.",
                code=code,
            )
        )
    triage.refuse(question, actor=user, seen_revision=form.seen, reason=reason, text=text)
    return str(_("Đã trả lời không tiếp nhận %(code)s.", code=code))


def _merge(question: Question, form: MergeForm, user: User) -> str:
    other = other_of(form)
    triage.merge(question, actor=user, seen_revision=form.seen, other=other)
    return str(
        _(
            "Đã gộp %(code)s vào %(other)s.",
            code=question.submission.code,
            other=other.submission.code,
        )
    )


def other_of(form: MergeForm) -> Question:
    """The question that stays. Raises FieldError for none, or one that this person may not read."""
    try:
        other = staff.by_code(form.other.data or "")
    except NotFound:
        other = None
    if other is None or not policy.may_read(me(), other):
        raise FieldError("other", _("Không tìm thấy câu hỏi có mã này."))
    if policy.is_restricted(other):
        raise FieldError(
            "other",
            _("Không gộp được với câu hỏi này. Hãy chọn câu hỏi đang xử lý hoặc đã trả lời."),
        )
    return other


def _transfer(question: Question, form: TransferForm, user: User) -> str:
    body = {name: form[name].data or "" for name in ("name", "address", "phone", "url")}
    triage.transfer(
        question, actor=user, seen_revision=form.seen, body=body, reason=form.reason.data or ""
    )
    return str(
        _("Đã chuyển %(code)s đến %(body)s.", code=question.submission.code, body=body["name"])
    )


def _mark_spam(question: Question, form: RemarkForm, user: User) -> str:
    # As a bulk action of one, so that it can be taken back for ten minutes like any other.
    many.run({question.id: form.seen}, BulkChoice("mark_spam"), actor=user)
    return str(_("Đã đánh dấu %(code)s là rác.", code=question.submission.code))


def _split(question: Question, form: RemarkForm, user: User) -> str:
    triage.split(question, actor=user, seen_revision=form.seen, note=form.reason.data or "")
    return str(_("Đã tách %(code)s, câu này được trả lời riêng.", code=question.submission.code))


def _restore(question: Question, form: RemarkForm, user: User) -> str:
    triage.restore(question, actor=user, seen_revision=form.seen, note=form.reason.data or "")
    return str(_("Đã khôi phục %(code)s.", code=question.submission.code))


def _extend(question: Question, form: ExtendForm, user: User) -> str:
    answering.extend(
        question,
        actor=user,
        seen_revision=form.seen,
        days=form.days.data or 0,
        reason=form.reason.data or "",
    )
    return str(
        _(
            "Đã gia hạn %(code)s. Hạn mới: %(day)s.",
            code=question.submission.code,
            day=vi_date(question.due_on),
        )
    )


def _hide(question: Question, form: HideForm, user: User) -> str:
    emergency = bool(form.emergency.data)
    publishing.ask_second_person(
        question,
        Act.HIDE,
        actor=user,
        seen_revision=form.seen,
        reason=form.reason.data or "",
        emergency=emergency,
    )
    if emergency:
        return str(
            _(
                "Đã gỡ %(code)s. Người thứ hai cần xác nhận trong một ngày làm việc.",
                code=question.submission.code,
            )
        )
    return str(
        _(
            "Đã đề nghị gỡ %(code)s. Việc này chờ người thứ hai xác nhận.",
            code=question.submission.code,
        )
    )


def _unhide(question: Question, form: ReasonForm, user: User) -> str:
    publishing.ask_second_person(
        question, Act.UNHIDE, actor=user, seen_revision=form.seen, reason=form.reason.data or ""
    )
    return str(
        _(
            "Đã đề nghị đăng lại %(code)s. Việc này chờ người thứ hai xác nhận.",
            code=question.submission.code,
        )
    )


def _is_public(question: Question) -> bool:
    return question.visibility is Visibility.PUBLIC


def _is_hidden(question: Question) -> bool:
    return question.visibility is Visibility.HIDDEN


def _not_extended(question: Question) -> bool:
    return not question.extra_days


STEPS = (
    Step(
        "confirm",
        "tiep-nhan",
        _l("Tiếp nhận"),
        _l(
            "Nhận câu hỏi chưa xác nhận vào hàng chờ, ví dụ sau khi đã gọi lại cho người gửi. "
            "Người gửi nhận thư báo hạn trả lời."
        ),
        RemarkForm,
        _confirm,
        stays=True,
    ),
    Step(
        "ask_more",
        "hoi-them",
        _l("Hỏi thêm"),
        _l("Người gửi nhận câu hỏi của bạn và hạn bổ sung. Hạn trả lời tạm dừng từ hôm nay."),
        AskForm,
        _ask_more,
    ),
    Step(
        "reply_more",
        "nhap-bo-sung",
        _l("Nhập bổ sung của người gửi"),
        _l("Khi người gửi trả lời qua điện thoại hoặc tại quầy. Hạn trả lời chạy tiếp."),
        ReplyForm,
        _reply_more,
        stays=True,
    ),
    Step(
        "extend",
        "gia-han",
        _l("Gia hạn"),
        _l("Một lần, nhiều nhất 10 ngày làm việc. Người gửi nhận hạn mới và lý do."),
        ExtendForm,
        _extend,
        when=_not_extended,
        stays=True,
    ),
    Step(
        "hand_back",
        "tra-bo-phan-tiep-nhan",
        _l("Trả lại bộ phận tiếp nhận"),
        _l("Khi câu hỏi không thuộc đơn vị của bạn. Người gửi không nhận thông báo."),
        ReasonForm,
        _hand_back,
    ),
    Step(
        "merge",
        "gop",
        _l("Gộp"),
        _l(
            "Khi câu này trùng với câu khác. Người gửi câu này nhận nguyên văn câu trả lời của "
            "câu kia, nên chỉ gộp được vào câu mà người gửi đồng ý công khai."
        ),
        MergeForm,
        _merge,
    ),
    Step(
        "transfer",
        "chuyen-co-quan-khac",
        _l("Chuyển cơ quan khác"),
        _l(
            "Khi việc thuộc thẩm quyền cơ quan khác. Người gửi nhận tên, địa chỉ, điện thoại, "
            "đường dẫn của cơ quan đó."
        ),
        TransferForm,
        _transfer,
    ),
    Step(
        "split",
        "tach",
        _l("Tách ra"),
        _l("Khi hai câu không cùng việc. Câu này trở lại hàng chờ để được trả lời riêng."),
        RemarkForm,
        _split,
        stays=True,
    ),
    Step(
        "restore",
        "khoi-phuc",
        _l("Khôi phục"),
        _l("Đưa câu hỏi trở lại hàng chờ."),
        RemarkForm,
        _restore,
        stays=True,
    ),
    Step(
        "unhide",
        "dang-lai",
        _l("Đăng lại"),
        _l("Đưa câu đã gỡ trở lại trang công khai, sau khi người thứ hai xác nhận."),
        ReasonForm,
        _unhide,
        when=_is_hidden,
        stays=True,
    ),
    Step(
        "refuse",
        "khong-tiep-nhan",
        _l("Không tiếp nhận"),
        _l(
            "Người gửi nhận lý do, cách gửi lại và nơi phù hợp. Câu hỏi đã xác nhận cần người thứ "
            "hai đồng ý."
        ),
        RefuseForm,
        _refuse,
        grave=True,
    ),
    Step(
        "mark_spam",
        "danh-dau-rac",
        _l("Đánh dấu rác"),
        _l("Giữ 30 ngày rồi xóa. Người gửi không nhận thông báo. Bạn hoàn tác được trong 10 phút."),
        RemarkForm,
        _mark_spam,
        grave=True,
    ),
    Step(
        "hide",
        "go",
        _l("Gỡ"),
        _l(
            "Gỡ khỏi trang công khai sau khi người thứ hai xác nhận. Địa chỉ cũ chỉ còn lời báo "
            "đã gỡ."
        ),
        HideForm,
        _hide,
        when=_is_public,
        grave=True,
        stays=True,
    ),
)


def offered(question: Question, user: User) -> list[Step]:
    """The steps that this person may take now."""
    return [
        step for step in STEPS if policy.may_move(user, question, step.move) and step.when(question)
    ]
