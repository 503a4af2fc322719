"""What of a comment can be accepted: its text, what it is about, who sends it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from flask_babel import gettext as _

from app.comments.service.surveys import SurveyGiven
from app.comments.states import BODIES, SenderKind, Stance, TargetKind
from app.comments.wording import SURVEY_ONLY
from app.consultations.models import Consultation
from app.drafts.models import Clause, DraftVersion
from app.extensions import db
from app.kernel.errors import FieldError
from app.kernel.text import clean, clean_line
from app.submissions.service import NAME_MAX, Contact
from app.submissions.states import Channel
from app.works.models import ProjectItem

BODY_MIN, BODY_MAX = 10, 5_000
#: Degrees, WGS 84: the land and waters of Việt Nam with Hoàng Sa and Trường Sa. A pin outside is a
#: slip of the hand.
WEST, EAST, SOUTH, NORTH = 102.0, 118.0, 6.0, 24.0
_TAX_CODE = re.compile(r"(\d{10})(?:-?(\d{3}))?", re.ASCII)
#: Longest texts, as their columns hold them, in characters.
_LONGEST = {
    "sheet": 20,
    "parcel": 60,
    "organisation_name": 200,
    "letter_number": 60,
    "place_text": 300,
}


@dataclass(frozen=True, slots=True)
class Target:
    """What a comment is about; once checked, every column that does not belong to its kind is
    empty. `longitude`, `latitude` are degrees in WGS 84.
    """

    kind: TargetKind
    clause_anchor: str | None = None
    project_id: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    place_id: int | None = None
    place_text: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends it; once checked, what only bodies have is empty for people."""

    kind: SenderKind
    contact: Contact
    organisation_name: str = ""
    tax_code: str = ""
    letter_number: str = ""
    sheet: str = ""
    parcel: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is said: where somebody stands, their words, and answers to guiding questions by the
    question's id.
    """

    stance: Stance
    body: str
    proposed_text: str = ""
    survey: Mapping[int, SurveyGiven] = field(default_factory=dict)


def opinion(asked: Opinion, *, answered: bool, channel: Channel) -> Opinion:
    """The texts as they are kept; `answered` says that guiding questions were.

    Raises FieldError.
    """
    body = clean(asked.body) or (SURVEY_ONLY if answered else "")
    proposed = clean(asked.proposed_text) if asked.stance is Stance.AMEND else ""
    if len(proposed) > BODY_MAX:
        raise FieldError(
            "proposed_text", _("Nội dung dài quá 5.000 ký tự. Hãy rút gọn hoặc gửi thành hai lần.")
        )
    # A slip or a letter is kept as it came; only who is still there can be asked.
    if asked.stance is Stance.AMEND and channel is Channel.WEB and not proposed:
        raise FieldError("proposed_text", _("Hãy viết nội dung bạn đề nghị sửa thành."))
    return replace(asked, body=body, proposed_text=proposed)


def target(consultation: Consultation, asked: Target) -> Target:
    """The target as it is kept. Raises FieldError for one that this consultation does not have."""
    kind = asked.kind
    if kind is TargetKind.CLAUSE:
        return Target(kind, clause_anchor=_known_clause(consultation, asked.clause_anchor or ""))
    if kind is TargetKind.PROJECT:
        return Target(kind, project_id=_known_project(consultation, asked.project_id))
    if kind is TargetKind.PLACE:
        asked = replace(asked, place_text=_fits("place_text", clean_line(asked.place_text)))
        _check_place(asked)
        return replace(asked, clause_anchor=None, project_id=None)
    return Target(kind)


def _known_clause(consultation: Consultation, anchor: str) -> str:
    # Any published version: who began to write before a new text was posted is not sent away.
    query = (
        sa.select(Clause.anchor)
        .join(DraftVersion, DraftVersion.id == Clause.version_id)
        .where(
            DraftVersion.consultation_id == consultation.id,
            DraftVersion.published_at.is_not(None),
            Clause.anchor == anchor,
        )
    )
    if db.session.scalar(query.limit(1)) is None:
        raise FieldError("clause", _("Hãy chọn điều, khoản trong danh sách."))
    return anchor


def _known_project(consultation: Consultation, project_id: int | None) -> int:
    query = sa.select(ProjectItem.id).where(
        ProjectItem.id == project_id, ProjectItem.consultation_id == consultation.id
    )
    found = db.session.scalar(query) if project_id is not None else None
    if found is None:
        raise FieldError("project", _("Hãy chọn công trình, dự án trong danh sách."))
    return int(found)


def _check_place(asked: Target) -> None:
    longitude, latitude = asked.longitude, asked.latitude
    if (longitude is None) != (latitude is None):
        raise FieldError(
            "place", _("Vị trí trên bản đồ chưa đủ. Hãy đánh dấu lại, hoặc ghi địa chỉ.")
        )
    if longitude is not None and latitude is not None:
        if not inside(longitude, latitude):
            raise FieldError(
                "place", _("Vị trí đã đánh dấu nằm ngoài lãnh thổ Việt Nam. Hãy đánh dấu lại.")
            )
    elif asked.place_id is None and not asked.place_text:
        raise FieldError(
            "place",
            _(
                "Hãy đánh dấu trên bản đồ, chọn thôn, khu vực, hoặc ghi địa chỉ, mô tả nơi bạn "
                "góp ý."
            ),
        )


def inside(longitude: float, latitude: float) -> bool:
    """Can this place, in degrees, lie in Việt Nam or its waters?"""
    return (
        math.isfinite(longitude)
        and math.isfinite(latitude)
        and WEST <= longitude <= EAST
        and SOUTH <= latitude <= NORTH
    )


def _fits(field: str, text: str) -> str:
    if len(text) > _LONGEST[field]:
        raise FieldError(field, _("Mục này dài quá %(n)s ký tự. Hãy rút gọn.", n=_LONGEST[field]))
    return text


def sender(asked: Sender) -> Sender:
    """The sender as it is kept.

    Raises FieldError for a body without a name or with an impossible tax code.
    """
    name = clean_line(asked.contact.name)
    contact = replace(asked.contact, name=name)
    sheet, parcel = (
        _fits("sheet", clean_line(asked.sheet)),
        _fits("parcel", clean_line(asked.parcel)),
    )
    if asked.kind not in BODIES:
        return Sender(asked.kind, contact, sheet=sheet, parcel=parcel)
    organisation = _fits("organisation_name", clean_line(asked.organisation_name))
    if not organisation:
        raise FieldError("organisation_name", _("Hãy nhập tên tổ chức, cơ quan."))
    return Sender(
        asked.kind,
        # Somebody has to be named for us; a body that names no person is called by its own name.
        replace(contact, name=name or organisation[:NAME_MAX]),
        organisation,
        normal_tax_code(asked.tax_code),
        _fits("letter_number", clean_line(asked.letter_number)),
        sheet,
        parcel,
    )


def normal_tax_code(typed: str) -> str:
    """Mã số thuế: ten digits, or thirteen with the number of a branch (0123456789-001).

    Raises FieldError; empty stays empty.
    """
    text = re.sub(r"[\s.]+", "", clean_line(typed))
    if not text:
        return ""
    match = _TAX_CODE.fullmatch(text)
    if match is None:
        raise FieldError("tax_code", _("Mã số thuế gồm 10 hoặc 13 chữ số. Ví dụ: 4300123456."))
    return "-".join(part for part in match.groups() if part)
