"""The forms of the officers' screens, by where they stand."""

from app.kernel.office_forms import PanelForm
from app.moderation.forms.answering import AnswerForm, TemplateForm
from app.moderation.forms.office import EntryForm, QueueForm, ReportForm
from app.moderation.forms.panels import (
    ConfirmForm,
    DecideForm,
    GateForm,
    NoteForm,
    ProgressForm,
    ReasonForm,
    RedactForm,
    RemarkForm,
    ScheduleForm,
    SendBackForm,
    TriageForm,
)
from app.moderation.forms.steps import (
    AskForm,
    EraseForm,
    ExtendForm,
    HideForm,
    MergeForm,
    RefuseForm,
    ReplyForm,
    TransferForm,
)

__all__ = [
    "AnswerForm",
    "AskForm",
    "ConfirmForm",
    "DecideForm",
    "EntryForm",
    "EraseForm",
    "ExtendForm",
    "GateForm",
    "HideForm",
    "MergeForm",
    "NoteForm",
    "PanelForm",
    "ProgressForm",
    "QueueForm",
    "ReasonForm",
    "RedactForm",
    "RefuseForm",
    "RemarkForm",
    "ReplyForm",
    "ReportForm",
    "ScheduleForm",
    "SendBackForm",
    "TemplateForm",
    "TransferForm",
    "TriageForm",
]
