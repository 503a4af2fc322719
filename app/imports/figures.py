"""Figures as people write them in tables: «1.234,5», «2,80 ha», «–»."""

import re
from decimal import Decimal

from flask_babel import gettext as _

from app.kernel.text import clean_line

_EMPTY = frozenset({"", "-", "–", "—"})


_FIGURE = re.compile(r"[+-]?[0-9][0-9.,\s]*")


_UNIT = re.compile(r"\s*(?:ha|m2|m²)\.?$", re.IGNORECASE)


class NotANumber(ValueError):
    """The text is no figure, or could be two; the sentence says so."""


def decimal_of(text: str) -> Decimal | None:
    """A figure as people write it: «21,40», «21.40», «1.234,56», «1 234,5 ha»; None for an empty
    cell or a dash.

    Raises NotANumber for anything else, and for «1.234», which is 1234 to some and one and a
    quarter to others.
    """
    plain = _UNIT.sub("", clean_line(text))
    if plain in _EMPTY:
        return None
    if not _FIGURE.fullmatch(plain) or len(plain) > 30:
        raise NotANumber(_("«%(text)s» không phải là số.", text=plain[:40]))
    digits = re.sub(r"\s", "", plain)
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        decimal = max(".", ",", key=digits.rfind)
        thousands = "," if decimal == "." else "."
        if digits.count(decimal) > 1 or not re.fullmatch(
            rf"[+-]?\d{{1,3}}(?:\{thousands}\d{{3}})+\{decimal}\d*", digits
        ):
            raise NotANumber(_("«%(text)s» không phải là số.", text=plain[:40]))
        return Decimal(digits.replace(thousands, "").replace(decimal, "."))
    if dots > 1 or commas > 1:
        mark = "." if dots else ","
        if not re.fullmatch(rf"[+-]?\d{{1,3}}(?:\{mark}\d{{3}})+", digits):
            raise NotANumber(_("«%(text)s» không phải là số.", text=plain[:40]))
        return Decimal(digits.replace(mark, ""))
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", digits):
        whole = digits.replace(".", "")
        raise NotANumber(
            _(
                "«%(text)s» có thể hiểu là %(whole)s hoặc %(part)s. Hãy ghi rõ, ví dụ "
                "%(whole)s,00.",
                text=plain,
                whole=whole,
                part=digits.replace(".", ","),
            )
        )
    return Decimal(digits.replace(",", ".").rstrip("."))
