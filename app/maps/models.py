"""The layers of a map."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.kernel.clock import now
from app.maps.states import LayerKind, LayerState
from app.submissions.models import BigId


class MapLayer(db.Model):
    """A surveyor's file after conversion to WGS 84."""

    __tablename__ = "map_layer"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    #: None: the boundary of the authority itself, which every other layer is checked against.
    consultation_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("consultation.id"), index=True
    )
    kind: Mapped[LayerKind]
    state: Mapped[LayerState] = mapped_column(default=LayerState.UNCONFIRMED)
    title: Mapped[str] = mapped_column(sa.String(200))
    file_name: Mapped[str] = mapped_column(sa.String(150), default="")
    #: Where the coordinates came from, such as EPSG:5898.
    crs: Mapped[str] = mapped_column(sa.String(40), default="EPSG:4326")
    feature_count: Mapped[int] = mapped_column(default=0)
    #: [west, south, east, north] in degrees.
    bounds: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    #: How much of it lies within the authority's boundary, 0 to 1; None: there is no boundary to
    #: compare with.
    inside_share: Mapped[float | None]
    #: GeoJSON FeatureCollection in WGS 84; large, so it is read only where it is wanted.
    geojson: Mapped[str] = mapped_column(sa.Text, default="", deferred=True)
    #: What the person who confirms should look at: a zone that fits better, rounded corners, codes
    #: that the list lacks.
    note: Mapped[str] = mapped_column(sa.String(1000), default="")
    #: EPSG code of the zone in which the layer would fit the boundary, when it does not fit as it
    #: is.
    better_crs: Mapped[int | None]
    #: How much of it would lie within the boundary then, 0 to 1.
    better_share: Mapped[float | None]
    #: The file that it was read from …
    run_id: Mapped[int | None] = mapped_column(sa.ForeignKey("import_run.id"))
    #: … and the layer whose place it takes as soon as it is confirmed.
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("map_layer.id"))
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    confirmed_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}
    __table_args__ = (
        sa.CheckConstraint(
            "state <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed_has_date"
        ),
        sa.CheckConstraint("title <> ''", name="named"),
    )
