"""Comments on the map, as far as everybody may read them."""

from app.comments.models import Comment
from app.comments.queries.gate import public_comments
from app.consultations.queries.public import PublicConsultation
from app.extensions import db
from app.maps import geo
from app.maps.queries import Pin
from app.submissions.models import Submission

#: Pins on a map; beyond that the list of comments is the better view.
MAX_PINS = 1_000


def pins(c: PublicConsultation) -> list[Pin]:
    """Comments with a place, newest first, as far as they are shown now.

    Nobody's parcel and no exact place.
    """
    query = (
        public_comments(
            Submission.code,
            Submission.public_title,
            Comment.stance,
            Comment.longitude,
            Comment.latitude,
        )
        .where(Comment.consultation_id == c.id, Comment.longitude.is_not(None))
        .order_by(Comment.published_at.desc(), Comment.id.desc())
        .limit(MAX_PINS)
    )
    return [
        Pin(code, title or "", stance, *geo.public_place(longitude, latitude))
        for code, title, stance, longitude, latitude in db.session.execute(query)
    ]
