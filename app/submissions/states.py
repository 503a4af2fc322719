"""What a submission may be: where it came from, whom it names, what its sender allows."""

import enum

from flask_babel import lazy_gettext as _l


class Channel(enum.StrEnum):
    """How it reached the office."""

    WEB = "web"
    COUNTER = "counter"
    PHONE = "phone"
    PAPER = "paper"
    EMAIL = "email"
    MEETING = "meeting"


CHANNEL_LABELS = {
    Channel.WEB: _l("Qua cổng"),
    Channel.COUNTER: _l("Tại quầy"),
    Channel.PHONE: _l("Điện thoại"),
    Channel.PAPER: _l("Văn bản giấy"),
    Channel.EMAIL: _l("Thư điện tử"),
    Channel.MEETING: _l("Họp dân"),
}


class NameDisplay(enum.StrEnum):
    """How the sender is named when it is published."""

    FULL = "full"
    INITIALS = "initials"
    HIDDEN = "hidden"


NAME_DISPLAY_LABELS = {
    NameDisplay.FULL: _l("Hiện họ tên"),
    NameDisplay.INITIALS: _l("Chỉ hiện tên viết tắt"),
    NameDisplay.HIDDEN: _l("Không hiện tên"),
}
#: From open to closed: a sender may move right at any time, nobody may move left.
NAME_DISPLAY_ORDER = (NameDisplay.FULL, NameDisplay.INITIALS, NameDisplay.HIDDEN)


class Consent(enum.StrEnum):
    """May it be published? Silence is not consent (Law 91/2025/QH15, Article 9)."""

    PUBLISH = "publish"
    PRIVATE = "private"


CONSENT_LABELS = {
    Consent.PUBLISH: _l("Đồng ý công khai câu trả lời"),
    Consent.PRIVATE: _l("Chỉ trả lời riêng"),
}


class TokenPurpose(enum.StrEnum):
    """What a link in a mail is good for."""

    CONFIRM = "confirm"
    TRACK = "track"
    #: Not in a mail: one browser has the submission open (see unlocked.py).
    OPEN = "open"
