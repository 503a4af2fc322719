"""What one row of the list of works and projects has to fulfil; the same for a file and for a form.
Pure.

Biểu 10/CH: diện tích tăng thêm = diện tích kế hoạch − diện tích hiện trạng = tổng sử dụng vào các
loại đất, in hectares with two decimals, exactly.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.imports.figures import NotANumber, decimal_of
from app.kernel.text import clean_line, tokens

#: Longest texts, in characters, as the table keeps them.
LENGTHS = {
    "code": 30,
    "name": 300,
    "group_name": 120,
    "land_code": 10,
    "place": 200,
    "map_text": 300,
    "basis": 300,
    "funding": 120,
    "year": 20,
    "note": 500,
}
#: Hectares: more than any province has.
LARGEST = Decimal("9999999.99")
_CENT, _NOTHING = Decimal("0.01"), Decimal("0.00")
_CODE = re.compile(r"[^\W_][\w.-]*")
_USE = re.compile(
    r"(?<![^\W_])([A-ZĐ]{2,6})\s*[:=]?\s*\(?\s*([0-9][0-9.,]*[0-9]|[0-9])\s*(?:ha)?\s*\)?",
    re.IGNORECASE,
)
_BETWEEN_USES = re.compile(r"[\s;,.+&/]*")


class Use(NamedTuple):
    """Land that a work takes: the code of what it is now, and hectares."""

    code: str
    ha: Decimal


class Problem(NamedTuple):
    """What is wrong with one field, in a sentence with the figures."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One work, checked."""

    code: str
    name: str
    group_name: str
    land_code: str
    planned_ha: Decimal
    existing_ha: Decimal
    added_ha: Decimal
    uses: tuple[Use, ...]
    place: str
    map_text: str
    basis: str
    funding: str
    year: str
    note: str

    def columns(self) -> dict[str, Any]:
        """As the table keeps it."""
        values: dict[str, Any] = {name: getattr(self, name) for name in LENGTHS}
        values |= {
            "planned_ha": self.planned_ha,
            "existing_ha": self.existing_ha,
            "added_ha": self.added_ha,
        }
        values["uses"] = [{"code": use.code, "ha": str(use.ha)} for use in self.uses]
        values["search_text"] = search_text(self)
        return values


def search_text(row: ProjectRow) -> str:
    """The folded words by which a work is found, a blank around each; see queries.projects."""
    words = tokens(
        " ".join(
            [row.code, row.name, row.group_name, row.land_code, row.place, row.map_text, row.basis]
        )
    )
    return " " + " ".join(dict.fromkeys(words)) + " "


def normal_code(text: str | None) -> str:
    """A work's code as it is kept: capitals.

    A spreadsheet writes the number 1.1 with the decimal sign of its country.
    """
    return clean_line(text).upper().replace(",", ".").rstrip(".")


def ha_text(value: Decimal) -> str:
    """Hectares as people write them: «1.234,50»."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def uses_text(uses: Collection[Use]) -> str:
    """«LUC 21,40; HNK 9,60»."""
    return "; ".join(f"{use.code} {ha_text(use.ha)}" for use in uses)


def check(
    raw: Mapping[str, str], land_codes: Collection[str]
) -> tuple[ProjectRow | None, list[Problem]]:
    """The row, or everything that is wrong with it. `land_codes`: those valid on the day."""
    checker = _Checker(raw, land_codes)
    row = checker.row()
    return (None, checker.problems) if checker.problems else (row, [])


class _Checker:
    """Goes through one row and collects what is wrong."""

    def __init__(self, raw: Mapping[str, str], land_codes: Collection[str]) -> None:
        self.raw = raw
        self.land_codes = land_codes
        self.problems: list[Problem] = []

    def row(self) -> ProjectRow:
        texts = {name: self._text(name) for name in LENGTHS}
        texts["code"], texts["land_code"] = (
            self._code(texts["code"]),
            self._land_code(texts["land_code"]),
        )
        if not texts["name"]:
            self._wrong("name", _("Chưa có tên hạng mục."))
        planned = self._area("planned_ha", needed=True)
        existing = self._area("existing_ha")
        stated = self._area("added_ha")
        uses = self._uses()
        added = self._added(planned, existing or _NOTHING, stated)
        if added is not None and uses is not None:
            self._balance(added, uses)
        return ProjectRow(
            planned_ha=planned or _NOTHING,
            existing_ha=existing or _NOTHING,
            added_ha=added or _NOTHING,
            uses=uses or (),
            **texts,
        )

    def _wrong(self, field: str, message: str) -> None:
        self.problems.append(Problem(field, message))

    def _text(self, name: str) -> str:
        text = clean_line(self.raw.get(name))
        if len(text) > LENGTHS[name]:
            self._wrong(
                name,
                _("Dài %(n)s ký tự; nhiều nhất %(limit)s ký tự.", n=len(text), limit=LENGTHS[name]),
            )
        return text

    def _code(self, text: str) -> str:
        code = normal_code(text)
        if not code:
            self._wrong(
                "code", _("Chưa có mã công trình. Mỗi công trình cần một mã riêng, ví dụ C01.")
            )
        elif not _CODE.fullmatch(code):
            self._wrong(
                "code",
                _(
                    "Mã «%(code)s» chỉ được gồm chữ, số, dấu chấm và gạch nối, ví dụ C01.",
                    code=code[:40],
                ),
            )
        return code

    def _land_code(self, text: str) -> str:
        code = text.upper()
        if not code:
            self._wrong("land_code", _("Chưa có mã loại đất."))
        elif code not in self.land_codes:
            self._wrong(
                "land_code",
                _(
                    "Mã loại đất «%(code)s» không có trong bảng loại đất đang áp dụng.",
                    code=code[:20],
                ),
            )
        return code

    def _area(self, name: str, *, needed: bool = False) -> Decimal | None:
        """Hectares, None when nothing is there or it was wrong."""
        try:
            value = decimal_of(self.raw.get(name) or "")
        except NotANumber as error:
            self._wrong(name, str(error))
            return None
        if value is None:
            if needed:
                self._wrong(name, _("Chưa có diện tích kế hoạch."))
            return None
        return self._checked_area(name, value)

    def _checked_area(self, name: str, value: Decimal) -> Decimal | None:
        if value < 0:
            self._wrong(name, _("Diện tích %(ha)s ha nhỏ hơn 0.", ha=ha_text(value)))
        elif value > LARGEST:
            self._wrong(name, _("Diện tích quá lớn. Hãy ghi theo héc-ta."))
        elif value != value.quantize(_CENT):
            written = str(value).replace(".", ",")
            self._wrong(
                name, _("Diện tích %(ha)s ha có quá hai chữ số thập phân.", ha=written[:30])
            )
        else:
            return value.quantize(_CENT)
        return None

    def _uses(self) -> tuple[Use, ...] | None:
        """Land taken, by code in the order written; None when it cannot be read."""
        text = clean_line(self.raw.get("uses"))
        if text in {"-", "–"}:
            return ()
        found: dict[str, Decimal] = {}
        fine, end = True, 0
        for match in _USE.finditer(text):
            fine = fine and self._only_between(text[end : match.start()])
            end = match.end()
            code, area = match.group(1).upper(), self._use(match)
            if area is None:
                fine = False
            elif area:
                found[code] = found.get(code, Decimal(0)) + area
        fine = self._only_between(text[end:]) and fine
        return tuple(Use(code, area) for code, area in found.items()) if fine else None

    def _only_between(self, text: str) -> bool:
        if _BETWEEN_USES.fullmatch(text):
            return True
        self._wrong(
            "uses",
            _(
                "Không hiểu «%(text)s». Hãy ghi mã và diện tích, ví dụ: LUC 21,40; HNK 9,60.",
                text=text.strip(" ;,")[:60],
            ),
        )
        return False

    def _use(self, match: re.Match[str]) -> Decimal | None:
        code = match.group(1).upper()
        if code not in self.land_codes:
            self._wrong(
                "uses",
                _("Mã loại đất «%(code)s» không có trong bảng loại đất đang áp dụng.", code=code),
            )
            return None
        try:
            value = decimal_of(match.group(2))
        except NotANumber as error:
            self._wrong("uses", f"{code}: {error}")
            return None
        assert value is not None
        return self._checked_area("uses", value)

    def _added(
        self, planned: Decimal | None, existing: Decimal, stated: Decimal | None
    ) -> Decimal | None:
        """Planned less existing; what the row states has to be the same."""
        if planned is None or any(
            problem.field in {"existing_ha", "added_ha"} for problem in self.problems
        ):
            return None
        added = planned - existing
        if added < 0:
            self._wrong(
                "existing_ha",
                _(
                    "Diện tích hiện trạng %(existing)s ha lớn hơn diện tích kế hoạch %(planned)s "
                    "ha.",
                    existing=ha_text(existing),
                    planned=ha_text(planned),
                ),
            )
            return None
        if stated is not None and stated != added:
            self._wrong(
                "added_ha",
                _(
                    "Tăng thêm ghi %(stated)s ha, nhưng kế hoạch %(planned)s ha trừ hiện trạng "
                    "%(existing)s ha bằng %(added)s ha.",
                    stated=ha_text(stated),
                    planned=ha_text(planned),
                    existing=ha_text(existing),
                    added=ha_text(added),
                ),
            )
            return None
        return added

    def _balance(self, added: Decimal, uses: tuple[Use, ...]) -> None:
        total = sum((use.ha for use in uses), Decimal(0))
        if total == added:
            return
        if not uses:
            message = _(
                "Tăng thêm %(added)s ha nhưng chưa ghi sử dụng vào loại đất nào.",
                added=ha_text(added),
            )
        else:
            message = _(
                "Cộng lại được %(total)s ha, nhưng tăng thêm là %(added)s ha: lệch %(gap)s ha.",
                total=ha_text(total),
                added=ha_text(added),
                gap=ha_text(abs(total - added)),
            )
        self._wrong("uses", message)
