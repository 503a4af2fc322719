"""/api/v1/answers: Hỏi – đáp."""

from typing import Any

from spectree import Response as Gives

from app.extensions import limiter
from app.feeds.api.base import LIMIT, Given, bp, dated, query_of, spec
from app.feeds.api.schema import Answer, AnswerRow, AnswersQuery, LegalBasis, Listed, Problem
from app.feeds.entries import link
from app.kernel.errors import NotFound
from app.kernel.pagecache import cacheable
from app.questions.queries import public


def _basis(rows: Any) -> list[LegalBasis]:
    return [LegalBasis(text=row.get("text", ""), url=row.get("url", "")) for row in rows]


@bp.get("/answers")
@cacheable(params=("after", "limit", "topic", "unit", "year"))
@limiter.limit(LIMIT)
@spec.validate(query=AnswersQuery, resp=Gives(HTTP_200=Listed[AnswerRow]), tags=("answers",))
def answers() -> Given:
    """Published answers, newest first."""
    asked = query_of(AnswersQuery)
    page = public.public_page(
        topic_id=public.topic_of(asked.topic) if asked.topic else None,
        unit_id=public.unit_of(asked.unit) if asked.unit else None,
        year=asked.year,
        after=asked.after,
        size=asked.limit,
    )
    items = [
        AnswerRow(
            code=row.code,
            title=row.title,
            short=row.short,
            topic=row.topic,
            unit=row.unit,
            published_at=row.published_at,
            answered_at=row.answered_at,
            took_days=row.took_days,
            url=link(f"/hoi-dap/{row.code}"),
        )
        for row in page.items
    ]
    return (
        Listed[AnswerRow](items=items, next=page.next_cursor),
        200,
        dated(row.published_at for row in page.items),
    )


@bp.get("/answers/<code>")
@cacheable()
@limiter.limit(LIMIT)
@spec.validate(resp=Gives(HTTP_200=Answer, HTTP_404=Problem), tags=("answers",))
def answer(code: str) -> Given:
    """One published answer."""
    found = public.public_one(code.upper())
    if found is None:
        raise NotFound
    shown = Answer(
        code=found.code,
        title=found.title,
        question_html=found.question_html,
        asker=found.asker,
        topic=found.topic,
        unit=found.unit,
        received_at=found.received_at,
        answered_at=found.answered_at,
        published_at=found.published_at,
        updated_at=found.updated_at,
        took_days=found.took_days,
        short=found.short,
        findings_html=found.findings_html,
        resolution_html=found.resolution_html,
        legal_basis=_basis(found.legal_basis),
        outcome=found.outcome.value if found.outcome else None,
        promised_on=found.promised_on,
        contact=found.contact,
        letter=found.letter,
        url=link(f"/hoi-dap/{found.code}"),
    )
    return shown, 200, dated([found.updated_at])
