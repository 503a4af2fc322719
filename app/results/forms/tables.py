"""The forms of the statutory table, its issues, the certificate and the result page."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import Length, Optional

from app.kernel.forms import LineField, TextField
from app.kernel.office_forms import SeenForm
from app.results.service.issuing import REASON_MAX
from app.results.service.publishing import TEXT_MAX
from app.results.service.tables import OPENING_MAX

_LONG = _l("Mục này dài quá. Hãy rút gọn.")


class OpeningForm(SeenForm):
    """The first paragraph of the table."""

    opening = TextField(
        _l("Đoạn mở đầu"),
        description=_l(
            "Các số liệu được tính và in ngay sau đoạn này. Để trống thì hệ thống tự soạn."
        ),
        validators=[Length(max=OPENING_MAX, message=_LONG)],
    )


class IssueForm(SeenForm):
    """What is written around the table, and why it is issued again."""

    number = LineField(
        _l("Số, ký hiệu"),
        description=_l("Để trống thì điền tay sau khi in. Ví dụ: 12/BC-UBND."),
        validators=[Optional(), Length(max=60)],
    )
    authority = TextField(
        _l("Thẩm quyền, chức vụ người ký"),
        description=_l("Mỗi dòng một ý. Ví dụ: TM. ỦY BAN NHÂN DÂN, dòng sau: CHỦ TỊCH."),
        validators=[Optional(), Length(max=500, message=_LONG)],
    )
    name = LineField(_l("Họ và tên người ký"), validators=[Optional(), Length(max=120)])
    reason = TextField(
        _l("Lý do phát hành lại"),
        description=_l("Mọi người đều đọc được lý do này."),
        validators=[Optional(), Length(max=REASON_MAX, message=_LONG)],
    )


class UnlockForm(SeenForm):
    """«Phát hành lại»: why."""

    reason = TextField(
        _l("Lý do phát hành lại"),
        description=_l("Mọi người đều đọc được lý do này."),
        validators=[Optional(), Length(max=REASON_MAX, message=_LONG)],
    )


class ResultForm(SeenForm):
    """The three texts of the result page."""

    asked = TextField(
        _l("Chúng tôi đã hỏi"), validators=[Optional(), Length(max=TEXT_MAX, message=_LONG)]
    )
    heard = TextField(
        _l("Bà con đã nói"), validators=[Optional(), Length(max=TEXT_MAX, message=_LONG)]
    )
    done = TextField(
        _l("Chúng tôi đã làm"), validators=[Optional(), Length(max=TEXT_MAX, message=_LONG)]
    )
