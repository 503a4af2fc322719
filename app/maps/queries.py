"""What maps read: confirmed layers with their legend, places that comments are about, and the
layers of the office.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from app.consultations.models import LandType
from app.consultations.queries.public import PublicConsultation
from app.extensions import db
from app.kernel.clock import today
from app.kernel.errors import NotFound
from app.maps import geo
from app.maps.models import MapLayer
from app.maps.states import LayerKind, LayerState

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
#: For a code that the table of land types does not have, or has without a colour.
NO_COLOUR = "#d9d9d9"


@dataclass(frozen=True, slots=True)
class LandUse:
    """A land-use code as it is drawn today."""

    code: str
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer with its features."""

    id: int
    kind: LayerKind
    title: str
    features: list[geo.Feature]


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing on the map as the list has it."""

    #: Layer and number within it, for addresses: 12-3.
    key: str
    kind: LayerKind
    code: str
    land_name: str
    name: str
    project: str
    #: Hectares; None for lines and points.
    ha: float | None
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Pin:
    """A comment that everybody may read and that is about a place, to about five metres."""

    code: str
    title: str
    #: See comments.states.Stance.
    stance: str
    longitude: float
    latitude: float

    @property
    def feature(self) -> geo.Feature:
        """The same as GeoJSON."""
        values = {
            "kind": "comment",
            "code": self.code,
            "title": self.title,
            "stance": str(self.stance),
        }
        return {
            "type": "Feature",
            "properties": values,
            "geometry": {"type": "Point", "coordinates": [self.longitude, self.latitude]},
        }


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn: the boundary below, land uses over it, projects on top."""

    layers: list[Layer] = field(default_factory=list)
    land_uses: dict[str, LandUse] = field(default_factory=dict)

    @property
    def plan(self) -> list[Layer]:
        """The layers of the plan itself, without the boundary."""
        return [layer for layer in self.layers if layer.kind is not LayerKind.BOUNDARY]

    @property
    def bounds(self) -> geo.Bounds | None:
        """Around the plan, or around the boundary when there is no plan."""
        return geo.joined(geo.bounds_of(layer.features) for layer in (self.plan or self.layers))

    @property
    def whole(self) -> geo.Bounds | None:
        """Around everything: a layer at a wrong place and the boundary far from it."""
        return geo.joined(geo.bounds_of(layer.features) for layer in self.layers)

    def land_use(self, code: str) -> LandUse:
        """What a code means and how it is drawn."""
        return self.land_uses.get(code) or LandUse(code, "", NO_COLOUR)

    @property
    def legend(self) -> list[LandUse]:
        """The codes that occur, in their order."""
        codes = {
            feature["properties"].get("code", "")
            for layer in self.plan
            for feature in layer.features
        }
        return [self.land_use(code) for code in sorted(codes) if code]

    def as_geojson(self, pins: Iterable["Pin"] = (), **more: Any) -> str:
        """One FeatureCollection with everything: what the map's script fetches.

        Colours and names of codes stand beside the features.
        """
        features = [
            {
                **feature,
                "properties": {
                    **feature["properties"],
                    "layer": layer.id,
                    "kind": layer.kind.value,
                    "key": f"{layer.id}-{number}",
                },
            }
            for layer in self.layers
            for number, feature in enumerate(layer.features, 1)
        ]
        document = {
            "type": "FeatureCollection",
            **more,
            "layers": [
                {"id": layer.id, "kind": layer.kind.value, "title": layer.title}
                for layer in self.layers
            ],
            "land_uses": {
                use.code: {"name": use.name, "colour": use.colour} for use in self.legend
            },
            "features": [*features, *(pin.feature for pin in pins)],
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    def spots(self) -> Iterator[Spot]:
        """What the map shows, one by one: projects first, then land uses, each in the order of its
        file.
        """
        for layer in sorted(self.plan, key=lambda layer: layer.kind is not LayerKind.PROJECTS):
            for number, feature in enumerate(layer.features, 1):
                values, (x, y) = feature["properties"], geo.middle_of(feature["geometry"])
                code = values.get("code", "")
                yield Spot(
                    key=f"{layer.id}-{number}",
                    kind=layer.kind,
                    code=code,
                    land_name=self.land_use(code).name,
                    name=values.get("name", ""),
                    project=values.get("project", ""),
                    ha=values.get("ha"),
                    longitude=round(x, geo.DECIMALS),
                    latitude=round(y, geo.DECIMALS),
                )


# Public
# --------------------------------------------------------------------------------------------------
_ORDER = {LayerKind.BOUNDARY: 0, LayerKind.LAND_USE: 1, LayerKind.PROJECTS: 2}


def _drawn(*layers: Any) -> Drawing:
    """Layers by these conditions and the land uses valid today, in one statement."""
    day, text = today(), sa.String
    rows = db.session.execute(
        sa.union_all(
            sa.select(
                sa.literal(1, sa.Integer).label("part"),
                MapLayer.id.label("id"),
                sa.cast(MapLayer.kind, text).label("key"),
                MapLayer.title.label("title"),
                sa.cast(MapLayer.geojson, sa.Text).label("content"),
            ).where(*layers),
            sa.select(
                sa.literal(2, sa.Integer),
                LandType.id,
                LandType.code,
                LandType.name,
                sa.cast(LandType.colour, sa.Text),
            ).where(
                LandType.valid_from <= day,
                sa.or_(LandType.valid_to.is_(None), LandType.valid_to >= day),
            ),
        )
    ).all()
    found = [
        Layer(row.id, LayerKind(row.key), row.title, _features(row.content))
        for row in rows
        if row.part == 1
    ]
    land = [row for row in rows if row.part == 2]
    return Drawing(
        sorted(found, key=lambda layer: (_ORDER[layer.kind], layer.id)),
        {
            row.key: LandUse(row.key, row.title, _colour(row.content))
            for row in sorted(land, key=lambda row: row.id)
        },
    )


def _features(text: str) -> list[geo.Feature]:
    found: list[geo.Feature] = json.loads(text)["features"] if text else []
    return found


def _colour(text: str) -> str:
    return text if _COLOUR.fullmatch(text or "") else NO_COLOUR


_IS_BOUNDARY = sa.and_(MapLayer.consultation_id.is_(None), MapLayer.kind == LayerKind.BOUNDARY)


def drawing(c: PublicConsultation) -> Drawing:
    """The map of a consultation that everybody may read: confirmed layers only."""
    return _drawn(
        MapLayer.state == LayerState.CONFIRMED,
        sa.or_(MapLayer.consultation_id == c.id, _IS_BOUNDARY),
    )


def picker_bounds(consultation_id: int) -> geo.Bounds | None:
    """Around the confirmed layers of a consultation, or the authority's boundary: what the image
    for placing a pin shows.
    """
    query = sa.select(MapLayer.consultation_id, MapLayer.bounds).where(
        MapLayer.state == LayerState.CONFIRMED,
        sa.or_(MapLayer.consultation_id == consultation_id, _IS_BOUNDARY),
    )
    rows = list(db.session.execute(query))
    plan = [geo.Bounds(*bounds) for owner, bounds in rows if owner is not None]
    return geo.joined(plan or [geo.Bounds(*bounds) for _owner, bounds in rows])


#: The image on which somebody without scripts places a pin: pixels of its sides. It is shown at
#: this size, never scaled.
PICKER_WIDTH, PICKER_HEIGHT = 228, 228


def place_of_pixel(consultation_id: int, x: float, y: float) -> tuple[float, float] | None:
    """Longitude and latitude behind a press on the image of map_picker;

    None outside of it or when there is no map.
    """
    bounds = picker_bounds(consultation_id)
    return geo.from_pixel(bounds, PICKER_WIDTH, PICKER_HEIGHT, x, y) if bounds else None


# Office
# --------------------------------------------------------------------------------------------------
def by_id(layer_id: int, consultation_id: int | None) -> MapLayer:
    """The layer of this consultation (None: of the authority). Raises NotFound."""
    found = db.session.get(MapLayer, layer_id)
    if found is None or found.consultation_id != consultation_id:
        raise NotFound
    return found


def layers_of(consultation_id: int | None) -> list[MapLayer]:
    """Every layer of a consultation (None: the authority's boundaries), without its features."""
    mine = (
        MapLayer.consultation_id == consultation_id
        if consultation_id is not None
        else MapLayer.consultation_id.is_(None)
    )
    return list(
        db.session.scalars(sa.select(MapLayer).where(mine).order_by(MapLayer.kind, MapLayer.id))
    )


def layer_drawing(layer: MapLayer) -> Drawing:
    """One layer over the confirmed boundary, for the person who confirms its place."""
    over = sa.and_(_IS_BOUNDARY, MapLayer.state == LayerState.CONFIRMED)
    return _drawn(sa.or_(MapLayer.id == layer.id, over))


def replaceable(consultation_id: int | None, layer_id: int | None) -> MapLayer | None:
    """The layer of the same consultation that a new one may take the place of."""
    found = db.session.get(MapLayer, layer_id) if layer_id else None
    return found if found is not None and found.consultation_id == consultation_id else None


def boundary_features() -> list[geo.Feature]:
    """The authority's confirmed boundary; nothing when there is none yet."""
    query = (
        sa.select(MapLayer)
        .where(_IS_BOUNDARY, MapLayer.state == LayerState.CONFIRMED)
        .options(undefer(MapLayer.geojson))
    )
    return [feature for layer in db.session.scalars(query) for feature in _features(layer.geojson)]
