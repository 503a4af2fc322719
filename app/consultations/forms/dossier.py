"""The forms of the dossier."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField
from wtforms.validators import Optional

from app.consultations.service.dossier import TITLE_MAX
from app.consultations.states import DOSSIER_LABELS, DossierKind
from app.files.inspection import ACCEPT
from app.kernel.office_forms import SeenForm, area, choices, line

ACCEPTED = ACCEPT


class AddDocumentForm(SeenForm):
    """One more document, or the light version of one."""

    kind = SelectField(
        _l("Loại tài liệu"), choices=choices(DOSSIER_LABELS), default=DossierKind.SUBMISSION.value
    )
    title = line(_l("Tên tài liệu"), TITLE_MAX, description=_l("Để trống thì lấy tên tệp."))
    file = FileField(_l("Tệp"), description=_l("PDF, Word, Excel, ODT hoặc ảnh; tối đa 50 MB."))
    #: Of which document it is the light version.
    light_of = HiddenField(validators=[Optional()])


class RenameDocumentForm(SeenForm):
    """Another title or kind."""

    kind = SelectField(_l("Loại tài liệu"), choices=choices(DOSSIER_LABELS))
    title = line(_l("Tên tài liệu"), TITLE_MAX, needed=_l("Hãy nhập tên tài liệu."))


class RemoveDocumentForm(SeenForm):
    """Take it out; a posted one with a reason."""

    reason = area(_l("Lý do bỏ tài liệu"), 500)
