"""The dossier: documents in an order that people choose, each with its file; a light version beside
a heavy one.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from app.access.actors import SYSTEM, Actor
from app.audit import moving
from app.consultations import policy
from app.consultations.models import Consultation, DossierItem
from app.consultations.queries import dossier
from app.consultations.service import core
from app.consultations.states import DossierKind, Stage
from app.extensions import db
from app.files import service as files
from app.files.models import StoredFile
from app.kernel.clock import now
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused
from app.kernel.links import Ref
from app.kernel.text import clean_line

#: What staff may put into a dossier; the whole form has to fit into one request.
LIMITS = files.Limits(max_bytes=50 * 1024 * 1024, max_side=4_000)
MOST_DOCUMENTS = 60
TITLE_MAX = 300


def add(
    consultation: Consultation,
    *,
    actor: Actor,
    file: StoredFile,
    kind: DossierKind,
    title: str = "",
    light_of: int | None = None,
) -> DossierItem:
    """One more document at the end, or the light version of one that is there. `file` is one that
    was just received.

    Without a title it gets the file's name. Raises Forbidden, FieldError and NotFound.
    """
    _check_actor(consultation, actor)
    rows = dossier.items(consultation.id)
    if len(rows) >= MOST_DOCUMENTS:
        raise FieldError("file", _("Hồ sơ có tối đa %(n)s tài liệu.", n=MOST_DOCUMENTS))
    title = _checked_title(title or file.name.rpartition(".")[0])
    if light_of is not None:
        heavy = item_of(consultation, light_of)
        if heavy.light_of_id is not None or any(row.light_of_id == light_of for row in rows):
            raise FieldError("file", _("Tài liệu này đã có bản nhẹ. Hãy xóa bản nhẹ cũ trước."))
    item = DossierItem(
        consultation_id=consultation.id,
        position=max((row.position for row in rows), default=0) + 1,
        kind=kind,
        title=title,
        light_of_id=light_of,
    )
    db.session.add(item)
    db.session.flush()
    files.claim([file.key], ref(item))
    _changed(
        consultation,
        actor,
        _("Thêm tài liệu: %(title)s", title=title),
        {"add": title, "kind": kind.value, "sha256": file.sha256},
    )
    return item


def rename(
    item: DossierItem,
    *,
    actor: Actor,
    kind: DossierKind,
    title: str,
    seen_revision: int | None = None,
) -> DossierItem:
    """Change its title and kind. Raises Forbidden, Stale and FieldError."""
    consultation = _consultation(item)
    _check_actor(consultation, actor)
    moving.check_revision(consultation, seen_revision)
    title = _checked_title(title)
    if (item.title, item.kind) != (title, kind):
        before = item.title
        item.title, item.kind = title, kind
        data = {"rename": before, "to": title, "kind": kind.value}
        _changed(
            consultation,
            actor,
            _("Đổi tên tài liệu: %(before)s → %(title)s", before=before, title=title),
            data,
        )
    return item


def move(item: DossierItem, *, actor: Actor, up: bool, seen_revision: int | None = None) -> None:
    """One place up or down; at the end of the list nothing happens. Raises Forbidden and Stale."""
    consultation = _consultation(item)
    _check_actor(consultation, actor)
    moving.check_revision(consultation, seen_revision)
    rows = [row for row in dossier.items(consultation.id) if row.light_of_id is None]
    here = rows.index(item)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for number, row in enumerate(rows, start=1):
        row.position = number
    _changed(consultation, actor, "", {"order": [row.title for row in rows]})


def remove(
    item: DossierItem, *, actor: Actor, reason: str = "", seen_revision: int | None = None
) -> None:
    """Take it out with its file and its light version; a posted one only with a reason, which
    everybody can read.

    Raises Forbidden, Stale, FieldError and Refused (the last document of a posted dossier).
    """
    consultation = _consultation(item)
    _check_actor(consultation, actor)
    moving.check_revision(consultation, seen_revision)
    posted = consultation.stage is not Stage.DRAFT
    reason = clean_line(reason)
    if posted and not reason:
        raise FieldError(
            "reason",
            _("Hồ sơ đã đăng: hãy viết lý do bỏ tài liệu. Mọi người đều đọc được lý do này."),
        )
    rows = dossier.items(consultation.id)
    if posted and item.light_of_id is None and sum(row.light_of_id is None for row in rows) == 1:
        raise Refused(
            _("Đây là tài liệu duy nhất của hồ sơ đã đăng. Hãy thêm tài liệu thay thế trước.")
        )
    going = [row for row in rows if row.light_of_id == item.id] + [item]
    title = item.title
    for row in going:
        files.erase_of(ref(row))
        db.session.delete(row)
        db.session.flush()
    note = (
        _("Bỏ tài liệu: %(title)s. Lý do: %(reason)s", title=title, reason=reason)
        if posted
        else _("Bỏ tài liệu: %(title)s", title=title)
    )
    _changed(consultation, actor, note, {"remove": title, "reason": reason})


def ref(item: DossierItem) -> Ref:
    """To whom its file belongs."""
    return Ref(dossier.KIND, item.id)


def item_of(consultation: Consultation, item_id: int) -> DossierItem:
    """The document of this consultation. Raises NotFound."""
    query = sa.select(DossierItem).where(
        DossierItem.id == item_id, DossierItem.consultation_id == consultation.id
    )
    found: DossierItem | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def warnings(documents: Sequence[dossier.Document]) -> list[str]:
    """What makes the dossier hard to read on a telephone, in sentences."""
    return [
        _(
            "«%(title)s» nặng hơn 20 MB. Hãy thêm bản nhẹ để người dân xem được trên điện thoại.",
            title=document.title,
        )
        for document in documents
        if document.wants_light
    ]


def _consultation(item: DossierItem) -> Consultation:
    return db.session.get_one(Consultation, item.consultation_id)


def _check_actor(consultation: Consultation, actor: Actor) -> None:
    if actor is not SYSTEM and not policy.may_edit(actor, consultation):
        raise Forbidden(_("Chỉ đơn vị chủ trì và người phụ trách được sửa nội dung này."))


def _checked_title(title: str) -> str:
    title = clean_line(title)
    if not title or len(title) > TITLE_MAX:
        raise FieldError("title", _("Hãy nhập tên tài liệu, tối đa %(n)s ký tự.", n=TITLE_MAX))
    return title


def _changed(
    consultation: Consultation, actor: Actor, note: str, data: Mapping[str, object]
) -> None:
    consultation.updated_at = now()
    public = bool(note) and consultation.stage is not Stage.DRAFT
    core.note_change(consultation, "dossier", actor, note=note, public=public, data=data)
