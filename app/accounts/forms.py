"""The forms of signing in, of one's own account and of administering people."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField, SelectMultipleField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.access import ROLE_LABELS, Role
from app.accounts.passwords import MIN_LENGTH
from app.kernel.forms import BaseForm, LineField, Needed, VietnameseDateField, length_between

#: What each role does, for whoever gives it.
ROLE_HINTS = {
    Role.ADMINISTRATOR: _l(
        "Quản lý tài khoản, đơn vị, lịch làm việc. Không duyệt, không đăng câu trả lời. Bắt buộc "
        "xác thực hai lớp."
    ),
    Role.APPROVER: _l(
        "Duyệt hoặc trả lại câu trả lời, gia hạn, gỡ nội dung. Bắt buộc xác thực hai lớp."
    ),
    Role.AUDITOR: _l("Chỉ xem: câu hỏi, thư đã gửi, nhật ký hệ thống."),
    Role.COMPLAINTS: _l(
        "Đọc và hướng dẫn đơn có dấu hiệu khiếu nại, tố cáo. Mỗi lần đọc đều được ghi lại."
    ),
    Role.CONTRIBUTOR: _l("Viết tin bài của mình để biên tập viên đăng."),
    Role.EDITOR: _l("Biên tập và đăng tin bài, chuyên mục."),
    Role.HEAD: _l("Phân công và trả lời câu hỏi của đơn vị mình, gia hạn."),
    Role.MODERATOR: _l(
        "Tiếp nhận, phân loại, phân công câu hỏi của mọi đơn vị; nhập hộ người dân."
    ),
    Role.OFFICER: _l("Soạn câu trả lời cho câu hỏi được giao cho đơn vị mình."),
    Role.PUBLISHER: _l("Đăng câu trả lời đã duyệt lên cổng. Bắt buộc xác thực hai lớp."),
}


def _role_or_none(value: object) -> Role | None:
    return Role(str(value)) if value else None


def _id_or_none(value: object) -> int | None:
    return int(str(value)) if value else None


class SignInForm(BaseForm):
    """Name and password."""

    username = LineField(_l("Tên đăng nhập"), [Needed(_l("Hãy nhập tên đăng nhập."))])
    password = PasswordField(_l("Mật khẩu"), [Needed(_l("Hãy nhập mật khẩu."))])
    next = HiddenField()


class CodeForm(BaseForm):
    """A code of the app, or one from paper."""

    code = LineField(_l("Mã xác thực"), [Needed(_l("Hãy nhập mã xác thực."))])
    next = HiddenField()


class SetUpForm(CodeForm):
    """The first code of a new app."""

    code = LineField(
        _l("Mã 6 chữ số trong ứng dụng"),
        [Needed(_l("Hãy nhập mã 6 chữ số đang hiện trong ứng dụng."))],
    )


class OwnSetUpForm(SetUpForm):
    """The same by somebody who has been signed in for a while."""

    password = PasswordField(_l("Mật khẩu hiện tại"), [Needed(_l("Hãy nhập mật khẩu hiện tại."))])


class ConfirmForm(BaseForm):
    """An act for which the password is asked again."""

    password = PasswordField(_l("Mật khẩu hiện tại"), [Needed(_l("Hãy nhập mật khẩu hiện tại."))])


class ButtonForm(BaseForm):
    """A button and its token."""


class PasskeyForm(BaseForm):
    """What the browser's script got from a passkey."""

    credential = HiddenField()
    next = HiddenField()


class PasskeyNameForm(BaseForm):
    """By which its owner tells a passkey from others."""

    name = LineField(
        _l("Tên của khóa"),
        [
            Needed(_l("Hãy đặt tên cho khóa truy cập.")),
            length_between(0, 60, "", _l("Tên của khóa dài nhất 60 ký tự.")),
        ],
        description=_l("Để sau này bạn nhận ra, ví dụ: Điện thoại, Máy ở cơ quan."),
    )


class NewPasskeyForm(PasskeyNameForm):
    """A passkey to be made."""

    password = PasswordField(_l("Mật khẩu hiện tại"))
    credential = HiddenField()


class ForgottenForm(BaseForm):
    """Who forgot the password?"""

    who = LineField(
        _l("Tên đăng nhập hoặc thư điện tử"),
        [
            Needed(_l("Hãy nhập tên đăng nhập hoặc thư điện tử.")),
            length_between(0, 254, "", _l("Mục này dài nhất 254 ký tự.")),
        ],
    )


class NewPasswordForm(BaseForm):
    """A new password, typed twice."""

    new_password = PasswordField(
        _l("Mật khẩu mới"),
        [Needed(_l("Hãy nhập mật khẩu mới."))],
        description=_l(
            "Ít nhất %(count)s ký tự. Nên ghép ba bốn từ không liên quan; không cần ký hiệu đặc "
            "biệt.",
            count=MIN_LENGTH,
        ),
    )
    repeat_password = PasswordField(
        _l("Nhập lại mật khẩu mới"), [Needed(_l("Hãy nhập lại mật khẩu mới."))]
    )


class ChangePasswordForm(NewPasswordForm):
    """The same by somebody who knows the old one."""

    password = PasswordField(_l("Mật khẩu hiện tại"), [Needed(_l("Hãy nhập mật khẩu hiện tại."))])


class EmailForm(ConfirmForm):
    """Another address for one's own mails."""

    email = LineField(_l("Thư điện tử"), [Needed(_l("Hãy nhập thư điện tử."))])


class DeputyForm(BaseForm):
    """Who approves in my place, and when."""

    deputy = SelectField(
        _l("Người duyệt thay"),
        coerce=_id_or_none,
        validators=[Needed(_l("Hãy chọn người duyệt thay."))],
    )
    starts_on = VietnameseDateField(_l("Từ ngày"), [Needed(_l("Hãy nhập ngày bắt đầu."))])
    ends_on = VietnameseDateField(_l("Đến hết ngày"), [Needed(_l("Hãy nhập ngày kết thúc."))])


class PersonForm(BaseForm):
    """What an account says and is."""

    full_name = LineField(
        _l("Họ và tên"),
        [
            Needed(_l("Hãy nhập họ và tên.")),
            length_between(0, 120, "", _l("Họ và tên dài nhất 120 ký tự.")),
        ],
    )
    email = LineField(_l("Thư điện tử"), [Needed(_l("Hãy nhập thư điện tử."))])
    position = LineField(
        _l("Chức vụ"), [Optional(), length_between(0, 120, "", _l("Chức vụ dài nhất 120 ký tự."))]
    )
    unit = SelectField(_l("Đơn vị"), coerce=_id_or_none, validators=[Optional()])
    roles = SelectMultipleField(
        _l("Vai trò"),
        coerce=Role,
        choices=[(role.value, label) for role, label in ROLE_LABELS.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Optional()],
    )
    seen_revision = HiddenField()


class NewPersonForm(PersonForm):
    """The same for an account that does not exist yet."""

    seen_revision = None

    username = LineField(
        _l("Tên đăng nhập"),
        [Needed(_l("Hãy nhập tên đăng nhập."))],
        description=_l("Chữ thường không dấu, ví dụ: nguyen.van.a. Sau này không đổi được."),
    )


class PeopleFilterForm(BaseForm):
    """Narrowing the list; sent by GET, so without a CSRF token."""

    class Meta(BaseForm.Meta):
        csrf = False

    tim = LineField(_l("Tìm theo tên, chức vụ"))
    vai_tro = SelectField(_l("Vai trò"), coerce=_role_or_none, validators=[Optional()])
    don_vi = SelectField(_l("Đơn vị"), coerce=_id_or_none, validators=[Optional()])
    trang_thai = SelectField(
        _l("Trạng thái"),
        choices=[("", _l("Tất cả")), ("mo", _l("Đang hoạt động")), ("khoa", _l("Đã khóa"))],
        validators=[Optional()],
    )
