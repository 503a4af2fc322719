"""A consultation with everything that belongs to it, once with a mark in what everybody may read
and once in what nobody may.

For the test that walks every public address. Marks are small ASCII letters, so that no encoding
hides them.
"""

import datetime as dt
import json
from typing import Any

from app.comments.answers import Decision
from app.comments.models import Comment, CommentLog, SurveyAnswer, SurveyQuestion, VillageMeeting
from app.comments.states import CommentStage, SenderKind, SurveyKind, TargetKind
from app.consultations.models import Consultation, ConsultationLog, DossierItem, PublicMeeting
from app.consultations.service import core
from app.consultations.states import DossierKind, ShowComments, Stage, Visibility
from app.drafts.models import Clause, DraftVersion
from app.drafts.states import DRAFT_FILE, ClauseKind
from app.extensions import db
from app.files.models import StoredFile
from app.files.states import FileState
from app.imports.models import ImportRun
from app.kernel.clock import now
from app.kernel.links import Ref
from app.maps.models import MapLayer
from app.maps.states import LayerKind, LayerState
from app.results.models import Certificate, Point, Reply, ResultRow, ResultTable, Theme
from app.results.states import ReplyStage
from app.results.tabling import Counts, Head, MeetingLine, Row, Signature
from app.submissions.states import Consent, NameDisplay
from app.works.models import ProjectItem
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.files import make_file, pdf

_DAY = dt.timedelta(days=1)


def add(row: Any) -> Any:
    """Keep a row, and give it its id."""
    db.session.add(row)
    db.session.flush()
    return row


def texts(mark: str) -> dict[str, Any]:
    """Every text of a consultation that its public pages may show."""
    return {
        "title": f"Quy hoạch {mark}",
        "legal_basis": [{"text": f"Luật {mark}", "url": ""}],
        "notice_number": f"TB {mark}",
        "receive_address": f"Phòng {mark}",
        "posting_place": f"Nhà văn hóa {mark}",
        "result_asked": f"Đã hỏi {mark}",
        "result_heard": f"Đã nghe {mark}",
        "result_done": f"Đã làm {mark}",
        "table_opening": f"Mở đầu {mark}",
    }


def file_of(owner: Ref, name: str) -> StoredFile:
    """A clean file that belongs to something."""
    return make_file(owner, name=name, content=pdf(name.encode()), state=FileState.CLEAN)


def fill(consultation: Consultation, mark: str, *, open_text: str | None = None) -> Consultation:
    """Everything that a public consultation shows, marked: draft, projects, map, meeting, dossier,
    guiding question, comments.
    """
    number = consultation.id
    consultation.summary, consultation.summary_html = (
        f"Trích yếu {mark}",
        f"<p>Trích yếu {mark}</p>",
    )
    version = add(DraftVersion(consultation_id=number, number=1, published_at=now()))
    add(clause(version, mark))
    project = add(
        ProjectItem(
            consultation_id=number,
            code=f"DA-{number}",
            name=f"Công trình {mark}",
            land_code="DGT",
            planned_ha=1,
            search_text=mark,
        )
    )
    add(layer(number, mark, confirmed=True))
    add(PublicMeeting(consultation_id=number, starts_at=now() + _DAY, place=f"Hội trường {mark}"))
    document = add(
        DossierItem(consultation_id=number, kind=DossierKind.DRAFT, title=f"Tài liệu {mark}")
    )
    file_of(Ref("dossier", document.id), f"{mark}.pdf")
    question = add(
        SurveyQuestion(
            consultation_id=number, kind=SurveyKind.OPEN, text=f"Bà con nghĩ gì về {mark}?"
        )
    )
    shown = comment(
        consultation,
        mark,
        visibility=Visibility.PUBLIC,
        name_display=NameDisplay.FULL,
        target_kind=TargetKind.PROJECT,
        project_id=project.id,
    )
    add(
        SurveyAnswer(
            question_id=question.id,
            comment_id=shown.id,
            text=mark,
            public_text=mark if open_text is None else open_text,
        )
    )
    core.reindex(consultation)
    db.session.commit()
    return consultation


def clause(version: DraftVersion, mark: str) -> Clause:
    return Clause(
        version_id=version.id,
        position=1,
        kind=ClauseKind.ARTICLE,
        anchor="dieu-1",
        label="Điều 1",
        heading=f"Về {mark}",
        text=f"Nội dung {mark}",
        html=f"<p>Nội dung {mark}</p>",
    )


def layer(consultation_id: int, mark: str, *, confirmed: bool) -> MapLayer:
    square = [[[108.7, 15.1], [108.8, 15.1], [108.8, 15.2], [108.7, 15.2], [108.7, 15.1]]]
    feature = {
        "type": "Feature",
        "properties": {"name": mark, "code": "DGT"},
        "geometry": {"type": "Polygon", "coordinates": square},
    }
    return MapLayer(
        consultation_id=consultation_id,
        kind=LayerKind.LAND_USE,
        state=LayerState.CONFIRMED if confirmed else LayerState.UNCONFIRMED,
        confirmed_at=now() if confirmed else None,
        title=f"Lớp {mark}",
        file_name=f"{mark}.zip",
        feature_count=1,
        bounds=[108.7, 15.1, 108.8, 15.2],
        geojson=json.dumps({"type": "FeatureCollection", "features": [feature]}),
    )


def comment(consultation: Consultation, mark: str, **values: Any) -> Comment:
    """A comment with the mark in every text of its own."""
    return make_comment(
        consultation,
        body=f"Nội dung góp ý có {mark} và thêm vài chữ nữa.",
        name=f"Nguyễn {mark}",
        email=f"{mark}@example.vn",
        proposed_text=f"Sửa thành {mark}",
        public_proposed=f"Sửa thành {mark}",
        proposed_html=f"<p>Sửa thành {mark}</p>",
        **values,
    )


def make_seen(mark: str) -> list[Consultation]:
    """An open one and one with a result, marked in what everybody may read."""
    opened = fill(make_consultation(slug="dang-mo", **texts(mark)), mark)
    ended = fill(make_consultation(slug="da-xong", stage=Stage.ANSWERED, **texts(mark)), mark)
    issue(ended, mark)
    return [opened, ended]


def head_of(consultation: Consultation, mark: str) -> Head:
    """Everything of a table but its rows."""
    return Head(
        code=consultation.code,
        title=consultation.title,
        agency=f"UBND {mark}",
        parent="",
        place=mark,
        day="2026-11-24",
        first_column="Nhóm vấn đề",
        basis=[mark],
        opening=f"Mở đầu {mark}",
        counts=Counts(comments=1, people=1, points=1, decisions={"accepted": 1}),
        meetings=[MeetingLine("2026-11-20", f"Nhà văn hóa {mark}", 3, 2, 1, 1)],
        signature=Signature(name=mark),
        issue=1,
    )


def issue(consultation: Consultation, mark: str) -> ResultTable:
    """An issued table with one row."""
    table = add(
        ResultTable(
            consultation_id=consultation.id,
            number=1,
            issued_name=f"Phạm {mark}",
            sha256="0" * 64,
            row_count=1,
        )
    )
    table.content = head_of(consultation, mark).data()
    row = Row(
        1,
        f"y-{table.id:08}",
        f"Nhóm {mark}",
        f"Người {mark}",
        f"Ý {mark}",
        "accepted",
        f"Đã sửa {mark}",
        "Điều 1",
    )
    add(
        ResultRow(
            table_id=table.id,
            position=1,
            anchor=row.anchor,
            point_id=0,
            data=row.data(),
            search_text=mark,
        )
    )
    db.session.commit()
    return table


def make_unseen_consultations(mark: str) -> list[Consultation]:
    """One for every way of not being public, filled like a public one."""
    made = [
        make_consultation(slug="kin-nhap", stage=Stage.DRAFT, **texts(mark)),
        make_consultation(slug="kin-go", visibility=Visibility.HIDDEN, **texts(mark)),
        make_consultation(
            slug="kin-go-xong", visibility=Visibility.HIDDEN, stage=Stage.ANSWERED, **texts(mark)
        ),
        make_consultation(slug="kin-xoa", visibility=Visibility.ERASED, **texts(mark)),
        make_consultation(slug="kin-rieng", visibility=Visibility.PRIVATE, **texts(mark)),
        make_consultation(slug="kin-mai", stage=Stage.SCHEDULED, **texts(mark)),
    ]
    made[-1].posted_at = now() + _DAY
    for consultation in made:
        fill(consultation, mark)
        issue(consultation, mark)
        consultation.hidden_reason = mark
    db.session.commit()
    return made


def make_unseen_parts(mark: str) -> list[Comment]:
    """Beside what everybody may read: whatever of a public consultation nobody may.

    Returns the hidden comments.
    """
    opened = make_consultation(slug="co-phan-kin", hidden_reason=mark)
    closed = make_consultation(
        slug="dang-tong-hop",
        stage=Stage.CLOSED,
        result_asked=mark,
        result_heard=mark,
        result_done=mark,
    )
    later = make_consultation(slug="hien-sau", show_comments=ShowComments.AFTER_CLOSING)
    ended = make_consultation(slug="ket-qua-dang-sua", stage=Stage.ANSWERED)
    hidden = [
        comment(opened, mark, **values)
        for values in (
            {"visibility": Visibility.PRIVATE},
            {"visibility": Visibility.HIDDEN, "hidden_reason": mark},
            {"visibility": Visibility.ERASED},
            {"stage": CommentStage.UNVERIFIED},
            {"stage": CommentStage.SPAM},
            {"stage": CommentStage.WITHDRAWN},
            {"visibility": Visibility.PUBLIC, "consent": Consent.PRIVATE},
            {"late": True},
        )
    ]
    hidden.append(comment(later, mark, visibility=Visibility.PUBLIC))
    not_redacted = comment(opened, mark, visibility=Visibility.PUBLIC)
    not_redacted.submission.public_html = None
    hidden.append(not_redacted)
    hidden.append(comment(ended, mark, visibility=Visibility.HIDDEN))
    _shown_with_secrets(opened, mark)
    _unpublished_parts(opened, mark)
    for consultation in (opened, closed, ended):
        _unfinished_result(consultation, mark)
    issue(closed, mark)
    question = add(
        SurveyQuestion(consultation_id=opened.id, kind=SurveyKind.OPEN, text="Bà con có ý gì thêm?")
    )
    for one in (*hidden[:3], make_comment(opened, visibility=Visibility.PUBLIC)):
        add(
            SurveyAnswer(
                question_id=question.id,
                comment_id=one.id,
                text=mark,
                public_text=None if one not in hidden else mark,
            )
        )
    db.session.commit()
    return hidden


def _shown_with_secrets(consultation: Consultation, mark: str) -> None:
    """A shown comment: what came with it and is never public."""
    for display, kind in (
        (NameDisplay.HIDDEN, SenderKind.RESIDENT),
        (NameDisplay.HIDDEN, SenderKind.ORGANISATION),
    ):
        found = make_comment(
            consultation,
            visibility=Visibility.PUBLIC,
            name=f"Nguyễn {mark}",
            email=f"{mark}@example.vn",
            name_display=display,
            sender_kind=kind,
            target_kind=TargetKind.PLACE,
            place_text=f"Nhà ông {mark}",
            longitude=108.75,
            latitude=15.15,
            sheet=mark[:20],
            parcel=mark,
            organisation_name=f"Công ty {mark}",
            tax_code=mark[:14],
            letter_number=mark,
            hidden_reason=mark,
            proposed_text=f"Bản gốc {mark}",
        )
        submission = found.submission
        submission.title, submission.body = f"Bản gốc {mark}", f"Bản gốc {mark}, trước khi che."
        submission.redaction_reason = mark
        submission.spam_reasons = [mark]
        add(
            CommentLog(
                comment_id=found.id, actor=mark, move="note", to_stage=found.stage, note=mark
            )
        )
        file_of(Ref("submission", submission.id), f"{mark}.pdf")


def _unpublished_parts(consultation: Consultation, mark: str) -> None:
    """A text that is still mended, a layer whose place nobody has confirmed, imports, minutes, the
    log.
    """
    number = consultation.id
    published = add(DraftVersion(consultation_id=number, number=1, published_at=now()))
    seen = clause(published, "văn bản")
    seen.doubtful = mark
    add(seen)
    add(
        clause(
            add(
                DraftVersion(consultation_id=number, number=2, note=mark, file_name=f"{mark}.docx")
            ),
            mark,
        )
    )
    add(layer(number, mark, confirmed=False))
    run = add(
        ImportRun(consultation_id=number, kind=DRAFT_FILE, file_name=f"{mark}.docx", message=mark)
    )
    run.problems = [{"row": 1, "reasons": [mark]}]
    file_of(Ref("import", run.id), f"{mark}.pdf")
    meeting = add(
        VillageMeeting(
            consultation_id=number,
            held_on=dt.date(2026, 11, 20),
            place=f"Nhà văn hóa {mark}",
            present=3,
            note=mark,
        )
    )
    file_of(Ref("village_meeting", meeting.id), f"{mark}.pdf")
    add(
        ConsultationLog(
            consultation_id=number, actor=mark, move="edit", to_stage=consultation.stage, note=mark
        )
    )
    file_of(Ref("dossier", 999_999), f"{mark}.pdf")


def _unfinished_result(consultation: Consultation, mark: str) -> None:
    """Points, themes, replies in every stage that is not final, and final ones that no table was
    issued with.
    """
    number = consultation.id
    shown = make_comment(consultation, visibility=Visibility.PUBLIC)
    theme = add(Theme(consultation_id=number, title=f"Nhóm {mark}"))
    stages = [ReplyStage.DRAFT, ReplyStage.AGREED] + (
        [] if consultation.stage is Stage.ANSWERED else [ReplyStage.FINAL]
    )
    for place, stage in enumerate(stages, 1):
        reply = add(
            Reply(
                consultation_id=number,
                stage=stage,
                decision=Decision.ACCEPTED,
                text=f"Trả lời {mark}",
                html=f"<p>Trả lời {mark}</p>",
                changed_where=mark,
                final_at=now() if stage is ReplyStage.FINAL else None,
            )
        )
        add(
            Point(
                consultation_id=number,
                comment_id=shown.id,
                number=place,
                text=f"Ý {mark}",
                table_text=mark,
                theme_id=theme.id,
                reply_id=reply.id,
            )
        )
    if consultation.stage is not Stage.ANSWERED:
        certificate = add(
            Certificate(consultation_id=number, number=1, content={"text": mark}, sha256="0" * 64)
        )
        file_of(Ref("certificate", certificate.id), f"{mark}.pdf")
