"""What the API hands out: the shapes, and with their descriptions the OpenAPI document."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.comments.states import SenderKind, Stance, TargetKind
from app.consultations.states import ConsultationType, DossierKind, Phase
from app.drafts.states import ClauseKind

T = TypeVar("T")
LIMIT_MAX = 100


class Shape(BaseModel):
    """A fixed set of fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(BaseModel):
    """Query parameters; unknown ones are left alone."""

    model_config = ConfigDict(extra="ignore")


class ListQuery(Asked):
    """Which page of a list."""

    after: Annotated[
        str | None,
        Field(None, max_length=2_000, description="Cursor of the page before: its `next`."),
    ]
    limit: Annotated[int, Field(20, ge=1, le=LIMIT_MAX, description="Items on a page.")]


class ConsultationsQuery(ListQuery):
    """Which consultations."""

    phase: Annotated[Phase | None, Field(None, description="Only those in this phase today.")]


class AnswersQuery(ListQuery):
    """Which answers."""

    topic: Annotated[str | None, Field(None, max_length=100, description="Slug of a topic.")]
    unit: Annotated[str | None, Field(None, max_length=100, description="Slug of a unit.")]
    year: Annotated[int | None, Field(None, ge=2000, le=2100, description="Year of publication.")]


class Problem(Shape):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class Listed(Shape, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: Annotated[str | None, Field(description="Cursor for `after`; null on the last page.")]


class LegalBasis(Shape):
    """A law or decision that something rests on."""

    text: str
    url: str


class ConsultationRow(Shape):
    """A consultation in a list. Dates are on a calendar in Hà Nội, moments in UTC."""

    slug: str
    code: str
    type: ConsultationType
    phase: Phase
    title: str
    unit: str | None
    posted_at: dt.datetime
    opens_on: dt.date
    closes_on: Annotated[dt.date, Field(description="Last day on which comments arrive in time.")]
    received_count: Annotated[int, Field(description="Comments in the file, shown or not.")]
    public_count: Annotated[int, Field(description="Comments shown to everybody.")]
    replied_count: Annotated[int, Field(description="Comments with a final reply.")]
    result_published_at: dt.datetime | None
    updated_at: dt.datetime
    url: Annotated[str, Field(description="The page for people.")]


class Document(Shape):
    """A file of the dossier."""

    kind: DossierKind
    title: str
    url: str
    extension: str
    size: Annotated[int, Field(description="Bytes.")]
    sha256: str


class Consultation(ConsultationRow):
    """A consultation."""

    summary: str
    legal_basis: list[LegalBasis]
    notice_number: str
    first_closes_on: Annotated[
        dt.date | None, Field(description="The last day before an extension.")
    ]
    extension_reason: str
    receive_address: str
    receive_phone: str
    receive_email: str
    posting_place: str
    documents: list[Document]


class Clause(Shape):
    """One part of the newest published draft, in order."""

    anchor: str
    kind: ClauseKind
    depth: int
    label: str
    heading: str
    text: str
    version: int


class Clauses(Shape):
    """The whole text."""

    items: list[Clause]


class Project(Shape):
    """One row of the list of works and projects. Areas in hectares."""

    code: str
    name: str
    group_name: str
    land_code: str
    planned_ha: Decimal
    existing_ha: Decimal
    added_ha: Decimal
    place: str
    map_text: str
    basis: str
    year: str


class Comment(Shape):
    """A comment as everybody may read it: redacted, its sender named as they chose (empty: not at
    all).
    """

    code: str
    received_at: dt.datetime
    published_at: dt.datetime
    stance: Stance
    target: TargetKind
    clause: str | None
    project: str | None
    sender_kind: SenderKind
    sender: str
    text: str
    proposed_text: str
    late: Annotated[
        bool, Field(description="Arrived after the last day: kept, and left out of the counts.")
    ]


class Result(Shape):
    """The newest issued table of comments and replies. sha256 is over the canonical JSON {"head":
    …, "rows": […]}.
    """

    number: int
    issued_at: dt.datetime
    reason: Annotated[
        str, Field(description="Why a correction was needed; empty for the first issue.")
    ]
    sha256: str
    row_count: int
    head: Annotated[dict[str, Any], Field(description="Everything but the rows, as issued.")]
    changes: Annotated[
        list[dict[str, Any]], Field(description="What differs from the issue before.")
    ]


class ResultRow(Shape):
    """One point and what became of it, as issued."""

    number: int
    anchor: Annotated[
        str, Field(description="The same in every issue; the page for people has it too.")
    ]
    group: str
    subject: str
    text: str
    decision: Annotated[str, Field(description="Empty: no final reply.")]
    reply: str
    changed_where: str


class AnswerRow(Shape):
    """A published answer in a list."""

    code: str
    title: str
    short: str
    topic: str | None
    unit: str | None
    published_at: dt.datetime
    answered_at: dt.datetime
    took_days: Annotated[int | None, Field(description="Working days from receipt to the answer.")]
    url: str


class Answer(Shape):
    """A published question with its answer. HTML is sanitised."""

    code: str
    title: str
    question_html: str
    asker: str
    topic: str | None
    unit: str | None
    received_at: dt.datetime
    answered_at: dt.datetime
    published_at: dt.datetime
    updated_at: dt.datetime
    took_days: int | None
    short: str
    findings_html: str
    resolution_html: str
    legal_basis: list[LegalBasis]
    outcome: str | None
    promised_on: dt.date | None
    contact: str
    letter: str
    url: str
