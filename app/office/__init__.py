"""The staff's home and menu: composed from what the features say of themselves, with no states of
its own.
"""

from flask import Flask
from flask_babel import gettext as _


def init_app(app: Flask) -> None:
    """Wire the feature into the app."""
    from app.access import P
    from app.kernel.display import navigation
    from app.office import home, menu

    app.register_blueprint(home.bp)
    app.context_processor(menu.staff_menu)
    navigation(app).add_staff(
        5, "viec-cua-toi", lambda: _("Việc của tôi"), "/can-bo/", P.ACCOUNT_SELF
    )
