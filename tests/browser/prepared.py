"""Consultations that nobody can wait for in a test: made by the product's own services, by people
who may, with the clock turned back.
"""

import datetime as dt
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.accounts import queries as accounts
from app.comments.models import Comment
from app.comments.service import commenting
from app.comments.states import SenderKind, Stance, TargetKind
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.consultations.service import dossier, lifecycle
from app.consultations.service.editing import Facts
from app.consultations.states import ConsultationType, DossierKind, ShowComments
from app.devtools.demo import dossier as documents
from app.drafts.models import DraftVersion
from app.drafts.readers import draft
from app.drafts.service import versions
from app.drafts.states import DRAFT_FILE
from app.extensions import db
from app.files import service as files
from app.imports import kinds
from app.imports import service as imports
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.kernel.clock import frozen, start_of_day, today
from app.submissions.models import SubmissionToken
from app.submissions.states import Consent, NameDisplay, TokenPurpose
from tests.browser.consultations import word_file
from tests.factories import sending

DAY, MORNING = dt.timedelta(days=1), dt.timedelta(hours=8)
DRAFT = (
    "QUY CHẾ",
    "Quản lý chợ xã An Sơn",
    "Điều 1. Phạm vi",
    "1. Quy chế này áp dụng với chợ trung tâm và hai chợ phiên.",
    "2. Không áp dụng với quán ăn ven đường.",
    "Điều 2. Giờ họp chợ",
    "1. Chợ họp từ 4 giờ đến 18 giờ hằng ngày.",
    "2. Xe tải vào chợ trước 5 giờ.",
    "Điều 3. Tiền thuê chỗ",
    "1. Chỗ bán hàng cố định đóng 300.000 đồng một tháng.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """One comment from the web, with who sent it."""

    name: str
    body: str
    stance: Stance = Stance.OTHER
    email: str | None = None
    #: The clause that it is about; empty: the whole.
    clause: str = ""
    proposed: str = ""
    consent: Consent = Consent.PUBLISH
    shown: NameDisplay = NameDisplay.INITIALS
    confirmed: bool = True


@dataclass(slots=True)
class Held:
    """Where it is, and the codes of its comments in their order."""

    slug: str
    code: str
    codes: list[str] = field(default_factory=list)


def hold(
    title: str,
    *,
    opened: int,
    closes: int,
    said: Sequence[Said] = (),
    show: ShowComments = ShowComments.AT_ONCE,
) -> Held:
    """A consultation on a draft text, opened so many days ago, its last day so many days from now
    (negative: it is over).
    """
    day = today()
    with frozen(start_of_day(day - (opened + 3) * DAY) + MORNING):
        made = _create(title, day - opened * DAY, day + closes * DAY, show)
    with frozen(start_of_day(day - (opened + 2) * DAY) + MORNING):
        lifecycle.schedule(made, actor=accounts.by_username("lanhdao"), seen_revision=None)
    with frozen(start_of_day(day - opened * DAY) + dt.timedelta(minutes=1)):
        lifecycle.open_due()
    held = Held(made.slug, made.code)
    for number, one in enumerate(said):
        with frozen(start_of_day(day - opened * DAY) + MORNING + dt.timedelta(hours=number)):
            held.codes.append(_say(made, one))
    if closes < 0:
        # The last day may have been moved past a day off.
        assert made.closes_on is not None
        with frozen(start_of_day(made.closes_on + DAY) + dt.timedelta(minutes=1)):
            lifecycle.close_due()
    return held


def _create(title: str, opens_on: dt.date, closes_on: dt.date, show: ShowComments) -> Consultation:
    clerk = accounts.by_username("tiepnhan")
    officer = accounts.by_username("chuyenvien.kt")
    facts = Facts(
        type=ConsultationType.DRAFT_TEXT,
        title=title,
        summary="Xin ý kiến bà con và người bán hàng về dự thảo Quy chế quản lý chợ.",
        lead_unit_id=officer.unit_id,
        officer_id=officer.id,
        legal_basis=[("Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15, Điều 25", "")],
        notice_number="45/TB-UBND",
        opens_on=opens_on,
        closes_on=closes_on,
        receive_address="Ủy ban nhân dân xã, thôn Trung",
        receive_phone="0255 000 0000",
        posting_place="Trụ sở Ủy ban nhân dân và ba chợ",
        show_comments=show,
    )
    made = lifecycle.create(actor=clerk, facts=facts)
    for kind, name, content in (
        (DossierKind.SUBMISSION, "to-trinh.docx", documents.text("TỜ TRÌNH", [title])),
        (DossierKind.DRAFT, "du-thao.docx", io.BytesIO(word_file(DRAFT))),
        (
            DossierKind.SLIP,
            "phieu.docx",
            documents.text("PHIẾU LẤY Ý KIẾN", ["Họ và tên: …", "Ý kiến: …"]),
        ),
    ):
        dossier.add(
            made,
            actor=clerk,
            file=files.receive(content, name, limits=dossier.LIMITS),
            kind=kind,
            title="",
        )
    _read_draft(made)
    return made


def _read_draft(made: Consultation) -> None:
    """As the job does that reads an uploaded draft."""
    clerk = accounts.by_username("tiepnhan")
    run = ImportRun(
        consultation_id=made.id,
        kind=DRAFT_FILE,
        state=ImportState.RUNNING,
        file_name="du-thao.docx",
        options={},
    )
    run.created_by = clerk.id
    db.session.add(run)
    db.session.flush()
    rows, about = list[dict[str, Any]](), dict[str, Any]()
    path = Path(current_app.instance_path) / f"{uuid.uuid4().hex}.docx"
    path.write_bytes(word_file(DRAFT))
    for message in draft.read(path, {}):
        rows += [message["row"]] if "row" in message else []
        about.update(message.get("meta", {}))
    path.unlink()
    result = kinds.kind(DRAFT_FILE).apply(
        run, kinds.Rows(lambda: iter(rows), count=len(rows), meta=about), clerk
    )
    imports.finish(run, result, len(result.refused), clerk)
    version = db.session.scalars(
        sa.select(DraftVersion).where(DraftVersion.consultation_id == made.id)
    ).one()
    versions.publish(version, actor=clerk, seen_revision=None)


def _say(made: Consultation, one: Said) -> str:
    comment: Comment = sending.comment(
        staff.by_id(made.id),
        body=one.body,
        stance=one.stance,
        target_kind=TargetKind.CLAUSE if one.clause else TargetKind.WHOLE,
        clause_anchor=one.clause or None,
        proposed_text=one.proposed,
        sender_kind=SenderKind.RESIDENT,
        name=one.name,
        email=one.email,
        phone=None if one.email else "0912000555",
        consent=one.consent,
        name_display=one.shown,
    ).comment
    mine = (
        SubmissionToken.submission_id == comment.submission_id,
        SubmissionToken.purpose == TokenPurpose.CONFIRM,
    )
    token = db.session.scalars(sa.select(SubmissionToken).where(*mine)).one_or_none()
    if token is not None and one.confirmed:
        commenting.confirm_by_link(comment, token, comment.submission)
    return str(comment.submission.code)
