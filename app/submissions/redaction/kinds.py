"""The kinds of personal data, what they are called, and a piece of it found in a text."""

import enum
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l


class Kind(enum.StrEnum):
    """What sort of personal data it is."""

    ACCOUNT = "account"
    CITIZEN_ID = "citizen_id"
    EMAIL = "email"
    INSURANCE = "insurance"
    OLD_ID = "old_id"
    PARCEL = "parcel"
    PASSPORT = "passport"
    #: A name, only ever suggested (`suggest_names`).
    PERSON = "person"
    PHONE = "phone"
    PLATE = "plate"
    TAX_CODE = "tax_code"


KIND_LABELS = {
    Kind.ACCOUNT: _l("số tài khoản"),
    Kind.CITIZEN_ID: _l("số căn cước"),
    Kind.EMAIL: _l("thư điện tử"),
    Kind.INSURANCE: _l("số thẻ bảo hiểm"),
    Kind.OLD_ID: _l("số chứng minh nhân dân"),
    Kind.PARCEL: _l("số thửa, tờ bản đồ"),
    Kind.PASSPORT: _l("số hộ chiếu"),
    Kind.PERSON: _l("họ tên"),
    Kind.PHONE: _l("số điện thoại"),
    Kind.PLATE: _l("biển số xe"),
    Kind.TAX_CODE: _l("mã số thuế"),
}

#: The same words in the marks. A mark becomes part of a published Vietnamese text, so it is never
#: translated.
_IN_MARK = {
    Kind.ACCOUNT: "số tài khoản",
    Kind.CITIZEN_ID: "số căn cước",
    Kind.EMAIL: "thư điện tử",
    Kind.INSURANCE: "số thẻ bảo hiểm",
    Kind.OLD_ID: "số chứng minh nhân dân",
    Kind.PARCEL: "số thửa, tờ bản đồ",
    Kind.PASSPORT: "số hộ chiếu",
    Kind.PERSON: "họ tên",
    Kind.PHONE: "số điện thoại",
    Kind.PLATE: "biển số xe",
    Kind.TAX_CODE: "mã số thuế",
}
#: What stands for a passage that somebody picked by hand.
HIDDEN = "[đã ẩn]"


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of personal data: `text[start:end]`."""

    start: int
    end: int
    kind: Kind

    @property
    def label(self) -> str:
        """What it is, in the reader's language."""
        return str(KIND_LABELS[self.kind])

    @property
    def mark(self) -> str:
        """What takes its place in a published text, always in Vietnamese."""
        return f"[đã ẩn: {_IN_MARK[self.kind]}]"
