"""What is written to the record of the installation about accounts, and the words for it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from app.access.actors import Actor
from app.accounts.models import User
from app.audit import service as audit
from app.audit import tags
from app.kernel.links import Ref

TAGS = {
    "user:created": _l("Tạo tài khoản"),
    "user:changed": _l("Sửa thông tin tài khoản"),
    "user:roles:changed": _l("Đổi vai trò"),
    "user:disabled": _l("Khóa tài khoản"),
    "user:enabled": _l("Mở khóa tài khoản"),
    "user:link:issued": _l("Cấp liên kết đặt mật khẩu"),
    "user:email:changed": _l("Đổi thư điện tử của tài khoản"),
    "user:password:changed": _l("Đổi mật khẩu"),
    "user:password:reset": _l("Đặt mật khẩu bằng liên kết"),
    "user:second-factor:enabled": _l("Bật xác thực hai lớp"),
    "user:second-factor:disabled": _l("Tắt xác thực hai lớp"),
    "user:second-factor:reset": _l("Đặt lại xác thực hai lớp"),
    "user:recovery-codes:replaced": _l("Tạo lại mã dự phòng"),
    "user:recovery-code:used": _l("Dùng mã dự phòng"),
    "user:passkey:added": _l("Thêm khóa truy cập"),
    "user:passkey:renamed": _l("Đổi tên khóa truy cập"),
    "user:passkey:removed": _l("Bỏ khóa truy cập"),
    "user:passkey:used": _l("Dùng khóa truy cập"),
    "user:passkey:refused": _l("Từ chối khóa truy cập có thể đã bị sao chép"),
    "user:session:started": _l("Đăng nhập"),
    "user:session:ended": _l("Kết thúc phiên đăng nhập"),
    "user:sign-in:alerted": _l("Nhiều lần nhập sai mật khẩu"),
    "user:change:asked": _l("Yêu cầu thay đổi, chờ hiệu lực"),
    "user:change:confirmed": _l("Người thứ hai đồng ý thay đổi"),
    "user:change:waited": _l("Thay đổi có hiệu lực sau thời gian chờ"),
    "user:change:cancelled": _l("Hủy thay đổi chờ hiệu lực"),
    "user:deputy:named": _l("Giao người duyệt thay"),
    "user:deputy:withdrawn": _l("Thôi giao người duyệt thay"),
}


def declare_tags() -> None:
    """Give the record's screen the words."""
    for tag, label in TAGS.items():
        tags.declare(tag, label)


def write(
    tag: str, user: User, *, actor: Actor | None = None, data: Mapping[str, Any] | None = None
) -> None:
    """Record that somebody (the person themselves, unless told otherwise) did this
    to an account.
    """
    by: Actor = actor or user
    audit.record(
        tag,
        actor_id=by.id,
        actor=by.full_name,
        about=Ref("user", user.id),
        data={"name": user.username, **(data or {})},
    )
