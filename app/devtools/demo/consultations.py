"""The sample consultations: one whose result is published, one that is open, one that opens next
week.

As with questions every step is an act of the product's own services, by a person who may do it;
only the clock is turned back.
"""

import datetime as dt
import functools
import importlib
import io
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.access import P, Role
from app.accounts.models import User
from app.comments.answers import Decision
from app.comments.models import Comment
from app.comments.service import commenting, entering, moderating, surveys_setup
from app.comments.service.accepting import Opinion, Sender, Target
from app.comments.service.commenting import CommentReceipt
from app.comments.service.entering import Minutes, Origin, Slip, Statement
from app.comments.service.moderating import Redaction
from app.comments.service.surveys import SurveyGiven
from app.comments.service.surveys_setup import Asked
from app.comments.states import SenderKind, Stance, SurveyKind, TargetKind
from app.consultations.models import Consultation
from app.consultations.queries import staff
from app.consultations.service import dossier, lifecycle, setup
from app.consultations.service.editing import Facts, Meeting
from app.consultations.states import ConsultationType, DossierKind, ShowComments
from app.devtools.demo import dossier as documents
from app.devtools.demo import maps as drawing
from app.devtools.demo.asking import set_counter
from app.devtools.demo.office import Office
from app.devtools.demo.plan import DATA, fill
from app.devtools.demo.telling import MINUTE, Step
from app.drafts.models import DraftVersion
from app.drafts.service import versions
from app.drafts.states import DRAFT_FILE
from app.extensions import db
from app.files import service as files
from app.imports import kinds
from app.imports import service as imports
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.kernel.clock import HANOI, local, now, start_of_day, today
from app.maps import queries as map_queries
from app.maps import service
from app.maps.models import MapLayer
from app.maps.states import LAYER_FILE, LayerKind
from app.results.models import Point, Reply
from app.results.service import issuing, points, publishing, replies
from app.results.service.replies import Draft
from app.submissions import redaction
from app.submissions.models import Submission, SubmissionToken
from app.submissions.service import Contact, Sent
from app.submissions.states import Channel, Consent, NameDisplay, TokenPurpose
from app.works.models import WORKS_FILE, ProjectItem

#: Where the places of the project list lie: the former communes of the sample authority.
_PLACES = {
    "X-SK": "Suối Khe",
    "X-TH": "Tân Hội",
    "X-HL": "Hòa Lợi",
    "X-VH": "Vĩnh Hải",
    "X-TT": "thị trấn",
    "X-LT": "Long Thạnh",
    "X-PM": "Phước Mỹ",
    "X-DM": "Đồng Mía",
    "X-*": "",
}
#: Comments have numbers of their own range, so that the questions keep those of their list.
FIRST_NUMBER = 100
_PAPER = frozenset({"paper", "counter", "phone"})


def steps(office: Office) -> list[Step]:
    """What happened around the three consultations, in no particular order."""
    told = tomllib.loads((DATA / "consultations.toml").read_text("utf-8"))
    found = [step for name, one in told.items() for step in _Story(name, one, office).tell()]
    return [*found, *_midnights(office, told)]


def lay_ground(office: Office) -> None:
    """Rules, land-use codes and the boundary: what is there before the first consultation."""
    setup.seed()
    boundary = drawing.boundary(f"{office.profile.words['xa'].capitalize()} An Sơn")
    layer = _layer(
        None, LayerKind.BOUNDARY, "Ranh giới hành chính", boundary, office.people["quantri"]
    )
    service.confirm(layer, sure=True, actor=office.people["quantri"], seen_revision=None)


def _midnights(office: Office, told: dict[str, Any]) -> list[Step]:
    """The clock opens and closes them as it does in life."""
    ends = [-one["closes"] for one in told.values()] + [
        -one["closes"] - late for one in told.values() for late in range(1, 8)
    ]
    days = sorted({-one["opens"] for one in told.values()} | set(ends) | {end - 1 for end in ends})
    found = []
    for day in days:
        at = start_of_day(office.days.today - dt.timedelta(days=day)) + MINUTE
        if at < office.days.now:
            found.append(Step(at, "000", _tick))
    return found


def _tick() -> None:
    lifecycle.open_due()
    lifecycle.close_due()


def _layer(
    consultation: Consultation | None,
    kind: LayerKind,
    title: str,
    collection: drawing.Collection,
    actor: User,
) -> MapLayer:
    """A layer as the import of a surveyor's file makes it, from a real zipped
    Shapefile in VN-2000.
    """
    around = map_queries.boundary_features() if consultation else []
    options: dict[str, Any] = {
        "kind": kind.value,
        "title": title,
        "crs": 5898,
        "replaces": None,
        "boundary": around,
    }
    _read_in(
        consultation,
        LAYER_FILE,
        "lop.zip",
        drawing.zipped_shapefile(collection),
        options,
        actor,
    )
    layer: MapLayer | None = db.session.scalar(
        sa.select(MapLayer).order_by(MapLayer.id.desc()).limit(1)
    )
    assert layer is not None
    return layer


def _read_in(
    consultation: Consultation | None,
    kind: str,
    name: str,
    content: bytes,
    options: dict[str, Any],
    actor: User,
) -> ImportRun:
    """Read a file as an import does, but here and now: sample data is one transaction and needs no
    limits.
    """
    run = ImportRun(
        consultation_id=consultation.id if consultation else None,
        kind=kind,
        state=ImportState.RUNNING,
        file_name=name,
        options=options,
        created_by=actor.id,
    )
    db.session.add(run)
    db.session.flush()
    known = kinds.kind(kind)
    reader = importlib.import_module(known.reader)
    rows, about = list[dict[str, Any]](), dict[str, Any]()
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix) as file:
        file.write(content)
        file.flush()
        for message in reader.read(Path(file.name), options):
            if "row" in message:
                rows.append(message["row"])
            about.update(message.get("meta", {}))
    result = known.apply(run, kinds.Rows(lambda: iter(rows), count=len(rows), meta=about), actor)
    imports.finish(run, result, len(result.refused), actor)
    return run


class _Story:
    """One consultation."""

    def __init__(self, name: str, told: dict[str, Any], office: Office) -> None:
        self.name, self.told, self.office = name, told, office
        self.words = {
            **office.profile.words,
            "next_year": str(office.days.today.year + (1 if office.days.today.month > 6 else 0)),
        }
        self.found: list[Step] = []
        self.consultation_id = 0
        self.comments: dict[int, int] = {}

    # Moments and people
    # ----------------------------------------------------------------------------------------------
    def then(self, days: int, time: str, act: Any, *, minutes: int = 0) -> None:
        """So many days after (negative: before) the day of loading, at this time, that; nothing
        happens in the future.
        """
        day = self.office.days.today + dt.timedelta(days=days)
        at = dt.datetime.combine(day, dt.time.fromisoformat(time), HANOI) + dt.timedelta(
            minutes=minutes
        )
        self.found.append(
            Step(min(at.astimezone(dt.UTC), self.office.days.now - MINUTE), "000", act)
        )

    @property
    def consultation(self) -> Consultation:
        return staff.by_id(self.consultation_id)

    @property
    def moderator(self) -> User:
        return self.office.moderator

    @property
    def officer(self) -> User:
        unit = self.office.units.get(self.told["unit"]) or next(iter(self.office.units.values()))
        people = [
            user
            for user in self.office.people.values()
            if user.is_active and user.has(P.COMMENT_REPLY)
        ]
        mine = [user for user in people if user.unit_id == unit.id]
        return next(
            (user for user in mine if Role.OFFICER in user.roles),
            mine[0] if mine else self.moderator,
        )

    def text(self, name: str) -> str:
        return fill(self.told.get(name, ""), self.words)

    # The story
    # ----------------------------------------------------------------------------------------------
    def tell(self) -> list[Step]:
        told = self.told
        self.then(told["posted"] - 3, "14:00", self._create)
        self.then(told["posted"], "08:30", self._schedule)
        for number, one in enumerate(told["comments"]):
            self.then(-one["ago"], one["time"], functools.partial(self._comment, number, one))
            if one.get("status", "shown") != "unverified":
                self.then(
                    -one["ago"] + 1,
                    "09:10",
                    functools.partial(self._moderate, number, one),
                    minutes=number,
                )
        for number, one in enumerate(told.get("meetings", ())):
            self.then(-one["ago"] + 1, "08:20", functools.partial(self._meeting, number, one))
        if "done" in told:
            after = told["closes"] + 8
            self.then(after, "09:00", self._reply)
            self.then(after + 2, "15:30", self._finish)
            self.then(after + 3, "10:00", self._publish)
        return self.found

    def _create(self) -> None:
        told, office = self.told, self.office
        unit = office.units.get(told["unit"])
        meetings = [
            Meeting(
                dt.datetime.combine(
                    office.days.today + dt.timedelta(days=row["in"]),
                    dt.time.fromisoformat(row["time"]),
                    HANOI,
                ),
                fill(row["place"], self.words),
            )
            for row in told.get("public_meetings", ())
        ]
        agency = office.profile.agency
        day = office.days.today
        facts = Facts(
            type=ConsultationType(told["type"]),
            title=self.text("title"),
            summary=self.text("summary"),
            lead_unit_id=unit.id if unit else None,
            officer_id=self.officer.id,
            legal_basis=[(text, "") for text in told["basis"]],
            notice_number=told["notice"],
            opens_on=day + dt.timedelta(days=told["opens"]),
            closes_on=day + dt.timedelta(days=told["closes"]),
            receive_address=str(agency["address"]),
            receive_phone=str(agency["phone"]),
            receive_email=str(agency["email"]),
            posting_place=self.text("posting_place"),
            show_comments=ShowComments(told["show"]),
            meetings=meetings,
        )
        made = lifecycle.create(actor=self.moderator, facts=facts)
        self.consultation_id = made.id
        self._dossier(made)
        for row in told.get("survey", ()):
            asked = Asked(
                kind=SurveyKind(row["kind"]),
                text=fill(row["text"], self.words),
                options=row["options"],
            )
            surveys_setup.add(made, asked, actor=self.moderator)
        if "draft" in told:
            content = documents.draft(told["draft"]).getvalue()
            _read_in(made, DRAFT_FILE, "du-thao-quy-che.docx", content, {}, self.moderator)
            version = db.session.scalars(
                sa.select(DraftVersion).where(DraftVersion.consultation_id == made.id)
            ).one()
            versions.publish(version, actor=self.moderator, seen_revision=None)
        else:
            self._plan(made)

    def _dossier(self, made: Consultation) -> None:
        title = self.text("title")
        self._document(
            made,
            DossierKind.SUBMISSION,
            f"Tờ trình về {title}",
            documents.text("TỜ TRÌNH", [title, self.text("summary")]),
            "to-trinh.docx",
        )
        if self.told["type"].startswith("land"):
            self._document(
                made,
                DossierKind.SUMMARY,
                "Báo cáo tóm tắt",
                documents.text("BÁO CÁO TÓM TẮT", self.text("summary").split("\n")),
                "tom-tat.docx",
            )
            self._document(
                made,
                DossierKind.TABLES,
                "Biểu cân đối các loại đất",
                documents.table("landuse_balance.csv", "Cân đối"),
                "can-doi.xlsx",
            )
            heavy = self._document(
                made,
                DossierKind.MAP,
                "Bản đồ quy hoạch (bản in)",
                documents.picture(),
                "ban-do.pdf",
            )
            self._document(
                made,
                DossierKind.MAP,
                "Bản đồ quy hoạch, bản nhẹ",
                documents.picture(small=True),
                "ban-do-nhe.pdf",
                light_of=heavy,
            )
        else:
            self._document(
                made,
                DossierKind.DRAFT,
                "Dự thảo Quy chế",
                documents.draft(self.told["draft"]),
                "du-thao.docx",
            )
        slip = [
            "Họ và tên: …",
            "Địa chỉ: …",
            "Ý kiến: ☐ Đồng ý  ☐ Đề nghị sửa  ☐ Không đồng ý  ☐ Ý kiến khác",
            "Nội dung: …",
            "Ngày … tháng … năm …",
        ]
        self._document(
            made,
            DossierKind.SLIP,
            "Phiếu lấy ý kiến",
            documents.text("PHIẾU LẤY Ý KIẾN", slip),
            "phieu.docx",
        )

    def _document(
        self,
        made: Consultation,
        kind: DossierKind,
        title: str,
        content: io.BytesIO,
        name: str,
        *,
        light_of: int | None = None,
    ) -> int:
        file = files.receive(content, name, limits=dossier.LIMITS)
        item = dossier.add(
            made, actor=self.moderator, file=file, kind=kind, title=title[:300], light_of=light_of
        )
        return item.id

    def _plan(self, made: Consultation) -> None:
        places = {
            code: self.office.profile.place(name) if name else "Toàn " + self.words["xa"]
            for code, name in _PLACES.items()
        }
        content = (DATA / "consultation_projects.csv").read_bytes()
        _read_in(
            made,
            WORKS_FILE,
            "danh-muc-24-cong-trinh.csv",
            content,
            {"places": places},
            self.moderator,
        )
        for kind, title, collection in (
            (LayerKind.LAND_USE, "Hiện trạng và quy hoạch sử dụng đất", drawing.land_use()),
            (LayerKind.PROJECTS, "Công trình, dự án", drawing.projects()),
        ):
            layer = _layer(made, kind, title, collection, self.moderator)
            service.confirm(layer, sure=True, actor=self.moderator, seen_revision=None)

    def _schedule(self) -> None:
        lifecycle.schedule(self.consultation, actor=self.office.leader, seen_revision=None)

    # Comments
    # ----------------------------------------------------------------------------------------------
    def _target(self, told: dict[str, Any]) -> Target:
        to = told.get("to", "")
        if to == "place":
            west, south = drawing.WEST, drawing.SOUTH
            east, north = told["spot"]
            place = self.office.places.get(told.get("place", ""))
            return Target(
                TargetKind.PLACE,
                longitude=round(west + east * drawing.STEP_X * drawing.COLUMNS, 6),
                latitude=round(south + north * drawing.STEP_Y * drawing.ROWS, 6),
                place_id=place.id if place else None,
            )
        if to:
            return Target(TargetKind.PROJECT, project_id=self._project(to))
        return Target(TargetKind.WHOLE)

    def _project(self, code: str) -> int:
        query = sa.select(ProjectItem.id).where(
            ProjectItem.consultation_id == self.consultation_id, ProjectItem.code == code
        )
        return int(db.session.scalars(query).one())

    def _survey(self, given: list[Any]) -> dict[int, SurveyGiven]:
        answers: dict[int, SurveyGiven] = {}
        for question, answer in zip(
            surveys_setup.questions_of(self.consultation), given, strict=True
        ):
            if isinstance(answer, str):
                answers[question.id] = SurveyGiven(text=answer)
            else:
                answers[question.id] = SurveyGiven(
                    choices=tuple(answer) if isinstance(answer, list) else (answer,)
                )
        return answers

    def _origin(self, key: str) -> Origin:
        prefix, year = str(self.office.profile.agency["tracking_prefix"]), local(now()).year
        taken = db.session.scalar(
            sa.select(sa.func.count()).select_from(Submission).where(Submission.kind == "comment")
        )
        set_counter(f"{prefix}-{year}", FIRST_NUMBER + (taken or 0))
        return Origin(
            str(current_app.secret_key),
            str(self.office.profile.agency["tracking_prefix"]),
            f"demo-{self.name}-{key}",
        )

    def _comment(self, number: int, told: dict[str, Any]) -> None:
        origin, channel = self._origin(f"comment-{number:02d}"), told.get("channel", "web")
        if channel in _PAPER:
            contact, target = self._contact(told), self._target(told)
            slip = Slip(
                Stance(told["stance"]),
                told["body"],
                contact.name,
                contact.consent,
                Channel(channel),
                target_kind=target.kind,
                project_id=target.project_id,
                proposed_text=told.get("proposed", ""),
                sender_kind=SenderKind(told.get("as", "resident")),
                phone=contact.phone,
                email=contact.email,
                name_display=contact.name_display,
                place_id=target.place_id,
                **self._papers(told),
            )
            made = entering.enter(self.consultation, slip, origin, actor=self.moderator)
        else:
            made = self._say(told, origin)
        self.comments[number] = made.comment.id
        if told.get("status") != "unverified":
            self._confirm(made.comment)

    def _say(self, told: dict[str, Any], origin: Origin) -> CommentReceipt:
        return commenting.comment(
            self.consultation,
            Opinion(
                Stance(told["stance"]),
                told["body"],
                told.get("proposed", ""),
                self._survey(told["survey"]) if "survey" in told else {},
            ),
            self._target(told),
            Sender(
                SenderKind(told.get("as", "resident")), self._contact(told), **self._papers(told)
            ),
            Sent(secret_key=origin.secret_key, prefix=origin.prefix, idempotency_key=origin.key),
        )

    def _contact(self, told: dict[str, Any]) -> Contact:
        return Contact(
            name=told["name"],
            phone=told.get("phone"),
            email=told.get("email"),
            name_display=NameDisplay(told.get("shown", NameDisplay.INITIALS)),
            consent=Consent.PUBLISH,
        )

    def _papers(self, told: dict[str, Any]) -> dict[str, Any]:
        return {
            "organisation_name": fill(told.get("organisation", ""), self.words),
            "tax_code": told.get("tax", ""),
            "letter_number": told.get("letter", ""),
            "sheet": told.get("sheet", ""),
            "parcel": told.get("parcel", ""),
        }

    def _confirm(self, comment: Comment) -> None:
        mine = (
            SubmissionToken.submission_id == comment.submission_id,
            SubmissionToken.purpose == TokenPurpose.CONFIRM,
        )
        token = db.session.scalars(sa.select(SubmissionToken).where(*mine)).one_or_none()
        if token is not None:
            commenting.confirm_by_link(comment, token, comment.submission)

    def _moderate(self, number: int, told: dict[str, Any]) -> None:
        comment = db.session.get_one(Comment, self.comments[number])
        match told.get("status", "shown"):
            case "shown":
                self._show(comment)
            case "kept_back":
                moderating.keep_back(
                    comment, actor=self.moderator, seen_revision=None, reason=told["why"]
                )
            case "spam":
                moderating.mark_spam(comment, actor=self.moderator, seen_revision=None)

    def _show(self, comment: Comment) -> None:
        submission = comment.submission
        hidden = redaction.find(submission.body)
        moderating.redact(
            comment,
            Redaction(
                title=redaction.mask(submission.title, redaction.find(submission.title)),
                body=redaction.mask(submission.body, hidden),
                proposed=comment.proposed_text,
                reason="Che " + ", ".join(sorted({item.label for item in hidden})) + "."
                if hidden
                else "",
                answers={answer.id: answer.text for answer in moderating.open_answers(comment)},
            ),
            actor=self.moderator,
            seen_revision=None,
        )
        moderating.show(comment, actor=self.moderator, seen_revision=None)

    def _meeting(self, number: int, told: dict[str, Any]) -> None:
        held_on = today() - dt.timedelta(days=1)
        minutes = Minutes(held_on, told["place"], told["present"], told["agree"], told["disagree"])
        said = [Statement(Stance(row["stance"]), row["body"]) for row in told["statements"]]
        held = entering.hold_meeting(
            self.consultation,
            minutes,
            said,
            self._origin(f"meeting-{number:02d}"),
            consent=Consent.PUBLISH,
            actor=self.moderator,
        )
        made = db.session.scalars(
            sa.select(Comment).where(Comment.meeting_id == held.id).order_by(Comment.id)
        ).all()
        for place, (comment, row) in enumerate(zip(made, told["statements"], strict=True)):
            moderating.retarget(
                comment,
                target_kind=TargetKind.PROJECT,
                project_id=self._project(row["to"]),
                actor=self.moderator,
                seen_revision=None,
            )
            self._show(comment)
            self.comments[1000 + number * 100 + place] = comment.id

    # The result
    # ----------------------------------------------------------------------------------------------
    def _answers(self) -> list[tuple[int, dict[str, Any]]]:
        said = list(enumerate(self.told["comments"]))
        said += [
            (1000 + number * 100 + place, row)
            for number, one in enumerate(self.told.get("meetings", ()))
            for place, row in enumerate(one["statements"])
        ]
        return said

    def _reply(self) -> None:
        consultation = self.consultation
        points.make_points(consultation, actor=self.officer)
        for number, told in self._answers():
            mine = db.session.scalars(
                sa.select(Point).where(Point.comment_id == self.comments[number])
            ).all()
            draft = Draft(
                Decision(told["decision"]),
                told["reply"],
                self._where(told),
                self.office.units.get(self.told["unit"]),
            )
            replies.create(
                consultation,
                {point.id: point.revision for point in mine},
                draft,
                actor=self.officer,
            )

    @staticmethod
    def _where(told: dict[str, Any]) -> str:
        changed = told["decision"] in {Decision.ACCEPTED.value, Decision.PARTLY_ACCEPTED.value}
        return str(told.get("where") or ("Không phải sửa dự thảo" if changed else ""))

    def _replies(self) -> list[Reply]:
        return list(
            db.session.scalars(
                sa.select(Reply)
                .where(Reply.consultation_id == self.consultation_id)
                .order_by(Reply.id)
            )
        )

    def _finish(self) -> None:
        for step, actor in (("agree", self.moderator), ("finalise", self.office.leader)):
            for reply in self._replies():
                replies.move(reply, step, actor=actor, seen_revision=None)

    def _publish(self) -> None:
        consultation, leader = self.consultation, self.office.leader
        issuing.issue(consultation, actor=leader, seen_revision=None)
        publishing.save(
            consultation,
            asked=self.text("asked"),
            heard=self.text("heard"),
            done=self.text("done"),
            actor=leader,
            seen_revision=None,
        )
        publishing.publish(consultation, actor=leader, seen_revision=None)
