"""Who is signed in, for routes."""

from flask_login import current_user

from app.accounts.models import User


def me() -> User:
    """Who is signed in."""
    user: User = current_user._get_current_object()
    return user
