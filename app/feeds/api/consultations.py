"""/api/v1/consultations:

Lấy ý kiến, with the texts, the projects, the comments and the result of each.
"""

from typing import Any

from spectree import Response as Gives

from app.comments.queries import public as comments_public
from app.consultations.queries import public
from app.consultations.queries.public import PublicConsultation
from app.drafts import queries as drafts
from app.extensions import limiter
from app.feeds.api.base import LIMIT, Given, bp, dated, query_of, spec
from app.feeds.api.schema import (
    Clause,
    Clauses,
    Comment,
    Consultation,
    ConsultationRow,
    ConsultationsQuery,
    Document,
    LegalBasis,
    Listed,
    ListQuery,
    Problem,
    Project,
    Result,
    ResultRow,
)
from app.feeds.entries import link
from app.kernel.errors import NotFound
from app.kernel.pagecache import cacheable
from app.results.queries import public as results_public
from app.works import queries as works

_TAGS = ("consultations",)
_PAGED = ("after", "limit")


def _found(slug: str) -> PublicConsultation:
    found = public.public_one(slug)
    if found is None:
        raise NotFound
    return found


def _row(one: PublicConsultation) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "code": one.code,
        "type": one.type,
        "phase": one.phase,
        "title": one.title,
        "unit": one.unit,
        "posted_at": one.posted_at,
        "opens_on": one.opens_on,
        "closes_on": one.closes_on,
        "received_count": one.received_count,
        "public_count": one.public_count,
        "replied_count": one.replied_count,
        "result_published_at": one.result_published_at,
        "updated_at": one.updated_at,
        "url": link(one.url),
    }


@bp.get("/consultations")
@cacheable(params=(*_PAGED, "phase"))
@limiter.limit(LIMIT)
@spec.validate(query=ConsultationsQuery, resp=Gives(HTTP_200=Listed[ConsultationRow]), tags=_TAGS)
def consultations() -> Given:
    """Consultations, the most recently posted first."""
    asked = query_of(ConsultationsQuery)
    page = public.page(phase=asked.phase, after=asked.after, size=asked.limit)
    items = [ConsultationRow(**_row(one)) for one in page.items]
    return (
        Listed[ConsultationRow](items=items, next=page.next_cursor),
        200,
        dated(one.updated_at for one in page.items),
    )


@bp.get("/consultations/<slug>")
@cacheable()
@limiter.limit(LIMIT)
@spec.validate(resp=Gives(HTTP_200=Consultation, HTTP_404=Problem), tags=_TAGS)
def consultation(slug: str) -> Given:
    """One consultation with its dossier."""
    one = _found(slug)
    shown = Consultation(
        **_row(one),
        summary=one.summary,
        legal_basis=[
            LegalBasis(text=row.get("text", ""), url=row.get("url", "")) for row in one.legal_basis
        ],
        notice_number=one.notice_number,
        first_closes_on=one.first_closes_on,
        extension_reason=one.extension_reason,
        receive_address=one.receive_address,
        receive_phone=one.receive_phone,
        receive_email=one.receive_email,
        posting_place=one.posting_place,
        documents=[
            Document(
                kind=row.kind,
                title=row.title,
                url=link(row.url),
                extension=row.extension,
                size=row.size,
                sha256=row.sha256,
            )
            for row in public.dossier_files(one.id)
        ],
    )
    return shown, 200, dated([one.updated_at])


@bp.get("/consultations/<slug>/clauses")
@cacheable()
@limiter.limit(LIMIT)
@spec.validate(resp=Gives(HTTP_200=Clauses, HTTP_404=Problem), tags=_TAGS)
def clauses(slug: str) -> Given:
    """The newest published text of the draft, part by part."""
    one = _found(slug)
    items = [
        Clause(
            anchor=row.anchor,
            kind=row.kind,
            depth=row.depth,
            label=row.label,
            heading=row.heading,
            text=row.text,
            version=row.version,
        )
        for row in drafts.public_clauses(one.id)
    ]
    return Clauses(items=items), 200, dated([one.updated_at])


@bp.get("/consultations/<slug>/projects")
@cacheable(params=_PAGED)
@limiter.limit(LIMIT)
@spec.validate(query=ListQuery, resp=Gives(HTTP_200=Listed[Project], HTTP_404=Problem), tags=_TAGS)
def projects(slug: str) -> Given:
    """The list of works and projects, in its order."""
    asked = query_of(ListQuery)
    one = _found(slug)
    page = works.public_page(one.id, after=asked.after, size=asked.limit)
    items = [
        Project(
            code=row.code,
            name=row.name,
            group_name=row.group_name,
            land_code=row.land_code,
            planned_ha=row.planned_ha,
            existing_ha=row.existing_ha,
            added_ha=row.added_ha,
            place=row.place,
            map_text=row.map_text,
            basis=row.basis,
            year=row.year,
        )
        for row in page.items
    ]
    return Listed[Project](items=items, next=page.next_cursor), 200, dated([one.updated_at])


@bp.get("/consultations/<slug>/comments")
@cacheable(params=_PAGED)
@limiter.limit(LIMIT)
@spec.validate(query=ListQuery, resp=Gives(HTTP_200=Listed[Comment], HTTP_404=Problem), tags=_TAGS)
def comments(slug: str) -> Given:
    """Comments that are shown to everybody, the most recently shown first."""
    asked = query_of(ListQuery)
    one = _found(slug)
    page = comments_public.records(one.id, after=asked.after, size=asked.limit)
    items = [
        Comment(
            code=row.code,
            received_at=row.received_at,
            published_at=row.published_at,
            stance=row.stance,
            target=row.target_kind,
            clause=row.clause_anchor,
            project=row.project,
            sender_kind=row.sender_kind,
            sender=row.sender,
            text=row.text,
            proposed_text=row.proposed_text,
            late=row.late,
        )
        for row in page.items
    ]
    return (
        Listed[Comment](items=items, next=page.next_cursor),
        200,
        dated(row.published_at for row in page.items),
    )


@bp.get("/consultations/<slug>/result")
@cacheable()
@limiter.limit(LIMIT)
@spec.validate(resp=Gives(HTTP_200=Result, HTTP_404=Problem), tags=_TAGS)
def result(slug: str) -> Given:
    """The newest issued table of comments and replies."""
    table = results_public.issued(_found(slug).id)
    if table is None:
        raise NotFound
    shown = Result(
        number=table.number,
        issued_at=table.issued_at,
        reason=table.reason,
        sha256=table.sha256,
        row_count=table.row_count,
        head=table.content,
        changes=table.changes,
    )
    return shown, 200, dated([table.issued_at])


@bp.get("/consultations/<slug>/result/rows")
@cacheable(params=_PAGED)
@limiter.limit(LIMIT)
@spec.validate(
    query=ListQuery, resp=Gives(HTTP_200=Listed[ResultRow], HTTP_404=Problem), tags=_TAGS
)
def result_rows(slug: str) -> Given:
    """The rows of that table, in its order."""
    asked = query_of(ListQuery)
    table = results_public.issued(_found(slug).id)
    if table is None:
        raise NotFound
    page = results_public.issued_rows(table.id, after=asked.after, size=asked.limit)
    items = [
        ResultRow(**{name: row.data[name] for name in ResultRow.model_fields}) for row in page.items
    ]
    return Listed[ResultRow](items=items, next=page.next_cursor), 200, dated([table.issued_at])
