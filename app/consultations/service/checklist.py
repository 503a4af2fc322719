"""What a consultation needs before it is posted: what stops it, and what people would miss."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.consultations import rules
from app.consultations.models import Consultation
from app.consultations.queries import dossier
from app.consultations.queries import rules as rule_table
from app.consultations.rules import Rule
from app.consultations.states import DossierKind
from app.kernel.clock import today
from app.kernel.display import vi_date
from app.workdays import queries as workdays


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list: done, or what to do."""

    #: The part of the screens where it is mended: ho-so, thong-tin, khao-sat.
    where: str
    label: str
    done: bool
    #: What to do; empty when done.
    message: str = ""
    #: Without it nothing is posted.
    needed: bool = True

    @property
    def stops(self) -> bool:
        """Does it stand in the way of posting?"""
        return self.needed and not self.done


def of(consultation: Consultation) -> list[Check]:
    """Everything that is looked at when it is posted today, in the order of the work."""
    return [
        *_texts(consultation),
        _dates(consultation),
        *_dossier(consultation),
        *_window(consultation),
    ]


def _check(where: str, label: str, done: bool, message: str, *, needed: bool = True) -> Check:
    return Check(where, label, done, "" if done else message, needed)


def _texts(found: Consultation) -> list[Check]:
    place = bool(found.receive_address and (found.receive_phone or found.receive_email))
    return [
        _check("thong-tin", _("Trích yếu"), bool(found.summary), _("Chưa có trích yếu.")),
        _check(
            "thong-tin",
            _("Đơn vị chủ trì"),
            found.lead_unit_id is not None,
            _("Chưa chọn đơn vị chủ trì."),
        ),
        _check(
            "thong-tin",
            _("Nơi nhận ý kiến"),
            place,
            _("Chưa ghi đủ nơi nhận ý kiến: địa chỉ, và điện thoại hoặc thư điện tử."),
        ),
        _check(
            "thong-tin",
            _("Căn cứ"),
            bool(found.legal_basis),
            _("Nên ghi căn cứ pháp lý."),
            needed=False,
        ),
        _check(
            "thong-tin",
            _("Số thông báo"),
            bool(found.notice_number),
            _("Nên ghi số thông báo."),
            needed=False,
        ),
        _check(
            "thong-tin",
            _("Nơi niêm yết"),
            bool(found.posting_place),
            _("Nên ghi nơi niêm yết bản giấy."),
            needed=False,
        ),
    ]


def _dates(found: Consultation) -> Check:
    problem = date_problem(found)
    return _check("thong-tin", _("Ngày mở, ngày đóng"), not problem, problem)


def date_problem(found: Consultation) -> str:
    """What is wrong with its dates when it is posted today; empty when nothing is."""
    if found.opens_on is None or found.closes_on is None:
        return str(_("Chưa có ngày mở và ngày đóng."))
    if found.opens_on < today():
        return str(_("Ngày mở %(day)s đã qua. Hãy chọn lại ngày mở.", day=vi_date(found.opens_on)))
    last = rules.last_day(workdays.calendar(), today(), found.wanted_closes_on or found.closes_on)
    return rules.too_short(_rules_of(found), last)


def _dossier(found: Consultation) -> list[Check]:
    documents = dossier.documents(found.id)
    slip = any(document.kind is DossierKind.SLIP for document in documents)
    light = not any(document.wants_light for document in documents)
    has_file = any(document.file is not None for document in documents)
    return [
        _check(
            "ho-so",
            _("Tài liệu trong hồ sơ"),
            has_file,
            _("Hồ sơ chưa có tài liệu nào. Hãy thêm ít nhất một tài liệu."),
        ),
        _check(
            "ho-so",
            _("Phiếu lấy ý kiến"),
            slip,
            _("Nên có phiếu để người không dùng mạng điền bằng giấy."),
            needed=False,
        ),
        _check(
            "ho-so",
            _("Bản nhẹ của tệp lớn"),
            light,
            _("Có tệp nặng hơn 20 MB mà chưa có bản nhẹ."),
            needed=False,
        ),
    ]


def _window(found: Consultation) -> list[Check]:
    """The days are counted from posting; whoever opens later leaves fewer days for commenting, and
    should know.
    """
    least = rules.min_days(_rules_of(found))
    if not least or found.opens_on is None or found.closes_on is None:
        return []
    days = (found.closes_on - found.opens_on).days
    message = _(
        "Từ ngày mở, người dân chỉ có %(n)s ngày để gửi góp ý. Nên mở sớm hơn hoặc đóng muộn hơn.",
        n=days,
    )
    return [_check("thong-tin", _("Thời gian gửi góp ý"), days >= least, message, needed=False)]


def _rules_of(found: Consultation) -> list[Rule]:
    return rule_table.in_force(found.type, today())
