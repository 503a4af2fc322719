"""A file of slips: sent, read in the background, each refused row explained; and the empty file to
begin with.
"""

from flask import current_app, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.access import P, require
from app.access.actors import Actor
from app.accounts.signed_in import me
from app.comments import policy as comments_policy
from app.comments.forms.entering import SlipsFileForm
from app.comments.officer.base import bp
from app.comments.officer.entering import TAB
from app.comments.service import slips
from app.comments.states import SENDER_LABELS, SLIPS_FILE, STANCE_LABELS
from app.consultations import importing, policy
from app.consultations.models import Consultation
from app.consultations.officer.base import load
from app.files.datafiles import TABLES
from app.imports import officer as screens
from app.imports import queries, service
from app.imports.kinds import ApplyResult, Rows
from app.imports.models import ImportRun
from app.imports.states import IMPORT_STATE_LABELS
from app.kernel.clock import today
from app.kernel.errors import FieldError
from app.kernel.sheets import ColumnNote, xlsx_file
from app.kernel.web import commits
from app.organisation import queries as organisation

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def apply_file(run: ImportRun, rows: Rows, actor: Actor) -> ApplyResult:
    """What the job does with the rows: the service knows neither the app's key nor its prefix."""
    prefix = organisation.agency().tracking_prefix
    return slips.take(run, rows, actor, secret_key=str(current_app.secret_key), prefix=prefix)


importing.register(
    SLIPS_FILE,
    _l("Phiếu lấy ý kiến"),
    "app.comments.reader",
    apply_file,
    extensions=TABLES,
    endpoint="comments.comments",
    may_start=comments_policy.may_enter,
    # Slips have names in them.
    may_see=lambda actor: policy.may_read(actor) and comments_policy.sees_contacts(actor),
)


def columns() -> list[ColumnNote]:
    """The columns of the file and what stands in them."""
    about = {
        "number": _("Số in trên phiếu, nếu có."),
        "name": _("Cần có, trừ khi là tổ chức, cơ quan."),
        "stance": _(
            "Cần có: %(names)s.", names=", ".join(str(label) for label in STANCE_LABELS.values())
        ),
        "body": _(
            "Nguyên văn, từ 10 ký tự. Phiếu chỉ đánh dấu đồng ý hoặc không đồng ý thì để trống."
        ),
        "proposed": _("Khi ý kiến là đề nghị sửa."),
        "target": _("Mã công trình hoặc điều, khoản. Để trống là toàn bộ hồ sơ."),
        "sender_kind": _(
            "%(names)s. Để trống là người dân.",
            names=", ".join(str(label) for label in SENDER_LABELS.values()),
        ),
        "phone": _("Để báo kết quả; không công khai."),
        "email": _("Để báo kết quả; không công khai."),
        "organisation": _("Khi người gửi là tổ chức, cơ quan."),
        "letter": _("Số của văn bản."),
        "sheet": _("Không công khai."),
        "parcel": _("Không công khai."),
        "day": _("Ngày ghi trên phiếu, dạng 24/11/2026. Để trống là ngày chọn khi tải tệp."),
        "channel": _("Để trống là văn bản giấy."),
        "people": _("Để trống là 1."),
        "consent": _("Có hoặc Không. Để trống là không."),
    }
    wide = {"body": 60, "proposed": 40, "name": 26, "organisation": 26}
    return [
        ColumnNote(title, about[key], wide.get(key, 16)) for key, title in slips.titles().items()
    ]


@bp.get("/lay-y-kien/<slug>/nhap/tep-phieu")
@require(P.COMMENT_ENTER)
def slips_file(slug: str) -> ResponseReturnValue:
    """Choose a file; the newest ones that were read."""
    return _page(load(slug), SlipsFileForm(formdata=None, day=today()))


def _page(
    consultation: Consultation, form: SlipsFileForm, status: int = 200
) -> ResponseReturnValue:
    html = render_template(
        "comments/enter_file.html",
        consultation=consultation,
        tab=TAB,
        form=form,
        columns=columns(),
        runs=[(run, screens.address(run)) for run in queries.runs_of(consultation.id, SLIPS_FILE)],
        open_now=comments_policy.may_enter(me(), consultation),
        state_labels=IMPORT_STATE_LABELS,
        state_colours=screens.STATE_COLOURS,
    )
    return html, status


@bp.post("/lay-y-kien/<slug>/nhap/tep-phieu")
@require(P.COMMENT_ENTER)
@commits
def send_slips_file(slug: str) -> ResponseReturnValue:
    """Put the reading of the file in line."""
    consultation, form = load(slug), SlipsFileForm()
    if not form.validate() or form.day.data is None:
        return _page(consultation, form, 422)
    try:
        run = service.start(
            consultation.id,
            SLIPS_FILE,
            request.files["file"],
            {"day": form.day.data.isoformat()},
            me(),
        )
    except KeyError:
        form.apply(FieldError("file", _("Hãy chọn một tệp.")))
        return _page(consultation, form, 422)
    except FieldError as error:
        form.apply(error)
        return _page(consultation, form, 422)
    return redirect(screens.address(run))


@bp.get("/lay-y-kien/<slug>/nhap/mau-phieu.xlsx")
@require(P.COMMENT_ENTER)
def slips_sample(slug: str) -> ResponseReturnValue:
    """An empty file with the right columns, explained on its second sheet."""
    load(slug)
    file = xlsx_file(
        columns(),
        [],
        sheet=_("Phiếu"),
        notes_sheet=_("Hướng dẫn"),
        notes=[[_("Cột"), _("Cách ghi")]],
    )
    return send_file(file, _XLSX, as_attachment=True, download_name="mau-phieu-lay-y-kien.xlsx")
