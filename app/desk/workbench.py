"""The workbench of anything that was sent, as one page: what came and how it will be shown, what
happened to it, and the way of every step taken from there.

A room tells what differs by a `Workbench`; its templates fill the blocks of desk/workbench.html.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.access import P
from app.desk.forms import NoteForm
from app.desk.places import Leaving, Place
from app.extensions import db
from app.files import queries as files
from app.kernel.diffing import changes
from app.kernel.display import vi_datetime
from app.kernel.errors import FieldError, Stale
from app.kernel.links import Ref
from app.kernel.office_forms import PanelForm
from app.mailer import queries as mailer
from app.mailer import states as mail_states
from app.organisation import queries as organisation
from app.submissions import redaction
from app.submissions.contact import readable_phone
from app.submissions.models import Submission

#: What services call a field of the redaction, and what its form does.
_FIELDS = {"public_title": "title", "public_body": "body", "redaction_reason": "reason"}


class Worked(Protocol):
    """What is worked on: it was sent, and it counts its changes."""

    @property
    def id(self) -> int: ...
    @property
    def revision(self) -> int: ...
    @property
    def submission(self) -> Submission: ...


class LogRow(Protocol):
    """One row of what happened."""

    @property
    def at(self) -> dt.datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def move(self) -> str: ...
    @property
    def note(self) -> str: ...


T = TypeVar("T", bound=Worked)
F = TypeVar("F", bound=PanelForm)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log, as the macro `timeline` wants it."""

    title: str
    at: str
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Workbench(Generic[T]):
    """What a room tells of the things that it works on."""

    #: What references call it.
    kind: str
    #: The thing with this code, for whoever is signed in. Raises NotFound and Forbidden.
    load: Callable[[str], T]
    #: The whole screen: the thing, the status, `conflict` and the forms that came back with errors.
    page: Callable[..., ResponseReturnValue]
    leaving: Callable[[T], Leaving[Any]]
    #: The route that takes an internal note.
    note_route: str
    move_labels: Mapping[str, Any]
    #: The moves that stand out in the log: ok, soon or late.
    move_tones: Mapping[str, str]
    #: Moves whose note is shown elsewhere on the page.
    silent: frozenset[str] = frozenset()

    def frame(
        self,
        thing: T,
        log: Sequence[LogRow],
        place: Place | None,
        *,
        back: str,
        conflict: str,
        forms: Mapping[str, Any],
    ) -> dict[str, Any]:
        """What desk/workbench.html and its right column need."""
        lines, notes = self.told(log)
        return {
            "submission": thing.submission,
            "place": place,
            "back": place.url() if place else back,
            "failing": next((form for form in forms.values() if form and form.errors), None),
            "conflict": conflict,
            "lines": lines,
            "notes": notes,
            "note_form": forms.get("note") or fresh(NoteForm, thing, place),
            "note_url": url_for(self.note_route, code=thing.submission.code),
            "mails": mailer.messages_about(Ref(self.kind, thing.id)),
            "may_erase": current_user.has(P.SUBMISSION_ERASE)
            and thing.submission.erased_at is None,
            "may_open_mail": current_user.has(P.MAIL_READ),
            "mail_labels": mail_states.LABELS,
            "mail_colours": mail_states.COLOURS,
        }

    def told(self, log: Sequence[LogRow]) -> tuple[list[LogLine], list[dict[str, str]]]:
        """The lines of the log and, apart from them, the internal notes; both newest first."""
        lines, notes = [], []
        for row in reversed(log):
            who = {"citizen": _("Người gửi"), "system": _("Hệ thống")}.get(row.actor, row.actor)
            if row.move == "note":
                notes.append({"meta": f"{who} · {vi_datetime(row.at)}", "text": row.note})
                continue
            lines.append(
                LogLine(
                    str(self.move_labels.get(row.move, row.move)),
                    f"{vi_datetime(row.at)} · {who}",
                    "" if row.move in self.silent else row.note,
                    self.move_tones.get(row.move, ""),
                )
            )
        return lines, notes

    def step(
        self,
        code: str,
        form: PanelForm,
        key: str,
        act: Callable[[T], None],
        said: str,
        *,
        stays: bool = False,
        anchor: str = "",
    ) -> ResponseReturnValue:
        """Check the form, which the page knows as `key`, do it, say so, and go on to the next thing
        of the list (or stay). Nothing typed is lost on the way.
        """
        thing = self.load(code)
        leave = self.leaving(thing)
        if not form.validate():
            return self.page(thing, 422, **{key: form})
        try:
            act(thing)
        except FieldError as error:
            db.session.rollback()
            form.apply(FieldError(_FIELDS.get(error.field, error.field), error.message))
            return self.page(self.load(code), 422, **{key: form})
        except Stale as error:
            db.session.rollback()
            thing = self.load(code)
            form.seen_revision.data = str(thing.revision)
            return self.page(thing, 409, conflict=error.message, **{key: form})
        flash(said, "success")
        return leave.stay(anchor) if stays else leave.onwards()

    def note(self, code: str, act: Callable[[T, str], None]) -> ResponseReturnValue:
        form = NoteForm()
        return self.step(
            code,
            form,
            "note",
            lambda thing: act(thing, form.text.data or ""),
            _("Đã lưu ghi chú nội bộ."),
            stays=True,
            anchor="nhat-ky",
        )


def fresh(panel: type[F], thing: Worked, place: Place | None, /, **data: Any) -> F:
    """A form of the workbench as it stands before anything is typed."""
    return panel(
        formdata=None,
        seen_revision=str(thing.revision),
        next=place.query if place else "",
        **data,
    )


# What came
# --------------------------------------------------------------------------------------------------
def original(
    submission: Submission, *, contact: bool, plain: bool, official: Sequence[str]
) -> dict[str, Any]:
    """The left column, as desk/original.html wants it.

    `contact` says whether this person reaches the sender; who may not read the text as it came (not
    `plain`) reads it with everything hidden that was found in it, and without its files.
    `official` are the office's own numbers and addresses.
    """
    compared = plain and submission.public_body is not None
    place_id = submission.place_id if contact else None
    return {
        "contact": contact,
        "segments": segments(submission.body, official, plain=plain),
        "findings": redaction.find(submission.body, official=official),
        "names": bool(redaction.suggest_names(submission.body)),
        "difference": changes(submission.body, submission.public_body or "") if compared else [],
        "title_difference": changes(submission.title, submission.public_title or "")
        if compared
        else [],
        "sent_files": files.links(files.of(Ref("submission", submission.id))) if plain else [],
        "phone": readable_phone(submission.phone) if contact else "",
        "place_of_sender": organisation.place(place_id) if place_id else None,
        "spam_reasons": [_(reason) for reason in submission.spam_reasons],
    }


def segments(text: str, official: Sequence[str], *, plain: bool) -> list[tuple[str, Any]]:
    """The text with what looks like personal data marked in it or, not `plain`, hidden."""
    findings = redaction.find(text, official=official)
    if not plain:
        return [(redaction.mask(text, findings), None)] if text else []
    return redaction.segments(
        text, redaction.join_findings(findings, redaction.suggest_names(text))
    )
