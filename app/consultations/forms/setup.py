"""The forms of the setup: rules about the least number of days, land-use codes."""

import datetime as dt

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired

from app.consultations.models import ConsultationRule, LandType
from app.consultations.rules import CONFIDENCE_LABELS
from app.consultations.service.setup import LandValues, RuleValues
from app.consultations.states import TYPE_LABELS
from app.kernel.forms import BaseForm, Needed, VietnameseDateField
from app.kernel.office_forms import line


def _confidence() -> SelectField:
    return SelectField(
        _l("Độ tin cậy"),
        choices=[*CONFIDENCE_LABELS.items()],
        default="U",
        description=_l(
            "Chỉ A và B được hiện là quy định của pháp luật, kèm nguồn. C và U hiện là mức do cơ "
            "quan tự đặt."
        ),
    )


class RuleForm(BaseForm):
    """A rule from a day on."""

    kind = SelectField(
        _l("Loại"), choices=[(kind.value, label) for kind, label in TYPE_LABELS.items()]
    )
    min_days = IntegerField(
        _l("Số ngày tối thiểu"), validators=[InputRequired(_l("Hãy nhập số ngày."))]
    )
    valid_from = VietnameseDateField(
        _l("Áp dụng từ ngày"), validators=[Needed(_l("Hãy nhập ngày bắt đầu áp dụng."))]
    )
    source = line(
        _l("Nguồn"),
        500,
        needed=_l("Hãy ghi nguồn."),
        description=_l("Luật, điều, khoản; hoặc vì sao cơ quan đặt mức này."),
    )
    confidence = _confidence()

    @classmethod
    def of(cls, row: ConsultationRule) -> "RuleForm":
        """The form with the rule as it is."""
        return cls(
            formdata=None,
            kind=row.type.value,
            min_days=row.min_days,
            valid_from=row.valid_from,
            source=row.source,
            confidence=row.confidence,
        )

    @property
    def values(self) -> RuleValues:
        """Arguments for the service."""
        assert self.valid_from.data is not None
        return RuleValues(
            min_days=self.min_days.data if self.min_days.data is not None else -1,
            valid_from=self.valid_from.data,
            source=self.source.data or "",
            confidence=self.confidence.data,
        )


class LandForm(BaseForm):
    """What a land-use code means from a day on."""

    code = line(_l("Mã"), 10, description=_l("Ví dụ: LUC."))
    name = line(_l("Tên loại đất"), 200, needed=_l("Hãy nhập tên loại đất."))
    colour = line(_l("Màu trên bản đồ"), 7, description=_l("Dạng #ffaa32. Để trống khi chưa biết."))
    valid_from = VietnameseDateField(
        _l("Áp dụng từ ngày"), validators=[Needed(_l("Hãy nhập ngày bắt đầu áp dụng."))]
    )
    source = line(_l("Nguồn"), 300)
    confidence = _confidence()

    @classmethod
    def of(cls, row: LandType) -> "LandForm":
        """The form with the code as it is."""
        return cls(
            formdata=None,
            code=row.code,
            name=row.name,
            colour=row.colour,
            valid_from=row.valid_from,
            source=row.source,
            confidence=row.confidence,
        )

    @property
    def values(self) -> LandValues:
        """Arguments for the service."""
        assert self.valid_from.data is not None
        return LandValues(
            name=self.name.data or "",
            colour=self.colour.data or "",
            valid_from=self.valid_from.data,
            source=self.source.data or "",
            confidence=self.confidence.data,
        )


class EndForm(BaseForm):
    """The last day of a row."""

    valid_to = VietnameseDateField(
        _l("Áp dụng đến hết ngày"), validators=[Needed(_l("Hãy nhập ngày cuối cùng."))]
    )

    @property
    def last_day(self) -> dt.date:
        """The day that was typed."""
        assert self.valid_to.data is not None
        return self.valid_to.data
