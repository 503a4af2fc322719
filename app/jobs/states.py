"""The states of a job, and its moves."""

import enum

from flask_babel import lazy_gettext as _l

from app.kernel.workflow import Workflow


class JobState(enum.StrEnum):
    """Where a job stands."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


LABELS = {
    JobState.READY: _l("Đang chờ"),
    JobState.RUNNING: _l("Đang chạy"),
    JobState.DONE: _l("Đã xong"),
    JobState.DEAD: _l("Không làm được"),
}

FLOW = Workflow[JobState](
    # A running job may be started again: its runner was killed and the lease ran out.
    ("start", {JobState.READY, JobState.RUNNING}, JobState.RUNNING),
    ("finish", {JobState.RUNNING}, JobState.DONE),
    ("postpone", {JobState.RUNNING}, JobState.READY),
    ("give_up", {JobState.RUNNING}, JobState.DEAD),
    ("retry", {JobState.DEAD}, JobState.READY),
)
