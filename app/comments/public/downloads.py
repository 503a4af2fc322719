"""Open data of a consultation: the list of works, comments and answers that are shown, as CSV and
XLSX: /lay-y-kien/<slug>/tai-ve.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wsgi import wrap_file

from app.comments import columns as comment_columns
from app.comments.queries import downloads as queries
from app.files.names import disposition
from app.kernel import publication
from app.kernel.clock import today
from app.kernel.display import vi_date
from app.kernel.errors import Busy, NotFound
from app.kernel.pagecache import cacheable
from app.kernel.sheets import Cell, ColumnNote, csv_lines, xlsx_file
from app.works import columns as project_columns
from app.works import queries as works_queries
from app.works.queries import Front

bp = Blueprint("consultation_downloads", __name__, template_folder="../templates")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A workbook of 100.000 rows takes a processor for some seconds: one at a time in each process, the
#: others are asked to wait.
_turn = threading.BoundedSemaphore(1)
_WAIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Download:
    """One kind of data."""

    name: str
    title: Any
    columns: Callable[[], list[ColumnNote]]
    rows: Callable[[Front], Iterator[list[Cell]]]


DOWNLOADS = {
    download.name: download
    for download in (
        Download(
            "danh-muc",
            _l("Danh mục công trình"),
            project_columns.of_download,
            lambda front: project_columns.rows(works_queries.every(front.c.id), front.lands),
        ),
        Download(
            "y-kien",
            _l("Góp ý đã công khai"),
            comment_columns.of_comments,
            lambda front: comment_columns.comment_rows(queries.comments(front.c.id)),
        ),
        Download(
            "khao-sat",
            _l("Trả lời câu hỏi gợi ý"),
            comment_columns.of_answers,
            lambda front: comment_columns.answer_rows(queries.survey_answers(front.c.id)),
        ),
    )
}


def _load(slug: str) -> Front:
    front = works_queries.front(slug)
    if front is None:
        raise NotFound
    return front


@bp.get("/lay-y-kien/<slug>/tai-ve")
@cacheable()
def index(slug: str) -> ResponseReturnValue:
    """What there is, and what its columns mean."""
    front = _load(slug)
    offered = [(row.name, str(row.title), row.columns()) for row in DOWNLOADS.values()]
    return render_template("comments/downloads.html", c=front.c, tab="danh-muc", offered=offered)


@bp.get("/lay-y-kien/<slug>/tai-ve/<name>.<any(csv, xlsx):kind>")
def download(slug: str, name: str, kind: str) -> ResponseReturnValue:
    """One file, made anew when something public changed since the reader fetched it."""
    front, wanted = _load(slug), DOWNLOADS.get(name)
    if wanted is None:
        raise NotFound
    # After the last day comments may be shown that were kept back before: the day belongs to the
    # state of the data.
    etag = f"{publication.current()}-{today().toordinal()}-{get_locale()}"
    headers = {
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Content-Disposition": disposition(f"{front.c.code}-{wanted.name}.{kind}", inline=False),
    }
    if request.if_none_match.contains(etag):
        response = Response(status=304, headers=headers)
    elif request.method == "HEAD":
        response = Response(headers=headers, mimetype="text/csv" if kind == "csv" else _XLSX)
    elif kind == "csv":
        lines = csv_lines(wanted.columns(), wanted.rows(front))
        response = Response(stream_with_context(lines), mimetype="text/csv", headers=headers)
    else:
        response = _workbook(front, wanted, headers)
    response.set_etag(etag)
    return response


def _workbook(front: Front, wanted: Download, headers: dict[str, str]) -> Response:
    """Raises Busy while another one is being made for too long."""
    if not _turn.acquire(timeout=_WAIT_SECONDS):
        raise Busy
    try:
        file = xlsx_file(
            wanted.columns(),
            wanted.rows(front),
            sheet=str(wanted.title),
            notes_sheet=_("Giải thích"),
            notes=_about(front, wanted),
        )
    finally:
        _turn.release()
    response = Response(
        wrap_file(request.environ, file), mimetype=_XLSX, headers=headers, direct_passthrough=True
    )
    response.call_on_close(file.close)
    response.content_length = file.seek(0, 2)
    file.seek(0)
    return response


def _about(front: Front, wanted: Download) -> Sequence[Sequence[str]]:
    return [
        [_("Cuộc lấy ý kiến"), f"{front.c.code} · {front.c.title}"],
        [_("Dữ liệu"), str(wanted.title)],
        [_("Lấy ngày"), vi_date(today())],
        [_("Cột"), _("Ý nghĩa")],
    ]
