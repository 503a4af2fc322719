"""The tables of consultations, by the part of the work."""

from app.consultations.models.comment import (
    IS_PUBLIC,
    IS_SPAM,
    IS_UNVERIFIED,
    IS_WAITING,
    Comment,
    CommentBulk,
    CommentLog,
    SurveyAnswer,
    VillageMeeting,
)
from app.consultations.models.consultation import (
    Consultation,
    ConsultationLog,
    ConsultationRule,
    DossierItem,
    PublicMeeting,
    SurveyQuestion,
)
from app.consultations.models.results import (
    Certificate,
    Point,
    Reply,
    ResultRow,
    ResultTable,
    Theme,
)
from app.consultations.models.targets import (
    Clause,
    DraftVersion,
    LandType,
    MapLayer,
    ProjectItem,
    ProjectParcel,
)
from app.imports.models import ImportRun

__all__ = [
    "IS_PUBLIC",
    "IS_SPAM",
    "IS_UNVERIFIED",
    "IS_WAITING",
    "Certificate",
    "Clause",
    "Comment",
    "CommentBulk",
    "CommentLog",
    "Consultation",
    "ConsultationLog",
    "ConsultationRule",
    "DossierItem",
    "DraftVersion",
    "ImportRun",
    "LandType",
    "MapLayer",
    "Point",
    "ProjectItem",
    "ProjectParcel",
    "PublicMeeting",
    "Reply",
    "ResultRow",
    "ResultTable",
    "SurveyAnswer",
    "SurveyQuestion",
    "Theme",
    "VillageMeeting",
]
