"""From a surveyor's file to a public map: read in a child process, confirmed by a person, shown
through the gate.
"""

import datetime as dt
import io
import json
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from app.access import Role
from app.accounts.models import User
from app.audit.models import AuditRecord
from app.comments.states import TargetKind
from app.consultations.models import Consultation, ConsultationLog, LandType
from app.consultations.queries import public
from app.consultations.states import ShowComments, Stage, Visibility
from app.devtools.demo import maps as demo
from app.extensions import db
from app.imports.models import ImportRun
from app.imports.states import ImportState
from app.jobs import runner
from app.kernel import publication
from app.kernel.clock import now, today
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused, Stale
from app.maps import geo, queries, service
from app.maps import public as screens
from app.maps.models import MapLayer
from app.maps.states import LayerKind, LayerState
from app.works.models import ProjectItem
from tests.factories.accounts import make_staff, make_user
from tests.factories.consultations import make_comment, make_consultation
from tests.factories.statements import StatementCounter

YEAR = dt.timedelta(days=365)


def upload(data: bytes, name: str = "lớp.zip") -> FileStorage:
    return FileStorage(io.BytesIO(data), filename=name)


def land_file(**more: Any) -> FileStorage:
    return upload(demo.zipped_shapefile(demo.land_use(), **more))


def work(app: Flask) -> None:
    """Let the runner do what is in line; a session that holds the writer's turn would keep it
    waiting.
    """
    db.session.commit()
    runner.drain(app)
    db.session.expire_all()


def read_in(
    app: Flask, consultation: Consultation | None, file: FileStorage, actor: User, **wanted: Any
) -> ImportRun:
    run = service.start(
        consultation, file, service.Wanted(**{"kind": LayerKind.LAND_USE, **wanted}), actor
    )
    number = run.id
    work(app)
    return db.session.get_one(ImportRun, number)


def make_layer(
    consultation: Consultation | None,
    data: dict[str, Any] | None = None,
    *,
    kind: LayerKind = LayerKind.LAND_USE,
    state: LayerState = LayerState.CONFIRMED,
    title: str = "Quy hoạch",
    **columns: Any,
) -> MapLayer:
    """A layer as the reader would have left it."""
    data = data or demo.land_use()
    bounds = geo.bounds_of(data["features"])
    assert bounds is not None
    layer = MapLayer(
        consultation_id=consultation.id if consultation else None,
        kind=kind,
        state=state,
        title=title,
        bounds=list(bounds),
        feature_count=len(data["features"]),
        geojson=json.dumps(data),
        confirmed_at=now() if state is LayerState.CONFIRMED else None,
        **columns,
    )
    db.session.add(layer)
    db.session.commit()
    return layer


def make_boundary(state: LayerState = LayerState.CONFIRMED) -> MapLayer:
    return make_layer(
        None, demo.boundary(), kind=LayerKind.BOUNDARY, state=state, title="Ranh giới xã"
    )


def layers() -> list[MapLayer]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(MapLayer).order_by(MapLayer.id)))


@pytest.fixture
def moderator(ctx: Flask) -> User:
    return make_user(roles=[Role.MODERATOR])


@pytest.fixture
def admin(ctx: Flask) -> User:
    return make_user(roles=[Role.ADMINISTRATOR])


# Taking in --------------------------------------------------------------------------------------
def test_a_shapefile_becomes_an_unconfirmed_layer(ctx: Flask, moderator: User) -> None:
    make_boundary()
    consultation = make_consultation()
    run = read_in(ctx, consultation, land_file(), moderator, title="  Quy hoạch 2030 ")
    assert (run.state, run.accepted, run.refused) == (ImportState.DONE, 40, 0)
    assert "boundary" not in run.options
    layer = layers()[-1]
    assert (layer.title, layer.crs, layer.feature_count, layer.state) == (
        "Quy hoạch 2030",
        "EPSG:5898",
        40,
        LayerState.UNCONFIRMED,
    )
    assert layer.inside_share is not None
    assert layer.inside_share > 0.99
    assert (layer.better_crs, layer.note, layer.run_id) == (None, "", run.id)
    assert geo.Bounds(*layer.bounds).within(geo.Bounds(108.7, 15.0, 108.9, 15.2))
    c = public.public_one(consultation.slug)
    assert c is not None
    assert queries.drawing(c).plan == []


def test_no_file_at_all(ctx: Flask, moderator: User) -> None:
    with pytest.raises(FieldError) as error:
        service.start(make_consultation(), None, service.Wanted(LayerKind.LAND_USE), moderator)
    assert error.value.field == "file"


def test_a_wrong_zone_is_told_and_the_same_file_read_again(ctx: Flask, moderator: User) -> None:
    make_boundary()
    consultation = make_consultation()
    run = read_in(ctx, consultation, land_file(prj=None), moderator, crs=9217, title="Lớp")
    assert (
        run.message
        == "0 % nằm trong ranh giới; nếu chọn múi 108°00′ (EPSG:5898) thì 100 %. Có lẽ tệp dùng "
        "múi đó."
    )
    wrong = layers()[-1]
    assert (wrong.better_crs, wrong.inside_share) == (5898, 0)
    again = service.read_again(consultation, run, 5898, moderator)
    number = again.id
    work(ctx)
    [boundary, right] = layers()
    assert (right.run_id, right.title, right.crs) == (number, "Lớp", "EPSG:5898")
    assert service.doubt(right) == ""
    assert boundary.kind is LayerKind.BOUNDARY


def test_a_file_without_a_zone_fails_with_the_zone_that_fits_and_is_read_again(
    ctx: Flask, moderator: User
) -> None:
    make_boundary()
    consultation = make_consultation()
    run = read_in(ctx, consultation, land_file(prj=None), moderator)
    assert run.state is ImportState.FAILED
    assert "Nếu là múi 108°00′ (EPSG:5898) thì 100 % nằm trong ranh giới" in run.message
    service.read_again(consultation, run, 5898, moderator)
    work(ctx)
    assert [layer.crs for layer in layers()] == ["EPSG:4326", "EPSG:5898"]


def test_a_partly_outside_layer_without_a_better_zone(ctx: Flask) -> None:
    layer = MapLayer(inside_share=0.3, better_crs=None)
    assert (
        service.doubt(layer)
        == "Chỉ 30 % của lớp này nằm trong ranh giới. Hãy kiểm tra tệp và múi chiếu."
    )
    assert service.doubt(MapLayer(inside_share=None)) == ""


def test_remarks_for_the_person_who_confirms(ctx: Flask, moderator: User) -> None:
    consultation = make_consultation()
    db.session.add(
        ProjectItem(
            consultation_id=consultation.id,
            code="A01",
            name="Thao trường",
            land_code="CQP",
            planned_ha=3,
        )
    )
    db.session.commit()
    projects = demo.projects()
    run = read_in(
        ctx,
        consultation,
        upload(demo.zipped_shapefile(projects, turned=True)),
        moderator,
        kind=LayerKind.PROJECTS,
    )
    layer = layers()[-1]
    assert run.state is ImportState.DONE
    assert layer.title == "lớp"
    assert "đã đổi lại" in layer.note
    assert "23 mã công trình không có trong danh mục: A02, B01, B02, C01, C02…." in layer.note
    for feature in projects["features"]:
        feature["properties"] = {}
    few = {"features": projects["features"][:3]}
    read_in(
        ctx,
        consultation,
        upload(json.dumps({"type": "FeatureCollection", **few}).encode(), "few.geojson"),
        moderator,
        kind=LayerKind.PROJECTS,
    )
    assert layers()[-1].note == "Không tìm thấy cột mã loại đất trong tệp."
    assert layers()[-1].inside_share is None


def test_projects_without_a_list_are_not_compared(ctx: Flask, moderator: User) -> None:
    read_in(
        ctx,
        make_consultation(),
        upload(demo.zipped_shapefile(demo.projects())),
        moderator,
        kind=LayerKind.PROJECTS,
    )
    assert layers()[-1].note == ""


def test_thinned_corners_are_said(ctx: Flask, moderator: User) -> None:
    ring = [[108.0 + n / 100_000, 15.0 + (n % 2) * 1e-6] for n in range(40_000)]
    area = {"type": "Polygon", "coordinates": [[*ring, [108.4, 15.3], [108.0, 15.3], ring[0]]]}
    document = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"ma": "LUC"}, "geometry": area}],
    }
    read_in(
        ctx, make_consultation(), upload(json.dumps(document).encode(), "lop.geojson"), moderator
    )
    assert "lệch không quá 1 m" in layers()[-1].note


def test_what_an_officer_may_say_about_a_file(ctx: Flask, moderator: User) -> None:
    consultation = make_consultation()
    for field, wanted in (
        ("title", service.Wanted(LayerKind.LAND_USE, "x" * 201)),
        ("crs", service.Wanted(LayerKind.LAND_USE, crs=3857)),
        ("kind", service.Wanted(LayerKind.BOUNDARY)),
    ):
        with pytest.raises(FieldError) as error:
            service.start(consultation, land_file(), wanted, moderator)
        assert error.value.field == field


def test_only_admins_touch_the_boundary_and_only_editors_a_map(
    ctx: Flask, moderator: User, admin: User
) -> None:
    with pytest.raises(Forbidden):
        service.start(None, land_file(), service.Wanted(LayerKind.BOUNDARY), moderator)
    run = read_in(
        ctx, None, upload(demo.zipped_shapefile(demo.boundary())), admin, kind=LayerKind.BOUNDARY
    )
    assert run.state is ImportState.DONE
    layer = layers()[-1]
    assert (layer.kind, layer.consultation_id, layer.note) == (LayerKind.BOUNDARY, None, "")
    with pytest.raises(Forbidden):
        service.confirm(layer, sure=False, actor=moderator, seen_revision=1)
    with pytest.raises(Forbidden):
        service.read_again(None, run, 5898, moderator)
    closed = make_layer(make_consultation(stage=Stage.ANSWERED))
    with pytest.raises(Forbidden):
        service.retitle(closed, "Khác", actor=moderator, seen_revision=1)


# Changing ---------------------------------------------------------------------------------------
def test_confirming_makes_it_public_and_leaves_traces(ctx: Flask, moderator: User) -> None:
    consultation = make_consultation()
    layer = make_layer(consultation, state=LayerState.UNCONFIRMED, inside_share=0.99)
    before = publication.current()
    service.confirm(layer, sure=False, actor=moderator, seen_revision=1)
    db.session.commit()
    assert (layer.state, layer.confirmed_by, layer.revision) == (
        LayerState.CONFIRMED,
        moderator.id,
        2,
    )
    assert layer.confirmed_at is not None
    assert publication.current() == before + 1
    log = db.session.scalars(sa.select(ConsultationLog)).one()
    assert (log.move, log.note) == ("map", "Xác nhận vị trí lớp bản đồ «Quy hoạch».")
    assert (
        db.session.scalars(sa.select(AuditRecord.tag).order_by(AuditRecord.id)).all()[-1]
        == "consultation:map"
    )
    with pytest.raises(Refused, match="đã được xác nhận"):
        service.confirm(layer, sure=False, actor=moderator, seen_revision=2)


def test_an_old_page_confirms_nothing(ctx: Flask, moderator: User) -> None:
    layer = make_layer(make_consultation(), state=LayerState.UNCONFIRMED)
    with pytest.raises(Stale):
        service.confirm(layer, sure=True, actor=moderator, seen_revision=0)


def test_a_doubtful_place_needs_a_second_word(ctx: Flask, moderator: User) -> None:
    layer = make_layer(
        make_consultation(),
        state=LayerState.UNCONFIRMED,
        inside_share=0.2,
        better_crs=9217,
        better_share=0.9,
    )
    with pytest.raises(FieldError) as error:
        service.confirm(layer, sure=False, actor=moderator, seen_revision=1)
    assert error.value.field == "sure"
    service.confirm(layer, sure=True, actor=moderator, seen_revision=1)
    assert (layer.state, layer.better_crs) == (LayerState.CONFIRMED, None)


def test_outside_the_country_nothing_is_confirmed(ctx: Flask, moderator: User) -> None:
    layer = make_layer(make_consultation(), state=LayerState.UNCONFIRMED)
    layer.bounds = [2.0, 48.0, 3.0, 49.0]
    db.session.commit()
    with pytest.raises(Refused, match="nằm ngoài Việt Nam"):
        service.confirm(layer, sure=True, actor=moderator, seen_revision=2)


def test_a_new_layer_takes_the_place_of_the_old_when_confirmed(ctx: Flask, moderator: User) -> None:
    consultation = make_consultation()
    old = make_layer(consultation, title="Cũ")
    read_in(ctx, consultation, land_file(), moderator, replaces=old.id)
    [old, new] = layers()
    assert (new.title, new.replaces_id) == ("Cũ", old.id)
    other = make_layer(consultation, state=LayerState.UNCONFIRMED, replaces_id=old.id)
    service.confirm(new, sure=False, actor=moderator, seen_revision=new.revision)
    db.session.commit()
    assert [layer.id for layer in layers()] == [new.id, other.id]
    assert other.replaces_id is None
    stranger = make_layer(make_consultation())
    read_in(ctx, consultation, land_file(), moderator, replaces=stranger.id)
    assert layers()[-1].replaces_id is None


def test_a_new_boundary_replaces_the_old(ctx: Flask, admin: User) -> None:
    make_boundary()
    new = make_boundary(LayerState.UNCONFIRMED)
    before = publication.current()
    service.confirm(new, sure=False, actor=admin, seen_revision=1)
    db.session.commit()
    assert [layer.id for layer in layers()] == [new.id]
    assert publication.current() == before + 1
    record = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert record is not None
    assert record.tag == "consultation:map"


def test_renaming_and_removing(ctx: Flask, moderator: User) -> None:
    consultation = make_consultation()
    layer = make_layer(consultation)
    waiting = make_layer(consultation, state=LayerState.UNCONFIRMED, replaces_id=layer.id)
    for title in ("  ", "x" * 201):
        with pytest.raises(FieldError):
            service.retitle(layer, title, actor=moderator, seen_revision=1)
    service.retitle(layer, " Tên  mới ", actor=moderator, seen_revision=1)
    db.session.commit()
    assert layer.title == "Tên mới"
    service.remove(layer, actor=moderator, seen_revision=2)
    db.session.commit()
    assert [row.id for row in layers()] == [waiting.id]
    assert waiting.replaces_id is None
    notes = db.session.scalars(sa.select(ConsultationLog.note).order_by(ConsultationLog.id)).all()
    assert notes == ["Đổi tên lớp bản đồ thành «Tên mới».", "Bỏ lớp bản đồ «Tên mới»."]


def test_a_file_with_nothing_left_is_refused(ctx: Flask, moderator: User) -> None:
    run = ImportRun(options={"kind": "land_use"}, file_name="x.zip")

    class Nothing:
        meta: dict[str, Any] = {}

        def __iter__(self) -> Any:
            return iter([])

    with pytest.raises(Refused):
        service.apply_layer(run, Nothing(), moderator)  # type: ignore[arg-type]


# Reading ----------------------------------------------------------------------------------------
@dataclass
class Site:
    client: FlaskClient
    slug: str

    def get(self, path: str, status: int = 200) -> Any:
        response = self.client.get(f"/lay-y-kien/{self.slug}/{path}")
        assert response.status_code == status
        return response


@pytest.fixture
def site(app: Flask, client: FlaskClient) -> Site:
    with app.app_context():
        consultation = make_consultation()
        make_boundary()
        make_layer(consultation)
        make_layer(
            consultation, demo.projects(), kind=LayerKind.PROJECTS, title="Công trình, dự án"
        )
        make_layer(consultation, state=LayerState.UNCONFIRMED, title="Chưa xem")
        for code, name, start, end in (
            ("LUC", "Đất lúa cũ", today() - 16 * YEAR, today() - 6 * YEAR),
            ("LUC", "Đất chuyên trồng lúa", today() - 5 * YEAR, None),
            ("RSX", "Đất rừng", today() + YEAR, None),
        ):
            db.session.add(
                LandType(code=code, name=name, colour="#fffc8c", valid_from=start, valid_to=end)
            )
        place = {"target_kind": TargetKind.PLACE, "longitude": 108.8012345, "latitude": 15.0912345}
        make_comment(
            consultation,
            visibility=Visibility.PUBLIC,
            sheet="T-77",
            parcel="Q-118",
            place_text="Nhà ông Tư",
            **place,
        )
        make_comment(consultation, body="Ý kiến chưa xem có vị trí.", **place)
        make_comment(
            consultation, visibility=Visibility.PUBLIC, body="Ý kiến không có vị trí nào cả."
        )
        db.session.commit()
        slug = consultation.slug
    return Site(client, slug)


def test_the_page_has_map_legend_and_an_equal_list(site: Site) -> None:
    page = site.get("ban-do").get_data(as_text=True)
    assert "chỉ để tham khảo, không thay bản đồ địa chính" in page
    assert "<strong>LUC</strong> – Đất chuyên trồng lúa" in page
    assert "Đất lúa cũ" not in page
    assert "<strong>A01</strong> – Thao trường huấn luyện xã Suối Khe" in page
    assert f"/lay-y-kien/{site.slug}/gop-y?cong-trinh=A01" in page
    assert page.count("Góp ý về nơi này</") + page.count("Góp ý về nơi này<span") == 50
    assert "Có 64 nơi trên bản đồ." in page
    second = site.get("ban-do?trang=2").get_data(as_text=True)
    assert second.count("Góp ý về nơi này<span") == 14
    assert f"/lay-y-kien/{site.slug}/gop-y?noi=15." in second
    assert site.get("ban-do?trang=99").get_data(as_text=True).count("Góp ý về nơi này<span") == 14
    rice = site.get("ban-do?ma=luc").get_data(as_text=True)
    assert f"Có {sum(codes.count('LUC') for codes in demo.LAND_USES)} nơi" in rice
    assert "Không có nơi nào có mã này." in site.get("ban-do?ma=XYZ&trang=x").get_data(as_text=True)


def test_nobody_reads_a_parcel_an_exact_place_or_an_unconfirmed_layer(site: Site) -> None:
    for path in ("ban-do", "ban-do.geojson", "ban-do.svg", "ban-do-nho.svg"):
        text = site.get(path).get_data(as_text=True)
        for hidden in (
            "T-77",
            "Q-118",
            "Nhà ông Tư",
            "108.80123",
            "108,80123",
            "Chưa xem",
            "chưa xem có vị trí",
        ):
            assert hidden not in text, (path, hidden)


def test_the_data_for_everybody(site: Site) -> None:
    response = site.get("ban-do.geojson")
    assert response.mimetype == "application/geo+json"
    data = json.loads(response.data)
    kinds = [feature["properties"]["kind"] for feature in data["features"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "boundary": 1,
        "land_use": 40,
        "projects": 24,
        "comment": 1,
    }
    assert data["features"][-1]["geometry"]["coordinates"] == [108.80125, 15.09125]
    assert "không thay bản đồ địa chính" in data["note"]


def test_three_statements_at_most(app: Flask, site: Site) -> None:
    for path in ("ban-do", "ban-do.geojson", "ban-do.svg"):
        with app.app_context(), StatementCounter(db.engine) as counter:
            site.get(path)
        selects = [
            text for text in counter.statements if "map_layer" in text or "consultation" in text
        ]
        assert len(selects) == 3, (path, selects)


def test_behind_the_gate(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        hidden = make_consultation(visibility=Visibility.HIDDEN)
        make_layer(hidden)
        later = make_consultation(show_comments=ShowComments.AFTER_CLOSING)
        make_comment(
            later,
            visibility=Visibility.PUBLIC,
            longitude=108.8,
            latitude=15.09,
            body="Góp ý chỉ đọc được về sau.",
        )
        closed = make_consultation(stage=Stage.CLOSED)
        make_layer(closed)
        slugs = hidden.slug, later.slug, closed.slug
    for path in ("ban-do", "ban-do.geojson", "ban-do.svg", "ban-do-nho.svg"):
        assert client.get(f"/lay-y-kien/{slugs[0]}/{path}").status_code == 404
    page = client.get(f"/lay-y-kien/{slugs[1]}/ban-do").get_data(as_text=True)
    assert "chỉ đọc được về sau" not in page
    assert "Chưa có bản đồ." in page
    assert "vendor/map.js" not in page
    page = client.get(f"/lay-y-kien/{slugs[2]}/ban-do").get_data(as_text=True)
    assert "/gop-y?" not in page


# Placing a pin ----------------------------------------------------------------------------------
class Field:
    def __init__(self, data: str = "") -> None:
        self.data = data


class PinForm:
    def __init__(self, longitude: str = "", latitude: str = "") -> None:
        self.longitude, self.latitude = Field(longitude), Field(latitude)


def test_a_pixel_of_the_small_image_is_a_place(app: Flask, site: Site) -> None:
    with app.app_context():
        c = public.public_one(site.slug)
        assert c is not None
        bounds = queries.drawing(c).bounds
        assert bounds is not None
        assert queries.picker_bounds(c.id) == pytest.approx(bounds)
        place = queries.place_of_pixel(c.id, 114, 114)
        assert place == pytest.approx(
            ((bounds.west + bounds.east) / 2, (bounds.south + bounds.north) / 2), abs=1e-5
        )
        assert queries.place_of_pixel(c.id, 500, 10) is None
        other = make_consultation()
        assert queries.picker_bounds(other.id) == pytest.approx(
            geo.bounds_of(queries.boundary_features())
        )
    for name, posted, said in (
        ("image", {"ban-do.x": "114", "ban-do.y": "114"}, True),
        ("enter", {"ban-do.x": "0", "ban-do.y": "0"}, False),
        ("none", {}, False),
        ("odd", {"ban-do.x": "a", "ban-do.y": "1"}, False),
        ("outside", {"ban-do.x": "900", "ban-do.y": "1"}, True),
    ):
        with app.test_request_context(method="POST", data=posted):
            c = public.public_one(site.slug)
            form = PinForm()
            assert c is not None
            assert screens.press(c, form) is said, name
            assert bool(form.longitude.data) is (name == "image"), name
    assert "Ghim của bạn" in site.get("ban-do-nho.svg?ghim=15.09,108.8").get_data(as_text=True)


def test_without_any_map_there_is_no_place(ctx: Flask) -> None:
    consultation = make_consultation()
    assert queries.picker_bounds(consultation.id) is None
    assert queries.place_of_pixel(consultation.id, 1, 1) is None


def test_the_pin_of_a_form_or_of_the_link_that_led_there(app: Flask) -> None:
    with app.test_request_context("/?noi=15.09,108.77"):
        assert screens.map_place(PinForm()) == screens.PinPlace(
            "108.770000", "15.090000", "Đã đặt ghim: 15,09000; 108,77000"
        )
        assert (
            screens.map_place(PinForm("108.8", "15.1")).text == "Đã đặt ghim: 15,10000; 108,80000"
        )
        assert screens.map_place(PinForm("108.8", "x")) == screens.PinPlace(
            "", "", "Chưa đặt ghim."
        )
    with app.test_request_context("/?noi=1"):
        assert screens.map_place(PinForm()).longitude == ""


# The office -------------------------------------------------------------------------------------
@dataclass
class Office:
    app: Flask
    client: FlaskClient
    slug: str

    def url(self, rest: str = "") -> str:
        return f"/can-bo/lay-y-kien/{self.slug}/ban-do{rest}"

    def post(self, address: str, **data: Any) -> Any:
        return self.client.post(address, data=data, content_type="multipart/form-data")


@pytest.fixture
def office(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    client, _user = make_staff(app, Role.MODERATOR, Role.ADMINISTRATOR)
    with app.app_context():
        slug = make_consultation().slug
    return Office(app, client, slug)


def drained(app: Flask) -> list[MapLayer]:
    with app.app_context():
        runner.drain(app)
        found = layers()
        db.session.expunge_all()
    return found


def test_the_whole_way_on_the_screens(office: Office, client: FlaskClient) -> None:
    setup = "/can-bo/lay-y-kien/thiet-lap/ranh-gioi"
    assert "Chưa có ranh giới hành chính" in office.client.get(office.url()).get_data(as_text=True)
    sent = office.post(
        setup,
        file=(io.BytesIO(demo.zipped_shapefile(demo.boundary())), "rg.zip"),
        title="Ranh giới",
        crs="0",
    )
    assert sent.status_code == 302
    [boundary] = drained(office.app)
    assert "Chờ xác nhận vị trí" in office.client.get(setup).get_data(as_text=True)
    page = office.client.get(f"{setup}/{boundary.id}").get_data(as_text=True)
    assert "<svg" in page
    assert json.loads(office.client.get(f"{setup}/{boundary.id}/lop.geojson").data)["features"]
    assert (
        office.post(
            f"{setup}/{boundary.id}/doi-ten", seen_revision="1", title="Ranh giới xã"
        ).status_code
        == 302
    )
    assert office.post(f"{setup}/{boundary.id}/xac-nhan", seen_revision="2").status_code == 302
    data = demo.zipped_shapefile(demo.land_use(), prj=None)
    sent = office.post(
        office.url(),
        file=(io.BytesIO(data), "lop.zip"),
        kind="land_use",
        title="Lớp",
        crs="9217",
        replaces="",
    )
    assert sent.status_code == 302
    layer = drained(office.app)[-1]
    page = office.client.get(office.url(f"/{layer.id}")).get_data(as_text=True)
    assert "0 % nằm trong ranh giới; nếu chọn múi 108°00′ (EPSG:5898) thì 100 %" in page
    assert '<option selected value="5898">' in page
    refused = office.post(office.url(f"/{layer.id}/xac-nhan"), seen_revision="1")
    assert refused.status_code == 422
    assert "Phần lớn lớp này nằm ngoài ranh giới" in refused.get_data(as_text=True)
    assert office.post(office.url(f"/tep/{layer.run_id}/doc-lai"), crs="5898").status_code == 302
    layer = drained(office.app)[-1]
    assert json.loads(office.client.get(office.url(f"/{layer.id}/lop.geojson")).data)["layers"]
    assert (
        office.post(office.url(f"/{layer.id}/doi-ten"), seen_revision="1", title="").status_code
        == 422
    )
    assert (
        office.post(
            office.url(f"/{layer.id}/doi-ten"), seen_revision="1", title="x" * 201
        ).status_code
        == 422
    )
    assert (
        office.post(
            office.url(f"/{layer.id}/doi-ten"), seen_revision="1", title="Quy hoạch"
        ).status_code
        == 302
    )
    assert office.post(office.url(f"/{layer.id}/xac-nhan"), seen_revision="1").status_code == 409
    assert office.post(office.url(f"/{layer.id}/xac-nhan"), seen_revision="2").status_code == 302
    assert "Khu 22" in client.get(f"/lay-y-kien/{office.slug}/ban-do").get_data(as_text=True)
    assert "Không thay lớp nào" in office.client.get(office.url()).get_data(as_text=True)
    assert office.post(office.url(f"/{layer.id}/bo"), seen_revision="3").status_code == 302
    assert "Khu 22" not in client.get(f"/lay-y-kien/{office.slug}/ban-do").get_data(as_text=True)


def test_a_failed_file_offers_the_zone_that_fits(office: Office) -> None:
    with office.app.app_context():
        make_boundary()
    data = demo.zipped_shapefile(demo.land_use(), prj=None)
    office.post(office.url(), file=(io.BytesIO(data), "lop.zip"), kind="land_use", crs="0")
    assert "Đang đọc tệp lop.zip" in office.client.get(office.url()).get_data(as_text=True)
    assert (
        office.post(
            office.url(), file=(io.BytesIO(data), "lop.zip"), kind="land_use", crs="0"
        ).status_code
        == 409
    )
    drained(office.app)
    page = office.client.get(office.url()).get_data(as_text=True)
    assert "Tệp lop.zip chưa đọc được" in page
    assert '<option selected value="5898">' in page
    assert office.post(office.url("/tep/1/doc-lai"), crs="1").status_code in {302, 404}


def test_wrong_forms_say_why(office: Office) -> None:
    setup = "/can-bo/lay-y-kien/thiet-lap/ranh-gioi"
    assert office.post(office.url(), kind="land_use", crs="0").status_code == 422
    assert office.post(office.url(), kind="boundary", crs="0").status_code == 422
    assert office.post(setup, crs="7").status_code == 422
    assert "Hãy chọn một tệp." in office.post(setup, crs="0").get_data(as_text=True)
    with office.app.app_context():
        stranger = make_layer(make_consultation()).id
        boundary = make_boundary().id
    assert office.client.get(office.url(f"/{stranger}")).status_code == 404
    assert office.client.get(f"{setup}/{stranger}").status_code == 404
    assert office.post(f"{setup}/tep/9999/doc-lai", crs="5898").status_code == 404
    assert office.post(f"{setup}/{boundary}/bo", seen_revision="x").status_code == 409
    assert office.post(f"{setup}/{boundary}/bo", seen_revision="1").status_code == 302


def test_readers_of_the_office_see_and_do_not_touch(app: Flask) -> None:
    client, _user = make_staff(app, Role.AUDITOR)
    with app.app_context():
        consultation = make_consultation()
        layer = make_layer(consultation, state=LayerState.UNCONFIRMED)
        address = f"/can-bo/lay-y-kien/{consultation.slug}/ban-do"
        number = layer.id
    assert "Thêm hoặc thay" not in client.get(address).get_data(as_text=True)
    page = client.get(f"{address}/{number}").get_data(as_text=True)
    assert "Không có ranh giới để so" in page
    assert "Xác nhận vị trí</h2>" not in page
    assert client.get("/can-bo/lay-y-kien/thiet-lap/ranh-gioi").status_code == 403


def test_only_the_layers_own_consultation_finds_it(ctx: Flask) -> None:
    layer = make_layer(make_consultation())
    with pytest.raises(NotFound):
        queries.by_id(layer.id, None)
    with pytest.raises(NotFound):
        queries.by_id(layer.id + 99, None)
