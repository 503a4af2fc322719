"""Everything that changes accounts. Slow hashing is kept apart from writing: verify and hash inside
`reading()`, then write.

signing_in, confirming: tries and their limits · sessions · passwords · second_factor · people ·
deputies · keeping.
"""

from app.accounts.service.people import change_email, create_user, disable, edit_user, enable

__all__ = ["change_email", "create_user", "disable", "edit_user", "enable"]
