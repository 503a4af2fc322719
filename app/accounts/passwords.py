"""Which passwords are good enough: long, not well known, not made of our own names.

Nothing about kinds of characters.
"""

import functools
import itertools
import re
from collections.abc import Iterable
from pathlib import Path

from flask_babel import gettext as _

from app.accounts.vault import MAX_PASSWORD_BYTES
from app.kernel.errors import FieldError
from app.kernel.text import fold, nfc

MIN_LENGTH = 10
#: Fewer different characters than this are a pattern, however long.
_MIN_DIFFERENT = 5
#: What has to remain when names that everybody here knows are taken out.
_MIN_WITHOUT_NAMES = 8
_NAMES = ("langnghe", "ubnd", "uyban", "nhandan")
_LIST = Path(__file__).parent / "data" / "common_passwords.txt"
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


@functools.cache
def common() -> frozenset[str]:
    """The shipped list of well-known passwords, folded, without signs."""
    return frozenset(
        _bare(line)
        for line in _LIST.read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )


def check(
    password: str,
    *,
    field: str = "new_password",
    names: Iterable[str] = (),
    whole_names: Iterable[str] = (),
) -> None:
    """Raise FieldError when the password is too short, too long, well known, a pattern, or little
    more than names, one or several, repeated or not, whatever stands between them.

    `names`: what an attacker would try first, such as the username and the agency's name; each word
    of theirs counts too. `whole_names`: names of others, which count only as a whole, since their
    words are half the language.
    """
    password = nfc(password)
    if len(password) < MIN_LENGTH:
        raise FieldError(field, _("Hãy đặt mật khẩu có ít nhất %(count)s ký tự.", count=MIN_LENGTH))
    if len(password.encode()) > MAX_PASSWORD_BYTES:
        raise FieldError(field, _("Mật khẩu quá dài. Hãy đặt mật khẩu ngắn hơn 300 ký tự."))
    bare = _bare(password)
    if bare in common() or len(set(password)) < _MIN_DIFFERENT or _is_sequence(bare):
        raise FieldError(
            field,
            _(
                "Mật khẩu này quá quen thuộc, dễ bị đoán ra. Hãy chọn mật khẩu khác, ví dụ ghép "
                "ba bốn từ không liên quan."
            ),
        )
    if _little_but_names(bare, tuple(names), whole_names):
        raise FieldError(
            field,
            _(
                "Mật khẩu này gần như chỉ gồm tên người, tên đăng nhập hoặc tên cơ quan. Hãy chọn "
                "mật khẩu khác."
            ),
        )


def _bare(text: str) -> str:
    return _NOT_ALNUM.sub("", fold(text))


def _is_sequence(bare: str) -> bool:
    """Does every character follow the one before, as in 0123456789 or abcdefghij, upwards or
    downwards?
    """
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(bare)}
    return steps in ({1}, {-1})


def _little_but_names(bare: str, names: tuple[str, ...], whole_names: Iterable[str]) -> bool:
    words = {_bare(name) for name in (*_NAMES, *names, *whole_names)}
    words |= {_bare(part) for name in names for part in re.split(r"[^\w]+", name)}
    rest = bare
    for word in sorted((word for word in words if len(word) >= 3), key=len, reverse=True):
        # A blank stays, so that what stood around a name does not join into another one.
        rest = rest.replace(word, " ")
    return rest != bare and len(rest.replace(" ", "")) < _MIN_WITHOUT_NAMES
