"""What was asked, said and done, and the table: /lay-y-kien/<slug>/ket-qua."""

from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.comments.answers import DECISION_LABELS
from app.comments.states import SENDER_LABELS, STANCE_LABELS
from app.consultations.queries import public as gate
from app.kernel.errors import NotFound
from app.kernel.html import paragraphs
from app.kernel.pagecache import cacheable
from app.kernel.text import clean_line, int_of
from app.results import tabling
from app.results.queries import public as queries
from app.results.writers import xlsx_table
from app.submissions.states import CHANNEL_LABELS

bp = Blueprint("consultation_results", __name__, template_folder="templates")
#: Changes of a correction that are listed; the rest is counted.
CHANGES_SHOWN = 100


@bp.get("/lay-y-kien/<slug>/ket-qua")
@cacheable(params=("q", "y", "sau", "truoc"))
def result(slug: str) -> ResponseReturnValue:
    """The published result; before that an honest word about how far it is."""
    c = gate.public_one(slug)
    if c is None:
        if gate.tombstone(slug):
            return render_template("consultations/public_tombstone.html"), 410
        raise NotFound
    found = queries.result(c.id)
    if found is None:
        return render_template(
            "results/public_waiting.html", c=c, tab="ket-qua", days=gate.RESULT_DAYS
        )
    q, at = clean_line(request.args.get("q"))[:100], request.args.get("y", "")[:20]
    page = queries.rows(
        found, q=q, at=at, after=request.args.get("sau"), before=request.args.get("truoc")
    )

    def address(**more: str | None) -> str:
        values = {name: value for name, value in {"q": q, **more}.items() if value}
        return f"{c.url}/ket-qua" + (f"?{urlencode(values)}" if values else "") + "#bang"

    return render_template(
        "results/public.html",
        c=c,
        tab="ket-qua",
        found=found,
        texts=[
            (_("Chúng tôi đã hỏi"), paragraphs(found.asked)),
            (_("Bà con đã nói"), paragraphs(found.heard)),
            (_("Chúng tôi đã làm"), paragraphs(found.done)),
        ],
        figures=_figures(found),
        cells=list(tabling.merged(page.items)),
        first_column=found.head.first_column,
        q=q,
        at=at,
        changes=found.changes[:CHANGES_SHOWN],
        more_changes=max(0, len(found.changes) - CHANGES_SHOWN),
        change_labels=_change_labels(found.head.first_column),
        prev_url=address(truoc=page.previous_cursor) if page.previous_cursor else None,
        next_url=address(sau=page.next_cursor) if page.next_cursor else None,
    )


def _figures(found: queries.Result) -> list[tuple[str, list[tuple[str, int]]]]:
    """Tables of what was counted: (caption, [(label, how many)]) in the order of the labels."""
    c = found.head.counts
    kinds = (
        (_("Góp ý theo hình thức gửi"), CHANNEL_LABELS, c.channels),
        (_("Góp ý theo đối tượng"), SENDER_LABELS, c.senders),
        (_("Góp ý theo quan điểm"), STANCE_LABELS, c.stances),
        (_("Ý theo kết quả"), DECISION_LABELS, c.decisions),
    )
    return [
        (caption, [(str(label), counts[key]) for key, label in labels.items() if counts.get(key)])
        for caption, labels, counts in kinds
    ]


def _change_labels(first_column: str) -> dict[str, str]:
    return {
        "added": _("Thêm ý"),
        "removed": _("Bỏ ý"),
        "group": first_column,
        "subject": _("Chủ thể góp ý"),
        "text": _("Nội dung góp ý"),
        "decision": _("Kết quả"),
        "reply": _("Nội dung tiếp thu, giải trình"),
        "changed_where": _("Nơi sửa trong dự thảo"),
    }


def _download(slug: str) -> queries.Download:
    asked = request.args.get("lan", "")
    found = queries.download(slug, int_of(asked, most=99_999))
    if found is None:
        raise NotFound
    return found


@bp.get("/lay-y-kien/<slug>/ket-qua.csv")
def result_csv(slug: str) -> ResponseReturnValue:
    """The issued rows as CSV, streamed: any length in constant memory.

    `?lan=1` gives an older issue.
    """
    found = _download(slug)
    lines = xlsx_table.csv_lines(tabling.Head.of(found.content), found.rows())
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers.set(
        "Content-Disposition",
        "attachment",
        filename=f"{found.code.lower()}-ket-qua-{found.number}.csv",
    )
    return response


@bp.get("/lay-y-kien/<slug>/ket-qua.json")
def result_json(slug: str) -> ResponseReturnValue:
    """The document that was hashed:

    `sha256sum` of this file is the number on the page. `?lan=1` gives an older issue.
    """
    found = _download(slug)
    response = Response(stream_with_context(found.json()), mimetype="application/json")
    response.headers.set(
        "Content-Disposition",
        "attachment",
        filename=f"{found.code.lower()}-ket-qua-{found.number}.json",
    )
    return response
