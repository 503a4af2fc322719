"""Reading what was answered. The list and an answer are the same for everybody, so they are made
once and kept.

They hold no form and no token for that reason; «Có giúp được bạn không?» and «Báo nội dung sai» are
pages of their own.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.kernel import fulltext, throttle
from app.kernel.display import file_size, vi_date
from app.kernel.errors import FieldError, NotFound, TooMany
from app.kernel.pagecache import cacheable
from app.kernel.paging import COUNT_CAP
from app.kernel.text import clean_line, int_of
from app.kernel.tokens import keyed_hash
from app.kernel.web import commits
from app.questions.forms.public import QUERY_MAX, ReportForm
from app.questions.queries import public, staff, surroundings
from app.questions.queries.public import PublicAnswer
from app.questions.service import keeping
from app.questions.states import OUTCOME_LABELS
from app.submissions import crowd
from app.submissions.forms import ButtonForm
from app.submissions.public import checked_code
from app.submissions.screening import spam_score

bp = Blueprint("reading", __name__, url_prefix="/hoi-dap", template_folder="../templates")
#: Opinions on one answer that are counted from one place in a day: a family, a class, a mobile
#: network, and not somebody's script.
OPINIONS_PER_DAY = 20
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader of the list asked for, as it stands in the address."""

    q: str
    topic: str
    unit: str
    year: int | None

    @property
    def filters(self) -> dict[str, public.Wanted]:
        """The same for the query."""
        return {
            "topic_id": public.topic_of(self.topic) if self.topic else None,
            "unit_id": public.unit_of(self.unit) if self.unit else None,
            "year": self.year,
        }

    @property
    def is_filtered(self) -> bool:
        """Is anything chosen besides the words?"""
        return bool(self.topic or self.unit or self.year)

    def address(self, **changes: str | None) -> str:
        """The list with these changes."""
        values: Mapping[str, str | None] = {
            "q": self.q,
            "linh-vuc": self.topic,
            "don-vi": self.unit,
            "nam": str(self.year or ""),
            **{name.replace("_", "-"): value for name, value in changes.items()},
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return "/hoi-dap" + (f"?{query}" if query else "")


def _wanted() -> Wanted:
    year = request.args.get("nam", "")
    return Wanted(
        q=clean_line(request.args.get("q"))[:QUERY_MAX],
        topic=clean_line(request.args.get("linh-vuc"))[:100],
        unit=clean_line(request.args.get("don-vi"))[:100],
        year=int_of(year, most=9999),
    )


@bp.get("")
@cacheable(params=("q", "linh-vuc", "don-vi", "nam", "sau", "truoc"))
def index() -> ResponseReturnValue:
    """Published answers: newest first, or those that match the words, best first."""
    wanted = _wanted()
    filters: dict[str, Any] = dict(wanted.filters)
    after, before = request.args.get("sau"), request.args.get("truoc")
    facets = surroundings.facets(
        counted=wanted.filters if wanted.is_filtered and not wanted.q else None
    )
    if wanted.q:
        rows, page = public.public_search(wanted.q, **filters), None
    else:
        page = public.public_page(**filters, after=after, before=before)
        rows = list(page.items)
    excerpts = (
        {row.id: fulltext.highlight(row.short, wanted.q, 220) for row in rows} if wanted.q else {}
    )
    return render_template(
        "questions/index.html",
        wanted=wanted,
        rows=rows,
        page=page,
        facets=facets,
        excerpts=excerpts,
        later=bool(after or before),
        note=_note(wanted, len(rows), facets.count),
    )


def _note(wanted: Wanted, shown: int, count: int | None) -> Any:
    if wanted.q and shown >= public.SEARCHED:
        return _("Hiện %(n)s câu trả lời phù hợp nhất. Hãy thêm từ để tìm sát hơn.", n=shown)
    if wanted.q:
        return _("Có %(n)s câu trả lời phù hợp.", n=shown) if shown else ""
    if count is not None and count > COUNT_CAP:
        return _("Có hơn 1.000 câu trả lời.")
    return _("Có %(n)s câu trả lời.", n=count) if count else ""


@bp.get("/<code>")
@cacheable()
def show(code: str) -> ResponseReturnValue:
    """One published answer; a stone in its place where one used to be."""
    checked = checked_code(code)
    answer = public.public_one(checked)
    if answer is None:
        if public.tombstone(checked):
            return render_template("questions/tombstone.html", code=checked), 410
        raise NotFound
    if code != checked:
        return redirect(f"/hoi-dap/{checked}", 301)
    extras = surroundings.public_extras(answer)
    base = current_app.config["SETTINGS"].public_base_url.rstrip("/")
    return render_template(
        "questions/show.html",
        answer=answer,
        extras=extras,
        address=f"{base}/hoi-dap/{answer.code}",
        outcome=OUTCOME_LABELS[answer.outcome] if answer.outcome else "",
        progress=[
            {"at": vi_date(at), "title": text, "tone": "ok" if done else ""}
            for at, text, done in extras.progress
        ],
        files=[
            {
                "url": file.url,
                "name": file.name,
                "note": f"{file.extension.upper()}, {file_size(file.size)}",
            }
            for file in extras.files
        ],
    )


def _published(code: str) -> PublicAnswer:
    answer = public.public_one(checked_code(code))
    if answer is None:
        raise NotFound
    return answer


def _address_key() -> str:
    return throttle.address_key(str(current_app.secret_key), request.remote_addr)


@bp.get("/<code>/y-kien")
def helpful(code: str) -> ResponseReturnValue:
    """«Có giúp được bạn không?»"""
    return render_template(
        "questions/helpful.html", answer=_published(code), form=ButtonForm(), done=""
    )


@bp.post("/<code>/huu-ich")
@commits
def mark_helpful(code: str) -> ResponseReturnValue:
    """Count one opinion of one browser, and a number of them a day from one place; who is not
    counted is told so.
    """
    answer, value = _published(code), request.form.get("gia-tri", "")
    if value not in {"co", "chua"}:
        return render_template(
            "questions/helpful.html", answer=answer, form=ButtonForm(), done="", missing=True
        ), 422
    key = keyed_hash(str(current_app.secret_key), "helpful", _address_key(), answer.code)
    given = session.get("helpful", [])
    counted = (
        answer.id not in given and throttle.count("helpful", key, within=_DAY) < OPINIONS_PER_DAY
    )
    if counted:
        throttle.note("helpful", key)
        session["helpful"] = [*given[-19:], answer.id]
        keeping.mark_helpful(staff.by_id(answer.id), yes=value == "co")
    return render_template(
        "questions/helpful.html",
        answer=answer,
        form=ButtonForm(),
        done=value,
        again=answer.id in given,
        counted=counted,
    )


@bp.get("/<code>/bao-sai")
def reporting(code: str) -> ResponseReturnValue:
    """What is wrong on this page?"""
    return render_template(
        "questions/report.html",
        answer=_published(code),
        form=ReportForm(formdata=None),
        report=None,
    )


@bp.post("/<code>/bao-sai")
@commits
def report(code: str) -> ResponseReturnValue:
    """Take the report in; it is answered within fifteen days (Law 104/2016/QH13, Article 22)."""
    answer, form = _published(code), ReportForm()
    if not form.validate():
        return render_template("questions/report.html", answer=answer, form=form, report=None), 422
    if spam_score(form.body.data or "", honeypot=form.company_url.data or "").certain:
        # A machine: it is thanked and nobody is troubled.
        return render_template(
            "questions/report.html", answer=answer, form=form, report=None, thanked=True
        )
    try:
        crowded = crowd.is_crowded("report", _address_key())
        made = keeping.report_content(
            staff.by_id(answer.id),
            body=form.body.data or "",
            contact=form.contact.data or "",
            crowded=crowded,
        )
        throttle.note("report", _address_key())
    except TooMany as busy:
        page = render_template(
            "questions/report.html", answer=answer, form=form, report=None, wait=busy.retry_after
        )
        return page, 429, {"Retry-After": str(busy.retry_after)}
    except FieldError as error:
        form.apply(error)
        return render_template("questions/report.html", answer=answer, form=form, report=None), 422
    return render_template(
        "questions/report.html", answer=answer, form=form, report=made, thanked=True
    )
