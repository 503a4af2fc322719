"""The list of works of a consultation: land types, rows by hand, and the file of 24 works."""

import datetime as dt
from typing import Any

from app.consultations.models import Consultation, LandType
from app.devtools.demo.plan import DATA
from app.extensions import db
from app.works.models import ProjectItem
from app.works.rows import check
from app.works.service import works as service

FILE = DATA / "consultation_projects.csv"
LANDS = {
    "LUC": ("Đất chuyên trồng lúa nước", "#fffc8c"),
    "HNK": ("Đất trồng cây hàng năm khác", "#fff0b4"),
    "CLN": ("Đất trồng cây lâu năm", "#ffd2a0"),
    "DGT": ("Đất giao thông", "#ffaa32"),
    "DTL": ("Đất thủy lợi", "#aaffff"),
    "ONT": ("Đất ở trong xã", "#ffd0ff"),
}
#: Every code of the file.
ALL_CODES = (
    "LUC HNK CLN RPH RSX NTS NKH CQP CAN SKN TMD SKS DGT DTL DVH DYT DGD DTT DNL DRA NTD DSH ONT "
    "ODT SON BCS".split()
)  # fmt: skip


def make_lands(codes: list[str] | None = None) -> None:
    """Land types valid since 2024, and one that was valid until then."""
    for code in codes or LANDS:
        name, colour = LANDS.get(code, (f"Đất loại {code}", ""))
        db.session.add(
            LandType(code=code, name=name, colour=colour, valid_from=dt.date(2024, 8, 1))
        )
    db.session.add(
        LandType(
            code="BHK",
            name="Đất bằng trồng cây",
            valid_from=dt.date(2019, 2, 1),
            valid_to=dt.date(2024, 7, 31),
        )
    )
    db.session.commit()


def make_project(consultation: Consultation, code: str = "C01", **changes: Any) -> ProjectItem:
    """One work of 2 hectares of rice land, as a row; the sums follow."""
    raw = {
        "code": code,
        "name": "Đường tránh phía Tây",
        "group_name": "Giao thông",
        "land_code": "DGT",
        "planned_ha": "2,00",
        "uses": "LUC 2,00",
        "place": "xã Tân Hội",
        "map_text": "Tờ 07: thửa 118",
        **changes,
    }
    row, problems = check(raw, [*LANDS, *ALL_CODES])
    assert row is not None, problems
    count = db.session.query(ProjectItem).filter_by(consultation_id=consultation.id).count()
    item = ProjectItem(consultation_id=consultation.id, position=count + 1)
    db.session.add(item)
    service.write(item, row)
    service.summarise(consultation.id)
    db.session.commit()
    return item
