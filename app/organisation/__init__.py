"""The authority itself: its profile, its units and what became of them, the topics people ask
about, the places they live in.

Every name of the office on any page comes from here; nothing in the code says "huyện" or "xã".
Units and topics have dates, so that old records keep their old unit while new work goes to its
successor.
"""

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.access import P, system_pages
    from app.audit import tags
    from app.kernel import display, links
    from app.organisation import officer, queries

    app.register_blueprint(officer.bp)
    app.context_processor(lambda: {"site": queries.agency()})
    display.navigation(app).add_staff(
        890, "he-thong", lambda: _("Hệ thống"), "/can-bo/he-thong", officer.SYSTEM_PERMISSIONS
    )
    address = "/can-bo/he-thong/"
    system_pages.register(
        10,
        lambda: _("Thông tin cơ quan"),
        lambda: _("Tên, địa chỉ, điện thoại hiện trên mọi trang."),
        address + "co-quan",
        P.AGENCY_EDIT,
    )
    system_pages.register(
        12,
        lambda: _("Đơn vị"),
        lambda: _("Phòng, ban, đơn vị trả lời câu hỏi; sáp nhập, kết thúc."),
        address + "don-vi",
        P.UNIT_EDIT,
    )
    system_pages.register(
        14,
        lambda: _("Lĩnh vực"),
        lambda: _("Lĩnh vực câu hỏi, đơn vị phụ trách và số ngày trả lời."),
        address + "linh-vuc",
        P.UNIT_EDIT,
    )
    system_pages.register(
        16,
        lambda: _("Địa bàn"),
        lambda: _("Thôn, khu vực để người dân chọn khi gửi câu hỏi."),
        address + "dia-ban",
        P.UNIT_EDIT,
    )
    for kind, resolver in queries.RESOLVERS.items():
        links.register(kind, resolver)
    tags.declare("organisation:agency:saved", _l("Sửa thông tin cơ quan"))
    tags.declare("organisation:unit:saved", _l("Thêm hoặc sửa đơn vị"))
    tags.declare("organisation:unit:retired", _l("Kết thúc đơn vị"))
    tags.declare("organisation:unit:restored", _l("Khôi phục đơn vị"))
    tags.declare("organisation:topic:saved", _l("Thêm hoặc sửa lĩnh vực"))
    tags.declare("organisation:place:saved", _l("Thêm hoặc sửa địa bàn"))
    tags.declare("organisation:units:imported", _l("Nhập danh sách đơn vị"))
    tags.declare("organisation:topics:imported", _l("Nhập danh sách lĩnh vực"))
