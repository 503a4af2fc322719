"""Forms of maps: sending a layer, choosing another zone, confirming, renaming."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, HiddenField, SelectField
from wtforms.validators import Optional

from app.kernel.forms import BaseForm, LineField, Needed
from app.maps import zones
from app.maps.states import LAYER_LABELS, LayerKind

#: What a layer of a consultation may be; the boundary has a screen of its own.
_KINDS = [(kind.value, LAYER_LABELS[kind]) for kind in (LayerKind.LAND_USE, LayerKind.PROJECTS)]


def zone_choices(*, ask_file: bool) -> list[tuple[str, Any]]:
    """The projections to choose from, by meridian; the file's own word first."""
    first = [("0", _l("Theo tệp (.prj hoặc crs)"))] if ask_file else []
    others = [
        (str(zones.WGS84), zones.label(zones.WGS84)),
        (str(zones.VN2000), zones.label(zones.VN2000)),
    ]
    return [*first, *((str(zone.epsg), zone.label) for zone in zones.ZONES), *others]


class LayerForm(BaseForm):
    """A surveyor's file."""

    file = FileField(
        _l("Tệp bản đồ"),
        description=_l("Shapefile nén .zip (.shp, .dbf, .prj) hoặc .geojson, không quá 25 MB."),
    )
    title = LineField(
        _l("Tên lớp"),
        validators=[Optional()],
        description=_l("Ví dụ: Quy hoạch sử dụng đất đến năm 2030."),
    )
    kind = SelectField(_l("Lớp này là"), choices=_KINDS)
    crs = SelectField(
        _l("Hệ tọa độ, kinh tuyến trục"),
        choices=zone_choices(ask_file=True),
        description=_l("Chỉ chọn khi tệp không ghi hoặc ghi sai."),
    )
    replaces = SelectField(_l("Thay cho lớp"), choices=[("", "")], validators=[Optional()])

    def offer(self, layers: list[tuple[int, str]]) -> None:
        """The confirmed layers that the new one may replace."""
        self.replaces.choices = [
            ("", _l("Không thay lớp nào")),
            *((str(number), title) for number, title in layers),
        ]


class BoundaryForm(BaseForm):
    """The boundary's file."""

    file = FileField(
        _l("Tệp ranh giới"),
        description=_l("Shapefile nén .zip (.shp, .dbf, .prj) hoặc .geojson, không quá 25 MB."),
    )
    title = LineField(
        _l("Tên lớp"), validators=[Optional()], description=_l("Ví dụ: Ranh giới hành chính xã.")
    )
    crs = SelectField(_l("Hệ tọa độ, kinh tuyến trục"), choices=zone_choices(ask_file=True))


class ZoneForm(BaseForm):
    """The same file in another zone."""

    crs = SelectField(_l("Hệ tọa độ, kinh tuyến trục"), choices=zone_choices(ask_file=False))


class ConfirmForm(BaseForm):
    """«Tôi đã xem»."""

    seen_revision = HiddenField()
    sure = BooleanField(
        _l("Phần lớn lớp nằm ngoài ranh giới, nhưng tôi chắc chắn vị trí này là đúng")
    )


class TitleForm(BaseForm):
    """Another name."""

    seen_revision = HiddenField()
    title = LineField(_l("Tên lớp"), validators=[Needed(_l("Hãy nhập tên lớp."))])


class RemoveForm(BaseForm):
    """One button."""

    seen_revision = HiddenField()
