"""Permissions (`resource:action`, alphabetical) and the roles that hold them."""

import enum
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l


class P(enum.StrEnum):
    """What somebody may be allowed to do."""

    ACCOUNT_SELF = "account:self"
    AGENCY_EDIT = "agency:edit"
    AUDIT_READ = "audit:read"
    CALENDAR_EDIT = "calendar:edit"
    COMMENT_APPROVE = "comment:approve"
    COMMENT_ENTER = "comment:enter"
    COMMENT_MODERATE = "comment:moderate"
    COMMENT_REPLY = "comment:reply"
    COMPLAINT_HANDLE = "complaint:handle"
    CONSULTATION_EDIT = "consultation:edit"
    CONSULTATION_PUBLISH = "consultation:publish"
    CONSULTATION_READ = "consultation:read"
    CONSULTATION_SETUP = "consultation:setup"
    JOB_READ = "job:read"
    MAIL_READ = "mail:read"
    MAIL_RESEND = "mail:resend"
    QUESTION_ANSWER = "question:answer"
    QUESTION_APPROVE = "question:approve"
    QUESTION_ASSIGN = "question:assign"
    QUESTION_ENTER = "question:enter"
    QUESTION_EXTEND = "question:extend"
    QUESTION_HIDE = "question:hide"
    QUESTION_MODERATE = "question:moderate"
    QUESTION_PUBLISH = "question:publish"
    QUESTION_READ = "question:read"
    SUBMISSION_ERASE = "submission:erase"
    SYSTEM_READ = "system:read"
    UNIT_EDIT = "unit:edit"
    USER_EDIT = "user:edit"


class Role(enum.StrEnum):
    """What somebody is. One person may be several."""

    ADMINISTRATOR = "administrator"
    APPROVER = "approver"
    AUDITOR = "auditor"
    COMPLAINTS = "complaints"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    HEAD = "head"
    MODERATOR = "moderator"
    OFFICER = "officer"
    PUBLISHER = "publisher"


ROLE_LABELS = {
    Role.ADMINISTRATOR: _l("Quản trị hệ thống"),
    Role.APPROVER: _l("Lãnh đạo duyệt"),
    Role.AUDITOR: _l("Kiểm tra, giám sát"),
    Role.COMPLAINTS: _l("Tiếp nhận khiếu nại, tố cáo"),
    Role.CONTRIBUTOR: _l("Cộng tác viên"),
    Role.EDITOR: _l("Biên tập viên"),
    Role.HEAD: _l("Trưởng đơn vị"),
    Role.MODERATOR: _l("Tiếp nhận, điều phối"),
    Role.OFFICER: _l("Chuyên viên"),
    Role.PUBLISHER: _l("Người đăng"),
}

ROLE_PERMISSIONS: dict[Role, frozenset[P]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            P.AGENCY_EDIT,
            P.AUDIT_READ,
            P.CALENDAR_EDIT,
            P.CONSULTATION_READ,
            P.CONSULTATION_SETUP,
            P.JOB_READ,
            P.MAIL_READ,
            P.MAIL_RESEND,
            P.SUBMISSION_ERASE,
            P.SYSTEM_READ,
            P.UNIT_EDIT,
            P.USER_EDIT,
        }
    ),
    Role.APPROVER: frozenset(
        {
            P.COMMENT_APPROVE,
            P.CONSULTATION_PUBLISH,
            P.CONSULTATION_READ,
            P.QUESTION_APPROVE,
            P.QUESTION_EXTEND,
            P.QUESTION_HIDE,
            P.QUESTION_READ,
        }
    ),
    Role.AUDITOR: frozenset(
        {P.AUDIT_READ, P.CONSULTATION_READ, P.MAIL_READ, P.QUESTION_READ, P.SYSTEM_READ}
    ),
    Role.COMPLAINTS: frozenset({P.COMPLAINT_HANDLE, P.QUESTION_READ}),
    Role.CONTRIBUTOR: frozenset(),
    Role.EDITOR: frozenset({P.CONSULTATION_EDIT, P.CONSULTATION_READ}),
    Role.HEAD: frozenset(
        {
            P.COMMENT_ENTER,
            P.COMMENT_REPLY,
            P.CONSULTATION_EDIT,
            P.CONSULTATION_READ,
            P.QUESTION_ANSWER,
            P.QUESTION_ASSIGN,
            P.QUESTION_EXTEND,
            P.QUESTION_READ,
        }
    ),
    Role.MODERATOR: frozenset(
        {
            P.COMMENT_ENTER,
            P.COMMENT_MODERATE,
            P.COMMENT_REPLY,
            P.CONSULTATION_EDIT,
            P.CONSULTATION_READ,
            P.MAIL_READ,
            P.MAIL_RESEND,
            P.QUESTION_ASSIGN,
            P.QUESTION_ENTER,
            P.QUESTION_HIDE,
            P.QUESTION_MODERATE,
            P.QUESTION_READ,
        }
    ),
    Role.OFFICER: frozenset(
        {
            P.COMMENT_ENTER,
            P.COMMENT_REPLY,
            P.CONSULTATION_EDIT,
            P.CONSULTATION_READ,
            P.QUESTION_ANSWER,
            P.QUESTION_READ,
        }
    ),
    Role.PUBLISHER: frozenset(
        {P.CONSULTATION_PUBLISH, P.CONSULTATION_READ, P.QUESTION_PUBLISH, P.QUESTION_READ}
    ),
}

#: Roles that must have a second factor outside demo data: they can make things public or change who
#: may.
SECOND_FACTOR_ROLES = frozenset({Role.ADMINISTRATOR, Role.APPROVER, Role.PUBLISHER})

#: Roles whose accounts one administrator cannot take over or hand out alone: they decide, see what
#: is restricted, or watch over others.
SENSITIVE_ROLES = frozenset({Role.ADMINISTRATOR, Role.APPROVER, Role.AUDITOR, Role.COMPLAINTS})


def permissions_of(roles: Iterable[Role]) -> frozenset[P]:
    """Everything that these roles allow; every signed-in person may mind their own account."""
    return frozenset({P.ACCOUNT_SELF}).union(*(ROLE_PERMISSIONS[role] for role in roles))
