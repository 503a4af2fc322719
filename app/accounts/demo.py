"""The eight demo accounts that a newcomer signs in with.

They never open outside demo data, whatever the database holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.access import Role
from app.accounts.models import User
from app.accounts.service import create_user
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.errors import Refused

PASSWORD = "demo-An-Son-2026"  # noqa: S105  (printed by `make run`; demo accounts open nowhere else)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One of them.

    `units`: codes of units to belong to, the first that exists counts (commune, then district).
    """

    username: str
    full_name: str
    position: str
    roles: tuple[Role, ...]
    units: tuple[str, ...]


ACCOUNTS = (
    DemoAccount("tiepnhan", "Lê Thị Thu Hà", "Công chức Văn phòng", (Role.MODERATOR,), ("VP",)),
    DemoAccount("chuyenvien.kt", "Trần Minh Khoa", "Chuyên viên", (Role.OFFICER,), ("KT", "KTHT")),
    DemoAccount(
        "chuyenvien.vhxh", "Phạm Ngọc Lan", "Chuyên viên", (Role.OFFICER,), ("VHXH", "VHTT")
    ),
    DemoAccount(
        "lanhdao",
        "Nguyễn Văn Bình",
        "Phó Chủ tịch",
        (Role.APPROVER, Role.PUBLISHER, Role.COMPLAINTS),
        ("TTUB",),
    ),
    DemoAccount("bientap", "Đỗ Thanh Mai", "Biên tập viên", (Role.EDITOR, Role.PUBLISHER), ("VP",)),
    DemoAccount(
        "congtacvien", "Võ Quốc Đạt", "Cộng tác viên", (Role.CONTRIBUTOR,), ("DVTH", "TTVH")
    ),
    DemoAccount(
        "quantri", "Hoàng Anh Tuấn", "Cán bộ công nghệ thông tin", (Role.ADMINISTRATOR,), ("VP",)
    ),
    DemoAccount("kiemtra", "Bùi Thị Kim Oanh", "Cán bộ kiểm tra", (Role.AUDITOR,), ("VP",)),
)


def load(unit_ids: Mapping[str, int]) -> list[User]:
    """Make those that do not exist yet;

    `unit_ids`: ids by the unit's code. Raises Refused where demo data is not allowed.
    """
    if not vault().demo:
        raise Refused("demo accounts are refused in this configuration")
    known = set(db.session.scalars(sa.select(User.username)))
    return [
        create_user(
            username=account.username,
            full_name=account.full_name,
            email=f"{account.username}@anson.example",
            roles=account.roles,
            position=account.position,
            unit_id=next((unit_ids[code] for code in account.units if code in unit_ids), None),
            password=PASSWORD,
            is_demo=True,
        )
        for account in ACCOUNTS
        if account.username not in known
    ]
