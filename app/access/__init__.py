"""Who may do what, on one screen: permissions, roles, and the guards of routes.

Staff addresses are closed by default: everything below /can-bo/ needs a signed-in, active person,
and each route names its permission with `@require`. Object rules (own unit, own draft) are pure
functions in each feature's policy.py.
"""

from app.access.permissions import ROLE_LABELS, ROLE_PERMISSIONS, P, Role, permissions_of
from app.access.web import OPEN_STAFF_ENDPOINTS, init_app, open_to_anyone, require

__all__ = [
    "OPEN_STAFF_ENDPOINTS",
    "ROLE_LABELS",
    "ROLE_PERMISSIONS",
    "P",
    "Role",
    "init_app",
    "open_to_anyone",
    "permissions_of",
    "require",
]
