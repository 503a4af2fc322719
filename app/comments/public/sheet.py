"""What somebody has filled in so far of a comment, read from the form that carries it, and what to
say about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from app.comments.forms.comment import CommentForm, Survey, degrees, read_survey
from app.comments.queries import public as comments_public
from app.comments.queries import surveys
from app.comments.service.commenting import FILES_MAX
from app.comments.states import BODIES, STANCE_LABELS, Stance, TargetKind
from app.consultations.models import Consultation
from app.consultations.queries.public import COLUMNS, PublicConsultation, public
from app.consultations.states import Phase
from app.drafts import names
from app.drafts.models import Clause
from app.extensions import db
from app.kernel.display import vi_number
from app.kernel.text import clean_line, shorten
from app.organisation import queries as organisation
from app.organisation.models import Place
from app.submissions.sheet import Sheet, TakenFiles, take_files
from app.works import queries

#: Said once before sending: it is past the last day.
LATE = "late"
#: Characters of a name in a list to choose from.
_LONGEST = 90
#: More rows than this are not offered as one list; a page's link still chooses any of them.
_MOST_OFFERED = 600


@dataclass
class Targets:
    """What this consultation and this authority have to choose from."""

    places: Sequence[Place]
    clauses: Sequence[Clause]
    #: (id, code, name)
    projects: Sequence[tuple[int, str, str]]

    @property
    def kinds(self) -> list[TargetKind]:
        """What a comment can be about here."""
        there = {TargetKind.CLAUSE: bool(self.clauses), TargetKind.PROJECT: bool(self.projects)}
        return [kind for kind in TargetKind if there.get(kind, True)]


@dataclass(kw_only=True)
class CommentSheet(Sheet[CommentForm]):
    """The form of one comment between two screens."""

    FILES_MAX = FILES_MAX
    TEXTS = ("body", "proposed_text")
    SALT = "comment-started"

    c: PublicConsultation
    targets: Targets
    survey: Survey

    @property
    def late(self) -> bool:
        """Is it past the last day now?"""
        return self.c.phase is Phase.SUMMARISING

    @property
    def project_id(self) -> int | None:
        """The chosen project; None when there is none of this code."""
        return next(
            (
                number
                for number, code, _name in self.targets.projects
                if code == self.form.project.data
            ),
            None,
        )

    @property
    def target(self) -> str:
        """What the comment is about, in words."""
        match self.form.target_kind.data:
            case TargetKind.CLAUSE:
                row = next(
                    (row for row in self.targets.clauses if row.anchor == self.form.clause.data),
                    None,
                )
                return names.clause_words(row.anchor, row.label, row.heading) if row else ""
            case TargetKind.PROJECT:
                return next(
                    (
                        f"{code} – {name}"
                        for _id, code, name in self.targets.projects
                        if code == self.form.project.data
                    ),
                    "",
                )
            case TargetKind.PLACE:
                said = (
                    self.place.name if self.place else "",
                    self.form.place_text.data or "",
                    self._pin,
                )
                return " · ".join(part for part in said if part)
            case _:
                return str(dict(self.form.target_kind.choices).get(TargetKind.WHOLE.value, ""))

    @property
    def _pin(self) -> str:
        """Where the pin stands, written as on the map; empty when there is none."""
        latitude, longitude = degrees(self.form.latitude.data), degrees(self.form.longitude.data)
        if latitude is None or longitude is None:
            return ""
        return str(
            _(
                "nơi đã ghim (%(place)s)",
                place=f"{vi_number(latitude, 5)}; {vi_number(longitude, 5)}",
            )
        )

    @property
    def public_target(self) -> str:
        """The same as everybody would read it: the words about a place are its sender's and stay
        with the office.
        """
        if self.form.target_kind.data == TargetKind.PLACE:
            return self.place.name if self.place else ""
        return self.target

    @property
    def stance_label(self) -> str:
        """Where the sender stands."""
        return str(STANCE_LABELS[Stance(self.form.stance.data)])

    @property
    def is_body(self) -> bool:
        """Does an organisation or an agency speak?"""
        return self.form.sender_kind.data in {kind.value for kind in BODIES}

    @property
    def shown_name(self) -> str:
        """The sender as everybody would read it; empty when not to be shown."""
        return comments_public.shown_sender(
            self.form.chosen_sender,
            self.form.name.data or "",
            self.form.organisation_name.data or "",
            self.form.chosen_display,
        )

    def offer_all(self) -> None:
        """The whole lists, for the screen on which they are shown."""
        self.targets = _offered(self.c)
        self.places = self.targets.places
        _fill(self)

    def offer_questions(self) -> None:
        """The guiding questions again, where they had not been read for sending."""
        self.survey = read_survey(surveys.questions_of(self.c.id), request.form)

    def carried(self, shown: Sequence[str]) -> list[tuple[str, str]]:
        """Answers to guiding questions are shown on the screen of the content, and only there."""
        answers = [] if set(self.form.CONTENT) <= set(shown) else self.survey.carried
        return super().carried(shown) + answers

    @property
    def more_errors(self) -> list[tuple[str, str]]:
        """What is wrong with answers to guiding questions."""
        return self.survey.errors

    def accepts_content(self) -> bool:
        """Are stance, text, answers and files as they should be? Answers alone are enough."""
        accepted = super().accepts_content()
        answered = self.survey.accepts()
        if not self.form.body.data and not self.survey.given:
            self.form.body.errors = [_("Hãy viết nội dung góp ý.")]
            accepted = False
        return accepted and answered


def blank(c: PublicConsultation) -> CommentSheet:
    """A new form, its target chosen by the link that led here: ?muc=, ?cong-trinh=, ?noi=1."""
    clause, project = (
        clean_line(request.args.get("muc"))[:120],
        clean_line(request.args.get("cong-trinh"))[:30],
    )
    given: dict[str, Any] = {}
    if clause:
        given = {"target_kind": TargetKind.CLAUSE.value, "clause": clause}
    elif project:
        given = {"target_kind": TargetKind.PROJECT.value, "project": project}
    elif request.args.get("noi"):
        given = {"target_kind": TargetKind.PLACE.value}
    sheet = _made(c, CommentForm(formdata=None, **given))
    sheet.offer_all()
    _forget_unknown(sheet.form)
    return sheet


def _forget_unknown(form: CommentForm) -> None:
    """A link to what is no longer there chooses nothing."""
    for kind, chosen in ((TargetKind.CLAUSE, form.clause), (TargetKind.PROJECT, form.project)):
        if form.target_kind.data == kind.value and chosen.data not in dict(chosen.choices):
            form.target_kind.data = chosen.data = None


def read(c: PublicConsultation) -> CommentSheet:
    """The form as it was posted.

    Files are taken in first: on SQLite they must not be decoded during a writer's turn.
    """
    form = CommentForm()
    taken = take_files(
        form.files.data or [],
        request.form.getlist("file_keys"),
        most=FILES_MAX,
        idempotency_key=form.idempotency_key.data or "",
    )
    return _made(c, form, taken, sending=request.form.get("action") == "gui")


def _made(
    c: PublicConsultation,
    form: CommentForm,
    taken: TakenFiles | None = None,
    *,
    sending: bool = False,
) -> CommentSheet:
    # Who sends without an answer needs no questions; who answered has them looked at by the service
    # once more.
    unasked = sending and not any(name.startswith("cau_") for name in request.form)
    targets = _chosen(c, form)
    sheet = CommentSheet(
        form=form,
        agency=organisation.agency(),
        places=targets.places,
        c=c,
        targets=targets,
        survey=read_survey([] if unasked else surveys.questions_of(c.id), request.form),
    )
    _fill(sheet)
    if taken:
        sheet.keep(taken)
    sheet.start_unless_begun()
    return sheet


def _offered(c: PublicConsultation) -> Targets:
    return Targets(
        organisation.active_places(),
        names.current_clauses(c.id),
        queries.listed(c.id),
    )


def _chosen(c: PublicConsultation, form: CommentForm) -> Targets:
    """Where no list is shown: only the lists from which something was chosen."""
    kind = form.target_kind.data
    return Targets(
        organisation.active_places() if form.place.data else [],
        names.current_clauses(c.id) if kind == TargetKind.CLAUSE else [],
        queries.listed(c.id) if kind == TargetKind.PROJECT else [],
    )


def _fill(sheet: CommentSheet) -> None:
    form, offer = sheet.form, sheet.targets
    form.offer(
        targets=offer.kinds,
        clauses=[(row.anchor, _clause_name(row)) for row in _few(offer.clauses, form.clause.data)],
        projects=[
            (code, shorten(f"{code} – {name}", _LONGEST)) for _id, code, name in offer.projects
        ],
        places=[(row.slug, row.name) for row in offer.places],
    )


def _few(clauses: Sequence[Clause], chosen: str | None) -> list[Clause]:
    """All clauses, or of a very long draft only the outer ones and what the reader came from."""
    if len(clauses) <= _MOST_OFFERED:
        return list(clauses)
    depth = max(
        level
        for level in range(6)
        if level == 0 or sum(row.depth <= level for row in clauses) <= _MOST_OFFERED
    )
    return [row for row in clauses if row.depth <= depth or row.anchor == chosen]


def _clause_name(clause: Clause) -> str:
    # An option keeps no blanks in front of its words but these.
    return "\u2003" * min(clause.depth, 4) + shorten(
        f"{clause.label} {clause.heading or clause.text}".strip(), _LONGEST
    )


def find(slug: str) -> tuple[Consultation, PublicConsultation] | None:
    """The consultation at this address as the service takes it and as its pages show it;

    None when it is not public.
    """
    row = db.session.execute(
        public(Consultation, *COLUMNS).where(Consultation.slug == slug)
    ).first()
    return (row[0], PublicConsultation(*row[1:])) if row else None
