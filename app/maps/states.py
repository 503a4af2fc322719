"""What a layer of a map shows, and whether a person has looked at it."""

import enum

from flask_babel import lazy_gettext as _l


class LayerKind(enum.StrEnum):
    """What a map layer shows."""

    BOUNDARY = "boundary"
    LAND_USE = "land_use"
    PROJECTS = "projects"


LAYER_LABELS = {
    LayerKind.BOUNDARY: _l("Ranh giới hành chính"),
    LayerKind.LAND_USE: _l("Quy hoạch, hiện trạng sử dụng đất"),
    LayerKind.PROJECTS: _l("Công trình, dự án"),
}


class LayerState(enum.StrEnum):
    """Only a layer whose place a person has confirmed is shown to anybody outside."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"


LAYER_FILE = "layer"
